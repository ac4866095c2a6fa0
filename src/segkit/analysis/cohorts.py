"""Who comes back: customers by the fiscal quarter of their first order, followed through the quarters after it.

In an extract's first quarters old customers look new, since their earlier orders are not in it: the first cohort mixes both.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

CONFIDENCE = 0.9
QUARTER = 3  # months


def retention(orders: pd.DataFrame, *, as_of: dt.date, fiscal_year_start: int = 1) -> pd.DataFrame:
    """One row per cohort and quarter up to as-of's: cohort (first day of the quarter of the first order), age (quarters since,
    0 is the cohort's own), customers (of the cohort), active (of them, with an order in that quarter), share, orders, revenue
    (base currency), revenue_per_customer (of all of the cohort), whole (the quarter is over by `as_of`).

    A quarter without an order has 0, also where it lies between others. Summed over all rows, orders and revenue are those of
    `orders`: customer_id, order_id, ordered_on, amount, all before `as_of`.
    """
    number = _quarter(orders["ordered_on"], start=fiscal_year_start)
    first = number.groupby(orders["customer_id"]).transform("min")
    marked = orders.assign(cohort=first, age=number - first)
    found = marked.groupby(["cohort", "age"]).agg(
        active=("customer_id", "nunique"), orders=("order_id", "size"), revenue=("amount", "sum")
    )
    newest = _quarter(pd.Series([pd.Timestamp(as_of) - pd.Timedelta(days=1)]), start=fiscal_year_start).iloc[0]
    cells = [(cohort, age) for cohort in sorted(first.unique()) for age in range(newest - cohort + 1)]
    rows = found.reindex(pd.MultiIndex.from_tuples(cells, names=["cohort", "age"]), fill_value=0).reset_index()
    sizes = rows.loc[rows["age"] == 0].set_index("cohort")["active"]
    rows.insert(2, "customers", rows["cohort"].map(sizes))
    rows.insert(4, "share", rows["active"] / rows["customers"])
    rows["revenue_per_customer"] = rows["revenue"] / rows["customers"]
    rows["whole"] = _day(rows["cohort"] + rows["age"] + 1, start=fiscal_year_start) <= pd.Timestamp(as_of)
    return rows.assign(cohort=_day(rows["cohort"], start=fiscal_year_start))


def second_orders(orders: pd.DataFrame, *, as_of: dt.date, window_days: int = 90, fiscal_year_start: int = 1) -> pd.DataFrame:
    """One row per cohort: cohort, customers, followed (whose window of `window_days` after the first order day is over by
    `as_of`), second (of them, with another order day within it), second_rate, low, high (90 %; Jeffreys, as in Brown, Cai &
    DasGupta 2001), closed (all are followed).

    The rate of a cohort that is not closed is left open (null): those followed are its earliest, and the others have had less
    time. `orders`: customer_id, ordered_on, all before `as_of`.
    """
    days = orders.assign(on=pd.to_datetime(orders["ordered_on"]))[["customer_id", "on"]].drop_duplicates()
    first = days.groupby("customer_id")["on"].min()
    later = days[days["on"] > days["customer_id"].map(first)].groupby("customer_id")["on"].min()
    window = pd.Timedelta(days=window_days)
    over = first + window < pd.Timestamp(as_of)
    came = over & (later.reindex(first.index) - first <= window)
    cohort = _day(_quarter(first, start=fiscal_year_start), start=fiscal_year_start)
    marked = pd.DataFrame({"cohort": cohort, "over": over, "came": came})
    rows = (
        marked.groupby("cohort").agg(customers=("over", "size"), followed=("over", "sum"), second=("came", "sum")).reset_index()
    )
    closed = rows["followed"] == rows["customers"]
    return _rated(rows, closed).assign(closed=closed)


def _rated(rows: pd.DataFrame, closed: pd.Series) -> pd.DataFrame:
    from scipy.special import betaincinv

    hits, of = rows["second"].to_numpy(dtype=float), rows["followed"].to_numpy(dtype=float)
    tail = (1 - CONFIDENCE) / 2
    low, high = (betaincinv(hits + 0.5, of - hits + 0.5, q) for q in (tail, 1 - tail))
    rate = np.divide(hits, of, out=np.full(len(of), np.nan), where=of > 0)
    return rows.assign(
        **{name: np.where(closed, x, np.nan) for name, x in (("second_rate", rate), ("low", low), ("high", high))}
    )


def _quarter(days: pd.Series, *, start: int) -> pd.Series:
    """The number of the fiscal quarter that holds each day, counted without a break over the years."""
    on = pd.to_datetime(days)
    return (on.dt.year * 12 + on.dt.month - start) // QUARTER


def _day(quarters: pd.Series, *, start: int) -> pd.Series:
    """The first day of quarters by their number."""
    month = quarters * QUARTER + start - 1
    days = pd.to_datetime(pd.DataFrame({"year": month // 12, "month": month % 12 + 1, "day": 1}))
    return days.set_axis(quarters.index)
