"""Tables drawn: each function takes a table and `Labels`, draws on one Axes, and returns it. Nothing is computed here."""

from segkit.charts import cohorts, concentration, orders, quality, rfm, rhythm, tiers, value

__all__ = ["cohorts", "concentration", "orders", "quality", "rfm", "rhythm", "tiers", "value"]
from segkit.charts import clusters, orders, quality, rfm, tiers

__all__ = ["clusters", "orders", "quality", "rfm", "tiers"]
