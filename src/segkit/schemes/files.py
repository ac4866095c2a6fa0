"""Scheme files: those that segkit brings, and a firm's own beside its config. Each is proven when it is loaded."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from segkit.errors import InputError
from segkit.schemes.audit import audit
from segkit.schemes.model import Scheme

OWN_FOLDER = "schemes"  # beside the config
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one where it was built: ten times as fast


def names(folder: Path | None = None) -> list[str]:
    """The schemes there are: segkit's, and those in `schemes/` of the config's folder."""
    return sorted({*_brought(), *_own(folder)})


def load(name: str, folder: Path | None = None) -> Scheme:
    """A scheme by name; one in `schemes/` of the config's folder goes before segkit's of that name.

    Raises InputError where there is none, or its file breaks the form, names an unknown column or has a tier that no
    customer can reach.
    """
    return _proven(*_text(name, folder), name)


@lru_cache(maxsize=512)
def _proven(text: str, file: str, name: str) -> Scheme:
    """The scheme that a text holds; the same text is proven once, since every page and notebook asks for all of them."""
    raw = _read(text, file)
    return parse(_extended(raw, file) if raw.get("extends") else raw, file=file, name=name)


def parse(raw: Mapping[str, Any], *, file: str, name: str | None = None) -> Scheme:
    """A scheme from what its file holds. Raises InputError with the file, the place and the remedy."""
    try:
        scheme = Scheme(**filled(dict(raw), raw.get("parameters") or {}, file))
    except ValidationError as error:
        raise InputError(_explain(error, file)) from None
    if name is not None and scheme.name != name:
        raise InputError(f'{file}: its name is "{scheme.name}"; call it "{name}", as the file.')
    for tier, why in audit(scheme).unreachable.items():
        raise InputError(f'{file}: tier "{tier}" can never be reached: {why}. Change the order of the tiers, or their rules.')
    return scheme


def json_schema() -> str:
    """The form of a scheme file as JSON Schema, for editors that check YAML."""
    schema = Scheme.model_json_schema(by_alias=True)
    schema["title"] = "segkit tier scheme"
    schema["anyOf"] = [{"required": ["name", "extends"]}, {"required": schema.pop("required")}]
    return json.dumps(_with_parameters(schema), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _with_parameters(part: Any) -> Any:
    """Where a number may stand, `$name` of a parameter may too."""
    if isinstance(part, list):
        return [_with_parameters(one) for one in part]
    if not isinstance(part, dict):
        return part
    if part.get("type") in ("number", "integer"):
        return {"anyOf": [part, {"type": "string", "pattern": r"^\$\w+$"}]}
    return {k: _with_parameters(v) for k, v in part.items()}


def _brought() -> list[str]:
    return [f.name.removesuffix(".yaml") for f in files("segkit.schemes").iterdir() if f.name.endswith(".yaml")]


def _own(folder: Path | None) -> dict[str, Path]:
    if folder is None:
        return {}
    return {path.stem: path for path in sorted((folder / OWN_FOLDER).glob("*.yaml"))}


def _text(name: str, folder: Path | None) -> tuple[str, str]:
    """The text of a scheme's file and what the file is called in messages."""
    if path := _own(folder).get(name):
        return path.read_text(encoding="utf-8-sig"), f"{OWN_FOLDER}/{path.name}"
    if name not in _brought():
        raise InputError(f'no scheme "{name}". There are {", ".join(names(folder))}.')
    return (files("segkit.schemes") / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml"


def _read(text: str, file: str) -> dict[str, Any]:
    try:
        raw = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as error:
        raise InputError(f"{file}: not readable as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise InputError(f"{file}: a scheme is a mapping of keys; this holds {type(raw).__name__}.")
    return raw


def _extended(raw: dict[str, Any], file: str) -> dict[str, Any]:
    """A firm's variant: the keys of one of segkit's schemes, those it gives itself replaced, parameters one by one."""
    if raw["extends"] not in _brought():
        raise InputError(
            f'{file}: extends: segkit brings no scheme "{raw["extends"]}". There are {", ".join(sorted(_brought()))}.'
        )
    base = _read((files("segkit.schemes") / f"{raw['extends']}.yaml").read_text(encoding="utf-8"), file)
    unknown = set(raw.get("parameters") or {}) - set(base.get("parameters") or {})
    if unknown and "tiers" not in raw:
        known = ", ".join(base.get("parameters") or ["none"])
        raise InputError(f'{file}: {raw["extends"]} has no parameter "{sorted(unknown)[0]}"; it has {known}.')
    return base | raw | {"parameters": (base.get("parameters") or {}) | (raw.get("parameters") or {})}


def filled(value: Any, parameters: Mapping[str, Any], file: str) -> Any:
    """A file's values with `$name` replaced by that parameter. Raises InputError where there is none."""
    if isinstance(value, dict):
        return {k: v if k == "parameters" else filled(v, parameters, file) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, parameters, file) for v in value]
    if isinstance(value, str) and (named := re.fullmatch(r"\$(\w+)", value)):
        if named[1] not in parameters:
            raise InputError(f'{file}: {value} stands in a rule, but there is no parameter "{named[1]}".')
        return parameters[named[1]]
    return value


def _explain(error: ValidationError, file: str) -> str:
    """The first fault of a scheme file: place, fault, remedy."""
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "missing":
        return f'{file}: "{place}" is missing. Add it; `segkit schemes --json-schema` prints the form.'
    if fault["type"] == "extra_forbidden":
        return f'{file}: unknown key "{place}"; `segkit schemes --json-schema` prints the form.'
    message = fault["msg"].removeprefix("Value error, ")
    return f"{file}: {place}: {message}" if place else f"{file}: {message}"
