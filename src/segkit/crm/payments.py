"""Invoices as they were known at as-of: paid on time, late, overdue, as Ibis expressions."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from segkit.crm.cleaning import Clean


def seen(payments: Clean, *, as_of: dt.date) -> ir.Table:
    """The invoices that were due or paid before as-of. One that is due later may not have been written yet; one that was paid
    on or after as-of is unpaid."""
    rows = payments.used
    paid = rows["paid_on"] if "paid_on" in rows.columns else ibis.null("date")
    rows = rows.mutate(_paid_on=ibis.ifelse(paid < as_of, paid, ibis.null("date")))
    return rows.filter((rows["due_on"] < as_of).fill_null(False) | rows["_paid_on"].notnull())


def columns(payments: Clean, *, as_of: dt.date) -> ir.Table:
    """One row per customer with an invoice due or paid before as-of: invoices, `invoices_late` (paid after the due day, or
    unpaid past it), `paid_on_time_share` (of the invoices whose due day is known), `days_late_mean` (their mean days past
    due, 0 where on time, an unpaid one up to as-of), and what is overdue (unpaid, due before as-of; base currency)."""
    rows = seen(payments, as_of=as_of)
    if not payments.has("paid_on"):
        return rows.group_by("customer_id").agg(invoices=rows.count())
    settled = ibis.coalesce(rows["_paid_on"], ibis.literal(as_of))
    rows = rows.mutate(_days=ibis.greatest(settled.delta(rows["due_on"], unit="day"), 0), _dated=rows["due_on"].notnull())
    rows = rows.mutate(_days=ibis.ifelse(rows["_dated"], rows["_days"], ibis.null("int64")))
    late, overdue = rows["_days"] > 0, rows["_paid_on"].isnull()
    asked = {
        "invoices": rows.count(),
        "invoices_late": rows.count(where=late),
        "paid_on_time_share": rows.count(where=rows["_days"] == 0) / rows["_days"].count().nullif(0),
        "days_late_mean": rows["_days"].mean(),
        "overdue_invoices": rows.count(where=overdue),
    }
    if payments.has("amount"):
        asked["overdue_amount"] = rows["amount"].sum(where=overdue).round(4)
    return rows.group_by("customer_id").agg(**asked)


def contacts(people: Clean) -> ir.Table:
    """One row per customer with a contact: `contacts`, and `decision_maker_known`: whether one of them is the first key
    person."""
    rows = people.used
    asked: dict[str, ir.Value] = {"contacts": rows.count()}
    if people.has("decides"):
        asked["decision_maker_known"] = (rows["decides"] == "first").fill_null(False).any()
    return rows.group_by("customer_id").agg(**asked)
