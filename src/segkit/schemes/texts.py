"""A scheme in words: why a customer is in a tier, and the whole scheme with its audit. The reader's words are passed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from segkit.schemes.audit import audit
from segkit.schemes.conditions import Alternative, Condition
from segkit.schemes.derived import Derived
from segkit.schemes.model import COLUMNS, NOT_AMONG, NOT_PLACED, SHARE_BEFORE, Scheme

NO_RULE = "no_rule"  # the key of the reason for those whom no rule takes
ANY_VALUE = "any_value"  # that of an open field, with a place for the value


class Speaker(Protocol):
    """What is needed of a reader's words (`i18n.Words`)."""

    language: str

    def __contains__(self, key: str) -> bool: ...
    def __call__(self, key: str, /, **numbers: Any) -> str: ...
    def label(self, group: str, name: Any) -> str: ...
    def number(self, value: Any, digits: int = 0) -> str: ...
    def percent(self, value: Any, digits: int = 0) -> str: ...
    def money(self, value: Any, currency: str, compact: bool = True) -> str: ...


class Phrases:
    """The conditions of one scheme in words. `cuts`: those of its bands as measured, by column."""

    def __init__(self, scheme: Scheme, words: Speaker, cuts: Mapping[str, Any], currency: str) -> None:
        self.scheme, self.words, self.currency = scheme, words, currency
        self.cuts = {c: list(v) for c, v in cuts.items() if isinstance(v, Sequence)}
        letters = {c[0]: v[0] for c, v in self.cuts.items() if c.endswith("_level") and v}
        self.numbers = letters | {c: v for c, v in cuts.items() if not isinstance(v, Sequence)}

    def rule(self, when: Mapping[str, Condition]) -> str:
        """All conditions of a rule."""
        return self.words("why.joint").join(self.condition(column, one) for column, one in when.items())

    def rules(self, when: Sequence[Alternative]) -> str:
        """Alternatives of a rule."""
        return self.words("why.either").join(self.rule(one.when) for one in when)

    def condition(self, column: str, condition: Condition) -> str:
        """One condition: its own sentence where there is one, else label and values."""
        own = [f"why.{column}.{value}" for value in condition.in_ or ()]
        if own and column[0] in self.numbers and all(key in self.words for key in own):
            return " / ".join(self.words(key, **self.numbers, currency=self.currency) for key in own)
        derived = self.scheme.columns.get(column)
        if derived and derived.band and condition.in_:
            return self._band(column, derived, condition.in_)
        parts = list(self._parts(column, condition))
        return self.words("why.joint").join(parts)

    def label(self, column: str) -> str:
        """A column in words: the scheme's own label, else that of the catalogue."""
        if column == SHARE_BEFORE and self.scheme.by == "rank":
            return self.words.label("column", "customers_before")
        derived = self.scheme.columns.get(column)
        own = derived and (derived.zh if self.words.language == "zh" else derived.en)
        if derived and not own:
            return self._made_label(derived, column)
        return own or self.words.label("column", column)

    def _made_label(self, derived: Derived, column: str) -> str:
        base = derived.band or derived.score
        if base:
            return self.label(base.of)
        if derived.first_of:
            return self.label(derived.first_of[0])
        if derived.estimated:
            return self.label(derived.estimated.of)
        if derived.days_since:
            return self.words("why.days_since", column=self.label(derived.days_since))
        return self.words.label("column", column)

    def _band(self, column: str, derived: Derived, names: Sequence[str]) -> str:
        """A band by the numbers it holds where they are known, else by its name."""
        band = derived.band
        assert band
        cuts = self.cuts.get(column) or list(band.cuts or ())
        said = " / ".join(self.words.label("choice", name) for name in names)
        if not cuts:
            return self.words("why.in", column=self.label(column), values=said)
        places = [band.names.index(name) for name in names]
        low = cuts[min(places) - 1] if min(places) else None
        high = cuts[max(places)] if max(places) < len(cuts) else None
        lower = band.equal == "lower"
        ends = {"above": low, "max": high} if lower else {"min": low, "below": high}
        return self._range(column, Condition(**ends)) if any(e is not None for e in ends.values()) else said

    def _parts(self, column: str, condition: Condition) -> Iterator[str]:
        label, words = self.label(column), self.words
        if condition.known is not None:
            yield words("why.known" if condition.known else "why.unknown", column=label)
        if condition.equals is not None:
            yield words("why.yes" if condition.equals else "why.no", column=label)
        if condition.ranged:
            yield self._range(column, condition)
        for key, values in (("why.in", condition.in_), ("why.not_in", condition.not_in)):
            if values:
                yield words(key, column=label, values=" / ".join(self.words.label("choice", v) for v in values))
        if condition.contains:
            yield words("why.contains", column=label, value=condition.contains)

    def _range(self, column: str, c: Condition) -> str:
        label = self.label(column)
        low = (c.min, "≥", "≤") if c.min is not None else (c.above, ">", "<")
        high = (c.max, "≤") if c.max is not None else (c.below, "<")
        if low[0] is None:
            return f"{label} {high[1]} {self.value(column, high[0])}"
        if high[0] is None:
            return f"{label} {low[1]} {self.value(column, low[0])}"
        if low[0] == high[0]:
            return f"{label} = {self.value(column, low[0])}"
        return f"{self.value(column, low[0])} {low[2]} {label} {high[1]} {self.value(column, high[0])}"

    def cells(self, column: str, values: Sequence[str]) -> str:
        """Values of a column as the audit names them."""
        said = " / ".join(self.words.label("choice", value) for value in values)
        return self.words("why.in", column=self.label(column), values=said)

    def value(self, column: str, value: Any) -> str:
        """A number as its column is written."""
        kind, unit = self._written(column)
        if kind == "money":
            return self.words.money(value, self.currency)
        if unit == "share":
            return self.words.percent(value, 0 if round(value * 100, 6) % 1 == 0 else 1)
        return self.words.number(value, 0 if value % 1 == 0 else 1 if (value * 10) % 1 == 0 else 2)

    def _written(self, column: str) -> tuple[str, str]:
        derived = self.scheme.columns.get(column)
        if column == SHARE_BEFORE or (derived and derived.word in ("rank_share", "cumulative_share", "known_share")):
            return "number", "share"
        if derived is None:
            known = COLUMNS.get(column)
            return (known.kind, known.unit) if known else ("number", "")
        if derived.word in ("ratio", "score", "days_since", "count_of", "signs"):
            return "number", ""
        base = derived.band.of if derived.band else next(iter(sorted(derived.columns)), "")
        return self._written(base) if base != column else ("number", "")


