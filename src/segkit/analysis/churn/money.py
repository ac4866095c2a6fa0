"""What a customer would bring if it does order, and what is at risk with it.

Never risk × an expectation that holds the risk already: the expectation is first divided by the probability of an order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from segkit.analysis.churn.features import Day
from segkit.analysis.churn.windows import Window

Array = npt.NDArray[np.float64]

WAYS = {"own_mean": 0.0, "shrunk_1": 1.0, "shrunk_3": 3.0}  # how many order days of the firm's mean are mixed in
USUAL = "shrunk_1"  # without windows to choose by
LEAST = 1e-6


def revenue_if_ordering(expected_orders: npt.ArrayLike, p_no_order: npt.ArrayLike, expected_spend: npt.ArrayLike) -> Array:
    """Revenue within the horizon given at least one order: expected_orders / (1 − p_no_order) × expected_spend.

    All three of one model and one horizon; the orders given that there are any are at least 1. In the unit of the spend.
    """
    orders = np.asarray(expected_orders, dtype=float)
    some = np.maximum(1 - np.asarray(p_no_order, dtype=float), LEAST)
    return np.asarray(np.maximum(orders / some, 1.0) * np.asarray(expected_spend, dtype=float))


def expected_spend(facts: pd.DataFrame, *, way: str = USUAL) -> Array:
    """Per order day, in the base currency: the customer's net revenue over its order days, mixed with `WAYS[way]` order days
    of the firm's mean; 0 for who got back more than was paid."""
    days, own = facts["order_days"].to_numpy(float), facts["monetary"].fillna(0).to_numpy(float)
    firm = float(own.sum() / days.sum()) if days.sum() else 0.0
    mixed = WAYS[way]
    return np.maximum((own + mixed * firm) / (days + mixed), 0)


def if_ordering(day: Day, horizon_days: int, *, way: str) -> Array:
    """Each customer's revenue within the horizon given that it orders; without a model of orders, at its own past rate."""
    spend = expected_spend(day.facts, way=way)
    if day.orders_model is None:
        rate = day.facts["order_days"] / np.maximum(day.facts["tenure_days"], horizon_days)
        return np.asarray(np.maximum(rate * horizon_days, 1.0) * spend)
    history = [day.facts[c].to_numpy(float) for c in ("x", "t_x", "T")]
    model = day.orders_model
    return revenue_if_ordering(model.expected_orders(horizon_days, *history), model.p_no_order(horizon_days, *history), spend)


def errors(windows: Sequence[Window]) -> pd.DataFrame:
    """One row per way: way, rmse (of the revenue of customers that did order, mean of the windows), chosen: the lowest."""
    rows = [(way, float(np.mean([_rmse(w, way) for w in windows]))) for way in WAYS] if windows else []
    table = pd.DataFrame(rows, columns=["way", "rmse"])
    return table.assign(chosen=table["rmse"] == table["rmse"].min())


def _rmse(window: Window, way: str) -> float:
    did = window.churned == 0
    if not did.any():
        return 0.0
    off = if_ordering(window.day, window.horizon_days, way=way)[did] - window.revenue[did]
    return float(np.sqrt(np.mean(off**2)))


def best_way(table: pd.DataFrame) -> str:
    """The chosen way; the usual one where nothing could be measured."""
    chosen = table.loc[table["chosen"], "way"]
    return str(chosen.iloc[0]) if len(chosen) else USUAL
