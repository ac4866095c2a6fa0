"""Parameters of notebooks: what each knows, what a user asked for, and whether the two fit."""

from __future__ import annotations

import ast
import datetime as dt
import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from segkit.errors import InputError
from segkit.pipeline.plan import Plan

RESERVED = {"run_dir": "--out", "language": "--lang"}
"""Parameters that the run itself fills in → the option that moves them."""

Values = dict[str, dict[str, Any]]  # notebook → parameter → value


class Known(dict[str, Any]):
    """Parameters with their defaults. `mappings`: those that may be a mapping too, as their annotation (`int | dict`) says."""

    mappings: frozenset[str] = frozenset()


def known(notebook: Path) -> Known:
    """Parameters assigned in the notebook's cell tagged `parameters`, with their defaults."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        source = next("".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", ()))
        body = ast.parse(source).body
    except StopIteration:
        raise InputError(f"{notebook}: no cell tagged parameters. Tag the one that sets run_dir.") from None
    except (OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise InputError(f"{notebook}: not readable as a notebook: {error}.") from None
    try:
        found = Known(_assignment(node) for node in body)
    except (ValueError, AttributeError):
        raise InputError(f"{notebook}: the cell tagged parameters may hold nothing but name = literal.") from None
    missing = [name for name in RESERVED if name not in found]
    if missing:
        raise InputError(f"{notebook}: the cell tagged parameters does not set {' and '.join(missing)}.")
    annotated = [(ast.unparse(node.target), ast.unparse(node.annotation)) for node in body if isinstance(node, ast.AnnAssign)]
    found.mappings = frozenset(name for name, kinds in annotated if "dict" in kinds.split(" | "))
    return found


def _assignment(node: Any) -> tuple[str, Any]:
    target: Any = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    return target.id, ast.literal_eval(node.value)


def resolve(plan: Plan, *, configured: Mapping[str, Mapping[str, Any]], given: Sequence[str]) -> Values:
    """Values for every step of the plan: defaults, then the config's, then `KEY=VALUE` of the command line.

    What `configured` says of notebooks outside the plan is passed over (see `check`). Raises InputError for an unknown
    parameter or notebook, and for a value whose type is not the default's.
    """
    defaults = {name: known(plan.notebook(name)) for name in plan.steps}
    values: Values = {name: dict(found) for name, found in defaults.items()}
    for notebook, wanted in configured.items():
        for key, value in wanted.items():
            if notebook in values:
                place = f"parameters.{notebook}.{key}"
                values[notebook][key] = _fitting(value, defaults[notebook], key, place=place, notebook=notebook)
    for text in given:
        _apply(text, values, defaults)
    return {name: {k: v for k, v in found.items() if k not in RESERVED} for name, found in values.items()}


def check(plan: Plan, configured: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise InputError where the config sets a parameter, or names a notebook, that is not there."""
    for name in configured:
        if name not in plan.steps:
            raise InputError(f'parameters.{name}: no notebook "{name}". Known: {", ".join(plan.steps)}.')
    resolve(plan, configured=configured, given=())


def _apply(text: str, values: Values, defaults: Mapping[str, Known]) -> None:
    """Put one `KEY=VALUE` into every notebook it is meant for."""
    key, equals, raw = text.partition("=")
    if not equals or not key.strip():
        raise InputError(f"-p {text}: write KEY=VALUE, such as -p 20_rfm.bins=4.")
    notebook, dot, name = key.strip().rpartition(".")
    if dot and notebook not in values:
        raise InputError(f'-p {text}: no notebook "{notebook}" in this run. Known: {", ".join(values)}.')
    meant = [notebook] if dot else [n for n in values if name in defaults[n]]
    if not meant:
        every = sorted({p for found in defaults.values() for p in found} - RESERVED.keys())
        raise InputError(f'-p {text}: no notebook has a parameter "{name}"{_close(name, every)}. Known: {_list(every)}.')
    for one in meant:
        default = defaults[one].get(name)
        plain = isinstance(default, str) and not (name in defaults[one].mappings and raw.lstrip().startswith("{"))
        value = raw if plain else _parse(raw, text)
        values[one][name] = _fitting(value, defaults[one], name, place=f"-p {text}", notebook=one)


def _parse(raw: str, text: str) -> Any:
    try:
        return yaml.safe_load(raw)
    except yaml.YAMLError:
        raise InputError(f"-p {text}: the value is not readable; quote it, or write a list as [1, 2].") from None


def _fitting(value: Any, defaults: Known, key: str, *, place: str, notebook: str) -> Any:
    """The value, once the notebook knows the parameter and its default is of the same type."""
    if key in RESERVED:
        raise InputError(f"{place}: {key} is set by the run itself; use {RESERVED[key]}.")
    if key not in defaults:
        names = [name for name in defaults if name not in RESERVED]
        raise InputError(f'{place}: {notebook} has no parameter "{key}"{_close(key, names)}. Known: {_list(names)}.')
    if isinstance(value, dt.date):
        value = value.isoformat()
    default = defaults[key]
    if not (_same_type(value, default) or (isinstance(value, dict) and key in defaults.mappings)):
        kind = _kind(default) + " or a mapping" * (key in defaults.mappings)
        raise InputError(f"{place}: {key} of {notebook} is {kind} (default {default!r}), not {value!r}.")
    return value


def _same_type(value: Any, default: Any) -> bool:
    if default is None:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, list | tuple):
        return isinstance(value, list | tuple)
    return isinstance(value, type(default))


def _kind(default: Any) -> str:
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text", tuple: "a list"}
    return words.get(type(default), f"a {type(default).__name__}")


def _close(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
