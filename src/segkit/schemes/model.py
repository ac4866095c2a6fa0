"""The form of a scheme file, and how one is loaded and proven."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from segkit.errors import InputError

NOT_PLACED = "not_placed"


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(_Frozen):
    """What one column must be: within [min, max], or one of a list."""

    min: float | None = None
    max: float | None = None
    in_: tuple[str, ...] | None = Field(None, alias="in")

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if self.min is None and self.max is None and self.in_ is None:
            raise ValueError("a condition needs min, max or in")
        return self


class Tier(_Frozen):
    """One tier: its key, its name in both languages, and the columns' conditions, all of which must hold."""

    key: str
    en: str
    zh: str
    when: dict[str, Condition]

    @field_validator("when", mode="before")
    @classmethod
    def _bare_values(cls, value: Any) -> Any:
        """`{r_level: high}` and `{r_level: [high, low]}` mean `in`."""
        if not isinstance(value, dict):
            return value
        bare = (str, list, tuple)
        return {k: {"in": [v] if isinstance(v, str) else v} if isinstance(v, bare) else v for k, v in value.items()}


class Scheme(_Frozen):
    """A tier scheme: the first tier whose conditions hold is the customer's; `otherwise` names the tier of the rest."""

    name: str
    kind: Literal["rules"] = "rules"
    en: str
    zh: str
    source: str
    needs: tuple[str, ...]
    tiers: tuple[Tier, ...]
    otherwise: str

    @model_validator(mode="after")
    def _sound(self) -> Scheme:
        keys = [tier.key for tier in self.tiers]
        if len(set(keys)) < len(keys):
            raise ValueError("a tier key stands twice")
        if self.otherwise not in (*keys, NOT_PLACED):
            raise ValueError(f'otherwise: no tier "{self.otherwise}"')
        for column in {c for tier in self.tiers for c in tier.when} - set(self.needs):
            raise ValueError(f'column "{column}" is used but not listed under needs')
        return self

    def names(self, language: str) -> dict[str, str]:
        """Tier key → its name, in the order of the scheme."""
        return {tier.key: tier.zh if language == "zh" else tier.en for tier in self.tiers}


def names() -> list[str]:
    """The schemes that segkit brings."""
    return sorted(f.name.removesuffix(".yaml") for f in files("segkit.schemes").iterdir() if f.name.endswith(".yaml"))


def load(name: str) -> Scheme:
    """A scheme by name. Raises InputError where there is none or its file breaks the form."""
    if name not in names():
        raise InputError(f'no scheme "{name}". segkit has {", ".join(names())}.')
    text = (files("segkit.schemes") / f"{name}.yaml").read_text(encoding="utf-8")
    try:
        return Scheme(**yaml.safe_load(text))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{name}.yaml: {place}: {fault['msg'].removeprefix('Value error, ')}") from None
