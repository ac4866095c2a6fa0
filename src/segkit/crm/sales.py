"""Orders, new customers and money by fiscal quarter and year, of each salesperson's and each channel's customers."""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir

MONTHS = {"sales_quarters": 3, "sales_years": 12}
"""Table → months of its periods."""
BY = ("owner", "source_channel")


def by_period(found: ir.Table, customers: Path, *, months: int, fiscal_year_start: int) -> ir.Table:
    """One row per fiscal period with an order or credit note, owner and source channel of the customer (as they are today; null
    where unknown): period (its first day), owner, source_channel, orders, customers (with an order in it), new_customers (whose
    first order lies in it), revenue (net, base currency), and where known margin and margin_on (the revenue of lines whose
    margin is known; null where the extract has none).

    Every customer has one owner and one channel, so that customers add up within a period. `found`: see `features.events`;
    `customers`: the file of the table. Sorted by period, owner, channel.
    """
    per_customer = _per_customer(found, months=months, start=fiscal_year_start)
    con = found.get_backend()
    if con.name != "duckdb":  # the customers' file lies here
        con = ibis.duckdb.connect()
        per_customer = con.create_table("per_customer", per_customer.to_pyarrow())
    known = con.read_parquet(customers)
    known = known.select("customer_id", **{n: known[n] if n in known.columns else ibis.null("string") for n in BY})
    rows = per_customer.left_join(known, "customer_id")
    summed = rows.group_by("period", *BY).agg(
        orders=rows["orders"].sum().cast("int64"),
        customers=rows.count(where=rows["orders"] > 0),
        new_customers=rows.count(where=rows["is_new"]),
        **{name: rows[name].sum().round(4) for name in ("revenue", "margin", "margin_on")},
    )
    return summed.order_by("period", *BY)


def _per_customer(found: ir.Table, *, months: int, start: int) -> ir.Table:
    """One row per period and customer: orders, is_new, revenue, margin, margin_on."""
    order_day = ibis.ifelse(found["is_order"], found["ordered_on"], ibis.null("date"))
    first = order_day.min().over(ibis.window(group_by="customer_id"))
    number = _number(found["ordered_on"], months=months, start=start)
    dated = found.mutate(_number=number, _first=_number(first, months=months, start=start))
    margins = {n: dated[n].sum() if n in dated.columns else ibis.null("float64") for n in ("margin", "margin_on")}
    rows = dated.group_by("_number", "customer_id").agg(
        orders=dated.count(where=dated["is_order"]),
        is_new=(dated["is_order"] & (dated["_first"] == dated["_number"])).any(),
        revenue=dated["booked"].sum(),
        **margins,
    )
    month = rows["_number"] * months + start - 1
    return rows.mutate(period=ibis.date(month // 12, month % 12 + 1, 1)).drop("_number")


def _number(day: ir.DateValue, *, months: int, start: int) -> ir.IntegerValue:
    """The number of the fiscal period that holds a day, counted without a break over the years."""
    return (day.year().cast("int64") * 12 + day.month() - start) // months
