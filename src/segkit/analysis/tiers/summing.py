"""Tables of tiers → how many, how much, and how two schemes cross."""

from __future__ import annotations

import pandas as pd

from segkit.schemes import NOT_PLACED


def sizes(tiers: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per scheme and tier that occurs, in the scheme's order: scheme, tier, customers, customer_share, revenue (base
    currency), revenue_share. The shares are of all customers placed by that scheme."""
    joined = tiers.merge(customers[["customer_id", "monetary"]], on="customer_id", validate="many_to_one")
    placed = joined[joined["tier"] != NOT_PLACED]
    rows = placed.groupby(["scheme", "tier"], observed=True, sort=True).agg(
        customers=("customer_id", "size"), revenue=("monetary", "sum")
    )
    total = rows.groupby(level="scheme", observed=True).transform("sum")
    rows = rows.assign(customer_share=rows["customers"] / total["customers"], revenue_share=rows["revenue"] / total["revenue"])
    return rows.reset_index()[["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"]]


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
