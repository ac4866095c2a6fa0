"""What customers are clustered by: each feature a number without unit or currency, unknown where the table cannot tell.

`recency`: −log(1 + days since the last order), so that high is recent · `frequency`: log of orders · `monetary`: log of
revenue, −∞ where it is not positive · `tenure`: log(1 + days since the first order) · `gap`: log(1 + usual days between
orders) · `margin`: margin ÷ revenue · `trend`: log of (orders of 12 months + 1) ÷ (those of the 12 before + 1), known from
a year after the first order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from segkit.errors import InputError

RFM = ("recency", "frequency", "monetary")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "recency": ("recency_days",),
    "frequency": ("frequency",),
    "monetary": ("monetary",),
    "tenure": ("tenure_days",),
    "gap": ("usual_gap_days",),
    "margin": ("margin", "monetary"),
    "trend": ("orders_12m", "orders_prev_12m", "tenure_days"),
}
"""Feature → the columns of customers that it is made of."""

YEAR = 365  # days
NO_ORDER, MISSING = "no_order", "missing_"


def measured(customers: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """One row per row of `customers`, a column per feature; NaN where unknown, all of it where a column is absent.

    A customer without an order has no feature. Raises InputError for an unknown feature.
    """
    unknown = [name for name in names if name not in NEEDS]
    if unknown:
        raise InputError(f"features: {', '.join(unknown)} is none; there are {', '.join(NEEDS)}")
    buys = customers["frequency"].to_numpy(dtype=float, na_value=0.0) > 0
    found = {name: np.where(buys, _one(customers, name), np.nan) for name in names}
    return pd.DataFrame(found, index=customers.index)


def _one(customers: pd.DataFrame, name: str) -> np.ndarray:
    if any(column not in customers for column in NEEDS[name]):
        return np.full(len(customers), np.nan)
    columns = [customers[c].to_numpy(dtype="float64", na_value=np.nan) for c in NEEDS[name]]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(_MADE[name](*columns))


def _log(values: np.ndarray) -> np.ndarray:
    """−∞ at and below zero, unknown stays unknown."""
    return np.log(np.where(values > 0, values, np.where(np.isnan(values), np.nan, 0.0)))


def _log1p(values: np.ndarray) -> np.ndarray:
    return np.log1p(np.maximum(values, 0))


def _rate(margin: np.ndarray, revenue: np.ndarray) -> np.ndarray:
    return np.where(revenue > 0, margin / revenue, np.nan)


def _trend(now: np.ndarray, before: np.ndarray, tenure: np.ndarray) -> np.ndarray:
    return np.where(tenure >= YEAR, _log1p(now) - _log1p(before), np.nan)


_MADE: Mapping[str, Callable[..., np.ndarray]] = {
    "recency": lambda days: -_log1p(days),
    "frequency": _log,
    "monetary": _log,
    "tenure": _log1p,
    "gap": _log1p,
    "margin": _rate,
    "trend": _trend,
}


def reasons(customers: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Why a customer cannot be clustered by these features, per row: `no_order`, `missing_<feature>` (the first that is
    unknown), or empty where nothing is in the way."""
    values = measured(customers, names)
    buys = customers["frequency"].to_numpy(dtype=float, na_value=0.0) > 0
    said = np.full(len(customers), "", dtype=object)
    for name in reversed(names):
        said[values[name].isna().to_numpy()] = f"{MISSING}{name}"
    said[~buys] = NO_ORDER
    return pd.Series(said, index=customers.index, dtype="str")
