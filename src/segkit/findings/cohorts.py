"""Whether new customers come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.findings.finding import Finding, part_of

if TYPE_CHECKING:
    import pandas as pd

YEAR = 4  # quarters
LEAST = 20  # customers of a cohort below which its rate is an anecdote


def retention(cells: pd.DataFrame) -> Finding:
    """Share of new customers that order in the quarter after their first and a year after it, over all cohorts for which that
    quarter is over but the first, which holds older customers. `cells`: cohort, age, customers, active, whole."""
    new = cells[cells["whole"] & cells["cohort"].ne(cells["cohort"].min())]
    next_, later = new[new["age"] == 1], new[new["age"] == YEAR]
    if next_.empty:
        return Finding("retention_unknown")
    numbers = {"next": part_of(next_["active"].sum(), next_["customers"].sum()), "cohorts": len(next_)}
    if later.empty:
        return Finding("retention_young", numbers)
    return Finding("retention", numbers | {"later": part_of(later["active"].sum(), later["customers"].sum())})


def second_orders(rows: pd.DataFrame, days: int = 90) -> Finding:
    """Second-order rate of the last closed cohort of at least `LEAST` customers beside all closed ones before it but the first:
    worse or better where the common rate lies outside its interval. `rows`: cohort, followed, second, second_rate, low, high,
    closed."""
    closed = rows[rows["closed"] & (rows["followed"] >= LEAST)]
    before = closed.iloc[1:-1]
    if before.empty:
        return Finding("second_orders_unknown", {"days": days})
    last, common = closed.iloc[-1], part_of(before["second"].sum(), before["followed"].sum())
    numbers = {"days": days, "rate": last["second_rate"], "common": common, "cohort": last["cohort"].date()}
    if last["high"] < common:
        return Finding("second_orders_down", numbers, "warn")
    return Finding("second_orders_up", numbers, "good") if last["low"] > common else Finding("second_orders_steady", numbers)
