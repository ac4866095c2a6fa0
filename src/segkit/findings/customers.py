"""Who the customers are: how many, how big, how recent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from segkit.findings.finding import Finding, buyers_of, part_of

if TYPE_CHECKING:
    import pandas as pd

TOP_SHARE = 0.2  # of customers; "about 20 % of customers bring about 80 % of profit"
CONCENTRATED = 0.8  # of revenue from the top share: from here on it is a risk to watch
ONE_ACCOUNT = 0.1  # of revenue from a single customer: from here on it is a risk
SILENT_DAYS = 365  # without an order
SILENT_REVENUE = 0.2  # of revenue once brought by the silent: from here on it is a risk
SILENT_TOP = 0.1  # of the biggest customers: from here on it is a risk
ACTIVE_DAYS = 90
ONE_ORDER = 0.5  # of customers who never came back: from here on worth a warning


def totals(customers: pd.DataFrame) -> Finding:
    """How many customers, orders and how much revenue there are, from when to when.

    `year_share`: share of revenue from the twelve months before as-of.
    """
    buyers = buyers_of(customers)
    numbers: dict[str, Any] = {"customers": len(buyers), "prospects": len(customers) - len(buyers)}
    numbers |= {"orders": int(buyers["frequency"].sum()), "median_orders": buyers["frequency"].median()}
    numbers |= {
        "revenue": buyers["monetary"].sum(),
        "year_share": part_of(buyers["revenue_12m"].sum(), buyers["monetary"].sum()),
    }
    first, last = buyers["first_order_on"].min(), buyers["last_order_on"].max()
    return Finding("totals", numbers | {"first": first.date(), "last": last.date()})


def concentration(customers: pd.DataFrame, share: float = TOP_SHARE) -> Finding:
    """Revenue share of the top `share` of customers, rank ≤ ceil(share × n)."""
    money = buyers_of(customers)["monetary"].sort_values(ascending=False)
    top = math.ceil(share * len(money))
    part = part_of(money.head(top).sum(), money.sum())
    numbers = {"top": share, "customers": top, "revenue_share": part, "revenue": money.head(top).sum()}
    return Finding("concentration", numbers, "risk" if part >= CONCENTRATED else "info")


def biggest_account(customers: pd.DataFrame) -> Finding:
    """Revenue share of the one biggest customer."""
    money = buyers_of(customers)["monetary"]
    part = part_of(money.max(), money.sum())
    return Finding("biggest_account", {"revenue_share": part}, "risk" if part >= ONE_ACCOUNT else "good")


def silent(customers: pd.DataFrame, days: int = SILENT_DAYS) -> Finding:
    """Customers without an order for over `days` days, and the revenue they once brought."""
    buyers = buyers_of(customers)
    gone = buyers[buyers["recency_days"] > days]
    part = part_of(gone["monetary"].sum(), buyers["monetary"].sum())
    numbers = {"days": days, "customers": len(gone), "share": part_of(len(gone), len(buyers))}
    numbers |= {"revenue": gone["monetary"].sum(), "revenue_share": part}
    if gone.empty:
        return Finding("silent_none", numbers, "good")
    return Finding("silent", numbers, "risk" if part >= SILENT_REVENUE else "info")


def silent_top(customers: pd.DataFrame, share: float = TOP_SHARE, days: int = SILENT_DAYS) -> Finding:
    """Of the top `share` of customers by revenue, those without an order for over `days` days."""
    buyers = buyers_of(customers).sort_values("monetary", ascending=False)
    top = buyers.head(math.ceil(share * len(buyers)))
    gone = top[top["recency_days"] > days]
    numbers = {"top": share, "days": days, "customers": len(gone), "of": len(top), "revenue": gone["monetary"].sum()}
    if gone.empty:
        return Finding("silent_top_none", numbers, "good")
    return Finding("silent_top", numbers, "risk" if len(gone) >= SILENT_TOP * len(top) else "warn")


def active(customers: pd.DataFrame, days: int = ACTIVE_DAYS) -> Finding:
    """Share of customers with an order within the last `days` days."""
    buyers = buyers_of(customers)
    now = int((buyers["recency_days"] <= days).sum())
    return Finding("active", {"days": days, "customers": now, "share": part_of(now, len(buyers))})


def one_order(customers: pd.DataFrame) -> Finding:
    """Share of customers who ordered exactly once."""
    buyers = buyers_of(customers)
    once = int((buyers["frequency"] == 1).sum())
    share = part_of(once, len(buyers))
    return Finding("one_order", {"customers": once, "share": share}, "warn" if share >= ONE_ORDER else "info")


def typical(customers: pd.DataFrame, column: str) -> Finding:
    """Median (and mean) of `recency_days`, `frequency` or `monetary`."""
    values = buyers_of(customers)[column]
    return Finding(f"typical_{column}", {"median": values.median(), "mean": values.mean()})
