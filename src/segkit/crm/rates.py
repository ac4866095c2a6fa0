"""Exchange rates: one row per day and currency, the last known rate carried forward."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from segkit.crm import periods
from segkit.crm.amounts import CENTS
from segkit.crm.cleaning import Clean, stage
from segkit.crm.sources import Note
from segkit.errors import InputError


def daily(fx: Clean, *, until: dt.date) -> ir.Table:
    """Columns on, currency, rate (to the base currency): each rate holds from its day until the next one, the last until
    `until`. Raises InputError where a rate is not above zero or a currency has two rates on one day."""
    used = fx.used.filter(fx.used["on"].notnull() & fx.used["rate"].notnull()).select("on", "currency", "rate")
    _refuse(fx, used.filter(used["rate"] <= 0), "a rate must be above zero")
    twice = used.group_by("currency", "on").agg(rate=used["rate"].max(), least=used["rate"].min())
    _refuse(fx, twice.filter(twice["rate"] > twice["least"]), "a currency has two different rates on one day")
    single = twice.drop("least")
    next_on = single["on"].lead().over(ibis.window(group_by="currency", order_by="on"))
    spans = single.mutate(_next=ibis.coalesce(next_on, ibis.literal(until + dt.timedelta(days=1)), single["on"]))
    last = ibis.greatest(spans["_next"], spans["on"] + ibis.interval(days=1))
    days = spans.mutate(day=ibis.range(spans["on"].cast("timestamp"), last.cast("timestamp"), ibis.interval(days=1)).unnest())
    return days.select("currency", "rate", on=days["day"].cast("date")).cache()


def _refuse(fx: Clean, wrong: ir.Table, why: str) -> None:
    row = wrong.limit(1).to_pyarrow().to_pylist()
    if row:
        raise InputError(f"{fx.place}: {row[0]['currency']} on {row[0]['on']}: {row[0]['rate']}: {why}. Correct that row.")


DAYS = {
    "opportunities": ("created_at", "first_contact_at", "closed_at"),
    "payments": ("due_on", "paid_on"),
    "costs": ("period",),
}
"""Of an extract whose amounts are converted: the columns that tell the day, the first one that is known; of a period its
last day."""
MONEY = {"costs": "cost"}
"""The column that holds an extract's money, where it is not `amount`."""


def in_base(clean: Clean, *, as_of: dt.date, currency: str, daily: ir.Table | None, work: Path) -> Clean:
    """The extract with its money in the base currency, by the rate of the row's day, at the latest the day before as-of. An
    amount whose rate is not known becomes null (`_lost`); how many, says a note."""
    money = MONEY.get(clean.name, "amount")
    if clean.name not in DAYS or not clean.has(money, "currency"):
        return clean
    rows, own = clean.rows, clean.rows["currency"].fill_null(currency)
    rate = ibis.null("float64")
    if daily is not None:
        known = daily.select(_on=daily["on"], _of=daily["currency"], _rate=daily["rate"])
        rows = rows.left_join(known, [_day(clean, as_of) == known["_on"], own == known["_of"]])
        rate = rows["_rate"]
    base = rows[money] * ibis.ifelse(own == currency, 1.0, rate)
    lost = rows["_reason"].isnull() & rows[money].notnull() & base.isnull()
    kept = {name: rows[name] for name in clean.rows.columns} | {money: base.round(CENTS)}
    rows = stage(rows.select(**kept, _lost=lost), f"{clean.name}.base", work)
    n = rows.count(where=rows["_lost"]).to_pyarrow().as_py()
    notes = [Note(clean.name, "amount_without_rate", {"rows": n})] if n else []
    return replace(clean, rows=rows, notes=(*clean.notes, *notes))


def _day(clean: Clean, as_of: dt.date) -> ir.DateValue:
    """The day by whose rate an amount is converted: never one that is not seen yet."""
    columns = [clean.rows[name] for name in DAYS[clean.name] if name in clean.columns]
    known = [periods.last_day(c) if c.type().is_string() else c.cast("date") for c in columns]
    last = ibis.literal(as_of - dt.timedelta(days=1))
    return ibis.least(ibis.coalesce(*known, last), last)


def refuse_unknown(orders: Clean, *, currency: str, known: list[str]) -> None:
    """Raises InputError where a line that could count is in a currency of which no rate at all is known."""
    rows = orders.rows.filter(orders.rows["_reason"] == "no_exchange_rate")
    rows = rows.filter(~rows["currency"].isin([*known, currency]))
    found = rows.group_by("currency").agg(n=rows.count()).order_by(ibis.desc("n")).limit(5).to_pyarrow().to_pylist()
    if found:
        listed = ", ".join(f'"{row["currency"]}" ({row["n"]} rows)' for row in found)
        rates = f"the fx extract has {', '.join(known)}" if known else "there is no fx extract"
        raise InputError(
            f"{orders.place}: unknown currency {listed}: the base currency is {currency}, and {rates}. "
            "Add its rates to extracts.fx (on, currency, rate), or correct the currency column."
        )
