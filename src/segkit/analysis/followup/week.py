"""The days ahead in two small tables: what kinds of work are planned, and for whom."""

from __future__ import annotations

import datetime as dt

import pandas as pd


def ahead(tasks: pd.DataFrame, *, as_of: dt.date, days: int = 7) -> pd.DataFrame:
    """The open tasks of people that fit and fall, on the customer's calendar, into the `days` from as-of on. `tasks`: status,
    automated, fits (null for the pool, whose tasks nobody has taken), due_local."""
    open_ = tasks[tasks["status"].eq("open") & ~tasks["automated"].astype(bool) & tasks["fits"].fillna(False).astype(bool)]
    day = pd.to_datetime(open_["due_local"].astype("str").str[:10])
    return open_[(day >= pd.Timestamp(as_of)) & (day < pd.Timestamp(as_of) + pd.Timedelta(days=days))]


def by_kind(ahead: pd.DataFrame) -> pd.DataFrame:
    """One row per kind, the most frequent first: kind, tasks, urgent, hours, customers. `ahead`: see there."""
    return _counted(ahead, "kind")


def by_owner(ahead: pd.DataFrame) -> pd.DataFrame:
    """One row per salesperson, the busiest first: owner, tasks, urgent, hours, customers. `ahead`: see there."""
    return _counted(ahead, "owner")


def _counted(ahead: pd.DataFrame, by: str) -> pd.DataFrame:
    rows = ahead.astype({by: "str"}).assign(hours=ahead["minutes"] / 60, urgent=ahead["urgent"].astype(int))
    counts = rows.groupby(by, sort=True).agg(
        tasks=("hours", "size"), urgent=("urgent", "sum"), hours=("hours", "sum"), customers=("customer_id", "nunique")
    )
    return counts.reset_index().sort_values(["tasks", by], ascending=[False, True], kind="stable", ignore_index=True)
