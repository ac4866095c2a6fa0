"""Forecasts of one day: by models and by rules, from what the customers table knows of that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from segkit.analysis import btyd
from segkit.analysis.btyd import CannotFit, OrderModel

YEAR = 365
SHRINK = 2  # orders of the firm's mean that each customer's own mean is mixed with
MODELS: tuple[type[OrderModel], ...] = (btyd.MbgNbd, btyd.ParetoNbd)
KEYS = {"MBG/NBD": "mbg_nbd", "Pareto/NBD": "pareto_nbd"}
RULE = "rate_12m"
READ = (
    "customer_id", "first_order_on", "last_order_on", "tenure_days", "order_days", "frequency", "orders_12m",
    "monetary", "revenue_12m", "margin",
)  # fmt: skip


@dataclass(frozen=True)
class Forecasts:
    """Buyers of one day and every forecast for them, in their order.

    `buyers`: customers with an order, with the columns `READ`; `histories`: x, t_x, T in days; `models`: the fitted ones by
    key; `orders`: forecast orders by key; `revenue`: forecast revenue by key (`<orders>` × spend, `<orders>_blend`, the
    rule); `spend`: expected revenue per order; `per_day`: orders per day with one; `failed`: model → why it could not be
    fitted.
    """

    buyers: pd.DataFrame
    histories: pd.DataFrame
    models: dict[str, OrderModel]
    orders: pd.DataFrame
    revenue: pd.DataFrame
    spend: np.ndarray
    per_day: np.ndarray
    failed: dict[str, CannotFit] = field(default_factory=dict)


def forecasts(
    customers: pd.DataFrame, *, as_of: dt.date, horizon_days: int, keys: Container[str] = tuple(KEYS.values())
) -> Forecasts:
    """Every forecast of orders and revenue (net, base currency) in the `horizon_days` from `as_of` on. `keys`: the models that
    are fitted.

    The rule: what came in the last 365 days (or since the first order, at least a horizon) goes on at the same rate. The
    models: MBG/NBD and Pareto/NBD on days with an order, times the orders of such a day, times the spend per order. A blend
    is the mean of a model's revenue and the rule's. Nobody brings less than nothing: refunds count against the spend, which
    ends at zero.
    """
    known = customers[[c for c in READ if c in customers.columns]]
    histories = btyd.histories(known, as_of=as_of)
    buyers = known.set_index("customer_id").loc[histories["customer_id"]].reset_index()
    spend, per_day = _per_order(buyers), _orders_per_day(buyers)
    share = horizon_days / np.clip(buyers["tenure_days"].to_numpy(dtype=float), horizon_days, YEAR)
    orders = {RULE: buyers["orders_12m"].to_numpy(dtype=float) * share}
    last = buyers["revenue_12m"].to_numpy(dtype=float).clip(min=0) * share
    revenue = {RULE: last}
    models, failed = _fitted(histories, keys)
    for key, model in models.items():
        x, t_x, T = (histories[c].to_numpy() for c in ("x", "t_x", "T"))  # noqa: N806
        orders[key] = model.expected_orders(horizon_days, x, t_x, T) * per_day
        revenue[key] = orders[key] * spend
        revenue[f"{key}_blend"] = (revenue[key] + last) / 2
    return Forecasts(buyers, histories, models, pd.DataFrame(orders), pd.DataFrame(revenue), spend, per_day, failed)


def _fitted(histories: pd.DataFrame, keys: Container[str]) -> tuple[dict[str, OrderModel], dict[str, CannotFit]]:
    models: dict[str, OrderModel] = {}
    failed: dict[str, CannotFit] = {}
    for kind in (kind for kind in MODELS if KEYS[kind.label] in keys):
        try:
            rows = btyd.merged(*(histories[c].to_numpy() for c in ("x", "t_x", "T")))
            models[KEYS[kind.label]] = kind.fit_rows(rows)
        except CannotFit as why:
            failed[KEYS[kind.label]] = why
    return models, failed


def _per_order(buyers: pd.DataFrame) -> np.ndarray:
    """Net revenue per order: the customer's own mean, mixed with `SHRINK` orders of the firm's, never below zero."""
    money = buyers["monetary"].to_numpy(dtype=float).clip(min=0)
    count = buyers["frequency"].to_numpy(dtype=float)
    firm = money.sum() / count.sum() if count.sum() else 0.0
    return np.asarray((money + SHRINK * firm) / (count + SHRINK))


def _orders_per_day(buyers: pd.DataFrame) -> np.ndarray:
    """Orders per day with an order, mixed with `SHRINK` days of the firm's."""
    orders, days = (buyers[c].to_numpy(dtype=float) for c in ("frequency", "order_days"))
    firm = orders.sum() / days.sum() if days.sum() else 1.0
    return np.asarray((orders + SHRINK * firm) / (days + SHRINK))
