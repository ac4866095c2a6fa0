"""A firm whose customers order and stop by a known process, and what is known of it on a day and after it."""

from __future__ import annotations

import numpy as np
import pandas as pd

HORIZON = 90


def simulated(n: int = 1500, seed: int = 3) -> pd.DataFrame:
    """Orders of customers who each order at a rate of their own and stop at some time: customer_id, day (0 = 2022-01-01 and
    on to 2026-01-01), amount. Rates and stops are Gamma distributed (Pareto/NBD)."""
    draw = np.random.default_rng(seed)
    rate = draw.gamma(1.2, 1 / 60, n)
    life = draw.exponential(1 / draw.gamma(1.0, 1 / 500, n))
    start, spend = draw.integers(0, 900, n), draw.lognormal(5, 0.6, n)
    rows = []
    for i in range(n):
        gaps = draw.exponential(1 / rate[i], 400).cumsum()
        days = np.unique(start[i] + np.floor(np.concatenate([[0], gaps[gaps < life[i]]])))
        days = days[days < 1461]
        rows.append(
            pd.DataFrame({"customer_id": f"c{i:04d}", "day": days, "amount": spend[i] * draw.lognormal(0, 0.3, len(days))})
        )
    return pd.concat(rows, ignore_index=True)


def seen(orders: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """The customers table of a day, with the columns that forecasts read."""
    day = (on - pd.Timestamp("2022-01-01")).days
    known = orders[orders["day"] < day]
    rows = known.groupby("customer_id").agg(first=("day", "min"), last=("day", "max"), n=("day", "size"), m=("amount", "sum"))
    year = known[known["day"] >= day - 365].groupby("customer_id")["amount"].agg(["size", "sum"]).reindex(rows.index).fillna(0)
    start = pd.Timestamp("2022-01-01")
    return pd.DataFrame(
        {
            "customer_id": rows.index,
            "first_order_on": start + pd.to_timedelta(rows["first"].to_numpy(), unit="D"),
            "last_order_on": start + pd.to_timedelta(rows["last"].to_numpy(), unit="D"),
            "frequency": rows["n"].to_numpy(),
            "order_days": rows["n"].to_numpy(),
            "monetary": rows["m"].to_numpy(),
            "tenure_days": day - rows["first"].to_numpy(),
            "orders_12m": year["size"].to_numpy(),
            "revenue_12m": year["sum"].to_numpy(),
        }
    )


def after(orders: pd.DataFrame, on: pd.Timestamp, days: int = HORIZON) -> pd.DataFrame:
    day = (on - pd.Timestamp("2022-01-01")).days
    rows = orders[(orders["day"] >= day) & (orders["day"] < day + days)].groupby("customer_id")["amount"].agg(["size", "sum"])
    return rows.set_axis(["orders", "revenue"], axis=1).reset_index().assign(cutoff=on)
