"""Extracts that stand in the run as they are: salespeople with their targets, contacts, costs; as Ibis expressions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segkit.crm.cleaning import Clean
from segkit.schema import TABLES

TYPES = {"number": "float64", "money": "float64", "flag": "boolean", "day": "date"}
ORDER = {
    "owners": ("owner",),
    "targets": ("owner", "period"),
    "contacts": ("customer_id", "contact_id", "name"),
    "costs": ("source_channel", "period"),
}
"""Extracts that stand in the run as they were cleaned, and how their rows are sorted."""


def tables(extracts: dict[str, Clean]) -> dict[str, ir.Table | None]:
    """`owners`, `targets`, `contacts` and `costs` where their extracts exist: the rows used, every column of the schema save
    the currency (money is in the base currency); what the extract lacks is null."""
    return {name: _whole(extracts[name]) for name in ORDER if name in extracts}


def _whole(extract: Clean) -> ir.Table:
    rows = extract.used
    own = {
        c.name: rows[c.name] if extract.has(c.name) else ibis.null(TYPES.get(c.kind, "string"))
        for c in TABLES[extract.name].columns
        if c.name != "currency"
    }
    return rows.select(**own)
