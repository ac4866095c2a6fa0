"""Lifetime value: the discounted orders of some years times what an order brings, with a range per customer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.analysis.btyd import OrderModel
from segkit.analysis.value.forecasting import SHRINK, YEAR, Forecasts

TAIL = 0.1  # on either side of the range


def lifetime(now: Forecasts, model: OrderModel | None, *, years: float, discount: float) -> pd.DataFrame:
    """One row per buyer: clv (discounted revenue of `years`, times the margin rate where margins are known), clv_low and
    clv_high. Missing without a model.

    The range is that of the number of orders: none where the customer has stopped (1 − p_alive), else negative binomial
    around the expectation with the spread of the order rate that x orders leave, r + x (Fader, Hardie & Lee 2005, eq. 7).
    """
    names = ["clv", "clv_low", "clv_high"]
    if model is None:
        return pd.DataFrame(np.nan, index=range(len(now.buyers)), columns=names)
    x, t_x, T = (now.histories[c].to_numpy() for c in ("x", "t_x", "T"))  # noqa: N806
    discounted, each = _discounted(now, model, years=years, discount=discount)
    expected = model.expected_orders(years * YEAR, x, t_x, T)
    alive = np.clip(model.p_alive(x, t_x, T), 1e-12, 1.0)
    spread = float(model.parameters["r"]) + x
    worth = np.divide(discounted, expected, out=np.zeros(len(x)), where=expected > 0) * each
    low, high = (_orders_at(q, expected, alive, spread) * worth for q in (TAIL, 1 - TAIL))
    return pd.DataFrame({"clv": discounted * each, "clv_low": low, "clv_high": high})


def clv(now: Forecasts, model: OrderModel | None, *, years: float, discount: float) -> np.ndarray:
    """The clv of `lifetime` alone, without the range."""
    if model is None:
        return np.full(len(now.buyers), np.nan)
    discounted, each = _discounted(now, model, years=years, discount=discount)
    return discounted * each


def _discounted(now: Forecasts, model: OrderModel, *, years: float, discount: float) -> tuple[np.ndarray, np.ndarray]:
    """The discounted days with an order of `years`, and what each is worth."""
    x, t_x, T = (now.histories[c].to_numpy() for c in ("x", "t_x", "T"))  # noqa: N806
    orders = model.discounted_orders(np.log1p(discount) / YEAR, x, t_x, T, horizon=years * YEAR)
    return orders, now.spend * _margin_rate(now.buyers) * now.per_day


def _orders_at(share: float, expected: np.ndarray, alive: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """The number of orders that is not exceeded in `share` of the cases."""
    from scipy import stats

    of_alive = (share - (1 - alive)) / alive
    mean = expected / alive
    orders = stats.nbinom.ppf(np.clip(of_alive, 1e-9, 1 - 1e-9), spread, spread / (spread + mean))
    return np.where(of_alive > 0, orders, 0.0)


def _margin_rate(buyers: pd.DataFrame) -> np.ndarray:
    """Margin over revenue, each customer's own mixed with `SHRINK` orders of the firm's; 1 where no margin is known."""
    if "margin" not in buyers or not buyers["margin"].notna().any():
        return np.ones(len(buyers))
    known = buyers["margin"].notna() & (buyers["monetary"] > 0)
    firm = float(buyers.loc[known, "margin"].sum() / buyers.loc[known, "monetary"].sum()) if known.any() else 1.0
    money, count = buyers["monetary"].to_numpy(dtype=float).clip(min=0), buyers["frequency"].to_numpy(dtype=float)
    mixed = SHRINK * np.divide(money, count, out=np.zeros(len(count)), where=count > 0)
    margin = buyers["margin"].fillna(firm * buyers["monetary"]).to_numpy(dtype=float)
    rate = np.divide(margin + firm * mixed, money + mixed, out=np.full(len(count), firm), where=money > 0)
    return np.clip(rate, 0.0, 1.0)
