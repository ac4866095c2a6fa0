"""Deals: how many are won, where they die, and who wins with whom beyond luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.findings.finding import Finding
from segkit.findings.tiers import absent, lacking

if TYPE_CHECKING:
    import pandas as pd

STAGES_NAMED = 4  # stages without a place in the funnel that are named
FEW_DEALS = 30  # closed ones, below which rates by group say nothing


def win_rate(deals: pd.DataFrame) -> Finding:
    """Share of closed deals that were won. `deals`: outcome (open, won, lost)."""
    closed = deals["outcome"].isin(["won", "lost"])
    won, of = int(deals["outcome"].eq("won").sum()), int(closed.sum())
    if not of:
        return absent("win_rate", "opportunities")
    numbers = {"won": won, "closed": of, "open": int(len(deals) - of), "share": won / of}
    return Finding("win_rate_few" if of < FEW_DEALS else "win_rate", numbers, "warn" if of < FEW_DEALS else "info")


def main_death(stages: pd.DataFrame, deals: int) -> Finding:
    """The stage at which most deals die. `stages`: stage, reached, died, conversion, and in its attrs the deals by stage that
    the funnel does not name; without rows, that is why. `deals`: how many there are."""
    if not deals:
        return absent("funnel", "opportunities")
    strange = stages.attrs.get("not_in_order", {})
    if stages.empty:
        named = ", ".join(str(name) for name in list(strange)[:STAGES_NAMED])
        return Finding("stages_unnamed", {"deals": deals, "unnamed": int(sum(strange.values())), "stages": named}, "warn")
    if not stages["died"].sum():
        return Finding("no_deaths", {"deals": deals})
    row = stages.sort_values("died", ascending=False, kind="stable").iloc[0]
    numbers = {"stage": f"stage.{row['stage']}", "died": int(row["died"]), "reached": int(row["reached"])}
    return Finding("main_death", numbers | {"lost": int(stages["died"].sum())})


def clear_owners(rates: pd.DataFrame) -> Finding:
    """Whether any salesperson's interval lies wholly above the common rate. `rates`: owner, deals, win_rate, common_rate,
    expected_rate, low, high."""
    if rates.empty:
        return absent("owners", "opportunities")
    common = float(rates["common_rate"].iloc[0])
    above = rates[rates["low"] > rates["common_rate"]]
    if above.empty:
        return Finding("owners_alike", {"owners": len(rates), "share": common})
    best = above.sort_values("low", ascending=False, kind="stable").iloc[0]
    numbers = {"owner": str(best["owner"]), "expected": best["expected_rate"], "low": best["low"], "high": best["high"]}
    return Finding("owner_ahead", numbers | {"deals": int(best["deals"]), "share": common}, "good")


def clear_strengths(strengths: pd.DataFrame, deals: int) -> Finding:
    """How many combinations of salesperson and kind of customer stand out above what all salespeople reach with that kind.

    `strengths`: owner, kind, value, deals, low, high, common_rate; `deals`: how many there are.
    """
    if strengths.empty:
        return lacking("strengths") if deals else absent("strengths", "opportunities")
    clear = strengths[strengths["low"] > strengths["common_rate"]]
    return Finding("strengths" if len(clear) else "no_strengths", {"clear": len(clear), "of": len(strengths)})
