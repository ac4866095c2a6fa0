"""What moved between tiers, why, who was kept, who came and went, and what such comparisons rest on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from segkit.findings.finding import Finding, part_of

if TYPE_CHECKING:
    import pandas as pd

NEW, LOST = "(new)", "(lost)"
STAYED = "stayed"
BADLY_KEPT = 0.8  # share of a tier kept over a quarter below which it is told as a warning
MOVED = ("moved", "nobody_moved", "no_history")
"""What `moved` finds, by key."""


def moved(flows: pd.DataFrame, *, scheme: str) -> Finding:
    """How many changed their tier since one day, and the greatest stream. `flows`: of one scheme since that day."""
    if flows.empty:
        return Finding("no_history", {"scheme": f"scheme.{scheme}"}, "warn")
    both = flows[(flows["from_tier"] != NEW) & (flows["to_tier"] != LOST)]
    went = both[both["from_tier"] != both["to_tier"]]
    numbers = {"since": flows["since"].iloc[0], "scheme": f"scheme.{scheme}", "customers": int(went["customers"].sum())}
    numbers |= {"of": int(both["customers"].sum()), "share": part_of(went["customers"].sum(), both["customers"].sum())}
    if went.empty:
        return Finding("nobody_moved", numbers)
    sums = went.groupby(["from_tier", "to_tier"])["customers"].sum()
    from_, to = sums.idxmax()
    most = {"from": f"tier.{scheme}.{from_}", "to": f"tier.{scheme}.{to}", "most": int(sums.max())}
    return Finding("moved", numbers | most)


def since_last(flows: pd.DataFrame, *, scheme: str) -> Finding:
    """How many changed their tier since the last snapshot. `flows`: of one scheme since that day; none without a snapshot."""
    if flows.empty:
        return Finding("no_snapshot", {})
    numbers = {k: v for k, v in moved(flows, scheme=scheme).numbers.items() if k in ("since", "customers", "of", "share")}
    return Finding("moved_since_last", numbers)


def main_cause(by_cause: pd.DataFrame) -> Finding:
    """What explains most moves, and how many are nobody's doing. `by_cause`: cause, marked, customers, most first."""
    total = int(by_cause["customers"].sum()) if len(by_cause) else 0
    if not total:
        return Finding("no_cause", {})
    top, marked = by_cause.iloc[0], int(by_cause.loc[by_cause["marked"].astype(bool), "customers"].sum())
    parts = [f"cause.{part}" for part in str(top["cause"]).split("+")]
    numbers: dict[str, Any] = {"cause": parts[0]} | ({"second": parts[1]} if len(parts) > 1 else {})
    numbers |= {"customers": int(top["customers"]), "share": part_of(top["customers"], total), "of": total}
    numbers |= {"marked": marked, "marked_share": part_of(marked, total)}
    if not marked:
        return Finding("one_cause" if len(parts) == 1 else "joint_causes", numbers)
    return Finding("main_cause" if len(parts) == 1 else "main_causes", numbers)


def kept(retention: pd.DataFrame, *, scheme: str) -> Finding:
    """How many of a tier were still in it at the end of the last step. `retention`: since, tier, customers, retained,
    retained_share, went_to, revenue, revenue_retained."""
    if retention.empty:
        return Finding("kept_unknown", {})
    row = retention.iloc[-1]
    numbers = {"since": row["since"], "tier": f"tier.{scheme}.{row['tier']}", "customers": int(row["customers"])}
    numbers |= {"kept": int(row["retained"]), "share": row["retained_share"], "money": row["revenue"] - row["revenue_retained"]}
    if row["retained"] == row["customers"]:
        return Finding("all_kept", numbers, "good")
    if row["went_to"] == LOST:
        return Finding("kept_some_lost", numbers, "warn")
    numbers |= {"to": f"tier.{scheme}.{row['went_to']}"}
    return Finding("kept", numbers, "warn" if row["retained_share"] < BADLY_KEPT else "info")


def turnover(states: pd.DataFrame) -> Finding:
    """Who came, came back and went since one day. `states`: since, state, customers, revenue."""
    if states.empty:
        return Finding("no_turnover", {})
    by_state = states.set_index("state")
    count = {s: int(by_state["customers"].get(s, 0)) for s in ("new", "returned", "lost")}
    money = {f"{s}_money": float(by_state["revenue"].get(s, 0.0)) for s in ("new", "lost")}
    worse = count["lost"] > count["new"] + count["returned"]
    return Finding("turnover", {"since": states["since"].iloc[0], **count, **money}, "warn" if worse else "info")


def rests_on(sources: pd.DataFrame) -> Finding:
    """How many of the past days are snapshots, and how many were rebuilt. `sources`: since, kind, source."""
    days = sources.drop_duplicates("since")
    kept_ = int((days["source"] == "snapshot").sum())
    numbers = {"days": len(days), "kept": kept_, "rebuilt": len(days) - kept_}
    if not len(days):
        return Finding("history_none", {})
    if not kept_:
        return Finding("history_rebuilt", numbers)
    return Finding("history_kept" if kept_ == len(days) else "history_mixed", numbers)


def without_past(lacking: Mapping[str, Sequence[str]], traced: Collection[str]) -> Finding:
    """The schemes that have no movement yet: they read fields that are known as of today only. `lacking`: scheme → columns;
    `traced`: schemes that have movement, from snapshots too."""
    none = sorted(set(lacking) - set(traced))
    if not none:
        return Finding("all_have_a_past", {})
    return Finding("no_past", {"schemes": len(none), "example": f"scheme.{none[0]}"})


def foreign(days: pd.DataFrame, *, currency: str) -> list[Finding]:
    """Snapshots that are left aside, since they are in another currency; nothing where there is none. `days`: since, kind."""
    n = int((days["kind"] == "foreign").sum())
    return [Finding("foreign_snapshots", {"snapshots": n, "base": currency}, "warn")] if n else []
