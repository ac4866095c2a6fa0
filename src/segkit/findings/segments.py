"""Scores, and the tiers of one scheme: what they bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segkit.findings.finding import Finding, part_of

if TYPE_CHECKING:
    import pandas as pd


def bins(made: Mapping[str, int], possible: Mapping[str, int]) -> Finding:
    """Whether R, F and M make as many groups as they could. Both: letter → groups, {"r": 5, "f": 4, "m": 5}."""
    short = [letter for letter in ("r", "f", "m") if made[letter] < possible[letter]]
    if not short:
        return Finding("bins_made", dict(possible), "good")
    least = max(short, key=lambda letter: possible[letter] - made[letter])
    return Finding("bins_short", {"bins": possible[least], "measure": f"measure.{least}", "made": made[least]}, "warn")


def best_cell(grid: pd.DataFrame) -> Finding:
    """What customers with the best R and the best F bring. `grid`: r_score, f_score, customers, revenue."""
    best = grid[(grid["r_score"] == grid["r_score"].max()) & (grid["f_score"] == grid["f_score"].max())]
    count, money = int(best["customers"].sum()), best["revenue"].sum()
    numbers = {"customers": count, "share": part_of(count, grid["customers"].sum()), "revenue": money}
    return Finding("best_cell", numbers | {"revenue_share": part_of(money, grid["revenue"].sum())})


def strongest_tier(sizes: pd.DataFrame) -> Finding:
    """The tier with most revenue beside its share of customers. `sizes`: scheme, tier, …, revenue_share."""
    first = sizes.sort_values("revenue_share", ascending=False, kind="stable").iloc[0]
    return Finding("strongest_tier", _tier(first))


def largest_tier(sizes: pd.DataFrame) -> Finding:
    """The tier with most customers beside its share of revenue."""
    first = sizes.sort_values("customers", ascending=False, kind="stable").iloc[0]
    return Finding("largest_tier", _tier(first))


def _tier(row: pd.Series) -> dict[str, Any]:
    numbers = {"tier": f"tier.{row['scheme']}.{row['tier']}", "customers": int(row["customers"])}
    return numbers | {k: row[k] for k in ("customer_share", "revenue", "revenue_share")}
