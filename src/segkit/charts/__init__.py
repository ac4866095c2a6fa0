"""Tables drawn: each function takes a table and `Labels`, draws on one Axes, and returns it. Nothing is computed here."""

from segkit.charts import (
    alerts,
    backtest,
    churn,
    clusters,
    cohorts,
    concentration,
    deals,
    followup,
    leadership,
    migration,
    orders,
    quality,
    rfm,
    rhythm,
    tiers,
    value,
)

__all__ = [
    "alerts",
    "backtest",
    "churn",
    "clusters",
    "cohorts",
    "concentration",
    "deals",
    "followup",
    "leadership",
    "migration",
    "orders",
    "quality",
    "rfm",
    "rhythm",
    "tiers",
    "value",
]
