"""Past windows as the candidates learn from them: what was known at each cut-off, and who did not order in its horizon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from segkit.analysis.churn import features
from segkit.analysis.churn.features import Day
from segkit.analysis.churn.models import Rows

Past: TypeAlias = Callable[[dt.date], pd.DataFrame]
"""Cut-off → the customers table as known then."""

MOST = 200_000  # customers of a window that the candidates learn from; the sample goes by the id
FEWEST = 10  # customers that a window needs


@dataclass(frozen=True)
class Window:
    """One past window: its day's customers, and per customer `churned` (1 without an order in it), `orders`, `revenue`."""

    day: Day
    horizon_days: int
    churned: npt.NDArray[np.float64]
    orders: npt.NDArray[np.float64]
    revenue: npt.NDArray[np.float64]

    @property
    def cutoff(self) -> dt.date:
        return self.day.as_of

    @property
    def end(self) -> dt.date:
        """The first day after it."""
        return self.cutoff + dt.timedelta(self.horizon_days)

    @property
    def ids(self) -> pd.Series:
        return self.day.facts["customer_id"]


def read(past: Past, outcomes: pd.DataFrame, windows: pd.DataFrame, *, as_of: dt.date, horizon_days: int) -> list[Window]:
    """The windows that end by as-of, the newest first; those of the full horizon, else the longest there are.

    `windows`: cutoff, kind, horizon_days; `outcomes`: cutoff, kind, customer_id, orders, revenue, without the customers that
    had nothing. A window of fewer than 10 customers is left out.
    """
    listed = windows[windows["kind"] == "window"]
    ends = pd.to_datetime(listed["cutoff"]) + pd.to_timedelta(listed["horizon_days"], unit="D")
    listed = listed[(ends <= pd.Timestamp(as_of)) & (listed["horizon_days"] <= horizon_days)]
    listed = listed[listed["horizon_days"] == listed["horizon_days"].max()].sort_values("cutoff", ascending=False)
    found = [
        _window(past, outcomes, pd.Timestamp(row["cutoff"]).date(), int(row["horizon_days"]))
        for row in listed.to_dict("records")
    ]
    return [window for window in found if len(window.churned) >= FEWEST]


def _window(past: Past, outcomes: pd.DataFrame, cutoff: dt.date, horizon_days: int) -> Window:
    day = features.day(past(cutoff), as_of=cutoff, horizon_days=horizon_days, most=MOST)
    after = outcomes[(pd.to_datetime(outcomes["cutoff"]) == pd.Timestamp(cutoff)) & (outcomes["kind"] == "window")]
    by_id = after.assign(customer_id=after["customer_id"].astype(str)).set_index("customer_id")[["orders", "revenue"]]
    came = by_id.reindex(day.facts["customer_id"], fill_value=0).to_numpy(float)
    return Window(day, horizon_days, (came[:, 0] == 0).astype(float), came[:, 0], came[:, 1])


def pooled(some: Sequence[Window], *, folds: int) -> Rows:
    """The rows of all windows below each other, weighted so that the same share churned in each: a window's season and the
    age of its history then teach nothing, and only what sets customers apart is learnt."""
    churned = [w.churned for w in some]
    share = float(np.concatenate(churned).mean())
    return Rows(
        pd.concat([w.day.features for w in some], ignore_index=True),
        np.concatenate(churned),
        np.concatenate([features.fold(w.ids, folds) for w in some]),
        np.concatenate([_levelled(one, share) for one in churned]),
    )


def _levelled(churned: npt.NDArray[np.float64], share: float) -> npt.NDArray[np.float64]:
    """Weights that sum to the rows, under which `share` of them churned; 1 where all or none did."""
    own = float(churned.mean())
    if not 0 < own < 1:
        return np.ones_like(churned)
    return np.where(churned == 1, share / own, (1 - share) / (1 - own))
