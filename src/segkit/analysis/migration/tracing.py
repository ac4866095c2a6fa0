"""Past tiers, who moved since and why: one pass over the past days, since each holds all customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segkit.analysis.migration import causes, turnover
from segkit.analysis.migration.then import REBUILT, SNAPSHOT, Known, Place, Then, ids_of, in_scheme, tiers_of
from segkit.schemes import Scheme

NEW, LOST = "(new)", "(lost)"
FACTS = [f"{what}_{n}" for n in range(1, causes.FACTS + 1) for what in ("measure", "before", "after")]
PAST = ["since", "scheme", "customer_id", "tier", "revenue", "source"]
MOVES = ["since", "scheme", "customer_id", "from_tier", "to_tier", "cause", "marked", "revenue", "revenue_then", *FACTS]
FLOWS = ["scheme", "since", "source", "from_tier", "to_tier", "cause", "marked", "customers", "revenue", "revenue_then"]


@dataclass(frozen=True)
class Traced:
    """`past`: one row per since, scheme and customer known then: tier (`not_placed` among them), revenue by then, source.
    `moves`: one row per since, scheme and customer that has another tier today: from_tier, to_tier (`(new)`: no tier then,
    `(lost)`: none today), cause, `marked` (only cuts, currency or rules), revenue (today's; of the lost that of then),
    revenue_then, and what changed (see `causes.facts`). `flows`: customers and money by scheme, since, from, to and cause,
    those who stayed among them. `turnover`: see there. `sources`: since, kind, source, of each day looked at."""

    past: pd.DataFrame
    moves: pd.DataFrame
    flows: pd.DataFrame
    turnover: pd.DataFrame
    sources: pd.DataFrame

    def day(self, kind: str) -> pd.Timestamp | None:
        """The newest past day of a kind, `quarter` or `last`; None where there is none."""
        days = self.sources.loc[self.sources["kind"] == kind, "since"]
        return days.max() if len(days) else None

    @property
    def told(self) -> pd.DataFrame:
        """The moves without the columns that say what changed."""
        return self.moves.drop(columns=FACTS)


def trace(thens: Iterable[Then], now: Known, tiers: pd.DataFrame, *, place: Place, silent_days: int = 365) -> Traced:
    """Compare each past day with today. `now`: today's customers; `tiers`: customer_id, scheme, tier of today; `place`:
    `analysis.tiers.placing.place`; `silent_days`: without an order for longer a customer counts as lost."""
    current = {str(name): rows.set_index(ids_of(rows))["tier"] for name, rows in tiers.groupby("scheme", observed=True)}
    past, moves, flows, movement, sources = [], [], [], [], []
    for then in thens:
        known = then.known()
        kept: Mapping[str, pd.Series] = then.kept() if then.source == SNAPSHOT else {}
        day = _Day(then, known, now, place)
        for scheme in (s for s in then.schemes if s.name in current and (then.source == REBUILT or s.name in kept)):
            replayed = None if kept else known.placed(scheme, place)
            old = kept[scheme.name] if kept else tiers_of(replayed, known.by_id.index)
            past.append(day.past(scheme, old))
            both = day.compared(scheme, old, current[scheme.name], replayed)
            moves.append(both[both["cause"] != causes.STAYED])
            flows.append(day.summed(scheme, both))
        sources += [(then.since, kind, then.source) for kind in sorted(then.kinds)]
        movement += [turnover.of(known, now, silent_days=silent_days).assign(since=then.since)] if then.kinds else []
    return Traced(
        _stacked(past, PAST),
        _stacked(moves, MOVES),
        _stacked(flows, FLOWS),
        _stacked(movement, turnover.COLUMNS),
        pd.DataFrame(sources, columns=["since", "kind", "source"]).astype({"since": "datetime64[us]"}),
    )


@dataclass(frozen=True)
class _Day:
    """A past day that is held against today."""

    then: Then
    known: Known
    now: Known
    place: Place

    @cached_property
    def revalued(self) -> Known | None:
        """Today at the exchange rates of then; None where they are the same."""
        return self.now.with_money(self.then.revalued) if len(self.then.revalued) else None

    def past(self, scheme: Scheme, old: pd.Series) -> pd.DataFrame:
        """The rows of `past_tiers` of one scheme."""
        return pd.DataFrame({
            "since": self.then.since,
            "scheme": scheme.name,
            "customer_id": old.index,
            "tier": old.astype("str").to_numpy(),
            "revenue": self.known.money.reindex(old.index).to_numpy(),
            "source": self.then.source,
        })  # fmt: skip

    def compared(self, scheme: Scheme, old: pd.Series, new: pd.Series, replayed: Any) -> pd.DataFrame:
        """One row per customer that has a tier on either day, with the cause of its move (`stayed` where it did not).
        `replayed`: see `causes.Case`."""
        was, is_ = in_scheme(old), in_scheme(new)
        ids = was.index.union(is_.index)
        from_, to = (side.reindex(ids).fillna(end) for side, end in ((was, NEW), (is_, LOST)))
        cause = self._ends(ids, from_.to_numpy(dtype=object), to.to_numpy(dtype=object))
        moved = np.flatnonzero(pd.isna(cause))
        told = pd.DataFrame(np.nan, index=ids, columns=FACTS)
        if len(moved):
            case = causes.Case(scheme, self.known, self.now, self.place, ids[moved], self.revalued, replayed)
            cause[moved] = causes.explain(case, from_.iloc[moved], to.iloc[moved])["cause"]
            told = causes.facts(case, pd.Series(cause[moved], index=case.ids)).reindex(ids)
        then, now = (known.money.reindex(ids) for known in (self.known, self.now))
        return pd.DataFrame({
            "since": self.then.since,
            "scheme": scheme.name,
            "customer_id": ids.astype("str"),
            "from_tier": from_.to_numpy(),
            "to_tier": to.to_numpy(),
            "cause": cause,
            "marked": pd.Series(cause).isin(causes.NOBODYS).to_numpy(),
            "revenue": now.fillna(then).fillna(0.0).to_numpy(),
            "revenue_then": then.fillna(0.0).to_numpy(),
            **told.reset_index(drop=True),
            "source": self.then.source,
        })  # fmt: skip

    def _ends(self, ids: pd.Index, from_: np.ndarray, to: np.ndarray) -> np.ndarray:
        """The cause of those who stayed, came and left; None for those who moved."""
        came, went = from_ == NEW, to == LOST
        cause = np.full(len(ids), None, dtype=object)
        cause[from_ == to] = causes.STAYED
        cause[came] = np.where(self.known.knows(ids)[came], causes.ENTERED, causes.ARRIVED)
        cause[went] = np.where(self.now.knows(ids)[went], causes.LEFT, causes.GONE)
        return cause

    def summed(self, scheme: Scheme, rows: pd.DataFrame) -> pd.DataFrame:
        """Customers and money of one scheme by from, to and cause."""
        groups = rows.groupby(["from_tier", "to_tier", "cause"], sort=True)
        sums = groups[["revenue", "revenue_then"]].sum().assign(customers=groups.size()).reset_index()
        marked = sums["cause"].isin(causes.NOBODYS)
        return sums.assign(scheme=scheme.name, since=self.then.since, source=self.then.source, marked=marked)[FLOWS]


def _stacked(tables: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """One below the other; without any the columns alone."""
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame(columns=columns).astype({"since": "datetime64[us]"})
    table = pd.concat(filled, ignore_index=True)[columns]
    words = [c for c in ("scheme", "tier", "source", "from_tier", "to_tier", "cause") if c in columns]
    return table.astype({"since": "datetime64[us]"} | dict.fromkeys(words, "category"))
