"""What must hold of the tables that leave this room, checked in the engine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import ibis

from segkit.errors import StepError


def prove(path: Path, *, as_of: dt.date) -> None:
    """Raises StepError where the customers table breaks its contract: one row per customer, dates in order and before
    as-of, an order for each dated customer, no average without orders."""
    t = ibis.duckdb.connect().read_parquet(path)
    ordered = t["frequency"] > 0
    faults = {
        "customer_id is null": t["customer_id"].isnull().sum(),
        "customer_id stands twice": t.count() - t["customer_id"].nunique(),
        "an order on or after as-of": (t["last_order_on"] >= as_of).sum(),
        "a first order after the last": (t["first_order_on"] > t["last_order_on"]).sum(),
        "orders without a date, or a date without orders": (ordered != t["last_order_on"].notnull()).sum(),
        "recency below one day": (t["recency_days"] < 1).sum(),
        "more recent than new": (t["recency_days"] > t["tenure_days"]).sum(),
    }
    found = t.aggregate(**{f"n{i}": n for i, n in enumerate(faults.values())}).to_pyarrow().to_pylist()[0]
    broken = [f"{found[f'n{i}']} × {name}" for i, name in enumerate(faults) if found[f"n{i}"]]
    if broken:
        raise StepError(f"customers: {'; '.join(broken)}. This is a fault in segkit: please report it with the config.")
