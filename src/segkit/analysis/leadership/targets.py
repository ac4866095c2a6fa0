"""Targets of periods that are over: a period that runs is not held against one that is whole."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from segkit.analysis.followup.lists import attainment, span_of
from segkit.analysis.leadership.quarters import series

MOST = 8  # periods looked back on


def attainment_of_whole_periods(
    targets: pd.DataFrame, customers: pd.DataFrame, orders: pd.DataFrame, owners: pd.DataFrame, *, as_of: dt.date
) -> pd.DataFrame:
    """One row per owner and period that is over, newest period first, `MOST` at most: what `followup.attainment` says, and
    `on` (the first day after the period). Only periods as long as the newest that is over: like is held against like."""
    spans = {str(p): span for p in targets["period"].dropna().unique() if (span := span_of(str(p)))}
    over = sorted(((end, first, p) for p, (first, end) in spans.items() if end <= pd.Timestamp(as_of)), reverse=True)
    if not over or "owner" not in customers:
        return attainment(targets.iloc[:0], customers, orders, owners, as_of=as_of).assign(on=pd.Series(dtype="datetime64[ns]"))
    length = _months(over[0][1], over[0][0])
    alike = [(end, p) for end, first, p in over if _months(first, end) == length][:MOST]
    parts = [
        attainment(targets[targets["period"].astype(str).eq(p)], customers, orders, owners, as_of=end.date()).assign(on=end)
        for end, p in alike
    ]
    return pd.concat(parts, ignore_index=True)


def _months(first: pd.Timestamp, end: pd.Timestamp) -> int:
    return (end.year - first.year) * 12 + end.month - first.month


def attained(whole: pd.DataFrame) -> pd.DataFrame:
    """A series of attainment: revenue of all who have a target over the sum of their targets, per period that is over."""
    known = whole[whole["revenue_target"] > 0]
    if known.empty:
        return series([])
    sums = known.groupby("on")[["revenue", "revenue_target"]].sum()
    return series([{"on": on, "attainment": row["revenue"] / row["revenue_target"]} for on, row in sums.iterrows()])
