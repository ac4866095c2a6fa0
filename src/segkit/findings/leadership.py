"""What leadership's numbers say: the quarter, what moved, channels, people, targets, and what cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.findings.finding import Finding
from segkit.findings.tiers import absent, lacking

if TYPE_CHECKING:
    import pandas as pd

STEADY = 0.02  # change below which a figure is said to have stayed
OVERLOAD = 1.0  # hours asked over hours there, from which a role cannot do its work
BEHIND = 0.9  # of a target, below which a team is behind


def _row(figures: pd.DataFrame, name: str) -> pd.Series | None:
    rows = figures[figures["figure"].eq(name)]
    return rows.iloc[0] if len(rows) else None


def _days(row: pd.Series) -> dict[str, Any]:
    """First and last day of the quarter that a figure is of."""
    import pandas as pd

    end = pd.Timestamp(row["as_of"])
    return {"begin": (end - pd.DateOffset(months=3)).date(), "end": (end - pd.Timedelta(days=1)).date()}


def quarter_result(figures: pd.DataFrame) -> Finding:
    """Revenue of the last whole quarter against the one before it and the one a year before. `figures`: key_figures."""
    import pandas as pd

    row = _row(figures, "revenue_quarter")
    if row is None:
        return lacking("quarter")
    numbers = {"revenue": float(row["value"]), **_days(row)}
    if pd.isna(row["before"]) or not row["before"] > 0:
        return Finding("quarter_alone", numbers)
    change = float(row["value"] / row["before"] - 1)
    numbers |= {"change": abs(change), "before": float(row["before"]), "year_before": float(row["year_before"])}
    return Finding("quarter_up", numbers, "good") if change >= 0 else Finding("quarter_down", numbers, "warn")


def figures_moved(figures: pd.DataFrame) -> Finding:
    """How many figures improved and worsened since the quarter before, and the one that worsened most by its own measure."""
    known = figures[figures["before"].notna() & figures["better"].ne("")]
    if known.empty:
        return Finding("figures_without_past", {"figures": len(figures)})
    change = (known["value"] - known["before"]) / known["before"].abs().where(known["before"].ne(0))
    gain = change.where(known["better"].eq("up"), -change).fillna(0.0)
    numbers: dict[str, Any] = {"figures": len(known), "better": int((gain > STEADY).sum())}
    numbers["worse"] = int((gain < -STEADY).sum())
    if not numbers["worse"]:
        return Finding("figures_none_worse", numbers, "good")
    worst = gain.idxmin()
    numbers["figure"] = f"key_figure.{known.loc[worst, 'figure']}"
    return Finding("figures_moved", numbers, "warn" if numbers["worse"] > numbers["better"] else "info")


def figures_unknown(figures: pd.DataFrame, left_out: pd.DataFrame) -> Finding:
    """How many figures have no earlier value, and how many the run cannot tell at all."""
    unknown = int(figures["before"].isna().sum())
    numbers = {"figures": len(figures), "unknown": unknown, "missing": len(left_out)}
    return Finding("figures_unknown" if unknown or len(left_out) else "figures_complete", numbers)


def kept_and_won(figures: pd.DataFrame) -> Finding:
    """Core customers' repurchase and prospects' conversion of the last whole quarter, each beside that of the one before."""
    core, won = _row(figures, "core_repurchase_rate"), _row(figures, "prospects_conversion")
    if core is None:
        return lacking("core_repurchase")
    numbers = {"core": float(core["value"]), "core_before": float(core["before"])}
    if won is None:
        return Finding("core_kept", numbers)
    return Finding("kept_and_won", numbers | {"won": float(won["value"]), "won_before": float(won["before"])})


def channel_result(channels: pd.DataFrame) -> Finding:
    """The channel that brought most, and those whose new customers cost most and least. `channels`: of one year:
    source_channel, year, profit, revenue, cost_per_new_customer."""
    if channels.empty:
        return absent("channels", "customers")
    profit = channels["profit"].notna().any()
    worth = channels["profit"] if profit else channels["revenue"]
    best = channels.loc[worth.idxmax()]
    numbers = {"year": best["year"].date(), "channel": str(best["source_channel"]), "money": float(worth.max())}
    dear = channels.dropna(subset=["cost_per_new_customer"])
    if len(dear) < 2:
        return Finding("channel_profit" if profit else "channel_revenue", numbers)
    each = dear["cost_per_new_customer"]
    high, low = dear.loc[each.idxmax()], dear.loc[each.idxmin()]
    numbers |= {"dear": str(high["source_channel"]), "dear_cost": float(high["cost_per_new_customer"])}
    numbers |= {"cheap": str(low["source_channel"]), "cheap_cost": float(low["cost_per_new_customer"])}
    return Finding("channel_costs", numbers)


def people_ahead(people: pd.DataFrame) -> Finding:
    """Who keeps core customers and wins prospects better or worse than luck explains. `people`: owner, balanced_index,
    balanced_low, balanced_high, core, prospects."""
    judged = people[people["balanced_index"].notna()]
    if judged.empty:
        return absent("salespeople", "owners")
    ahead, behind = judged[judged["balanced_low"] > 1], judged[judged["balanced_high"] < 1]
    numbers = {"people": len(judged), "ahead": len(ahead), "behind": len(behind)}
    if ahead.empty and behind.empty:
        return Finding("people_alike", numbers)
    if ahead.empty:
        worst = behind.sort_values("balanced_index").iloc[0]
        return Finding(
            "people_behind", numbers | {"owner": str(worst["owner"]), "index": float(worst["balanced_index"])}, "warn"
        )
    best = ahead.sort_values("balanced_index", ascending=False).iloc[0]
    return Finding("people_ahead", numbers | {"owner": str(best["owner"]), "index": float(best["balanced_index"])})


def team_targets(teams: pd.DataFrame) -> Finding:
    """The teams that are furthest above and below their target. `teams`: team, target, target_share."""
    known = teams[teams["target_share"].notna()] if "target_share" in teams else teams.iloc[:0]
    if known.empty:
        return absent("team_targets", "targets")
    ranked = known.sort_values("target_share", ascending=False, kind="stable")
    best, worst = ranked.iloc[0], ranked.iloc[-1]
    numbers = {"team": str(best["team"]), "share": float(best["target_share"]), "teams": len(known)}
    if len(known) == 1:
        return Finding("team_target", numbers, "good" if best["target_share"] >= 1 else "warn")
    numbers |= {"last": str(worst["team"]), "last_share": float(worst["target_share"])}
    return Finding("team_targets", numbers, "warn" if worst["target_share"] < BEHIND else "info")


def role_load(roles: pd.DataFrame) -> Finding:
    """The role whose planned work is heaviest against its hours. `roles`: role, hours_asked, hours_there."""
    known = roles[(roles["hours_there"] > 0)] if "hours_there" in roles else roles.iloc[:0]
    if known.empty:
        return absent("role_load", "owners")
    load = known["hours_asked"] / known["hours_there"]
    row = known.loc[load.idxmax()]
    numbers = {"role": f"role.{row['role']}", "asked": float(row["hours_asked"]), "there": float(row["hours_there"])}
    return Finding("role_overloaded", numbers, "warn") if load.max() > OVERLOAD else Finding("role_load", numbers)


def tier_share_moved(effort: pd.DataFrame, scheme: str) -> Finding:
    """The tier whose share of the contribution moved most since last quarter. `effort`: tier, contribution_share and the same
    with `_before`."""
    if effort.empty:
        return absent("effort", "interactions")
    moved = (effort["contribution_share"] - effort["contribution_share_before"]).dropna()
    if moved.empty:
        return Finding("tier_shares_first")
    at = moved.abs().idxmax()
    numbers = {"tier": f"tier.{scheme}.{effort.loc[at, 'tier']}", "share": float(effort.loc[at, "contribution_share"])}
    numbers["before"] = float(effort.loc[at, "contribution_share_before"])
    return Finding("tier_share_up" if moved[at] > 0 else "tier_share_down", numbers)


def lost_at(stages: pd.DataFrame) -> Finding:
    """The stage at which most of the deals decided last quarter were lost. `stages`: stage, reached, conversion,
    conversion_before."""
    known = stages[stages["conversion"].notna()]
    if known.empty:
        return absent("funnel_quarter", "opportunities")
    lost = known["reached"] * (1 - known["conversion"])
    row = known.loc[lost.idxmax()]
    numbers = {"stage": f"stage.{row['stage']}", "lost": round(float(lost.max())), "deals": int(known["reached"].max())}
    numbers |= {"conversion": float(row["conversion"]), "before": float(row["conversion_before"])}
    return Finding("lost_at", numbers)


def leads_alone(figures: pd.DataFrame) -> Finding:
    """Valuable leads that are left alone. `figures`: key_figures."""
    row = _row(figures, "leads_neglected")
    if row is None:
        return absent("leads_alone", "interactions")
    count = int(row["value"])
    return Finding("leads_alone", {"leads": count}, "warn") if count else Finding("no_leads_alone", {}, "good")
