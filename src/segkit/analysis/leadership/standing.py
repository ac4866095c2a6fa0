"""How the customers stood on a day: who was active, core or overdue, how concentrated revenue was, what effort went where."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from segkit.analysis import concentration, rhythm
from segkit.analysis.followup.effort import effort
from segkit.analysis.leadership.quarters import series
from segkit.analysis.tiers.placing import lacking, place
from segkit.schemes import Scheme
from segkit.schemes.view import View

CORE = "core"
TOP = 0.2
SIGNS = ("touches", "deals", "inquiries", "sample_orders")
"""Counts of which one tells that a customer without an order was known on a day."""


@dataclass(frozen=True)
class Standing:
    """The customers of a day. `figures`: stocks by figure; `core`, `prospects`: their ids; `effort`: see `followup.effort`."""

    day: pd.Timestamp
    figures: Mapping[str, float]
    core: pd.Series
    prospects: pd.Series
    effort: pd.DataFrame


def standing(
    customers: pd.DataFrame, scheme: Scheme, *, on: dt.date, created: pd.Series | None = None, core: str = CORE
) -> Standing:
    """The customers as they were known on a day, of whom those in tier `core` of `scheme` are core.

    A scheme that needs a column without a history tells nothing of a past day: core_customers is null then, and nobody is core.
    Figures: customers_active (with an order in the 365 days before), core_customers, overdue_accounts (active, past the upper
    bound of their own gap), revenue_share_top20 and gini (of all net revenue of buyers). `created`: customer_id → day on which
    the record was opened; a customer without an order counts as prospect where that, a touch, a deal, an inquiry or a sample
    says that it was known.
    """
    frame = customers.reset_index(drop=True)
    tier = _tiers(frame, scheme, on)
    buyers = frame[frame["frequency"] > 0]
    late = rhythm.accounts(rhythm.measure(frame), frame)["overdue"]
    figures = {
        "customers_active": float((frame["orders_12m"] > 0).sum()),
        "core_customers": float(tier.eq(core).sum()) if tier.notna().any() else math.nan,
        "overdue_accounts": float(late.sum()),
        "revenue_share_top20": concentration.top_share(buyers["monetary"], TOP),
        "gini": concentration.gini(buyers["monetary"]),
    }
    given = effort(frame.assign(**{f"tier.{scheme.name}": tier}), scheme.name)
    ids = frame["customer_id"]
    return Standing(pd.Timestamp(on), figures, ids[tier.eq(core)], ids[_prospects(frame, created)], given)


def _tiers(customers: pd.DataFrame, scheme: Scheme, on: dt.date) -> pd.Series:
    """Each customer's tier; unknown throughout where the table of that day lacks a column that the scheme needs."""
    if lacking(scheme, customers, None):
        return pd.Series(None, index=customers.index, dtype="str")
    placed = place(scheme, View(customers), as_of=on, touches=None)
    return pd.Series(pd.Categorical.from_codes(placed.tier, placed.tiers), index=customers.index).astype("str")


def _prospects(customers: pd.DataFrame, created: pd.Series | None) -> pd.Series:
    """Who had no order and is known to have been there."""
    known = pd.Series(False, index=customers.index)
    if created is not None:
        known |= customers["customer_id"].map(created).notna()
    for name in SIGNS:
        if name in customers:
            known |= customers[name].fillna(0) > 0
    return known & customers["frequency"].fillna(0).eq(0)


def standings(
    customers: pd.DataFrame,
    past: Callable[[pd.Timestamp], pd.DataFrame],
    days: pd.DataFrame,
    scheme: Scheme,
    *,
    as_of: dt.date,
    core: str = CORE,
) -> list[Standing]:
    """The standing on every past quarter end and on `as_of`, oldest first; one day's customers are held at a time. `past`: the
    customers as of a day; `days`: past_days of the run."""
    created = customers.set_index("customer_id")["created_at"].dropna() if "created_at" in customers else None
    cutoffs = pd.to_datetime(days.loc[days["kind"].eq("quarter"), "cutoff"]).sort_values()
    then = [standing(past(day), scheme, on=day.date(), created=created, core=core) for day in cutoffs]
    return [*then, standing(customers, scheme, on=as_of, created=created, core=core)]


def stocks(seen: Sequence[Standing]) -> pd.DataFrame:
    """The figures of each standing as a series."""
    return series([{"on": one.day, **one.figures} for one in seen])
