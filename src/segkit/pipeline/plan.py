"""`pipeline.yaml` → steps in the order of the tables they need and give."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from segkit.errors import InputError


class Step(BaseModel):
    """One notebook. `needs` and `gives` are tables; `writes` are other files of the run folder.

    `after: others` lets it wait for every other notebook of the run, whatever they give.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    after: Literal["others"] | None = None

    def outputs(self) -> list[str]:
        """Every file the step promises, relative to the run folder."""
        return [f"tables/{table}.parquet" for table in self.gives] + list(self.writes)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    extract: tuple[str, ...]  # the tables the extract gives
    notebooks: tuple[Step, ...]


@dataclass(frozen=True)
class Plan:
    """Steps of one run. `graph` maps each step's name to the names it waits for."""

    folder: Path
    steps: dict[str, Step]
    graph: dict[str, set[str]]

    def waited_for(self, name: str) -> int:
        """How many steps wait for one, directly or through others."""
        return len(self._after(name))

    def _after(self, name: str) -> set[str]:
        waiting = {one for one, needed in self.graph.items() if name in needed}
        return waiting.union(*(self._after(one) for one in waiting))

    def notebook(self, name: str) -> Path:
        return self.folder / f"{name}.ipynb"

    def order(self) -> list[str]:
        """Names in an order in which they could run one by one."""
        return list(graphlib.TopologicalSorter(self.graph).static_order())

    def only(self, names: Sequence[str]) -> Plan:
        """The named steps and those that give what they need. All steps where no name is given."""
        for name in names:
            if name not in self.steps:
                raise InputError(f'--only {name}: no notebook "{name}". Known: {", ".join(self.steps)}.')
        return _plan(self.folder, _with_givers(self.steps, names)) if names else self


def load(folder: Path) -> Plan:
    """Read `pipeline.yaml` of a folder of notebooks. Raises InputError for a wrong file, a missing giver or a cycle."""
    file = folder / "pipeline.yaml"
    try:
        raw = _File(**yaml.safe_load(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError(f"{file}: no such file. The folder of notebooks needs one.") from None
    except (yaml.YAMLError, TypeError) as error:
        raise InputError(f"{file}: not a mapping in YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        fault = error.errors()[0]
        raise InputError(f"{file}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}.") from None
    _check(file, raw)
    return _plan(folder, raw.notebooks, file=file)


def _check(file: Path, raw: _File) -> None:
    """Names once, tables given once, every need given, every notebook there."""
    names = [step.name for step in raw.notebooks]
    given = [*raw.extract, *(table for step in raw.notebooks for table in step.gives)]
    for what, values in (("notebook", names), ("table", given)):
        for value in values:
            if values.count(value) > 1:
                raise InputError(f'{file}: {what} "{value}" stands there twice. Keep one.')
    for step in raw.notebooks:
        for table in step.needs:
            if table not in given:
                raise InputError(f'{file}: {step.name} needs "{table}", which nothing gives. Tables: {", ".join(given)}.')
        if not (file.parent / f"{step.name}.ipynb").is_file():
            raise InputError(f"{file}: {step.name}.ipynb is not in {file.parent}. Add it or take the line out.")


def _plan(folder: Path, steps: Iterable[Step], *, file: Path | None = None) -> Plan:
    by_name = {step.name: step for step in steps}
    givers = {table: step.name for step in by_name.values() for table in step.gives}
    graph = {step.name: {givers[table] for table in step.needs if table in givers} for step in by_name.values()}
    firsts = {step.name for step in by_name.values() if not step.after}
    for step in by_name.values():
        graph[step.name] |= firsts if step.after else set()
    plan = Plan(folder, by_name, graph)
    try:
        plan.order()
    except graphlib.CycleError as error:
        raise InputError(f"{file or folder}: notebooks wait for each other: {' → '.join(error.args[1])}.") from None
    return plan


def _with_givers(steps: dict[str, Step], names: Sequence[str]) -> list[Step]:
    givers = {table: step.name for step in steps.values() for table in step.gives}
    wanted, queue = set(), list(names)
    while queue:
        name = queue.pop()
        wanted.add(name)
        queue += [givers[table] for table in steps[name].needs if givers.get(table, name) not in wanted]
    return [step for name, step in steps.items() if name in wanted]
