"""Columns that a scheme derives: a closed vocabulary, each word with its measure. Nothing is evaluated as code."""

from __future__ import annotations

import itertools
from typing import Literal, get_args

from pydantic import Field, model_validator

from segkit.schemes.conditions import Frozen, When, columns_of


class Band(Frozen):
    """A number as a word: `names` from the lowest values to the highest, parted by `cuts`, `quantiles` or `at`.

    A value equal to a cut belongs below it, or above it where `equal: upper`. `missing`: the name of an unknown value.
    """

    of: str
    cuts: tuple[float, ...] | None = None
    quantiles: int | None = Field(None, ge=2)
    at: Literal["mean", "median"] | float | None = None
    names: tuple[str, ...]
    equal: Literal["lower", "upper"] = "lower"
    missing: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> Band:
        if sum(part is not None for part in (self.cuts, self.quantiles, self.at)) != 1:
            raise ValueError("a band needs one of cuts, quantiles, at")
        if self.cuts and any(a >= b for a, b in itertools.pairwise(self.cuts)):
            raise ValueError(f"cuts must rise: {list(self.cuts)}")
        parts = self.quantiles or len(self.cuts or [self.at]) + 1
        if len(self.names) != parts or len(set(self.names)) < parts:
            raise ValueError(f"a band in {parts} parts needs {parts} names, each once")
        if self.missing not in (None, *self.names):
            raise ValueError(f'missing: no name "{self.missing}" in the band')
        return self


class Score(Frozen):
    """1 to `bins` by quantiles (type 7), 1 worst; `best: low` where small values are good. Equal values share a score."""

    of: str
    bins: int = Field(5, ge=2)
    best: Literal["high", "low"] = "high"


class Estimated(Frozen):
    """A column, its unknown values estimated from another by their ratio over the rows in which both are known."""

    of: str
    by: str


Word = Literal[
    "band", "score", "ratio", "difference", "sum", "first_of", "estimated", "weighted", "days_since",
    "rank_share", "cumulative_share", "known_share", "count_of", "signs",
]  # fmt: skip
WORDS: tuple[str, ...] = get_args(Word)


class Derived(Frozen):
    """One derived column: exactly one word of the vocabulary, and its label in both languages.

    `band`, `score`: see there · `ratio`: a / b, unknown where b is 0 · `difference`: a − b · `sum`: known values added ·
    `first_of`: the first known value of several columns · `estimated`: see there · `weighted`: column → factor, added ·
    `days_since`: as-of − a date · `rank_share`: share of customers with a greater value (0 = the first; equal values share
    it) · `cumulative_share`: share of the total held by those · `known_share`: share of the columns at hand that are filled ·
    `count_of`: how many customers share the value · `signs`: how many of the rules hold.
    `over`: for whom it is measured; all others are unknown. Default: whom the scheme is for.
    """

    en: str = ""
    zh: str = ""
    band: Band | None = None
    score: Score | None = None
    ratio: tuple[str, str] | None = None
    difference: tuple[str, str] | None = None
    sum: tuple[str, ...] | None = None
    first_of: tuple[str, ...] | None = None
    estimated: Estimated | None = None
    weighted: dict[str, float] | None = None
    days_since: str | None = None
    rank_share: str | None = None
    cumulative_share: str | None = None
    known_share: tuple[str, ...] | None = None
    count_of: str | None = None
    signs: tuple[When, ...] | None = None
    over: When | None = None

    @model_validator(mode="after")
    def _one_word(self) -> Derived:
        said = [word for word in WORDS if getattr(self, word) is not None]
        if len(said) != 1:
            raise ValueError(f"a derived column is one of {', '.join(WORDS)}; here: {', '.join(said) or 'none'}")
        return self

    @property
    def word(self) -> str:
        return next(word for word in WORDS if getattr(self, word) is not None)

    @property
    def optional(self) -> set[str]:
        """Columns that may be absent from the table: what is left is measured."""
        word = self.word
        if word in ("sum", "first_of", "weighted", "known_share"):
            return set(getattr(self, word))
        if word == "estimated" and self.estimated:
            return {self.estimated.of}
        return {c for sign in self.signs or () for c in columns_of(sign)}

    @property
    def columns(self) -> set[str]:
        """Every column that it reads."""
        value = getattr(self, self.word)
        own = set(value) if self.word in ("ratio", "difference") else {value} if isinstance(value, str) else set()
        own |= {value.of} if isinstance(value, Band | Score) else set()
        own |= {value.by} if isinstance(value, Estimated) else set()
        return own | self.optional | columns_of(self.over)

    @property
    def values(self) -> tuple[str, ...] | None:
        """The words it can be, where it is a band."""
        return self.band.names if self.band else None
