"""Why customers changed their tier: each move is made again with only a part of what changed, until it is explained.

First what is nobody's doing: the scheme's own rules changed; at the exchange rates of then the customer had stayed; with the
cuts of then, applied to today's values, it had stayed (frozen against re-estimated). Then the fewest parts of the customer's
own values (recency, frequency, money, …) that lead from the earlier tier to today's while all others stay as they were.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segkit.analysis.migration import parts
from segkit.analysis.migration.then import Known, Place
from segkit.schemes import Scheme
from segkit.schemes.view import View

RULES, CURRENCY, OTHER, ORDERED = "rules", "currency", "other", "ordered"
STAYED, ARRIVED, ENTERED, GONE, LEFT = "stayed", "arrived", "entered", "gone", "left"
NOBODYS = (parts.CUTS, CURRENCY, RULES)
"""Causes in which the customer itself did nothing: such moves are marked."""
MOST_PARTS = 3
FACTS = 2  # of each move so many columns are told with their values then and now


@dataclass(frozen=True)
class Case:
    """One scheme between a past day and today, and the customers that moved in it (`ids`).

    `revalued`: today at the exchange rates of then, where they differ; `replayed`: what the scheme's rules of today make of
    the past day, where that is known already.
    """

    scheme: Scheme
    then: Known
    now: Known
    place: Place
    ids: pd.Index
    revalued: Known | None = None
    replayed: Any = None

    @cached_property
    def placed_then(self) -> Any:
        return self.then.placed(self.scheme, self.place) if self.replayed is None else self.replayed

    @cached_property
    def placed_now(self) -> Any:
        return self.now.placed(self.scheme, self.place)

    @cached_property
    def columns(self) -> list[str]:
        there = {*self.then.customers.columns, *self.now.customers.columns}
        return sorted(parts.read(self.scheme) & there)

    @cached_property
    def old(self) -> pd.DataFrame:
        return _rows(self.then, self.ids, self.columns)

    @cached_property
    def new(self) -> pd.DataFrame:
        return _rows(self.now, self.ids, self.columns)

    @cached_property
    def changed(self) -> dict[str, np.ndarray]:
        """Column → in which rows its value differs between the days."""
        return {c: _differ(self.old[c], self.new[c]) for c in self.columns}

    @cached_property
    def players(self) -> list[str]:
        """The parts that changed for anybody."""
        found = [part for part, names in parts.by_part(self.columns).items() if any(self.changed[c].any() for c in names)]
        found += [parts.RECENCY] if parts.by_the_clock(self.scheme) else []
        found += [parts.CONTACT] if self.scheme.kind == "events" else []
        found += [parts.CUTS] if parts.by_the_others(self.scheme) else []
        return [part for part in parts.PARTS if part in found]

    def tier(self, today: frozenset[str]) -> np.ndarray:
        """The tier of each mover were only these parts as today, and all others as they were."""
        mixed = {c: (self.new if parts.part_of(c) in today else self.old)[c] for c in self.columns}
        frame = pd.DataFrame({"customer_id": self.ids, **{c: v.to_numpy() for c, v in mixed.items()}})
        day = self.now if parts.RECENCY in today else self.then
        heard = self.now if parts.CONTACT in today else self.then
        yard = (self.placed_now if parts.CUTS in today else self.placed_then).yard
        return _names(self.place(self.scheme, View(frame), as_of=day.as_of, touches=heard.touches, yard=yard))


def _rows(known: Known, ids: pd.Index, columns: list[str]) -> pd.DataFrame:
    there = [c for c in columns if c in known.customers.columns]
    return known.by_id[there].reindex(ids).reindex(columns=columns)


def _differ(old: pd.Series, new: pd.Series) -> np.ndarray:
    a, b = old.to_numpy(), new.to_numpy()
    if old.dtype.kind in "fiu" and new.dtype.kind in "fiu":
        return ~np.isclose(a.astype(float), b.astype(float), rtol=1e-9, atol=1e-6, equal_nan=True)
    both = old.isna().to_numpy() & new.isna().to_numpy()
    return ~both & (old.astype("str").to_numpy() != new.astype("str").to_numpy())


def _names(placed: Any) -> np.ndarray:
    return np.array(placed.tiers, dtype=object)[placed.tier]


def explain(case: Case, old: pd.Series, new: pd.Series) -> pd.DataFrame:
    """One row per mover, by customer_id: `cause`, parts joined by `+` where one alone does not explain it.

    `old`, `new`: its tiers. A day whose table lacks a column that the scheme needs explains nothing: the cause is `other`.
    """
    cause = np.full(len(case.ids), OTHER, dtype=object)
    try:
        replayed = pd.Series(_names(case.placed_then), index=case.then.by_id.index).reindex(case.ids)
    except KeyError:
        return pd.DataFrame({"cause": cause}, index=case.ids)
    before, after = old.to_numpy(dtype=object), new.to_numpy(dtype=object)
    for name, found in _whole(case, replayed.to_numpy(dtype=object), before):
        cause[(cause == OTHER) & found] = name
    for some in _combinations(case.players):
        open_ = cause == OTHER
        if not open_.any():
            break
        cause[open_ & (case.tier(frozenset(some)) == after)] = "+".join(some)
    return pd.DataFrame({"cause": _ordered(case, pd.Series(cause, index=case.ids))})


def _ordered(case: Case, cause: pd.Series) -> pd.Series:
    """Recency is time passing for those who are silent since, and an order for the others: these are told `ordered`."""
    if "recency_days" not in case.now.customers.columns:
        return cause
    days = case.now.by_id["recency_days"].reindex(case.ids)
    since = (days <= (case.now.as_of - case.then.as_of).days).to_numpy(dtype=bool, na_value=False)
    return cause.mask(since, cause.str.replace(parts.RECENCY, ORDERED))


def _whole(case: Case, replayed: np.ndarray, before: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """What is nobody's doing, each with the movers whom it explains: without it they had stayed."""
    yield RULES, replayed != before
    if case.revalued is not None:
        placed = case.revalued.placed(case.scheme, case.place)
        there = pd.Series(_names(placed), index=case.now.by_id.index).reindex(case.ids)
        yield CURRENCY, there.to_numpy(dtype=object) == before
    if parts.CUTS in case.players:
        yield parts.CUTS, case.tier(frozenset(parts.PARTS) - {parts.CUTS}) == before


