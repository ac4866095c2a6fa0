"""Effort against contribution per tier, and each salesperson's planned work against the hours there are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segkit.analysis.followup.fitting import WORKED, budgets
from segkit.analysis.followup.tasks import Options
from segkit.schemes import NOT_PLACED

VISIT_MINUTES = 180.0  # a visit, where fewer minutes are recorded
OPEN = "open"


def effort(known: pd.DataFrame, scheme: str) -> pd.DataFrame:
    """One row per tier of a scheme: tier, customers, touches, hours, mailings (of the last 12 months), contribution (margin of
    12 months where it is measured, else revenue; below 0 as it is), their shares of all placed customers (touch_share,
    hour_share, mailing_share, contribution_share), and lean (contribution_share less hour_share, of touches where no minutes
    are recorded): below 0 more effort goes in than comes out.

    A visit counts three hours at least. `known`: customers with `tier.<scheme>`; empty where no touches are measured.
    """
    tier = f"tier.{scheme}"
    if tier not in known or "touches_12m" not in known:
        return pd.DataFrame(columns=["tier", *_SUMS, *_SHARES.values(), "lean"])
    placed = known[known[tier].notna() & known[tier].ne(NOT_PLACED)]
    given = {name: _filled(placed, name) for name in ("touches_12m", "minutes_12m", "mailings_12m", "visits_12m")}
    contribution = placed["margin_12m"] if "margin_12m" in placed else placed["revenue_12m"]
    rows = pd.DataFrame({"tier": placed[tier].astype(str), "customers": 1, "touches": given["touches_12m"]})
    rows["hours"] = np.maximum(given["minutes_12m"], given["visits_12m"] * VISIT_MINUTES) / 60
    rows = rows.assign(mailings=given["mailings_12m"], contribution=contribution.astype(float).fillna(0.0))
    summed = rows.groupby("tier", sort=False, as_index=False)[list(_SUMS)].sum()
    for name, share in _SHARES.items():
        total = summed[name].sum()
        summed[share] = summed[name] / total if total else np.nan
    given_in = summed["hour_share"].fillna(summed["touch_share"])
    summed["lean"] = summed["contribution_share"] - given_in
    return summed.sort_values("contribution", ascending=False, kind="stable", ignore_index=True)


_SUMS = ("customers", "touches", "hours", "mailings", "contribution")
_SHARES = {"touches": "touch_share", "hours": "hour_share", "mailings": "mailing_share", "contribution": "contribution_share"}


def _filled(customers: pd.DataFrame, name: str) -> pd.Series:
    return customers[name].astype(float).fillna(0.0) if name in customers else pd.Series(0.0, index=customers.index)


def workload(tasks: pd.DataFrame, owners: pd.DataFrame, *, options: Options | None = None) -> pd.DataFrame:
    """One row per salesperson with open tasks that cost time: owner, role, tasks, hours_asked, hours_there (for planned touches
    in the days planned), hours_fitted, of them hours_hunting (prospects, growth, new) and hours_farming, left_out (tasks that
    did not fit), value_left_out. Busiest first. The pool has no hours and is not here."""
    options = options or Options()
    own = tasks[tasks["status"].eq(OPEN) & tasks["owner"].notna() & ~tasks["automated"].astype(bool)]
    fits, hours = own["fits"].fillna(False).astype(bool), own["minutes"] / 60
    hunting = own["work"].eq("hunt")
    measured = own.assign(
        hours_asked=hours,
        hours_fitted=hours.where(fits, 0.0),
        hours_hunting=hours.where(fits & hunting, 0.0),
        hours_farming=hours.where(fits & ~hunting, 0.0),
        left_out=(~fits).astype("int64"),
        value_left_out=own["value"].where(~fits, 0.0),
    )
    named = ["hours_asked", "hours_fitted", "hours_hunting", "hours_farming", "left_out", "value_left_out"]
    rows = measured.groupby("owner", as_index=False)[named].sum()
    rows.insert(1, "tasks", rows["owner"].map(own["owner"].value_counts()))
    rows.insert(1, "role", rows["owner"].map(owners.set_index("owner")["role"]))
    rows.insert(4, "hours_there", rows["owner"].map(_hours(owners, options)).fillna(_there(options.hours_per_week, options)))
    return rows.sort_values("hours_asked", ascending=False, kind="stable", ignore_index=True)


def _hours(owners: pd.DataFrame, options: Options) -> Mapping[str, float]:
    days = options.ahead / 7 * WORKED
    return {owner: budget.day * days / 60 for owner, budget in budgets(owners, options=options).items()}


def _there(week: float, options: Options) -> float:
    return week * options.planned_share * options.ahead / 7
