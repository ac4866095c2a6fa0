"""Accounts at risk and valuable leads left alone, with what earlier windows tell of the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pandas as pd

from segkit.analysis.leadership.quarters import series

ACT = "act"
NEAR = 15  # days by which a past window may miss the last quarter end and still stand for it
LEADS = {"lead_value": ("high",), "trade_tier": ("A",)}
"""Scheme → tiers of leads that are worth following."""


def at_risk(churn: pd.DataFrame, record: pd.DataFrame, *, as_of: dt.date, quarter_ends: Iterable[pd.Timestamp]) -> pd.DataFrame:
    """A series of customers_at_risk (the accounts to act on) and revenue_at_risk (what is at risk with them): now, and as the
    forecast would have said it on the past windows that lie within `NEAR` days of a quarter end.

    `churn`: band, revenue_at_risk; `record`: cutoff, band, customers and, where kept, revenue_at_risk.
    """
    if churn.empty:
        return series([])
    now = churn[churn["band"].astype("str").eq(ACT)]
    rows: list[dict[str, Any]] = [
        {"on": pd.Timestamp(as_of), "customers_at_risk": len(now), "revenue_at_risk": now["revenue_at_risk"].sum()}
    ]
    ends = list(quarter_ends)
    for cutoff, part in record.groupby("cutoff"):
        if any(abs((pd.Timestamp(cutoff) - end).days) <= NEAR for end in ends):
            then = part[part["band"].astype("str").eq(ACT)]
            money = then["revenue_at_risk"].sum() if "revenue_at_risk" in then else float("nan")
            rows.append({"on": pd.Timestamp(cutoff), "customers_at_risk": then["customers"].sum(), "revenue_at_risk": money})
    rows.sort(key=lambda row: row["on"])
    return series(rows)


def leads_alone(neglected: pd.DataFrame, *, as_of: dt.date, touched: bool) -> pd.DataFrame:
    """A series of leads_neglected: valuable leads that were not touched for longer than their tier allows, as of as-of alone,
    since what makes a lead valuable has no history. `neglected`: scheme, tier; `touched`: whether the run has touches."""
    if not touched:
        return series([])
    valuable = [neglected["scheme"].eq(s) & neglected["tier"].isin(t) for s, t in LEADS.items()]
    return series([{"on": pd.Timestamp(as_of), "leads_neglected": float(pd.concat(valuable, axis=1).any(axis=1).sum())}])