def _combinations(players: list[str]) -> Iterator[tuple[str, ...]]:
    """The parts alone, then in twos and threes; the cuts never alone, since that is told before."""
    for size in range(1, MOST_PARTS + 1):
        yield from (some for some in itertools.combinations(players, size) if some != (parts.CUTS,))


def facts(case: Case, cause: pd.Series) -> pd.DataFrame:
    """What changed of each mover, by customer_id: `measure_1`, `before_1`, `after_1`, and the same for a second part: of each
    part of the cause the most telling column that changed. Words and days have no before and after."""
    codes, causes = pd.factorize(cause.str.replace(ORDERED, parts.RECENCY))
    measure = np.full((FACTS, len(case.ids)), np.nan, dtype=object)
    before, after = np.full(measure.shape, np.nan), np.full(measure.shape, np.nan)
    told = np.zeros(len(case.ids), dtype=int)
    for part, columns in parts.by_part(case.columns).items():
        asked = np.array([part in one.split("+") for one in causes], dtype=bool)[codes]
        open_ = asked & (told < FACTS)
        for column in columns:
            here = np.flatnonzero(open_ & case.changed[column])
            at = told[here], here
            measure[at] = column
            if case.old[column].dtype.kind in "fiu" and case.new[column].dtype.kind in "fiu":
                before[at], after[at] = (day[column].to_numpy(dtype=float)[here] for day in (case.old, case.new))
            told[here] += 1
            open_[here] = False
    each = {"measure": measure, "before": before, "after": after}
    found = {f"{name}_{n + 1}": pd.Series(of[n], case.ids, of.dtype) for n in range(FACTS) for name, of in each.items()}
    return pd.DataFrame(found, index=case.ids)
