"""What each customer brought by year, product and currency, as Ibis expressions: what concentration is measured on."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from segkit.crm.cleaning import Clean
from segkit.crm.rhythm import YEAR

BY = {"category": ("product_category", "product"), "currency": ("currency",)}
"""Dimension → the columns of orders that tell it, the first known one."""
CUSTOMER = "customer_id"
ORDER = (CUSTOMER, "dimension", "years_back", "group")


def years(orders: Clean, *, as_of: dt.date) -> ir.Table:
    """One row per customer, dimension (`customer_id` for all of it, `category` and `currency` where the extract tells them),
    group (null: not told) and year: years_back (0: the 365 days before as-of, 1: those before, …), revenue (net, base
    currency; a credit counts in its own year)."""
    lines = orders.used
    back = (ibis.literal(as_of).delta(lines["ordered_at"].date(), unit="day") - 1) // YEAR
    named = {dimension: [lines[c] for c in columns if orders.has(c)] for dimension, columns in BY.items()}
    told = {d: ibis.coalesce(*columns) for d, columns in named.items() if columns}
    rows = lines.select(CUSTOMER, "amount", years_back=back.cast("int64"), **told)
    parts = [_by(rows, CUSTOMER, rows[CUSTOMER]), *(_by(rows, dimension, rows[dimension]) for dimension in told)]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _by(rows: ir.Table, dimension: str, group: ir.Value) -> ir.Table:
    sums = rows.group_by(CUSTOMER, "years_back", group=group.cast("string")).agg(revenue=rows["amount"].sum().round(4))
    return sums.select(CUSTOMER, "group", "years_back", "revenue", dimension=ibis.literal(dimension))
