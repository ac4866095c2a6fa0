"""The customers as of a past day, as a snapshot kept them or as they are rebuilt, and the tiers that they had."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from segkit.schemes import NOT_PLACED, Scheme
from segkit.schemes.view import View

SNAPSHOT, REBUILT = "snapshot", "rebuilt"
LAST, QUARTER = "last", "quarter"


class Placed(Protocol):
    """What `analysis.tiers.placing.place` gives."""

    tier: np.ndarray
    tiers: list[str]
    yard: Any


Place = Callable[..., Any]
"""`analysis.tiers.placing.place`: scheme, view, as_of, touches, yard → `Placed`. Measures do not import each other."""


@dataclass(frozen=True)
class Known:
    """Customers as of a day: their table (customer_id, monetary, the columns that schemes read), the touches until then
    (None: no such table), and the money columns at another day's exchange rates where they differ."""

    as_of: dt.date
    customers: pd.DataFrame
    touches: pd.DataFrame | None = None

    @cached_property
    def by_id(self) -> pd.DataFrame:
        """The customers under their ids, which are plain objects: they are looked up often."""
        return self.customers.set_index(ids_of(self.customers))

    @cached_property
    def money(self) -> pd.Series:
        """Revenue by customer_id."""
        return self.by_id["monetary"].astype(float)

    def knows(self, ids: pd.Index) -> np.ndarray:
        """Which of these customers stand in the table."""
        return self.by_id.index.get_indexer(ids) >= 0

    @cached_property
    def view(self) -> View:
        """What one scheme turned into numbers the next finds done."""
        return View(self.customers)

    def placed(self, scheme: Scheme, place: Place) -> Any:
        return place(scheme, self.view, as_of=self.as_of, touches=self.touches)

    def with_money(self, revalued: pd.DataFrame) -> Known:
        """The same with the money columns of `revalued` (customer_id, money columns) in place of theirs."""
        columns = [c for c in revalued.columns if c in self.customers.columns and c != "customer_id"]
        other = revalued.set_index(ids_of(revalued))[columns].reindex(self.by_id.index)
        changed = {c: self.customers[c].where(other[c].isna().to_numpy(), other[c].to_numpy()) for c in columns}
        return Known(self.as_of, self.customers.assign(**changed), self.touches)


@dataclass(frozen=True)
class Then:
    """A past day to which movement is told. `known`: the customers of that day (called once a day, since they are many);
    `kept`: scheme → the tiers that a snapshot holds, by customer_id, none where the day is rebuilt; `schemes`: those that are
    looked at; `revalued`: today's money columns at the exchange rates of that day."""

    since: pd.Timestamp
    source: str
    kinds: frozenset[str]
    schemes: list[Scheme]
    known: Callable[[], Known]
    kept: Callable[[], Mapping[str, pd.Series]] = dict
    revalued: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"customer_id": pd.Series(dtype="str")}))


def ids_of(frame: pd.DataFrame) -> pd.Index:
    """The customers of a table, as an index of plain objects."""
    return pd.Index(frame["customer_id"].astype(object), name="customer_id")


def until(touches: pd.DataFrame | None, as_of: dt.date) -> pd.DataFrame | None:
    """The touches of months that were over by a day."""
    if touches is None:
        return None
    return touches[touches["month"] + pd.offsets.MonthBegin(1) <= pd.Timestamp(as_of)]


def tiers_of(placed: Any, ids: pd.Index) -> pd.Series:
    """The tier of each customer, by customer_id; categories are those of the scheme."""
    return pd.Series(pd.Categorical.from_codes(placed.tier, placed.tiers), index=ids)


def in_scheme(tiers: pd.Series) -> pd.Series:
    """Those that have a tier, as text."""
    found = tiers[tiers.notna() & (tiers != NOT_PLACED)]
    return found.astype("str")
