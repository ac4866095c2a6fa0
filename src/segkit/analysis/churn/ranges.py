"""The money at risk by segment, and how far such sums were off in the past: the range of past errors."""

from __future__ import annotations

import pandas as pd

WHOLE = "(all)"
LEAST = 20  # customers


def at_risk_track(past: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """One row per window and segment, and per window the `(all)`: cutoff, segment, customers, said (revenue at risk as it was
    forecast), gone (what those who then did not order would have brought by the same estimate), ratio: gone over said.

    `past`: that of an `Assessment`; `segments`: cutoff, customer_id, segment as of that day.
    """
    joined = past.merge(segments, on=["cutoff", "customer_id"], how="left")
    worth = joined["revenue_if_ordering"]
    joined = joined.assign(said=joined["churn_risk"] * worth, gone=joined["churned"] * worth)
    both = pd.concat([joined, joined.assign(segment=WHOLE)], ignore_index=True)
    groups = both.groupby(["cutoff", "segment"], sort=False)
    table = groups[["said", "gone"]].sum().assign(customers=groups.size()).reset_index()
    table["ratio"] = table["gone"] / table["said"].where(table["said"] > 0)
    return table[["cutoff", "segment", "customers", "said", "gone", "ratio"]]


def at_risk_by(churn: pd.DataFrame, placed: pd.DataFrame, track: pd.DataFrame) -> pd.DataFrame:
    """One row per tier, the one with most at risk first, and the `(all)` at the end: scheme, tier, customers, revenue_at_risk,
    at_risk_low, at_risk_high by the range of past errors: the least and greatest ratio of its past windows with `LEAST`
    customers or more. It is no interval of chance, and with few windows it is narrow by luck.

    `placed`: tiers of one scheme; `track`: see `at_risk_track`.
    """
    rows = churn[["customer_id", "revenue_at_risk"]].merge(placed[["customer_id", "scheme", "tier"]], on="customer_id")
    rows = rows.astype({"scheme": "str", "tier": "str"})
    groups = rows.groupby(["scheme", "tier"])["revenue_at_risk"]
    table = groups.sum().to_frame().assign(customers=groups.size()).reset_index()
    table = table.sort_values("revenue_at_risk", ascending=False, kind="stable")
    whole = {"scheme": placed["scheme"].astype("str").iloc[0], "tier": WHOLE, "customers": len(rows)}
    table = pd.concat([table, pd.DataFrame([whole | {"revenue_at_risk": rows["revenue_at_risk"].sum()}])], ignore_index=True)
    known = track[track["customers"] >= LEAST].groupby("segment")["ratio"].agg(["min", "max"])
    for end, ratio in (("low", "min"), ("high", "max")):
        table[f"at_risk_{end}"] = table["revenue_at_risk"] * table["tier"].map(known[ratio])
    return table[["scheme", "tier", "customers", "revenue_at_risk", "at_risk_low", "at_risk_high"]]
