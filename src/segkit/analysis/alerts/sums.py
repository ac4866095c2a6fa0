"""Alerts counted and their money added up."""

from __future__ import annotations

import pandas as pd


def by(alerts: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """One row per value of `columns` (kind, owner, …), most money first: alerts, customers, new, held_back, money (base
    currency; of an account with several alerts in a group the greatest). A missing owner stays a group of its own."""
    rows = alerts.assign(new=alerts["new"].astype(int), held_back=alerts["held_back"].astype(int))
    keys = list(columns)
    counts = rows.groupby(keys, dropna=False, observed=True)
    found = counts.agg(alerts=("alert_id", "size"), customers=("customer_id", "nunique"), new=("new", "sum"),
                       held_back=("held_back", "sum"))  # fmt: skip
    most = rows.groupby([*keys, "customer_id"], dropna=False, observed=True)["money"].max()
    found["money"] = most.groupby(level=keys, dropna=False, observed=True).sum()
    return found.reset_index().sort_values(["money", *keys], ascending=[False, *(True for _ in keys)], ignore_index=True)


def told_before(alerts: pd.DataFrame) -> pd.DataFrame:
    """The open alerts that an earlier run told."""
    return alerts[alerts["first_told_on"].notna() & ~alerts["new"]].reset_index(drop=True)
