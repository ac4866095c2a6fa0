"""The form of an audience's file, and how one is loaded and proven."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Formatter
from typing import Any, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError, model_validator

from segkit.errors import InputError
from segkit.schemes.conditions import Frozen, When, columns_of
from segkit.schemes.derived import Derived
from segkit.schemes.files import LOADER

M = TypeVar("M", bound=Frozen)

OWN_FOLDER = "audiences"  # beside the config


class Audience(Frozen):
    """A saved filter: names, the reason told for each customer, columns derived for it, and who belongs.

    Rules may name any column of customers, `tier.<scheme>` for a tier, and `firm_gap_days`. The reason may name columns in
    braces: `{recency_days}`. `purpose`: a mailing is what leaves out customers that must not be contacted or were contacted
    often enough; a worklist is for the firm's own eyes and leaves out nobody.
    """

    name: str
    en: str
    zh: str
    reason_en: str
    reason_zh: str
    purpose: Literal["mailing", "worklist"] = "mailing"
    columns: dict[str, Derived] = Field(default_factory=dict)
    when: When

    @model_validator(mode="after")
    def _reasons_agree(self) -> Audience:
        for text in (self.reason_en, self.reason_zh):
            strange = fields(text) - columns_of(self.when) - set(self.columns) - self.needs
            if strange:
                raise ValueError(f"the reason names {', '.join(sorted(strange))}, which no rule reads")
        return self

    @property
    def needs(self) -> frozenset[str]:
        """The columns that must be there: those of the rules and of what is derived, but not what is derived itself."""
        derived = {c for one in self.columns.values() for c in one.columns - one.optional}
        return frozenset((columns_of(self.when) | derived) - set(self.columns))

    def title(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    def reason(self, language: str) -> str:
        """Why a customer is on it, with columns in braces."""
        return self.reason_zh if language == "zh" else self.reason_en


def fields(text: str) -> set[str]:
    """The columns that a text names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def names(folder: Path | None = None) -> list[str]:
    """The audiences that segkit brings, and those in `audiences/` of the config's folder."""
    return sorted(_places(folder))


def load(name: str, folder: Path | None = None) -> Audience:
    """An audience by name; one in `audiences/` of the config's folder goes before segkit's of that name.

    Raises InputError where there is none of that name or its file breaks the form.
    """
    places = _places(folder)
    if name not in places:
        raise InputError(f'no audience "{name}". There are {", ".join(sorted(places))}.')
    audience = read(places[name], Audience)
    if audience.name != name:
        raise InputError(f'{name}.yaml: its name is "{audience.name}"; call it "{name}", as the file.')
    return audience


def _places(folder: Path | None) -> dict[str, Traversable]:
    own = sorted((folder / OWN_FOLDER).glob("*.yaml")) if folder else []
    return {file.name.removesuffix(".yaml"): file for file in (*_brought(), *own)}


def _brought() -> list[Traversable]:
    return [file for file in files("segkit.schemes.audiences").iterdir() if file.name.endswith(".yaml")]


def read(place: Traversable, form: type[M]) -> M:
    """A file in the given form. Raises InputError that names the file, the place in it and the fault."""
    return formed(content(place), form, place.name)


def content(place: Traversable) -> dict[str, Any]:
    """The keys and values of a file. Raises InputError where it holds something else."""
    try:
        found: Any = yaml.load(place.read_text(encoding="utf-8-sig"), Loader=LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{place.name}: not valid YAML: {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"{place.name}: expected keys and values.")
    return found


def formed(found: Mapping[str, Any], form: type[M], file: str) -> M:
    """What a file holds, in the given form. Raises InputError that names the file, the place in it and the fault."""
    try:
        return form(**found)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "file"
        raise InputError(f"{file}: {where}: {fault['msg'].removeprefix('Value error, ')}") from None
    except TypeError:
        odd = next(key for key in found if not isinstance(key, str))
        raise InputError(f"{file}: keys must be words; one here is {odd!r}.") from None
