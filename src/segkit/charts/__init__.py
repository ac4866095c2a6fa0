"""Tables drawn: each function takes a table and `Labels`, draws on one Axes, and returns it. Nothing is computed here."""

from segkit.charts import followup, orders, quality, rfm, tiers

__all__ = ["followup", "orders", "quality", "rfm", "tiers"]