def reasons(scheme: Scheme, words: Speaker, cuts: Mapping[str, Any], *, currency: str = "USD") -> dict[str, str]:
    """Why a customer is in a tier, by tier, and by `tier.part` where it has several ways in. `cuts`: as measured."""
    phrases = Phrases(scheme, words, cuts, currency)
    said = _left_out(scheme, words)
    for tier in scheme.tiers:
        rules = [rule for rule in scheme.rules if rule.tier == tier.key]
        parts = [phrases.rule(rule.when) for rule in rules]
        said[tier.key] = words("why.either").join(parts) or words("why.rest")
        said |= {f"{tier.key}.{rule.part}": part for rule, part in zip(rules, parts, strict=True) if len(rules) > 1}
    if scheme.otherwise != NOT_PLACED:
        said[NO_RULE] = words("why.rest")
    if scheme.open and scheme.of:
        said[ANY_VALUE] = words("why.in", column=phrases.label(scheme.of), values="{value}")
    return said


def _left_out(scheme: Scheme, words: Speaker) -> dict[str, str]:
    none = words("why.no_rule")
    if scheme.least_known:
        none = words("why.too_little_known", share=scheme.least_known)
    if scheme.left_out is None:
        return {NOT_PLACED: none, NO_RULE: none}
    text = scheme.left_out.zh if words.language == "zh" else scheme.left_out.en
    return {NOT_PLACED: text, NOT_AMONG: text, NO_RULE: none}


