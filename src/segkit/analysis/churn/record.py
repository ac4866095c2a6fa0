"""What was told of each customer at past windows, and what came: the record by window and band."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from segkit.analysis.churn import bands
from segkit.analysis.churn.choosing import Trial
from segkit.analysis.churn.money import if_ordering

SUMS = ["customers", "churned_forecast", "churned", "revenue_forecast", "revenue", "at_risk", "revenue_at_risk"]
KINDS = {"cutoff": "datetime64[us]", "customer_id": "str", "band": "str"}
COLUMNS = ["cutoff", "customer_id", "churn_risk", "band", "revenue_if_ordering", *SUMS]


def past(said: Sequence[Trial], model: str, *, way: str, list_length: int) -> pd.DataFrame:
    """One row per past window and customer: cutoff, customer_id, churn_risk and band as they would have been told then,
    revenue_if_ordering (base currency, within the window's horizon), and what `sums` adds up: customers (1), churned and
    revenue, forecast and actual; at_risk (1 where it could still be won, see `bands.can_be_won`) and revenue_at_risk
    of those."""
    parts = [_one(t, model, way, list_length) for t in said if model in t.forecasts]
    none = pd.DataFrame({name: pd.Series(dtype=KINDS.get(name, "float64")) for name in COLUMNS})
    return pd.concat(parts, ignore_index=True) if parts else none


def _one(trial: Trial, model: str, way: str, list_length: int) -> pd.DataFrame:
    window, risk = trial.window, trial.forecasts[model].to_numpy()
    value = if_ordering(window.day, window.horizon_days, way=way)
    won = bands.can_be_won(risk, risk * value, window.day.facts)
    return pd.DataFrame({
        "cutoff": pd.Timestamp(window.cutoff),
        "customer_id": window.ids.to_numpy(),
        "churn_risk": risk,
        "band": bands.of(risk, risk * value, window.day.facts, list_length=list_length).astype(str).to_numpy(),
        "revenue_if_ordering": value,
        "customers": 1,
        "churned_forecast": risk,
        "churned": window.churned,
        "revenue_forecast": (1 - risk) * value,
        "revenue": window.revenue,
        "at_risk": won.astype("int64"),
        "revenue_at_risk": np.where(won, risk * value, 0.0),
    })  # fmt: skip


def sums(told: pd.DataFrame) -> pd.DataFrame:
    """One row per past window, the newest first, and band (`all` for the total): cutoff, band, and the sums over `past`."""
    both = pd.concat([told.assign(band="all"), told], ignore_index=True)
    both["_newest"] = -pd.to_datetime(both["cutoff"]).astype("int64") if len(both) else 0
    table = both.groupby(["_newest", "cutoff", "band"], sort=False)[SUMS].sum().reset_index()
    return table.sort_values("_newest", kind="stable", ignore_index=True)[["cutoff", "band", *SUMS]]
