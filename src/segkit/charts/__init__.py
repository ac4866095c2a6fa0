"""Tables drawn: each function takes a table and `Labels`, draws on one Axes, and returns it. Nothing is computed here."""

from segkit.charts import orders, quality, rfm, tiers, value

__all__ = ["orders", "quality", "rfm", "tiers", "value"]
