"""Tables drawn: each function takes a table and `Labels`, draws on one Axes, and returns it. Nothing is computed here."""

from segkit.charts import clusters, orders, quality, rfm, tiers

__all__ = ["clusters", "orders", "quality", "rfm", "tiers"]
