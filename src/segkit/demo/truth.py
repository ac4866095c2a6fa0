"""The truth kept beside the extract: the process, each account's hidden traits, each deal's probability, the dirt."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from segkit.demo import dirt, lines, tables
from segkit.demo.firm import Firm
from segkit.demo.process import Process


def accounts(firm: Firm, process: Process) -> pd.DataFrame:
    """One row per account: rate (orders a week), value (USD an order), growth (log a year), dropout day if before as-of."""
    frame = firm.accounts
    dropout = np.floor(frame.first_day + frame.lifetime_days)
    counts = firm.orders.groupby("account").day.agg(["size", "max"]).reindex(frame.index)
    return pd.DataFrame(
        {
            "customer_id": firm.ids,
            "origin": frame.origin,
            "rate_per_week": frame.rate.round(5),
            "order_value_usd": frame.value.round(2),
            "growth_per_year": frame.growth.round(4),
            "regularity": frame.regularity,
            "first_order_on": tables.days_as(frame.first_day, "%Y-%m-%d", process),
            "dropout_on": tables.days_as(dropout.mask(dropout >= process.days), "%Y-%m-%d", process),
            "orders": counts["size"].fillna(0).astype(int),
            "last_order_on": tables.days_as(counts["max"], "%Y-%m-%d", process),
            "quality": frame.quality.round(3),
            "neglected": frame.neglected.astype(int),
            "late_payer": frame.late_payer.astype(int),
            "concession": frame.concession,
        }
    ).sort_values("customer_id", kind="stable")


def deals(firm: Firm, process: Process) -> pd.DataFrame:
    """One row per deal: the probability it was drawn from and how it ends, open ones too (`closed_on` may be later)."""
    frame = firm.deals
    return pd.DataFrame(
        {
            "opportunity_id": [f"OPP-{i:04d}" for i in range(1, len(frame) + 1)],
            "customer_id": frame.account.map(firm.ids),
            "kind": frame.kind,
            "class": frame["class"],
            "sample": frame["sample"].astype(int),
            "probability": frame.probability,
            "won": frame.won.astype(int),
            "closed_on": tables.days_as(frame.closed_day, "%Y-%m-%d", process),
        }
    )


def process(firm: Firm, process: Process) -> dict[str, Any]:
    """Every parameter, and the strength of each salesperson by category and region (added to a deal's logit)."""
    values = {k: str(v) if k in ("start", "as_of") else v for k, v in asdict(process).items()}
    values["deal_effects"] = dict(process.deal_effects)
    return {**values, "strengths": firm.hands.T.to_dict()}


def returned_whole(orders: pd.DataFrame) -> int:
    """Orders of which every line came back: nothing is left of them."""
    back = orders.status.eq("Returned").groupby(orders.order_id).sum()
    rows = orders.groupby("order_id").size()
    return int((back[back > 0] * 2 == rows[back > 0]).sum())


def dirt_notes(clean: dict[str, pd.DataFrame], firm: Firm) -> dict[str, dict[str, Any]]:
    """Dirt that loses no row, per extract."""
    orders = clean["orders"]
    used = orders[orders.is_sample.eq("N")]
    return {
        "orders": {
            "duplicates_kept": lines.EQUAL_LINES,
            "ids_with_decimal": dirt.DECIMAL_IDS,
            "credit_note_rows": lines.CREDIT_NOTES,
            "returned_rows": lines.RETURNED_ROWS,
            "part_return_rows": lines.PART_RETURNS,
            "orders_entered_and_reversed": lines.REVERSED_ORDERS,
            "negative_rows": lines.CREDIT_NOTES + lines.REVERSED_ORDERS,
            "rows_under_an_alias": int(used.customer_id.str.startswith("A-").sum()),
            "rows_by_currency": {c: int(n) for c, n in used.currency.value_counts().sort_index().items()},
            "orders_returned_whole": returned_whole(orders),
            "orders_that_count": len(firm.orders) - returned_whole(orders),
        },
        "payments": {"due_days_unreadable": dirt.UNREADABLE_DUE},
        "customers": {
            "placeholder_words": dirt.PLACEHOLDERS,
            "aliases_merged": dirt.ALIASES,
            "ordered": int(firm.accounts.first_day.notna().sum()),
            "prospects": int(firm.accounts.first_day.isna().sum()),
        },
    }
