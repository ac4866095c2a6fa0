"""Forecast against what came, by segment, and the range of past errors that follows from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

WHOLE = "(all)"


def by_segment(windows: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """One row per window and segment, and per window the `(all)`: cutoff, segment, customers, forecast_orders, orders,
    forecast_revenue, revenue, no_order (customers without one), and `ratio`: revenue over its forecast.

    `windows`: those of a `Valuation`; `segments`: cutoff, customer_id, segment as of that cut-off.
    """
    joined = windows.merge(segments, on=["cutoff", "customer_id"], how="left")
    both = pd.concat([joined, joined.assign(segment=WHOLE)], ignore_index=True)
    rows = both.assign(no_order=both["orders"] == 0).groupby(["cutoff", "segment"], sort=False, observed=True)
    sums = ["forecast_orders", "orders", "forecast_revenue", "revenue", "no_order"]
    table = rows[sums].sum().assign(customers=rows.size()).reset_index()
    forecast = table["forecast_revenue"].to_numpy(dtype=float)
    ratio = np.divide(table["revenue"].to_numpy(dtype=float), forecast, out=np.full(len(table), np.nan), where=forecast > 0)
    return table.assign(ratio=ratio)[["cutoff", "segment", "customers", *sums, "ratio"]]


def error_range(track: pd.DataFrame) -> pd.DataFrame:
    """One row per segment: windows, ratio_low and ratio_high, the least and greatest of its revenue over the forecast in the
    past: the range of past errors. It is no interval of chance, and with few windows it is narrow by luck."""
    known = track[track["ratio"].notna()]
    table = known.groupby("segment", sort=False, observed=True)["ratio"].agg(["size", "min", "max"]).reset_index()
    return table.set_axis(["segment", "windows", "ratio_low", "ratio_high"], axis=1)
