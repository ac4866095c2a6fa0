"""Who came back and who came at all: core customers' repurchase, prospects' first orders, new customers' second orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from segkit.analysis import cohorts
from segkit.analysis.leadership.quarters import QUARTER, series
from segkit.analysis.leadership.standing import Standing

WHO = {"core": "core_repurchase_rate", "prospect": "prospects_conversion"}
"""Who is followed through a quarter → the figure that is their share with an order in it."""


def came_back(seen: Sequence[Standing], outcomes: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """One row per whole quarter and customer that was core or a prospect when it began: begin, on (the quarter's end), who
    (`core` or `prospect`), customer_id, came (ordered in the quarter; a prospect's is its first order).

    `seen`: standings on the quarters' first days; `outcomes`: cutoff, kind, customer_id, orders; `spans`: see `quarters.whole`.
    """
    by_day = {one.day: one for one in seen}
    parts = []
    for begin, end in zip(spans["begin"], spans["end"], strict=True):
        ordered = _ordered(outcomes, begin)
        for who, ids in (("core", by_day[begin].core), ("prospect", by_day[begin].prospects)):
            rows = pd.DataFrame({"customer_id": ids, "came": ids.isin(ordered)})
            parts.append(rows.assign(begin=begin, on=end, who=who))
    columns = ["begin", "on", "who", "customer_id", "came"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns).astype({"came": bool})


def _ordered(outcomes: pd.DataFrame, begin: pd.Timestamp) -> pd.Series:
    """Who ordered in the quarter that begins on a day."""
    if "orders" not in outcomes:  # a run without a past
        return pd.Series(dtype="str")
    own = outcomes["kind"].eq("quarter") & pd.to_datetime(outcomes["cutoff"]).eq(begin) & (outcomes["orders"] > 0)
    return outcomes.loc[own, "customer_id"]


def followed_by(came: pd.DataFrame, customers: pd.DataFrame, deals: pd.DataFrame, touches: pd.DataFrame) -> pd.DataFrame:
    """`came` with `owner`: of a core customer the salesperson it has today; of a prospect, which may have been handed on with
    its first order, the one of its newest deal from before the quarter's end, else of the last touch in a month before the
    quarter, else today's. Only where neither deals nor touches name a salesperson, prospects won by one and handed to another
    count for the latter. Without owners there is none."""
    today = customers.set_index("customer_id")["owner"] if "owner" in customers else pd.Series(dtype=object)
    rows = came.assign(owner=came["customer_id"].map(today).astype(object), _row=range(len(came)))
    dealt = deals[["customer_id", "owner"]].assign(day=pd.to_datetime(deals["created_on"]))
    spoken = touches[["customer_id", "owner"]].assign(day=pd.to_datetime(touches["month"]))
    prospects = rows[rows["who"].eq("prospect")]
    found = _newest(prospects, dealt, "on").fillna(_newest(prospects, spoken, "begin"))
    return rows.assign(owner=found.reindex(rows["_row"]).set_axis(rows.index).fillna(rows["owner"])).drop(columns="_row")


def _newest(prospects: pd.DataFrame, said: pd.DataFrame, until: str) -> pd.Series:
    """The salesperson whom the newest row from before a day names, by the prospect's row. `said`: customer_id, owner, day."""
    met = prospects[["_row", "customer_id", until]].merge(said.dropna(subset=["owner", "day"]), on="customer_id")
    met = met[met["day"] < met[until]].sort_values("day", kind="stable")
    return met.groupby("_row")["owner"].last().astype(object).reindex(prospects["_row"])


def shares(came: pd.DataFrame) -> pd.DataFrame:
    """A series of core_repurchase_rate and prospects_conversion: of those who were core (prospects) when a quarter began, the
    share with an order in it. Null in a quarter that began without any."""
    rates = came.groupby(["on", "who"])["came"].mean().unstack("who").rename(columns=WHO)
    return series(rates.reset_index().to_dict("records"))


def second_orders(orders: pd.DataFrame, *, as_of: dt.date, window_days: int, fiscal_year_start: int = 1) -> pd.DataFrame:
    """A series of second_order_rate: of the customers whose first order lies in a quarter, the share with another order day
    within `window_days`; `on` is that quarter's end. Only quarters of which everybody's window is over, and not the extract's
    first, in which old customers look new. See `cohorts.second_orders`."""
    if orders.empty:
        return series([])
    rows = cohorts.second_orders(orders, as_of=as_of, window_days=window_days, fiscal_year_start=fiscal_year_start).iloc[1:]
    rows = rows[rows["closed"]]
    return series([{"on": row["cohort"] + QUARTER, "second_order_rate": row["second_rate"]} for row in rows.to_dict("records")])
