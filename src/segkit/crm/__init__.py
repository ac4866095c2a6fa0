"""CRM extracts → the customers table: sources, mapping, cleaning, contract and features (Ibis)."""

from segkit.crm.extract import Summary, check, extract

__all__ = ["Summary", "check", "extract"]
