"""Customers → tiers: the first rule of a scheme that holds, for every customer exactly one tier."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segkit.schemes import NOT_PLACED, Condition, Scheme


def assign(scheme: Scheme, customers: pd.DataFrame, *, reasons: Mapping[str, str]) -> pd.DataFrame:
    """One row per customer: customer_id, scheme, tier, reason (dictionary-encoded). First match wins.

    `customers` needs the scheme's columns; a customer without them falls to `otherwise`. `reasons`: tier key → why, in
    words, `not_placed` among them. Raises KeyError where a column that the scheme needs is absent.
    """
    absent = [c for c in scheme.needs if c not in customers.columns]
    if absent:
        raise KeyError(f"{scheme.name} needs {', '.join(absent)}")
    masks = [_holds(tier.when, customers) for tier in scheme.tiers]
    keys = [tier.key for tier in scheme.tiers]
    order = list(dict.fromkeys([*keys, NOT_PLACED]))
    rest = order.index(scheme.otherwise)
    codes = np.select(masks, [order.index(k) for k in keys], default=rest).astype("int16")
    words = pd.Index([reasons[key] for key in order])
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy(),
            "scheme": pd.Categorical.from_codes(np.zeros(len(customers), dtype="int8"), categories=[scheme.name]),
            "tier": pd.Categorical.from_codes(codes, categories=order),
            "reason": pd.Categorical(words.take(codes), categories=words.unique()),
        }
    )


def _holds(when: Mapping[str, Condition], customers: pd.DataFrame) -> np.ndarray:
    mask = np.ones(len(customers), dtype=bool)
    for column, condition in when.items():
        values = customers[column]
        if condition.in_ is not None:
            mask &= values.isin(condition.in_).to_numpy()
        if condition.min is not None:
            mask &= (values >= condition.min).fillna(False).to_numpy(dtype=bool)
        if condition.max is not None:
            mask &= (values <= condition.max).fillna(False).to_numpy(dtype=bool)
    return mask


def sizes(tiers: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per scheme and tier that occurs, in the scheme's order: scheme, tier, customers, customer_share, revenue (base
    currency), revenue_share. The shares are of all customers placed by that scheme."""
    joined = tiers.merge(customers[["customer_id", "monetary"]], on="customer_id", validate="many_to_one")
    placed = joined[joined["tier"] != NOT_PLACED]
    rows = placed.groupby(["scheme", "tier"], observed=True, sort=True).agg(
        customers=("customer_id", "size"), revenue=("monetary", "sum")
    )
    total = rows.groupby(level="scheme", observed=True).transform("sum")
    rows = rows.assign(customer_share=rows["customers"] / total["customers"], revenue_share=rows["revenue"] / total["revenue"])
    return rows.reset_index()[["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"]]
