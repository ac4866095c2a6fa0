"""What the extracts say of a customer beyond `features.measures`, put together: tables of their own, and columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import ibis.expr.types as ir

from segkit.crm import bounds, deals, payments, people, rhythm, touches
from segkit.crm.cleaning import Clean, stage
from segkit.settings import Extract


def tables(extracts: dict[str, Clean], extract: Extract, *, as_of: dt.date) -> dict[str, ir.Table]:
    """The tables that are written beside customers, by name, where their extracts exist. `extract`: of the orders."""
    found: dict[str, ir.Table | None] = {"customer_categories": rhythm.categories(extracts["orders"], extract)}
    if "opportunities" in extracts:
        found["deals"] = deals.table(extracts["opportunities"], as_of=as_of)
    if "interactions" in extracts:
        found["touches"] = touches.months(extracts["interactions"])
        found["interactions"] = touches.recent(extracts["interactions"], as_of=as_of)
    found |= people.tables(extracts)
    return {name: table for name, table in found.items() if table is not None}


def columns(
    extracts: dict[str, Clean],
    found: ir.Table,
    own: dict[str, ir.Table],
    *,
    gaps: ir.Table,
    as_of: dt.date,
) -> list[ir.Table]:
    """Tables with one row per customer, to be joined to it. `own`: what `tables` gave; `gaps`: what `spaced` gave."""
    parts = [rhythm.windows(found, as_of=as_of), gaps]
    if "customer_categories" in own:
        parts.append(rhythm.favourites(own["customer_categories"]))
    if "interactions" in extracts:
        parts += [touches.columns(extracts["interactions"], as_of=as_of), *touches.latest(extracts["interactions"])]
    if "opportunities" in extracts:
        parts += [deals.counts(own["deals"]), deals.counting(own["deals"], extracts["opportunities"], as_of=as_of)]
    if "payments" in extracts:
        parts.append(payments.columns(extracts["payments"], as_of=as_of))
    if "contacts" in extracts:
        parts.append(payments.contacts(extracts["contacts"]))
    return parts


def spaced(found: ir.Table, *, bound: float, work: Path, firm: Callable[[ir.Table], ir.Value] = rhythm.one_firm) -> ir.Table:
    """The gaps between a customer's orders and what its next will be. The gaps are counted once; `bound`, `firm`: see
    `bounds.next_gaps`."""
    return bounds.next_gaps(stage(rhythm.gaps(found), "gaps", work), firm=firm, bound=bound)


def named(extracts: dict[str, Clean], *, as_of: dt.date) -> list[ir.Table]:
    """The customers that the extracts beside orders name. Contacts bear no date: they name nobody who came after as-of."""
    others = {name: e for name, e in extracts.items() if name != "orders" and e.has("customer_id")}
    used = {name: e.used for name, e in others.items()}
    if "payments" in used:
        used["payments"] = payments.seen(others["payments"], as_of=as_of)
    if "contacts" in used and "customers" in extracts:
        rows = extracts["customers"].rows
        later = rows.filter(rows["_reason"] == "after_as_of").select("customer_id").distinct()
        used["contacts"] = used["contacts"].anti_join(later, "customer_id")
    return [rows.select("customer_id") for rows in used.values()]


ORDER = {
    "deals": ("customer_id", "created_on", "opportunity_id"),
    "touches": ("customer_id", "month", *touches.WORDS),
    "customer_categories": ("customer_id", "category"),
    "interactions": ("customer_id", "at", "interaction_id"),
    **people.ORDER,
}
"""How the rows of each table are sorted."""
