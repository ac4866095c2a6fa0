"""Interactions before as-of → months of touches and what a customer's touches say, as Ibis expressions."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from segkit.crm.cleaning import Clean
from segkit.crm.rhythm import YEAR

RECENT = 400  # days of touches that follow-up plans look back on
WORDS = ("owner", "channel", "direction", "kind", "feedback")
SAMPLES = {  # column → the kind of touch whose latest day it holds
    "sample_price_on": "sample_price_confirmed",
    "sample_requested_on": "sample_requested",
    "sample_sent_on": "sample_sent",
    "sample_received_on": "sample_received",
}


def months(interactions: Clean) -> ir.Table:
    """One row per customer, month (its first day) and owner, channel, direction, kind, feedback: touches, minutes. Words that
    the extract lacks are null."""
    rows = interactions.used
    words = {n: rows[n] if n in rows.columns else ibis.null("string") for n in WORDS}
    minutes = rows["minutes"] if "minutes" in rows.columns else ibis.null("float64")
    rows = rows.select("customer_id", month=rows["at"].date().truncate("M"), **words, minutes=minutes)
    return rows.group_by("customer_id", "month", *WORDS).agg(touches=rows.count(), minutes=rows["minutes"].sum())


def recent(interactions: Clean, *, as_of: dt.date, days: int = RECENT) -> ir.Table:
    """One row per touch of the last `days` before as-of: interaction_id, customer_id, at (moment as recorded), on (its day),
    owner, channel, direction, kind, minutes. What the extract lacks is null."""
    rows = interactions.used
    kinds = {"interaction_id": "string", "minutes": "float64", **dict.fromkeys(WORDS[:4], "string")}
    named = {n: rows[n] if n in rows.columns else ibis.null(kind) for n, kind in kinds.items()}
    rows = rows.select("customer_id", at=rows["at"].cast("timestamp"), on=rows["at"].date(), **named)
    return rows.filter(rows["on"] >= as_of - dt.timedelta(days=days))


def columns(interactions: Clean, *, as_of: dt.date) -> ir.Table:
    """One row per customer with a touch: how many (`_12m`: in the 365 days before as-of), minutes, what they were about,
    and the latest days. Columns that need a channel, direction or kind are there where the extract has it."""
    rows = interactions.used
    rows = rows.mutate(_on=rows["at"].date())
    year = rows["_on"] >= as_of - dt.timedelta(days=YEAR)
    asked = {
        "touches": rows.count(),
        "touches_12m": rows.count(where=year),
        "last_touch_on": rows["_on"].max(),
    }
    if interactions.has("minutes"):
        asked["minutes_12m"] = rows["minutes"].sum(where=year)
    if interactions.has("channel"):
        asked["visits_12m"] = rows.count(where=year & (rows["channel"] == "visit"))
    if interactions.has("direction"):
        asked |= _directions(rows, year)
    if interactions.has("kind"):
        asked |= _kinds(rows, year)
    if interactions.has("kind") or interactions.has("channel"):
        shown = [rows[n] == word for n, word in (("kind", "demo_attended"), ("channel", "demo")) if interactions.has(n)]
        asked["demos"] = rows.count(where=ibis.or_(*(s.fill_null(False) for s in shown)))
    return rows.group_by("customer_id").agg(**asked)


def _directions(rows: ir.Table, year: ir.BooleanValue) -> dict[str, ir.Value]:
    into, out = rows["direction"] == "in", rows["direction"] == "out"
    return {
        "last_reply_on": rows["_on"].max(where=into),
        "replies_12m": rows.count(where=year & into),
        "sent_12m": rows.count(where=year & out),
    }


def _kinds(rows: ir.Table, year: ir.BooleanValue) -> dict[str, ir.Value]:
    kind = rows["kind"]
    return {
        "inquiries": rows.count(where=kind == "inquiry"),
        "quotes": rows.count(where=kind == "quote"),
        "mailings_12m": rows.count(where=year & (kind == "mailing")),
        "complaints_12m": rows.count(where=year & (kind == "complaint")),
        **{name: rows["_on"].max(where=kind == word) for name, word in SAMPLES.items()},
    }


def latest(interactions: Clean) -> list[ir.Table]:
    """One row per customer each: `last_feedback` and `inquiry_quality`, the latest that is known."""
    asked = {"feedback": "last_feedback", "inquiry_quality": "inquiry_quality"}
    return [_latest(interactions.used, name, to) for name, to in asked.items() if interactions.has(name)]


def _latest(rows: ir.Table, name: str, to: str) -> ir.Table:
    told = rows.filter(rows[name].notnull())
    newest = ibis.window(group_by="customer_id", order_by=[ibis.desc("at"), ibis.desc("_part"), ibis.desc("_row")])
    ranked = told.mutate(_place=ibis.row_number().over(newest))
    last = ranked.filter(ranked["_place"] == 0)
    return last.select("customer_id", **{to: last[name]})
