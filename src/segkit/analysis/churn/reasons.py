"""Why a customer's risk is high: facts about it that in past windows went with more churn, the strongest first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from segkit.analysis.churn.windows import Window

KEYS = ("overdue", "silent", "orders_stopped", "orders_fell", "spend_fell", "one_order", "few_orders")
MOST = 3
NUMBERS = ("days", "usual_days", "upper_days", "before", "now")
FELL = 0.5
FEW = 3


def conditions(facts: pd.DataFrame, *, horizon_days: int) -> pd.DataFrame:
    """One column per reason, true where it applies. `overdue`: silent beyond the upper bound of its usual gap; `silent`: for
    longer than the horizon; `orders_stopped`, `orders_fell`: none, or at most half as many orders in the last 180 days as in
    the 185 before; `spend_fell`: at most half the revenue; `one_order`; `few_orders`: 2 or 3."""
    before, now = _halves(facts, "orders")
    earned, earns = _halves(facts, "revenue")
    late = (facts["recency_days"] > facts["gap_upper_days"]) & (facts["order_days"] > 1)
    found = {
        "overdue": late,
        "silent": ~late & (facts["recency_days"] > horizon_days),
        "orders_stopped": (before >= 2) & (now == 0),
        "orders_fell": (before >= 2) & (now > 0) & (now <= FELL * before),
        "spend_fell": (before < 2) & (earned > 0) & (now > 0) & (earns <= FELL * earned),
        "one_order": facts["order_days"] == 1,
        "few_orders": (facts["order_days"] > 1) & (facts["order_days"] <= FEW),
    }
    return pd.DataFrame(found).fillna(False).astype(bool)


def _halves(facts: pd.DataFrame, what: str) -> tuple[pd.Series, pd.Series]:
    """The half-year before the last one, and the last."""
    return (facts[f"{what}_12m"] - facts[f"{what}_180d"]).round(4), facts[f"{what}_180d"]


def strengths(windows: Sequence[Window]) -> pd.DataFrame:
    """One row per reason: key, customers it applied to in the windows, share of them that churned, `strength`: its log odds
    less those of all others. Without windows the reasons stand in their usual order."""
    if not windows:
        usual = np.arange(len(KEYS), 0, -1, dtype=float)
        return pd.DataFrame({"key": KEYS, "customers": 0, "churned_share": np.nan, "strength": usual})
    flags = pd.concat([conditions(w.day.facts, horizon_days=w.horizon_days) for w in windows], ignore_index=True)
    churned = np.concatenate([w.churned for w in windows])
    rows = []
    for key in KEYS:
        on = flags[key].to_numpy()
        share = float(churned[on].mean()) if on.any() else float("nan")
        rows.append((key, int(on.sum()), share, _odds(churned[on]) - _odds(churned[~on])))
    return pd.DataFrame(rows, columns=["key", "customers", "churned_share", "strength"])


def _odds(churned: np.ndarray) -> float:
    """Log odds, with half a customer added to either side."""
    return float(np.log((churned.sum() + 0.5) / ((1 - churned).sum() + 0.5)))


def of(facts: pd.DataFrame, measured: pd.DataFrame, *, horizon_days: int) -> pd.DataFrame:
    """One row per customer and reason that raised its risk, the strongest first, three at most: customer_id, key, place, and
    the numbers that its words need: days (silent), usual_days, upper_days (of its gap), before, now (orders, or money)."""
    flags = conditions(facts, horizon_days=horizon_days)
    raising = measured[measured["strength"] > 0].sort_values("strength", ascending=False, kind="stable")
    parts = [_rows(facts[flags[key].to_numpy()], key) for key in raising["key"]]
    columns = ["customer_id", "key", *NUMBERS]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    rows["place"] = rows.groupby("customer_id").cumcount() + 1
    rows = rows[rows["place"] <= MOST].sort_values(["customer_id", "place"], ignore_index=True)
    return rows[["customer_id", "key", "place", *NUMBERS]]


def _rows(facts: pd.DataFrame, key: str) -> pd.DataFrame:
    before, now = _halves(facts, "revenue" if key == "spend_fell" else "orders")
    few = key in ("few_orders", "one_order")
    return pd.DataFrame({
        "customer_id": facts["customer_id"],
        "key": key,
        "days": facts["recency_days"],
        "usual_days": facts["usual_gap_days"],
        "upper_days": facts["gap_upper_days"],
        "before": before,
        "now": facts["order_days"] if few else now,
    })  # fmt: skip


def joined(rows: pd.DataFrame, ids: pd.Series) -> pd.Series:
    """The keys of each customer's reasons, the strongest first, parted by blanks; empty where there are none."""
    keys = rows.groupby("customer_id", sort=False)["key"].agg(" ".join) if len(rows) else pd.Series(dtype=str)
    return keys.reindex(ids, fill_value="").set_axis(ids.index).astype(str)
