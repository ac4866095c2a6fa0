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


def class_flow(flow: pd.DataFrame, deals: int, *, weeks: int) -> Finding:
    """What became of the deals with a deadline in the last `weeks` weeks. `flow`: one row per class with a deadline: class,
    entered, signed, lost, expired, standing; `deals`: how many there are."""
    if not deals:
        return absent("class_flow", "opportunities")
    sums = {way: int(flow[way].sum()) for way in ("entered", "signed", "lost", "expired", "standing")}
    if not sums["entered"] + sums["standing"] + sums["expired"]:
        return Finding("no_class_flow", {"weeks": weeks})
    late = sums["expired"] > sums["signed"]
    return Finding("class_flow", {"weeks": weeks} | sums, "warn" if late else "info")


def open_answers(sheet: pd.DataFrame, answers: pd.DataFrame, deals: int) -> Finding:
    """How many open deals leave a label unanswered, the money on them, and the label most often unknown. `sheet`: one row per
    open deal: amount, to_ask; `answers`: one row per open deal and label: label, answer."""
    if not deals:
        return absent("questions", "opportunities")
    asking = sheet[sheet["to_ask"] > 0]
    if asking.empty:
        return Finding("no_questions", {"deals": len(sheet)})
    unknown = answers.loc[answers["answer"] == "unknown", "label"].value_counts()
    numbers = {"asking": len(asking), "deals": len(sheet), "money": float(asking["amount"].sum())}
    return Finding("questions", numbers | {"label": str(unknown.index[0]), "many": int(unknown.iloc[0])})


def after_sale(kinds: pd.DataFrame) -> Finding:
    """What came back after the sale, and the kind that rose most in number. `kinds`: kind, touches_12m, touches_prev_12m."""
    if kinds.empty:
        return absent("after_sale", "interactions")
    rise = kinds["touches_12m"] - kinds["touches_prev_12m"]
    row = kinds.loc[rise.idxmax()]
    numbers = {"kind": f"kind.{row['kind']}", "now": int(row["touches_12m"]), "before": int(row["touches_prev_12m"])}
    total = {"touches": int(kinds["touches_12m"].sum()), "earlier": int(kinds["touches_prev_12m"].sum())}
    worse = rise.max() > 0
    return Finding("after_sale_more" if worse else "after_sale_less", numbers | total, "warn" if worse else "good")
