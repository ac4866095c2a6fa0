"""The form of a scheme file. Every kind comes down to rules over columns, so that one engine places and one audit proves."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from segkit import schema
from segkit.schemes.conditions import Alternative, Condition, Frozen, When, columns_of, text_of
from segkit.schemes.derived import Derived

COLUMNS = schema.customer_columns()
NOT_PLACED = "not_placed"
NOT_AMONG = "not_among"  # the key of the reason for those for whom the scheme is not
SCORE, KNOWN_WEIGHT, SHARE_BEFORE = "score", "known_weight", "share_before"


class Text(Frozen):
    """A text in both languages."""

    en: str
    zh: str


def _values(value: Any) -> Any:
    return tuple(map(text_of, value)) if isinstance(value, list) else value


class Tier(Frozen):
    """One tier: its key, its name in both languages, and what puts a customer there.

    `when` (kind rules); `share` of the customers or of the total, from the top (shares); `from_`: the least score (points,
    events); `values` of the field (field). The tier named by `otherwise` may have none.
    """

    key: str = Field(pattern=r"^\w+$")
    en: str
    zh: str
    when: When | None = None
    share: float | None = Field(None, gt=0, le=1)
    from_: float | None = Field(None, alias="from")
    values: Annotated[tuple[str, ...] | None, BeforeValidator(_values)] = None


class Band(Frozen):
    """Points for a value: the first whose condition holds."""

    when: Condition
    points: float = Field(ge=0, le=1)


class Indicator(Frozen):
    """One indicator of a weighted score: `bands`, `scores` (quantiles) or `range` [worst, best] make points from 0 to 1."""

    column: str
    weight: float = Field(gt=0)
    group: str
    bands: tuple[Band, ...] | None = None
    scores: int | None = Field(None, ge=2)
    best: Literal["high", "low"] = "high"
    range: tuple[float, float] | None = None
    over: When | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Indicator:
        if sum(part is not None for part in (self.bands, self.scores, self.range)) != 1:
            raise ValueError(f"{self.column}: an indicator needs one of bands, scores, range")
        if self.range and self.range[0] == self.range[1]:
            raise ValueError(f"{self.column}: a range has two ends that differ")
        return self


class Scheme(Frozen):
    """A tier scheme: the first tier whose rule holds is the customer's; `otherwise` names the tier of the rest.

    `needs`: columns that must be there · `needs_one`: of which one must be there · `optional`: used where there ·
    `own`: columns of the firm's own · `among`: for whom the scheme is, all others are not placed and told `left_out` ·
    `columns`: derived ones · `parameters`: numbers that stand as `$name` in the rules · `extends`: the scheme it varies.
    """

    name: str = Field(pattern=r"^\w+$")
    kind: Literal["rules", "shares", "points", "events", "field"] = "rules"
    en: str
    zh: str
    source: str
    note: Text | None = None
    needs: tuple[str, ...] = ()
    needs_one: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    parameters: dict[str, float] = Field(default_factory=dict)
    extends: str | None = None
    among: When | None = None
    left_out: Text | None = None
    columns: dict[str, Derived] = Field(default_factory=dict)
    of: str | None = None
    by: Literal["rank", "cumulative"] = "rank"
    open: bool = False
    indicators: tuple[Indicator, ...] = ()
    least_known: float = Field(0.0, ge=0, le=1)
    points: dict[str, float] = Field(default_factory=dict)
    kinds: dict[str, float] = Field(default_factory=dict)
    half_life_days: float | None = Field(None, gt=0)
    tiers: tuple[Tier, ...] = ()
    otherwise: str

    @model_validator(mode="after")
    def _sound(self) -> Scheme:
        keys = [tier.key for tier in self.tiers]
        if len(set(keys)) < len(keys) or NOT_PLACED in keys:
            raise ValueError("a tier key stands twice, or is not_placed")
        if not keys and not self.open:
            raise ValueError("a scheme needs tiers")
        if self.otherwise not in (*keys, NOT_PLACED):
            raise ValueError(f'otherwise: no tier "{self.otherwise}"')
        if self.among and not self.left_out:
            raise ValueError("left_out: say in both languages why those outside `among` are not placed")
        self._whole()
        self._columns_are_known()
        self._derived_in_order()
        return self

    def _whole(self) -> None:
        """Each kind has what it needs, each tier its rule."""
        needed = {"shares": self.of, "field": self.of, "points": self.indicators, "events": self.points or self.kinds}
        if self.kind in needed and not needed[self.kind]:
            words = {"shares": "of", "field": "of", "points": "indicators", "events": "points"}
            raise ValueError(f"kind {self.kind} needs {words[self.kind]}")
        word = {"rules": "when", "shares": "share", "points": "from_", "events": "from_", "field": "values"}[self.kind]
        for tier in self.tiers:
            said = [k for k in ("when", "share", "from_", "values") if getattr(tier, k) is not None]
            if said not in ([word], [] if tier.key == self.otherwise else [word]):
                raise ValueError(f'tier "{tier.key}" needs {word.strip("_")} and nothing else in a scheme of kind {self.kind}')

    def _columns_are_known(self) -> None:
        listed = {*self.needs, *self.needs_one, *self.optional, *self.own}
        for column in sorted(self.used - set(self.columns) - set(self.made)):
            known = column in COLUMNS or column in self.own
            if not known:
                close = difflib.get_close_matches(column, list(COLUMNS), n=1)
                hint = f' (did you mean "{close[0]}"?)' if close else ""
                raise ValueError(f'unknown column "{column}"{hint}; list a column of the firm\'s own under own')
            if column not in listed | self.spared:
                raise ValueError(f'column "{column}" is used but not listed under needs, needs_one or optional')
        for column, kind in self._asked():
            if (is_ := self._kind(column)) and is_ not in kind:
                raise ValueError(f'column "{column}" is of kind {is_}: that condition does not fit it')

    def _derived_in_order(self) -> None:
        """A derived column reads those before it, `among` none, and a band is asked for names that it has."""
        if early := columns_of(self.among) & set(self.columns):
            raise ValueError(f'among: "{min(early)}" is derived; among reads columns of the table')
        later = set(self.columns)
        for name, one in self.columns.items():
            if ahead := (one.columns - one.optional) & later:
                raise ValueError(f'column "{name}" reads "{min(ahead)}", which is derived after it')
            later.discard(name)
        for column, condition in ((c, one) for rule in self.rules for c, one in rule.when.items()):
            names = self.columns[column].values if column in self.columns else None
            if names and (odd := {*(condition.in_ or ()), *(condition.not_in or ())} - set(names)):
                raise ValueError(f'"{min(odd)}" is no name of the band {column}; it has {", ".join(names)}')

    @property
    def used(self) -> set[str]:
        """Every column that rules, derived columns and indicators read."""
        used = columns_of(self.among) | {c for rule in self.rules for c in rule.when} | ({self.of} if self.of else set())
        for one in self.columns.values():
            used |= one.columns
        for indicator in self.indicators:
            used |= {indicator.column} | columns_of(indicator.over)
        return used | set(self.needs) | set(self.needs_one) | set(self.optional)

    @property
    def spared(self) -> set[str]:
        """Columns that may be absent without being listed: indicators and the parts of derived columns that may."""
        return {c for one in self.columns.values() for c in one.optional} | {i.column for i in self.indicators}

    @property
    def made(self) -> tuple[str, ...]:
        """Columns that the kind of the scheme makes."""
        return {"shares": (SHARE_BEFORE,), "points": (SCORE, KNOWN_WEIGHT), "events": (SCORE,)}.get(self.kind, ())

    @property
    def measured(self) -> dict[str, Derived]:
        """The derived columns, with those that shares come down to."""
        if self.kind != "shares":
            return self.columns
        word = "rank_share" if self.by == "rank" else "cumulative_share"
        return {**self.columns, SHARE_BEFORE: Derived(**{word: self.of})}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order in which they are tried."""
        return tuple(_rules(self))

    def _asked(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each column in a condition, with the kinds it may be of."""
        whens = [r.when for r in self.rules] + [one.when for one in self.among or ()]
        whens += [one.when for d in self.columns.values() for sign in (*(d.signs or ()), d.over or ()) for one in sign]
        for when in whens:
            for column, condition in when.items():
                if condition.ranged:
                    yield column, ("number", "money")
                if condition.equals is not None:
                    yield column, ("flag",)
                if condition.listed:
                    yield column, ("text", "choice", "id", "number")

    def _kind(self, column: str) -> str | None:
        """number, text, flag …; None where only the table knows."""
        if column in self.columns:
            word = self.columns[column].word
            return {"band": "choice", "first_of": None}.get(word, "number")
        known = COLUMNS.get(column)
        return "number" if column in self.made else known.kind if known and column not in self.own else None

    def missing(self, columns: Any) -> list[str]:
        """What a table with these columns lacks; for `needs_one` all its names joined by ` or `."""
        absent = [c for c in self.needs if c not in columns]
        if self.needs_one and not any(c in columns for c in self.needs_one):
            absent.append(" or ".join(self.needs_one))
        return absent

    def names(self, language: str) -> dict[str, str]:
        """Tier key → its name, in the order of the scheme."""
        return {tier.key: tier.zh if language == "zh" else tier.en for tier in self.tiers}


class Rule(Frozen):
    """One way into a tier. `part`: which alternative of the tier it is, counted from 0."""

    tier: str
    part: int
    when: dict[str, Condition]
    extended: str = ""


def _rules(scheme: Scheme) -> Iterator[Rule]:
    for tier, when in zip(scheme.tiers, _whens(scheme), strict=True):
        for part, one in enumerate(when or ()):
            yield Rule(tier=tier.key, part=part, when=one.when, extended=one.extended)


def _whens(scheme: Scheme) -> Iterator[tuple[Alternative, ...] | None]:
    """What each tier comes down to: shares and scores are ranges that do not overlap."""
    before: float | None = None
    for tier in scheme.tiers:
        if scheme.kind == "shares" and tier.share is not None:
            upper = round((before or 0.0) + tier.share, 12)
            yield _one(SHARE_BEFORE, Condition(min=before, below=upper))
            before = upper
        elif scheme.kind in ("points", "events") and tier.from_ is not None:
            yield _one(SCORE, Condition(min=tier.from_, below=before))
            before = tier.from_
        elif scheme.kind == "field" and tier.values is not None:
            yield _one(str(scheme.of), Condition(in_=tier.values))
        elif before is not None and tier.when is None:
            column = SHARE_BEFORE if scheme.kind == "shares" else SCORE
            yield _one(column, Condition(min=before) if scheme.kind == "shares" else Condition(below=before))
        else:
            yield tier.when


def _one(column: str, condition: Condition) -> tuple[Alternative]:
    return (Alternative(when={column: condition}),)
