"""What each source channel brought and cost, year by year."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from segkit.analysis.followup.lists import span_of

UNKNOWN = "unknown"
COLUMNS = (
    "source_channel", "year", "customers", "new_customers", "orders", "revenue", "profit", "margin_known", "cost",
    "cost_per_new_customer", "profit_after_cost", "whole", "first_year",
)  # fmt: skip


def channels(sales: pd.DataFrame, costs: pd.DataFrame, *, as_of: dt.date, fiscal_year_start: int = 1) -> pd.DataFrame:
    """One row per source channel and fiscal year with sales or cost, newest year first, then most profit (else revenue):
    source_channel, year (its first day), customers (with an order in it), new_customers (first order in it), orders, revenue
    (net), profit (of the lines whose margin is known; null where none is), margin_known (share of the revenue that has one),
    cost, cost_per_new_customer (null without a new one), profit_after_cost, whole (over by as-of), first_year (the extract's
    first: old customers look new in it). Money in the base currency.

    `sales`: sales_years; customers without a channel: `unknown`. No rows where no customer has one. `costs`: source_channel,
    period, cost: spread evenly over the period's months, of which those before as-of count; without any, costs are null.
    `attrs["unread"]`: periods that cannot be read, which are in no row.
    """
    given, unread = _by_year(costs, as_of=as_of, start=fiscal_year_start)
    rows = _brought(sales)
    if rows.empty:
        rows = pd.DataFrame(columns=list(COLUMNS))
        rows.attrs["unread"] = unread
        return rows
    rows = rows.merge(given, on=["source_channel", "year"], how="outer" if len(given) else "left")
    counts = ["customers", "new_customers", "orders"]
    rows[counts] = rows[counts].fillna(0).astype("int64")
    rows = rows.assign(revenue=rows["revenue"].fillna(0.0), cost=rows["cost"].fillna(0.0) if len(given) else np.nan)
    rows["cost_per_new_customer"] = rows["cost"] / rows["new_customers"].where(rows["new_customers"] > 0)
    rows["profit_after_cost"] = rows["profit"] - rows["cost"]
    rows["whole"] = rows["year"] + pd.DateOffset(years=1) <= pd.Timestamp(as_of)
    rows["first_year"] = rows["year"].eq(pd.to_datetime(sales["period"]).min())
    best = rows.assign(_worth=rows["profit"].fillna(rows["revenue"]))
    rows = best.sort_values(["year", "_worth"], ascending=False, kind="stable", ignore_index=True)[list(COLUMNS)]
    rows.attrs["unread"] = unread
    return rows


def newest_year(channels: pd.DataFrame) -> pd.DataFrame:
    """The channels of the newest year that is over; where none is, of the newest."""
    told = channels[channels["whole"].astype(bool)] if len(channels) and channels["whole"].any() else channels
    return told[told["year"].eq(told["year"].max())].reset_index(drop=True)


def _brought(sales: pd.DataFrame) -> pd.DataFrame:
    """Sales by channel and year; no rows where no channel is known."""
    if sales.empty or sales["source_channel"].isna().all():
        return sales.iloc[:0]
    named = sales.assign(source_channel=sales["source_channel"].fillna(UNKNOWN), year=pd.to_datetime(sales["period"]))
    sums = ["customers", "new_customers", "orders", "revenue", "margin", "margin_on"]
    rows = named.groupby(["source_channel", "year"], as_index=False)[sums].sum(min_count=1)
    profit = rows["margin"].where(rows["margin_on"].notna()).astype(float)
    known = rows["margin_on"].astype(float) / rows["revenue"].where(rows["revenue"] > 0)
    return rows.drop(columns=["margin", "margin_on"]).assign(profit=profit, margin_known=known)


def _by_year(costs: pd.DataFrame, *, as_of: dt.date, start: int) -> tuple[pd.DataFrame, list[str]]:
    """Costs by channel and fiscal year, and the periods that cannot be read."""
    spans = {str(p): span_of(str(p)) for p in costs["period"].dropna().unique()}
    months = pd.DataFrame(
        [(p, month, 1 / len(within)) for p, span in spans.items() if span for within in [_months(*span)] for month in within],
        columns=["period", "month", "part"],
    )
    spread = costs.assign(period=costs["period"].astype(str)).merge(months, on="period")
    spread = spread[pd.to_datetime(spread["month"]) < pd.Timestamp(as_of)]
    month = pd.to_datetime(spread["month"])
    year = pd.to_datetime({"year": month.dt.year - (month.dt.month < start), "month": start, "day": 1})
    found = spread.assign(year=year, cost=spread["cost"] * spread["part"])
    summed = found.groupby(["source_channel", "year"], as_index=False)["cost"].sum()
    return summed, sorted(p for p, span in spans.items() if span is None)


def _months(first: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    return pd.date_range(first, end, freq="MS", inclusive="left")