def listing(scheme: Scheme, words: Speaker) -> str:
    """One line on a scheme: its name, what it is called, and its tiers."""
    zh = words.language == "zh"
    title = scheme.zh if zh else scheme.en
    names = list(scheme.names(words.language).values()) or [words("scheme_text.open")]
    return f"{title}: {words('why.joint').join(names)}"


def describe(scheme: Scheme, words: Speaker, *, currency: str = "USD") -> list[str]:
    """A scheme in words, line by line: what it is, whom it is for, its tiers in the order in which they are tried, audit."""
    phrases = Phrases(scheme, words, {}, currency)
    zh = words.language == "zh"
    lines = [f"{scheme.zh if zh else scheme.en} ({scheme.name})", words("scheme_text.source", source=scheme.source)]
    lines += [scheme.note.zh if zh else scheme.note.en] if scheme.note else []
    lines += list(_needs(scheme, words, phrases))
    lines += ["", *_tiers(scheme, words, phrases)]
    lines += [*_scoring(scheme, words, phrases), "", *_audit(scheme, words, phrases)]
    return lines


def _needs(scheme: Scheme, words: Speaker, phrases: Phrases) -> Iterator[str]:
    join = words("why.joint")
    for key in ("needs", "needs_one", "optional", "own"):
        if listed := getattr(scheme, key):
            yield words(f"scheme_text.{key}", columns=join.join(phrases.label(c) for c in listed))
    if scheme.among:
        yield words("scheme_text.among", rule=phrases.rules(scheme.among))
    for name, value in scheme.parameters.items():
        yield words("scheme_text.parameter", name=name, value=words.number(value, 2) if value % 1 else words.number(value))


def _tiers(scheme: Scheme, words: Speaker, phrases: Phrases) -> Iterator[str]:
    for place, tier in enumerate(scheme.tiers, 1):
        name = f"{place}. {tier.zh if words.language == 'zh' else tier.en} ({tier.key})"
        rules = [rule for rule in scheme.rules if rule.tier == tier.key]
        if len(rules) == 1 and not rules[0].extended:
            yield f"{name}: {phrases.rule(rules[0].when)}"
            continue
        yield name if rules else f"{name}: {words('why.rest')}"
        for rule in rules:
            extended = words("scheme_text.extended", why=rule.extended) if rule.extended else ""
            yield f"   - {phrases.rule(rule.when)}{extended}"
    if scheme.open:
        yield words("scheme_text.open_by", column=phrases.label(str(scheme.of)))
    yield words("scheme_text.otherwise", tier=scheme.names(words.language).get(scheme.otherwise, words("why.nobody")))


def _scoring(scheme: Scheme, words: Speaker, phrases: Phrases) -> Iterator[str]:
    total = sum(i.weight for i in scheme.indicators)
    for indicator in scheme.indicators:
        share = words.percent(indicator.weight / total)
        yield words("scheme_text.indicator", column=phrases.label(indicator.column), share=share, group=indicator.group)
    for code, points in (scheme.points | scheme.kinds).items():
        yield words("scheme_text.points", code=code, points=words.number(points, 0 if points % 1 == 0 else 1))
    if scheme.half_life_days:
        yield words("scheme_text.half_life", days=scheme.half_life_days)


def _audit(scheme: Scheme, words: Speaker, phrases: Phrases) -> Iterator[str]:
    found = audit(scheme)
    names = scheme.names(words.language)
    for first, second in found.overlaps:
        yield words("scheme_text.overlap", first=names[first], second=names[second])
    if not found.overlaps:
        yield words("scheme_text.no_overlap")
    if not found.complete:
        yield words("scheme_text.too_many")
    elif not found.left and not scheme.open:
        yield words("scheme_text.nothing_left")
    for cells in found.left[:20]:
        said = words("why.joint").join(phrases.cells(c, values) for c, values in cells.items())
        yield words("scheme_text.left", cells=said or words("scheme_text.everything"))
    if len(found.left) > 20:
        yield words("scheme_text.more_left", n=len(found.left) - 20)
