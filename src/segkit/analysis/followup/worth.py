"""What is at stake with an account in a year: the money that ranks its tasks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from segkit.schemes.playbooks import Playbook


def worth(customers: pd.DataFrame) -> np.ndarray:
    """Money (base currency) for each customer. A buyer: the best of its last twelve months, the twelve before and a third of
    three years, so that a big account that fell silent keeps its weight; where those are not measured, all it ever paid. A
    prospect: its open deal, else the median order value of the buyers. Never below 0."""
    buyer = _numbers(customers, "frequency") > 0
    recent = [_numbers(customers, c) for c in ("revenue_12m", "revenue_prev_12m")] + [_numbers(customers, "monetary_3y") / 3]
    known = np.fmax.reduce(recent)
    bought = np.where(np.isnan(known), _numbers(customers, "monetary"), known)
    usual = _numbers(customers, "average_order_value")[buyer]
    order = float(np.nanmedian(usual)) if np.isfinite(usual).any() else 0.0
    open_deal = (
        customers["deal_outcome"].eq("open").fillna(False).to_numpy(dtype=bool) if "deal_outcome" in customers else False
    )
    deal = np.where(open_deal, _numbers(customers, "deal_amount"), np.nan)
    return np.clip(np.nan_to_num(np.where(buyer, bought, np.where(np.isnan(deal), order, deal))), 0, None)


def _numbers(customers: pd.DataFrame, name: str) -> np.ndarray:
    if name not in customers:
        return np.full(len(customers), np.nan)
    return customers[name].to_numpy(dtype=float, na_value=np.nan)


def weights(playbooks: Sequence[Playbook], frame: pd.DataFrame) -> np.ndarray:
    """The product of the weights of all plays that an account is in."""
    found = np.ones(len(frame))
    for book in playbooks:
        if f"tier.{book.scheme}" in frame:
            by_tier = {play.tier: play.weight for play in book.plays}
            found *= frame[f"tier.{book.scheme}"].astype(object).map(by_tier).fillna(1.0).to_numpy(dtype=float)
    return found
