"""Conditions on columns: their form in a scheme file, and who meets them. Shared by tiers and audiences.

A condition on an unknown value never holds, save `known: false`. Nothing is evaluated as code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

if TYPE_CHECKING:
    import numpy as np

    from segkit.schemes.view import View


class Frozen(BaseModel):
    """A part of a file: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(Frozen):
    """What one column must be. Several keys must all hold.

    `min`, `max` with the end, `above`, `below` without it; `in`, `not_in`: a list of values; `contains`: a part of the
    text, capitals or not; `equals`: a flag; `known`: whether there is a value at all.
    """

    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None
    in_: tuple[str, ...] | None = Field(None, alias="in")
    not_in: tuple[str, ...] | None = None
    contains: str | None = None
    equals: bool | None = None
    known: bool | None = None

    @field_validator("in_", "not_in", mode="before")
    @classmethod
    def _texts(cls, values: Any) -> Any:
        listed = values if isinstance(values, list | tuple) else [values]
        if any(isinstance(v, bool) for v in listed):
            raise ValueError("yes, no, on and off are flags in YAML: put the word in quotes, or use equals")
        return None if values is None else tuple(map(text_of, listed))

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if not self.model_dump(exclude_none=True):
            raise ValueError("a condition needs min, max, above, below, in, not_in, contains, equals or known")
        return self

    @property
    def ranged(self) -> bool:
        """Whether it says how large a number must be."""
        return any(end is not None for end in (self.min, self.max, self.above, self.below))

    @property
    def listed(self) -> bool:
        """Whether it says which text it must be."""
        return any(part is not None for part in (self.in_, self.not_in, self.contains))


def text_of(value: Any) -> str:
    """A value as scheme files write it: whole numbers without a decimal point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _condition(value: Any) -> Any:
    """`high` and `[high, low]` mean in, `true` means equals, a number means just that number."""
    if isinstance(value, bool):
        return {"equals": value}
    if isinstance(value, int | float):
        return {"min": value, "max": value}
    return {"in": value} if isinstance(value, str | list | tuple) else value


class Alternative(Frozen):
    """Columns and their conditions, all of which must hold. `extended`: why a cell that the source leaves open lies here."""

    when: dict[str, Condition]
    extended: str = ""

    @property
    def columns(self) -> set[str]:
        return set(self.when)


def _alternatives(value: Any) -> Any:
    """One mapping of columns, or `any:` with a list of them, as a tuple of alternatives."""
    if not isinstance(value, Mapping):
        return value
    listed = value["any"] if set(value) == {"any"} else [value]
    return tuple(_alternative(one) for one in listed)


def _alternative(one: Any) -> Any:
    if not isinstance(one, Mapping):
        return one
    when = {k: _condition(v) for k, v in one.items() if k != "extended"}
    if not when:
        raise ValueError("a rule names no column")
    return {"when": when, "extended": one.get("extended", "")}


_MAPPING = {
    "type": "object",
    "minProperties": 1,
    "properties": {"extended": {"type": "string", "description": "why a cell that the source leaves open lies here"}},
    "additionalProperties": {
        "anyOf": [
            {"type": ["string", "number", "boolean"]},
            {"type": "array", "items": {"type": ["string", "number"]}},
            {"type": "object", "description": Condition.__doc__},
        ]
    },
}
_FORM = {
    "description": "column → condition, all of which must hold; or any: a list of such mappings",
    "anyOf": [
        {"type": "object", "required": ["any"], "properties": {"any": {"type": "array", "items": _MAPPING}}},
        _MAPPING,
    ],
}

When = Annotated[tuple[Alternative, ...], BeforeValidator(_alternatives), WithJsonSchema(_FORM)]
"""Alternatives of which one must hold."""


def columns_of(when: tuple[Alternative, ...] | None) -> set[str]:
    """The columns that a rule reads."""
    return {column for one in when or () for column in one.when}


def met(when: tuple[Alternative, ...] | None, view: View) -> np.ndarray:
    """True for each row that meets one of the alternatives; every row where there is no rule."""
    import numpy as np

    if when is None:
        return np.ones(len(view), dtype=bool)
    masks = [all_met(one.when, view) for one in when]
    return masks[0] if len(masks) == 1 else np.logical_or.reduce(masks)


def all_met(when: Mapping[str, Condition], view: View) -> np.ndarray:
    """True for each row of which every column meets its condition. The result is the caller's to read, not to change."""
    mask = None
    for column, condition in when.items():
        one = view.mask(column, condition)
        mask = one if mask is None else mask & one
    assert mask is not None
    return mask


def holds(condition: Condition, view: View, column: str) -> np.ndarray:
    """True for each row whose value meets the condition. A column that the table does not have is unknown throughout."""
    import numpy as np

    if column not in view:
        return np.full(len(view), condition.known is False)
    masks = []
    if condition.known is not None:
        masks.append(view.known(column) == condition.known)
    if condition.ranged or condition.equals is not None:
        masks.append(_within(condition, view.numbers(column)))
    if condition.listed:
        masks.append(_among(condition, view, column))
    return masks[0] if len(masks) == 1 else np.logical_and.reduce(masks)


def _within(condition: Condition, values: np.ndarray) -> np.ndarray:
    """NaN is in no range."""
    import numpy as np

    masks = []
    if condition.min is not None:
        masks.append(values >= condition.min)
    if condition.max is not None:
        masks.append(values <= condition.max)
    if condition.above is not None:
        masks.append(values > condition.above)
    if condition.below is not None:
        masks.append(values < condition.below)
    if condition.equals is not None:
        masks.append(values == float(condition.equals))
    return masks[0] if len(masks) == 1 else np.logical_and.reduce(masks)


def _among(condition: Condition, view: View, column: str) -> np.ndarray:
    """The values that occur are judged once each, then looked up by row."""
    import numpy as np

    codes, values = view.codes(column)
    right = np.array([*(_fits(condition, value) for value in values), False])
    if len(values) < 128 and right.sum() == 1:
        return codes == int(right.argmax())
    return right[codes]  # an unknown value has code -1: the last, False


def _fits(condition: Condition, value: str) -> bool:
    return (
        (condition.in_ is None or value in condition.in_)
        and (condition.not_in is None or value not in condition.not_in)
        and (condition.contains is None or condition.contains.casefold() in value.casefold())
    )
