"""Effort against contribution, now and a quarter ago, and the touches of each quarter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from segkit.analysis.followup.effort import VISIT_MINUTES
from segkit.analysis.leadership.quarters import every, seen_whole, series
from segkit.analysis.leadership.standing import Standing

SHARES = ("contribution_share", "touch_share", "hour_share", "mailing_share")


def effort_moved(seen: Sequence[Standing]) -> pd.DataFrame:
    """One row per tier, the greatest contribution first: what `followup.effort` says of the last 12 months, and as of the last
    quarter end before as-of contribution_before and each share with `_before`; a tier that nobody was in
    then has 0. `attrs["since"]`: that day as text; null, with every `_before`, where there is no past.

    `seen`: standings, oldest first, the last one as of as-of.
    """
    effort, names = seen[-1].effort, ["contribution", *SHARES]
    if len(seen) < 2 or seen[-2].effort.empty:
        rows = effort.assign(**{f"{name}_before": np.nan for name in names})
        rows.attrs["since"] = None
        return rows
    then = seen[-2].effort[["tier", *names]].rename(columns={name: f"{name}_before" for name in names})
    rows = effort.merge(then, on="tier", how="left")
    measured = [f"{name}_before" for name in names if seen[-2].effort[name].notna().any()]
    rows[measured] = rows[measured].fillna(0.0)
    rows.attrs["since"] = seen[-2].day.date().isoformat()
    return rows


def touched(touches: pd.DataFrame, *, as_of: dt.date, fiscal_year_start: int = 1) -> pd.DataFrame:
    """A series of touches, hours (a visit counts three at least; null where no minutes are recorded and nobody was visited) and
    mailings of every quarter that is over. `touches`: month, channel, kind, touches, minutes. The first quarter is left out
    where there are others."""
    if touches.empty:
        return series([])
    month = pd.to_datetime(touches["month"])
    first = _quarter_of(month.min(), fiscal_year_start)
    visit = touches["channel"].eq("visit").fillna(False)
    least = (touches["touches"] * VISIT_MINUTES).where(visit)
    minutes = touches["minutes"].astype(float)
    worked = np.fmax(minutes, least.astype(float))
    mailed = touches["touches"].where(touches["kind"].eq("mailing").fillna(False), 0)
    by_month = pd.DataFrame({"month": month, "touches": touches["touches"], "hours": worked / 60, "mailings": mailed})
    rows = []
    for begin, end in seen_whole(every(first, as_of=as_of)).itertuples(index=False):
        within = by_month[(by_month["month"] >= begin) & (by_month["month"] < end)]
        sums = within[["touches", "mailings"]].sum()
        rows.append({"on": end, **sums, "hours": within["hours"].sum(min_count=1)})
    found = series(rows)
    return found if touches["kind"].notna().any() else found[found["figure"] != "mailings"].reset_index(drop=True)


def _quarter_of(month: pd.Timestamp, start: int) -> pd.Timestamp:
    """The first day of the fiscal quarter that holds a month."""
    return pd.Timestamp(month.year, month.month, 1) - pd.DateOffset(months=(month.month - start) % 3)
