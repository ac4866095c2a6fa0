"""Accounts at risk and valuable leads left alone, with what earlier windows tell of the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pandas as pd

from segkit.analysis.churn import bands
from segkit.analysis.leadership.quarters import series

NEW, ALL = "new", "all"  # a band, and the rows of all bands
NEAR = 15  # days by which a past window may miss the last quarter end and still stand for it
LEADS = {"lead_value": ("high",), "trade_tier": ("A",)}
"""Scheme → tiers of leads that are worth following."""


def at_risk(churn: pd.DataFrame, record: pd.DataFrame, *, as_of: dt.date, quarter_ends: Iterable[pd.Timestamp]) -> pd.DataFrame:
    """A series of customers_at_risk (who may stay away and can still be won, see `bands.can_be_won`; not cut to the length of a
    salesperson's list) and revenue_at_risk (what is at risk with them): now, and as the forecast would have said it on the past
    windows that lie within `NEAR` days of a quarter end.

    `churn`: churn_risk, band, revenue_at_risk; `record`: cutoff, band, at_risk, revenue_at_risk, with a row for `all`.
    """
    if churn.empty:
        return series([])
    within = churn["churn_risk"].ge(bands.WATCH) & churn["churn_risk"].lt(bands.HOPELESS) & churn["revenue_at_risk"].gt(0)
    now = churn[within & churn["band"].astype("str").ne(NEW)]
    rows: list[dict[str, Any]] = [
        {"on": pd.Timestamp(as_of), "customers_at_risk": len(now), "revenue_at_risk": now["revenue_at_risk"].sum()}
    ]
    ends = list(quarter_ends)
    for then in record[record["band"].astype("str").eq(ALL)].to_dict("records"):
        on = pd.Timestamp(then["cutoff"])
        if any(abs((on - end).days) <= NEAR for end in ends):
            money = {"revenue_at_risk": then["revenue_at_risk"]}
            rows.append({"on": on, "customers_at_risk": then["at_risk"], **money})
    rows.sort(key=lambda row: row["on"])
    return series(rows)


def leads_alone(neglected: pd.DataFrame, *, as_of: dt.date, touched: bool) -> pd.DataFrame:
    """A series of leads_neglected: valuable leads that were not touched for longer than their tier allows, as of as-of alone,
    since what makes a lead valuable has no history. `neglected`: scheme, tier; `touched`: whether the run has touches."""
    if not touched:
        return series([])
    valuable = [neglected["scheme"].eq(s) & neglected["tier"].isin(t) for s, t in LEADS.items()]
    return series([{"on": pd.Timestamp(as_of), "leads_neglected": float(pd.concat(valuable, axis=1).any(axis=1).sum())}])
