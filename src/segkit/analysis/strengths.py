"""Where deals and tiers meet: which salesperson wins with which kind of customer, against what all reach with it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from segkit.analysis import owners
from segkit.schemes import NOT_PLACED

COLUMNS = (
    "owner", "kind", "value", "deals", "won", "win_rate", "common_rate", "expected_rate", "low", "high", "chance_above",
    "signed", "days", "days_low", "days_high",
)  # fmt: skip
PRODUCT = "product"


def by_kind(deals: pd.DataFrame, tiers: pd.DataFrame, *, schemes: Sequence[str] = ("region", "rfm_matrix")) -> pd.DataFrame:
    """One row per salesperson, kind and value with a closed deal: owner, kind (`product`, or a scheme's name), value (the
    product, or the customer's tier), deals, won, win_rate, common_rate (of all salespeople with that value), expected_rate,
    low, high, chance_above, and signed, days, days_low, days_high of the won ones (see `owners`).

    A customer's tier is today's, also for deals long closed. Deals without an owner or value are in no row; a scheme that
    `tiers` lacks gives none.
    """
    parts = [_kind(deals.assign(value=deals["product"]), PRODUCT)]
    parts += [_kind(_with_tier(deals, tiers, scheme), scheme) for scheme in schemes]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))


def _with_tier(deals: pd.DataFrame, tiers: pd.DataFrame, scheme: str) -> pd.DataFrame:
    rows = tiers[(tiers["scheme"] == scheme) & (tiers["tier"] != NOT_PLACED)]
    return deals.assign(value=deals["customer_id"].map(rows.set_index("customer_id")["tier"].astype(object)))


def _kind(deals: pd.DataFrame, kind: str) -> pd.DataFrame:
    named = deals[deals["owner"].notna() & deals["value"].notna()]
    if not named["outcome"].isin(["won", "lost"]).any():
        return pd.DataFrame(columns=list(COLUMNS))
    rates = owners.win_rates(named, ["owner", "value"], against=["value"])
    speed = owners.days_to_sign(named, ["owner", "value"])
    return rates.merge(speed, on=["owner", "value"], how="left").assign(kind=kind)[list(COLUMNS)]


def clear(strengths: pd.DataFrame) -> pd.DataFrame:
    """Those whose whole interval lies above the common rate, furthest above first."""
    above = strengths[strengths["low"] > strengths["common_rate"]]
    lead = (above["expected_rate"] - above["common_rate"]).astype(float)
    return above.loc[lead.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
