"""Accounts past their own rhythm, and what that has meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.findings.finding import Finding, part_of

if TYPE_CHECKING:
    import pandas as pd

OVERDUE_REVENUE = 0.1  # of the last 12 months' revenue of active accounts: from here on a risk


def overdue(accounts: pd.DataFrame, money: str = "revenue_12m") -> Finding:
    """How many active accounts are past the upper bound of their gaps, and the `money` that they brought. `accounts`: those
    with an order within a year, with usual_gap_days, overdue and `money`."""
    known = accounts[accounts["usual_gap_days"].notna()]
    if known.empty:
        return Finding("rhythm_unknown")
    late = known[known["overdue"]]
    part = part_of(late[money].sum(), known[money].sum())
    numbers = {"customers": len(late), "active": len(known), "revenue": late[money].sum(), "revenue_share": part}
    if late.empty:
        return Finding("none_overdue", numbers, "good")
    return Finding("accounts_overdue", numbers, "risk" if part >= OVERDUE_REVENUE else "warn")


def overdue_meaning(states: pd.DataFrame, days: int = 90) -> Finding:
    """How many of those overdue `days` days ago have ordered since, beside those then within their usual gap. `states`:
    rhythm_state (within, past_usual, overdue), accounts, share."""
    by_state = states.set_index(states["rhythm_state"].astype(str))
    late, within = by_state.loc["overdue"], by_state.loc["within"]
    if not late["accounts"] or not within["accounts"]:
        return Finding("overdue_meaning_unknown", {"days": days})
    return Finding(
        "overdue_meaning", {"days": days, "accounts": int(late["accounts"]), "late": late["share"], "within": within["share"]}
    )
