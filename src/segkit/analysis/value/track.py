"""Forecast against what came, by segment, and the range of past errors that follows from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from segkit.analysis.tiers.placing import place
from segkit.schemes import Scheme
from segkit.schemes.view import View

WHOLE = "(all)"
LEAST = 20  # customers


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
    past: the range of past errors. It is no interval of chance, and with few windows it is narrow by luck. Windows in which a
    segment held fewer than `LEAST` customers tell of these customers, not of the forecast, and do not count."""
    known = track[track["ratio"].notna() & (track["customers"] >= LEAST)]
    table = known.groupby("segment", sort=False, observed=True)["ratio"].agg(["size", "min", "max"]).reset_index()
    return table.set_axis(["segment", "windows", "ratio_low", "ratio_high"], axis=1)


def segments(
    scheme: Scheme, past: Callable[[pd.Timestamp], pd.DataFrame], cutoffs: list[pd.Timestamp] | pd.Series
) -> pd.DataFrame:
    """The tier of each buyer at past days: cutoff, customer_id, segment. `past`: the customers as of a day."""
    parts = []
    for cutoff in cutoffs:
        customers = past(cutoff)
        buyers = customers[customers["frequency"] > 0].reset_index(drop=True)
        placed = place(scheme, View(buyers), as_of=cutoff.date(), touches=None)
        tier = pd.Categorical.from_codes(placed.tier, placed.tiers).astype("str")
        parts.append(pd.DataFrame({"cutoff": cutoff, "customer_id": buyers["customer_id"], "segment": tier}))
    nothing = pd.DataFrame({"cutoff": pd.Series(dtype="datetime64[us]"), "customer_id": pd.Series(dtype="str")})
    return pd.concat(parts, ignore_index=True) if parts else nothing.assign(segment=pd.Series(dtype="str"))


def outlook(placed: pd.DataFrame, values: pd.DataFrame, customers: pd.DataFrame, ranges: pd.DataFrame) -> pd.DataFrame:
    """One row per tier, the one that is expected to bring most first: scheme, tier, customers, revenue_rate (the last twelve
    months at the length of the horizon), expected_revenue, and expected_low, expected_high by the range of past errors.

    `placed`: tiers of one scheme; `values`: `table` of a `Valuation`; `ranges`: what `error_range` gives.
    """
    rows = values.merge(placed[["customer_id", "scheme", "tier"]], on="customer_id")
    rows = rows.merge(customers[["customer_id", "revenue_12m", "tenure_days"]], on="customer_id")
    share = rows["horizon_days"] / rows["tenure_days"].clip(rows["horizon_days"], 365)
    rows = rows.assign(revenue_rate=rows["revenue_12m"].clip(lower=0) * share, tier=rows["tier"].astype("str"))
    groups = rows.astype({"scheme": "str"}).groupby(["scheme", "tier"], sort=False)
    table = groups[["revenue_rate", "expected_revenue"]].sum().assign(customers=groups.size()).reset_index()
    table = table.merge(ranges.rename(columns={"segment": "tier"}), on="tier", how="left")
    for end in ("low", "high"):
        table[f"expected_{end}"] = table["expected_revenue"] * table[f"ratio_{end}"]
    columns = ["scheme", "tier", "customers", "revenue_rate", "expected_revenue", "expected_low", "expected_high"]
    return table.sort_values("expected_revenue", ascending=False, kind="stable", ignore_index=True)[columns]
