"""Tables drawn: each function takes a table and `Labels`, draws on one Axes, and returns it. Nothing is computed here."""

from segkit.charts import (
    backtest,
    churn,
    clusters,
    cohorts,
    concentration,
    followup,
    migration,
    orders,
    quality,
    rfm,
    rhythm,
    tiers,
    value,
)

__all__ = [
    "backtest",
    "churn",
    "clusters",
    "cohorts",
    "concentration",
    "followup",
    "migration",
    "orders",
    "quality",
    "rfm",
    "rhythm",
    "tiers",
    "value",
]
