"""What customers would be worth today had the exchange rates of a past day stayed: which moves are the currency's alone.

Orders before that day take the rates that were known on it for their own day; orders since then take its last ones. Customers
that never ordered in a currency other than the base have nothing to revalue and are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from segkit import schema
from segkit.crm import features, past, rhythm
from segkit.crm.cleaning import Clean, stage
from segkit.settings import Extract

MONEY = tuple(c.name for c in schema.CUSTOMER_MEASURES if c.kind == "money" or c.name.startswith("margin_rate"))
PRICES = ("amount", "margin", "list_amount")  # columns of an order line in the base currency


def write(
    orders: Clean,
    extract: Extract,
    then: Mapping[dt.date, ir.Table],
    *,
    daily: ir.Table | None,
    currency: str,
    as_of: dt.date,
    tables: Path,
    work: Path,
) -> None:
    """Write `revalued_customers`: one row per past day (`since`) and customer with a foreign order, with the money columns of
    the customers table. `then`: past day → on, currency, rate as known on it; `daily`: the same as known today."""
    path, days = tables / "revalued_customers.parquet", sorted(then)
    foreign = _foreign(orders, currency) if daily is not None and orders.has("currency") else None
    if foreign is None or not days or not foreign.rows.count().to_pyarrow().as_py():
        nothing = {"since": pd.Series(dtype="datetime64[us]"), "customer_id": pd.Series(dtype="str")}
        pd.DataFrame(nothing).to_parquet(path, index=False)
        return
    folder = work / "revalued"
    folder.mkdir()
    for some in past.batches(days, foreign.rows):
        table = customers(foreign, extract, {day: then[day] for day in some}, daily=daily, as_of=as_of, work=work)
        table.get_backend().to_parquet(table, folder / f"{some[0]}.parquet")
    past.joined(folder, ["since", "customer_id"], path)


def _foreign(orders: Clean, currency: str) -> Clean:
    """The lines of the customers that have one in another currency than the base."""
    used = replace(orders, rows=orders.bare).used
    ids = used.filter(used["currency"] != currency).select("customer_id").distinct()
    return replace(orders, rows=used.semi_join(ids, "customer_id"))


def customers(
    orders: Clean, extract: Extract, then: Mapping[dt.date, ir.Table], *, daily: ir.Table | None, as_of: dt.date, work: Path
) -> ir.Table:
    """One row per past day and customer with its money columns today, by the rates known on that day."""
    moved = replace(orders, rows=_revalued(orders.rows, then, daily))
    found = stage(features.events(moved, extract), f"revalued-{min(then)}", work)
    table = features.customers({"orders": moved}, found, as_of=as_of, mapped=set(), parts=[rhythm.windows(found, as_of=as_of)])
    money = {c: table[c] for c in MONEY if c in table.columns}
    return table.select(**{"customer_id": table["customer_id"]} | money | past.by_day(table, name="since"))


def _revalued(rows: ir.Table, then: Mapping[dt.date, ir.Table], daily: ir.Table | None) -> ir.Table:
    """Every line once per past day, its prices moved from the rate that was used to the one known then."""
    assert daily is not None
    known = [t.select("currency", "rate", on=t["on"], since=ibis.literal(day)) for day, t in then.items()]
    rates = ibis.union(*known) if len(known) > 1 else known[0]
    rows = rows.mutate(_since=ibis.array([ibis.literal(day) for day in then]).unnest())
    rows = rows.mutate(_on=rows["ordered_at"].date())
    rows = rows.mutate(_last=ibis.least(rows["_on"], rows["_since"] - ibis.interval(days=1)))
    used = daily.select(_used_on=daily["on"], _used_in=daily["currency"], _used=daily["rate"])
    rows = rows.left_join(used, [rows["_on"] == used["_used_on"], rows["currency"] == used["_used_in"]])
    old = rates.select(_day=rates["since"], _old_on=rates["on"], _old_in=rates["currency"], _old=rates["rate"])
    same = [rows["_since"] == old["_day"], rows["_last"] == old["_old_on"], rows["currency"] == old["_old_in"]]
    rows = rows.left_join(old, same)
    factor = ibis.coalesce(rows["_old"] / rows["_used"], 1.0)
    priced = {c: rows[c] * factor for c in PRICES if c in rows.columns}
    one = past.on_day(rows["customer_id"], rows["_since"])
    return rows.mutate(customer_id=one, **priced).drop("_since", "_on", "_last", *used.columns, *old.columns)
