"""Deals as they were known at as-of, and of each customer the one that counts, as Ibis expressions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from segkit.crm import text
from segkit.crm.cleaning import Clean

LABELS = {
    "key_person": "string", "levels_above": "float64", "has_need": "boolean", "can_pay": "boolean", "value_accepted": "boolean",
    "spec_known": "boolean", "quantity_known": "boolean",
}  # fmt: skip
SHOWN = {  # column of a customer → the deal's, and the columns of the extract of which one must be there
    "deal_stage": ("stage", ("stage",)),
    "deal_since": ("stage_since", ("stage_since",)),
    "deal_first_contact_on": ("first_contact_on", ("first_contact_at",)),
    "deal_days": ("days", ("first_contact_at", "created_at")),
    "deal_amount": ("amount", ("amount",)),
    "deal_product": ("product", ("product",)),
    **{f"deal_{name}": (name, (name,)) for name in LABELS},
}


def table(deals: Clean, *, as_of: dt.date) -> ir.Table:
    """One row per deal known before as-of. A deal that closed on or after as-of is open; a stage that it reached then, and
    the stage that tells how it ended, are not known yet (null). Labels and amount are undated: they are as the extract has
    them. `outcome`: open, won or lost, read from the stage where the extract has no outcome. `days_to_close`: first contact
    (else creation) to closing. Columns that the extract lacks are null."""
    rows = deals.used
    column = _columns(rows)
    told = column("outcome", "string") if deals.has("outcome") else text.choice(column("stage", "string"), "outcome")
    moments = {name: column(f"{name}_at", "timestamp").date() for name in ("created", "first_contact", "closed")}
    moments["since"] = column("stage_since", "timestamp").date()
    rows = rows.mutate(_told=told, **{f"_{name}": day for name, day in moments.items()})
    ended = (rows["_told"] == "won") | (rows["_told"] == "lost")
    end = ibis.coalesce(rows["_closed"], rows["_since"])
    rows = rows.mutate(_ended=ended.fill_null(False), _known=(end < as_of).fill_null(True))
    return _as_known(rows, as_of=as_of)


def _columns(rows: ir.Table) -> Callable[[str, str], ir.Value]:
    """A column of the rows by its name, or nulls of its kind."""

    def column(name: str, kind: str) -> ir.Value:
        return rows[name] if name in rows.columns else ibis.null(kind)

    return column


def _as_known(rows: ir.Table, *, as_of: dt.date) -> ir.Table:
    """The columns of `table` from rows that know when they were created, reached and closed."""
    column = _columns(rows)
    closed = rows["_ended"] & rows["_known"]
    moved = (rows["_ended"] & ~rows["_known"]) | (rows["_since"] >= as_of).fill_null(False)
    contacted = _until(rows["_first_contact"], as_of)
    closed_on = ibis.ifelse(closed, rows["_closed"], ibis.null("date"))
    lost = closed & (rows["_told"] == "lost")
    own = rows["_part"].cast("string") + "#" + rows["_row"].cast("string")
    return rows.select(
        opportunity_id=ibis.coalesce(column("opportunity_id", "string"), own),
        customer_id=rows["customer_id"],
        owner=column("owner", "string"),
        created_on=rows["_created"],
        first_contact_on=contacted,
        closed_on=closed_on,
        outcome=ibis.ifelse(closed, rows["_told"], "open"),
        stage=ibis.ifelse(moved, ibis.null("string"), column("stage", "string")),
        stage_since=ibis.ifelse(moved, ibis.null("date"), rows["_since"]),
        amount=column("amount", "float64"),
        product=column("product", "string"),
        **{name: column(name, kind) for name, kind in LABELS.items()},
        lost_reason=ibis.ifelse(lost, column("lost_reason", "string"), ibis.null("string")),
        days_to_close=closed_on.delta(ibis.coalesce(contacted, rows["_created"]), unit="day"),
    )


def _until(day: ir.DateValue, as_of: dt.date) -> ir.DateValue:
    return ibis.ifelse(day < as_of, day, ibis.null("date"))


def counts(known: ir.Table) -> ir.Table:
    """One row per customer with a deal: deals, deals_open, deals_won, deals_lost."""
    by_outcome = {f"deals_{word}": known.count(where=known["outcome"] == word) for word in ("open", "won", "lost")}
    return known.group_by("customer_id").agg(deals=known.count(), **by_outcome)


def counting(known: ir.Table, deals: Clean, *, as_of: dt.date) -> ir.Table:
    """One row per customer with a deal: the newest open one, else the one closed last. `deal_days`: first contact (else
    creation) to as-of; `deal_since`: the day its stage began; the rest as in `table`."""
    open_ = known["outcome"] == "open"
    begun = ibis.coalesce(known["created_on"], known["first_contact_on"], known["stage_since"])
    day = ibis.ifelse(open_, begun, ibis.coalesce(known["closed_on"], known["stage_since"], begun))
    dated = known.mutate(_open=open_, _day=ibis.coalesce(day, ibis.date(1, 1, 1)))
    newest = [ibis.desc("_open"), ibis.desc("_day"), ibis.desc("opportunity_id")]
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=newest))
    ranked = dated.mutate(_place=place)
    one = ranked.filter(ranked["_place"] == 0)
    contact = ibis.coalesce(one["first_contact_on"], one["created_on"])
    one = one.mutate(days=ibis.literal(as_of).delta(contact, unit="day"))
    shown = {name: one[own] for name, (own, needs) in SHOWN.items() if any(deals.has(n) for n in needs)}
    return one.select("customer_id", **shown, deal_outcome=one["outcome"])
