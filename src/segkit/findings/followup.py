"""The follow-up plan: how much there is to do, what does not fit, what was promised and kept, where effort and money part."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from segkit.findings.finding import Finding, part_of
from segkit.findings.tiers import absent, lacking

if TYPE_CHECKING:
    import pandas as pd

KEPT_WELL = 0.7  # share of promises kept from which all is well
FEW_PROMISES = 10  # of a tier, below which its share says little
OUT_OF_BALANCE = 0.05  # share of hours above the share of contribution from which effort is said to go astray


def plan_size(tasks: pd.DataFrame, days: int) -> Finding:
    """How much there is to do by people in the days planned. `tasks`: status, owner, automated, urgent, minutes."""
    open_ = _by_people(tasks)
    if open_.empty:
        return Finding("plan_empty", {"days": days})
    numbers = {"tasks": len(open_), "urgent": int(open_["urgent"].sum()), "hours": float(open_["minutes"].sum() / 60)}
    people = int(open_["owner"].nunique())
    numbers |= {"owners": people, "days": days}
    return Finding("plan_size" if people else "plan_pool_only", numbers)


def _by_people(tasks: pd.DataFrame) -> pd.DataFrame:
    return tasks[tasks["status"].eq("open") & ~tasks["automated"].astype(bool)]


def plan_fits(workload: pd.DataFrame) -> Finding:
    """Whether the tasks fit the hours there are. `workload`: owner, tasks, hours_asked, hours_there, left_out,
    value_left_out."""
    if workload.empty:
        return absent("workload", "owners")
    left = int(workload["left_out"].sum())
    if not left:
        return Finding("plan_fits", {"owners": len(workload)}, "good")
    worst = workload.sort_values("value_left_out", ascending=False, kind="stable").iloc[0]
    numbers = {"left_out": left, "value": float(workload["value_left_out"].sum()), "owner": str(worst["owner"])}
    own = {"own": int(worst["left_out"]), "asked": float(worst["hours_asked"]), "there": float(worst["hours_there"])}
    return Finding("plan_left_out", numbers | own, "warn")


def plan_pool(tasks: pd.DataFrame) -> Finding:
    """Tasks of accounts that nobody looks after, and the money behind them. `tasks`: status, owner, automated, customer_id,
    value."""
    open_ = _by_people(tasks)
    pool = open_[open_["owner"].isna()]
    if pool.empty:
        return Finding("pool_empty", {}, "good")
    value = float(pool.groupby("customer_id")["value"].max().sum())
    return Finding("plan_pool", {"tasks": len(pool), "customers": int(pool["customer_id"].nunique()), "value": value}, "warn")


def promises(adherence: pd.DataFrame, *, touched: bool) -> Finding:
    """Which share of the promised touches happened, and the tier that fares worst. `adherence`: scheme, tier, promised,
    happened; `touched`: whether the run has interactions."""
    if not touched:
        return absent("adherence", "interactions")
    promised = int(adherence["promised"].sum()) if len(adherence) else 0
    if not promised:
        return lacking("adherence")
    kept = int(adherence["happened"].sum())
    tiers = adherence.groupby(["scheme", "tier"], as_index=False, sort=False)[["promised", "happened"]].sum()
    many = tiers[tiers["promised"] >= FEW_PROMISES]
    numbers = {"happened": kept, "promised": promised, "share": kept / promised}
    if many.empty:
        return Finding("promises_few", numbers)
    worst = many.assign(share=many["happened"] / many["promised"]).sort_values("share", kind="stable").iloc[0]
    named = {"tier": f"tier.{worst['scheme']}.{worst['tier']}", "worst": float(worst["share"]), "of": int(worst["promised"])}
    return Finding("promises", numbers | named, "good" if kept / promised >= KEPT_WELL else "warn")


def effort_astray(effort: pd.DataFrame, scheme: str) -> Finding:
    """The tier that takes most hours beyond what it brings. `effort`: tier, hour_share, contribution_share, lean."""
    if effort.empty or effort["lean"].isna().all():
        return absent("effort", "interactions")
    row = effort.sort_values("lean", kind="stable").iloc[0]
    hours = row["hour_share"] if not math.isnan(row["hour_share"]) else row["touch_share"]
    numbers = {"tier": f"tier.{scheme}.{row['tier']}", "hours": float(hours), "contribution": float(row["contribution_share"])}
    astray = row["lean"] < -OUT_OF_BALANCE
    return Finding("effort_astray" if astray else "effort_balanced", numbers)


def neglected_accounts(neglected: pd.DataFrame, *, touched: bool) -> Finding:
    """Important accounts left alone, and the biggest. `neglected`: customer_id, owner, worth, quiet_days, by worth."""
    if not touched:
        return absent("neglected", "interactions")
    if neglected.empty:
        return Finding("none_neglected", {}, "good")
    numbers = {
        "customers": len(neglected),
        "worth": float(neglected["worth"].sum()),
        "first": str(neglected["customer_id"].iloc[0]),
    }
    return Finding("neglected", numbers | {"first_worth": float(neglected["worth"].iloc[0])}, "risk")


def revival_list(revival: pd.DataFrame) -> Finding:
    """How many are worth waking, and how many have a day to write by. `revival`: who, worth, reason, hand_to."""
    if revival.empty:
        return Finding("no_revival", {})
    who, day = revival["who"].value_counts(), int(revival["reason"].isin(["birthday", "holiday"]).sum())
    numbers = {"sleeping": int(who.get("sleeping", 0)), "asked": int(who.get("asked", 0)), "days": day}
    return Finding("revival", numbers | {"hand": int(revival["hand_to"].notna().sum())})


def hand_on(proposals: pd.DataFrame, *, people: bool) -> Finding:
    """How many accounts should change hands, and why. `proposals`: why, worth; `people`: whether the run has owners."""
    if not people:
        return absent("proposals", "owners")
    if proposals.empty:
        return Finding("no_proposals", {}, "good")
    why = proposals["why"].value_counts()
    counts = {name: int(why.get(name, 0)) for name in ("left", "nobody", "unanswered")}
    return Finding("proposals", counts | {"customers": len(proposals), "worth": float(proposals["worth"].sum())}, "warn")


def targets_met(attainment: pd.DataFrame, *, targets: bool) -> Finding:
    """How many salespeople met their target of revenue in the newest period, and how far all together are. `attainment`:
    owner, period, revenue_target, revenue, target_share, elapsed; `targets`: whether the run has any."""
    if not targets:
        return absent("attainment", "targets")
    known = attainment[attainment["revenue_target"].notna()]
    if known.empty:
        return lacking("attainment")
    asked, revenue = float(known["revenue_target"].sum()), float(known["revenue"].sum())
    elapsed = float(known["elapsed"].iloc[0])
    numbers = {"period": str(known["period"].iloc[0]), "owners": len(known), "met": int((known["target_share"] >= 1).sum())}
    money = {"revenue": revenue, "target": asked, "share": part_of(revenue, asked), "elapsed": elapsed}
    return Finding("targets_met", numbers | money, "good" if revenue >= asked * elapsed else "warn")


def far_clocks(accounts: pd.DataFrame, home_zone: str) -> Finding:
    """Customers whose country is not known and who are planned on the firm's own clock. `accounts`: country_code."""
    known = accounts["country_code"].notna() if "country_code" in accounts else accounts["customer_id"].isna()
    unknown = int((~known).sum())
    if not unknown:
        return Finding("clocks_known", {"zones": int(accounts["zone"].nunique())}, "good")
    return Finding(
        "clocks_unknown", {"customers": unknown, "zone": home_zone, "share": part_of(unknown, len(accounts))}, "warn"
    )
