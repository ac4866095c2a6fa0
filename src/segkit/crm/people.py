"""The people of an extract as tables of the run: salespeople with their targets, and contacts; as Ibis expressions."""

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
}
"""Extracts that stand in the run as they were cleaned, and how their rows are sorted."""


def tables(extracts: dict[str, Clean]) -> dict[str, ir.Table | None]:
    """`owners`, `targets` and `contacts` where their extracts exist: the rows used, every column of the schema; what the
    extract lacks is null."""
    return {name: _whole(extracts[name]) for name in ORDER if name in extracts}


def _whole(extract: Clean) -> ir.Table:
    rows = extract.used
    own = {
        c.name: rows[c.name] if extract.has(c.name) else ibis.null(TYPES.get(c.kind, "string"))
        for c in TABLES[extract.name].columns
    }
    return rows.select(**own)
