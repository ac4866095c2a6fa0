"""All schemes together: what they place, who is left out, how they cross; the ladder with its prospects; target groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from segkit.findings.finding import Finding, part_of

if TYPE_CHECKING:
    import pandas as pd

FEW_CUSTOMERS = 100  # below it most tiers hold a handful
LEAST_IN_TIER = 5  # customers of a tier below which its shares are anecdotes
PROSPECTS = ("A", "B", "C", "D", "E")  # tiers of trade_tier without an order
HOT = ("A", "B")


def absent(part: str, extract: str) -> Finding:
    """That a part of an analysis is not computed, since the run lacks an extract."""
    return Finding("not_computed", {"part": f"part.{part}", "needs": f"extract.{extract}"})


def lacking(part: str) -> Finding:
    """That a part of an analysis is not computed, since the run lacks columns that its scheme needs."""
    return Finding("scheme_not_computed", {"part": f"part.{part}"})


def schemes_computed(placed: pd.DataFrame, missing: Mapping[str, Sequence[str]]) -> Finding:
    """How many schemes are computed, and how many lack their columns. `placed`: customer_id, scheme, tier; every customer
    stands once per scheme. `missing`: scheme → columns."""
    computed = int(placed["scheme"].nunique())
    numbers = {"computed": computed, "missing": len(missing), "customers": int(placed["customer_id"].nunique())}
    return Finding("schemes_computed" if missing else "schemes_all_computed", numbers)


def pyramid(sizes: pd.DataFrame) -> Finding:
    """What all tiers above the last bring. `sizes`: of the one scheme, best tier first, with the shares of customers and
    revenue; the last is the broad bottom."""
    if len(sizes) < 2:
        return lacking("pyramid")
    upper = sizes.iloc[:-1]
    numbers = {"customers": int(upper["customers"].sum()), "customer_share": upper["customer_share"].sum()}
    return Finding("pyramid", numbers | {"revenue_share": upper["revenue_share"].sum(), "revenue": upper["revenue"].sum()})


def main_tier(sizes: pd.DataFrame) -> Finding:
    """As `strongest_tier`, under a key of its own for schemes other than the first; not computed where there are no rows."""
    if sizes.empty:
        return lacking("sizes")
    row = sizes.sort_values("revenue_share", ascending=False, kind="stable").iloc[0]
    words = {"scheme": f"scheme.{row['scheme']}", "tier": f"tier.{row['scheme']}.{row['tier']}"}
    return Finding("main_tier", words | {k: row[k] for k in ("customers", "customer_share", "revenue", "revenue_share")})


def crossing(cells: pd.DataFrame, *, value: str = "customers") -> Finding:
    """The fullest cell of two crossed schemes. `cells`: the two schemes as columns of tiers, customers, revenue."""
    filled = cells[cells[value] > 0] if len(cells.columns) > 2 else cells
    if filled.empty:
        return lacking("cross")
    first, second = (str(c) for c in cells.columns[:2])
    row = filled.sort_values(value, ascending=False, kind="stable").iloc[0]
    share = part_of(row[value], filled[value].sum())
    tiers = {"first": f"tier.{first}.{row[first]}", "second": f"tier.{second}.{row[second]}"}
    return Finding(f"crossing_{value}", tiers | {"customers": int(row["customers"]), "share": share})


def ladder(sizes: pd.DataFrame) -> Finding:
    """Prospects beside buyers in `trade_tier`, and how many of them are near an order (A and B). `sizes`: of that scheme."""
    if sizes.empty:
        return lacking("ladder")
    by_tier = sizes.set_index(sizes["tier"].astype(str))["customers"]
    prospects = int(by_tier.reindex(PROSPECTS).sum())
    buyers = int(by_tier.sum()) - prospects
    if not prospects:
        return Finding("no_prospects", {"buyers": buyers})
    hot = int(by_tier.reindex(HOT).sum())
    return Finding("ladder", {"prospects": prospects, "buyers": buyers, "hot": hot}, "info" if hot else "warn")


def unplaced(left_out: pd.DataFrame, customers: int) -> Finding:
    """The scheme that leaves most customers out for one reason. `left_out`: scheme, reason, customers; `customers`: of all."""
    if left_out.empty:
        return Finding("all_placed", {}, "good")
    worst = left_out.sort_values("customers", ascending=False, kind="stable").iloc[0]
    numbers = {"scheme": f"scheme.{worst['scheme']}", "reason": str(worst["reason"]), "customers": int(worst["customers"])}
    return Finding("unplaced", numbers | {"share": part_of(worst["customers"], customers)})


def small_tiers(sizes: pd.DataFrame, customers: int) -> Finding:
    """What few customers cannot tell: how many tiers hold fewer than `LEAST_IN_TIER` of them. `sizes`: of all schemes."""
    small = int((sizes["customers"] < LEAST_IN_TIER).sum())
    numbers = {"customers": customers, "small": small, "tiers": len(sizes), "least": LEAST_IN_TIER}
    if not small:
        return Finding("tiers_filled", numbers, "good")
    if customers < FEW_CUSTOMERS:
        return Finding("few_customers", numbers, "warn")
    return Finding("small_tiers", numbers)


def groups(counts: pd.DataFrame) -> Finding:
    """The target groups and the largest of them. `counts`: audience, listed."""
    filled = counts[counts["listed"] > 0] if len(counts) else counts
    if filled.empty:
        return Finding("no_groups", {})
    row = filled.sort_values("listed", ascending=False, kind="stable").iloc[0]
    numbers = {"groups": len(filled), "audience": f"audience.{row['audience']}", "customers": int(row["listed"])}
    return Finding("groups", numbers)
