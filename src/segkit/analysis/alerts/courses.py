"""How an account's own figures moved: spend and orders span against span, payments, complaints and score since a past day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

SPANS = (90, 180)  # days; the longer where the account's usual gap is longer than QUICK
QUICK = 30  # days: with gaps up to it a quarter holds three orders and more
COMPLAINTS = 90  # days in which complaints are counted


def spans(customers: pd.DataFrame, orders: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """One row per customer of `customers`, the last days against as many before them: span_days (90, or 180 for accounts
    whose usual gap is longer than 30 days), orders_now, orders_before, spend_now, spend_before (base currency), spend_change
    (−0.5: halved; null where nothing was spent before), firm_change (of all customers in the same span), spend_against_firm
    (the change that the firm's does not explain), spend_lost (spend_before less spend_now, not below 0), orders_chance.

    `orders_chance`: how likely so few of all its orders would fall into the later span if nothing had changed: the lower tail
    of Binomial(orders_now + orders_before, 1/2), the conditional test of two Poisson rates (Przyborowski & Wilenski 1940).
    `customers`: customer_id, usual_gap_days; `orders`: customer_id, ordered_on, amount.
    """
    usual = customers["usual_gap_days"] if "usual_gap_days" in customers else pd.Series(np.nan, index=customers.index)
    quick = usual.to_numpy(dtype=float, na_value=np.nan) <= QUICK
    parts = {days: _two_spans(customers["customer_id"], orders, days=days, as_of=as_of) for days in SPANS}
    short, long = (parts[days] for days in SPANS)
    rows = pd.DataFrame({name: np.where(quick, short[name], long[name]) for name in short})
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(rows["spend_before"] > 0, rows["spend_now"] / rows["spend_before"], np.nan)
        against = change / (1 + rows["firm_change"])
    return rows.assign(
        customer_id=customers["customer_id"].to_numpy(),
        spend_change=change - 1,
        spend_against_firm=against - 1,
        spend_lost=(rows["spend_before"] - rows["spend_now"]).clip(lower=0),
        orders_chance=_chance(rows["orders_now"], rows["orders_before"]),
    )


def _two_spans(ids: pd.Series, orders: pd.DataFrame, *, days: int, as_of: dt.date) -> pd.DataFrame:
    back = (pd.Timestamp(as_of) - pd.to_datetime(orders["ordered_on"])).dt.days
    summed: dict[str, np.ndarray] = {}
    for word, part in (("now", orders[back.between(1, days)]), ("before", orders[back.between(days + 1, 2 * days)])):
        sums = part.groupby("customer_id")["amount"].agg(["size", "sum"]).reindex(ids, fill_value=0)
        summed |= {f"orders_{word}": sums["size"].to_numpy(float), f"spend_{word}": sums["sum"].to_numpy(float)}
    rows = pd.DataFrame(summed).assign(span_days=float(days))
    before = rows["spend_before"].sum()
    return rows.assign(firm_change=rows["spend_now"].sum() / before - 1 if before > 0 else np.nan)


def _chance(now: pd.Series, before: pd.Series) -> np.ndarray:
    from scipy.special import bdtr

    both = (now + before).to_numpy()
    return np.where(both > 0, bdtr(now.to_numpy(), both.astype(int), 0.5), np.nan)


def payments(customers: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """One row per customer of `customers`, of the invoices that came due or were paid since the past day: invoices_since,
    invoices_late_since, late_share_since, and invoices_before, late_share_before of those until then, late_share_rise (the
    difference), owed (overdue_amount, else revenue_90d: what it is billed in a quarter). Empty of columns where there are no
    invoices. `past`: the customers as known at that day; both: customer_id, invoices, invoices_late."""
    ids = customers["customer_id"]
    if not {"invoices", "invoices_late"} <= set(customers.columns) & set(past.columns):
        return pd.DataFrame({"customer_id": ids.to_numpy()})
    then = past.set_index("customer_id")[["invoices", "invoices_late"]].reindex(ids).fillna(0).to_numpy(float)
    now = customers[["invoices", "invoices_late"]].fillna(0).to_numpy(float)
    since = np.clip(now - then, 0, None)
    rows = pd.DataFrame({"customer_id": ids.to_numpy(), "invoices_since": since[:, 0], "invoices_late_since": since[:, 1]})
    rows = rows.assign(invoices_before=then[:, 0], late_share_since=_share(since), late_share_before=_share(then))
    return rows.assign(late_share_rise=rows["late_share_since"] - rows["late_share_before"], owed=_owed(customers))


def _share(pair: np.ndarray) -> np.ndarray:
    return np.divide(pair[:, 1], pair[:, 0], out=np.full(len(pair), np.nan), where=pair[:, 0] > 0)


def _owed(customers: pd.DataFrame) -> np.ndarray:
    owed = customers.reindex(columns=["overdue_amount", "revenue_90d"]).fillna(0).to_numpy(float)
    return np.where(owed[:, 0] > 0, owed[:, 0], np.clip(owed[:, 1], 0, None))


def complaints(interactions: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """One row per customer that complained within 90 days: customer_id, complaints_90d, last_complaint_on. `interactions`:
    customer_id, on, kind."""
    told = interactions[interactions["kind"].eq("complaint").fillna(False)]
    on = pd.to_datetime(told["on"])
    near = told.assign(on=on)[on >= pd.Timestamp(as_of) - pd.Timedelta(days=COMPLAINTS)]
    found = near.groupby("customer_id")["on"].agg(["size", "max"])
    return found.set_axis(["complaints_90d", "last_complaint_on"], axis=1).reset_index()


def since(orders: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """One row per customer with an order from `day` on: customer_id, first_order_since_on, orders_since, revenue_since."""
    later = orders[pd.to_datetime(orders["ordered_on"]) >= day]
    names = {"first_order_since_on": ("ordered_on", "min"), "orders_since": ("ordered_on", "size")}
    return later.groupby("customer_id").agg(**names, revenue_since=("amount", "sum")).reset_index()  # type: ignore[call-overload]


def scores(measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per customer with a score now: customer_id, score, score_before, score_change. `measured`: `now` and `before`,
    each customer_id and score."""
    now = measured["now"][["customer_id", "score"]]
    before = measured["before"].set_index("customer_id")["score"]
    rows = now.assign(score_before=now["customer_id"].map(before).astype(float))
    return rows.assign(score_change=rows["score"] - rows["score_before"])
