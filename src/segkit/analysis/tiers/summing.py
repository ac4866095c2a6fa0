"""Tables of tiers → how many, how much, and how two schemes cross."""

from __future__ import annotations

import pandas as pd

from segkit.schemes import NOT_PLACED


def sizes(tiers: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per scheme and tier that occurs, in the scheme's order: scheme, tier, customers, customer_share, revenue (base
    currency), revenue_share, and where a margin is known contribution_share. The shares are of all customers placed by that
    scheme. Contribution is margin; an unknown one is estimated from revenue at the firm's rate."""
    money = customers[["customer_id"]].assign(revenue=customers["monetary"], contribution=_contribution(customers))
    joined = tiers.merge(money, on="customer_id", validate="many_to_one")
    placed = joined[joined["tier"] != NOT_PLACED]
    rows = placed.groupby(["scheme", "tier"], observed=True, sort=True).agg(
        customers=("customer_id", "size"), revenue=("revenue", "sum"), contribution=("contribution", "sum")
    )
    total = rows.groupby(level="scheme", observed=True).transform("sum")
    shares = {"customer": "customers", "revenue": "revenue", "contribution": "contribution"}
    rows = rows.assign(**{f"{name}_share": rows[column] / total[column] for name, column in shares.items()})
    shown = ["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"]
    return rows.reset_index()[[*shown, *(["contribution_share"] if "margin" in customers else [])]]


def _contribution(customers: pd.DataFrame) -> pd.Series:
    """Margin, an unknown one estimated from revenue at the rate of those whose margin is known; revenue where none is."""
    revenue = customers["monetary"]
    if "margin" not in customers:
        return revenue
    known = customers["margin"].notna()
    base = revenue[known].sum()
    return customers["margin"].fillna(revenue * (customers["margin"].sum() / base if base else 1.0))


def cross(tiers: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """Customers by tier of scheme `a` (rows) and of scheme `b` (columns), `not_placed` among them; tiers that occur only.

    Raises KeyError where the table has no such scheme.
    """
    sides = []
    for name in (a, b):
        rows = tiers[tiers["scheme"] == name]
        if rows.empty and len(tiers):
            raise KeyError(f"no tiers of the scheme {name}")
        sides.append(rows.set_index("customer_id")["tier"].rename(name))
    both = pd.concat(sides, axis=1, join="inner")
    return both.groupby([a, b], observed=True).size().unstack(fill_value=0).sort_index().sort_index(axis=1)


def coverage(tiers: pd.DataFrame) -> pd.DataFrame:
    """One row per scheme: scheme, customers, placed, not_placed, placed_share (of the customers), tiers (that occur)."""
    placed = tiers["tier"] != NOT_PLACED
    rows = tiers.assign(placed=placed).groupby("scheme", observed=True, sort=False)
    table = rows.agg(customers=("placed", "size"), placed=("placed", "sum"))
    occur = tiers[placed].groupby("scheme", observed=True)["tier"].nunique()
    table = table.assign(
        not_placed=table["customers"] - table["placed"],
        placed_share=table["placed"] / table["customers"],
        tiers=occur.reindex(table.index).fillna(0).astype(int),
    )
    return table.reset_index()
