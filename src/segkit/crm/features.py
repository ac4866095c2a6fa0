"""Order lines → orders → customers, as Ibis expressions: the heavy part, written once for every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from segkit import schema
from segkit.crm import computed
from segkit.crm.cancellations import matched
from segkit.crm.cleaning import Clean
from segkit.settings import Extract

MARK = "\x1f"  # between a column's name and the part that has it too


def events(orders: Clean, extract: Extract) -> ir.Table:
    """One row per customer and order or credit note: `order_id`, `ordered_on` (its first sale's day), `amount` (net of what
    was cancelled of it), `booked` (everything booked under it), `refunds` (its negative part), `is_order`, and where known
    `margin`, `margin_on` (booked on lines whose margin is known) and `valued` (the sales among them).

    An order has a sale and is not cancelled in full; everything else only changes what the customer spent.
    """
    match = extract.cancellations == "match"
    kept = matched(orders.used, place=orders.place) if match else orders.used
    keys = order_keys(kept, orders, extract)
    rows = kept.group_by("customer_id", **keys).agg(**_sums(kept, orders))
    return _judged(rows, own_id=orders.has("order_id")).drop(*keys)


def standing(orders: Clean, extract: Extract) -> ir.Table:
    """Every order and credit note as it stood from one day on until another: the columns of `events`, `_since`, the day of the
    line that made it so, and `_until`, that of the next such line (null: it stands still). What a day knows of an order has
    `_since` before it and no `_until` before it. Cancellations that are matched (`match`) are told by `events` alone."""
    lines = orders.used
    keys = order_keys(lines, orders, extract)
    days = lines.group_by("customer_id", **keys, _since=lines["ordered_at"].date()).agg(**_sums(lines, orders))
    one = {"group_by": ["customer_id", *keys], "order_by": "_since"}
    so_far = ibis.window(**one, preceding=(None, 0))
    summed = [c for c in days.columns if c not in ("customer_id", "_since", *keys)]
    whole = {c: (days[c].min() if c in ("_sold_at", "_begun_at") else days[c].sum()).over(so_far) for c in summed}
    rows = days.mutate(_until=days["_since"].lead().over(ibis.window(**one)), **whole)
    return _judged(rows, own_id=orders.has("order_id")).drop(*keys)


def _sums(lines: ir.Table, orders: Clean) -> dict[str, ir.Value]:
    """What is added up of an order's lines; `lines` with `_kept` where cancellations were matched."""
    sale, match = lines["amount"] >= 0, "_kept" in lines.columns
    asked = {
        "_sold_at": lines["ordered_at"].min(where=sale),
        "_begun_at": lines["ordered_at"].min(),
        "booked": lines["amount"].sum(),
        "refunds": lines["amount"].sum(where=~sale).fill_null(0.0),
        "sales": lines.count(where=sale),
        "credits": lines.count(where=lines["_kept"] < lines["amount"] if match else ~sale),
    }
    if match:
        asked["amount"] = lines["_kept"].sum()
    if "_own_amount" in lines.columns:  # exchange rates differ from day to day: cancelled in full is told before them
        left = lines["_kept"] / lines["amount"].nullif(0.0) if match else 1.0
        asked["own"] = (lines["_own_amount"] * left).sum()
    if orders.has("list_amount"):
        asked["conceded"] = (lines["list_amount"] - lines["amount"]).sum(where=sale)
    if orders.has("margin") or orders.has("cost"):
        valued = lines["margin"].notnull()
        asked |= {"margin": lines["margin"].sum(), "valued": lines["amount"].sum(where=sale & valued)}
        asked["margin_on"] = lines["amount"].sum(where=valued)
    return asked


def _judged(rows: ir.Table, *, own_id: bool) -> ir.Table:
    """Adds order_id, ordered_on, `is_order`, and `amount` where nothing was matched."""
    rows = rows if "amount" in rows.columns else rows.mutate(amount=rows["booked"])
    left = rows["own" if "own" in rows.columns else "amount"].round(4)
    gone = left <= 0 if own_id else left == 0
    is_order = (rows["sales"] > 0) & ~((rows["credits"] > 0) & gone)
    day = ibis.coalesce(rows["_sold_at"], rows["_begun_at"]).date()
    rows = rows.mutate(is_order=is_order, ordered_on=day, order_id=_named(rows))
    return rows.drop("_sold_at", "_begun_at", "sales", "credits", *({"own"} & set(rows.columns)))


def order_keys(lines: ir.Table, orders: Clean, extract: Extract) -> dict[str, ir.Value]:
    """What makes a customer's lines one order: its id; without one the day, or the row.

    The id stands bare among the keys: DuckDB then groups a file that is in order of ids piece by piece.
    """
    day = lines["ordered_at"].date()
    if orders.has("order_id"):
        return {"_id": lines["order_id"], "_day": ibis.ifelse(lines["order_id"].isnull(), day, ibis.null("date"))}
    if extract.order_unit == "row":
        return {"_in": lines["_part"], "_at": lines["_row"]}
    return {"_day": day}


def _named(rows: ir.Table) -> ir.StringValue:
    """The id of an order in words, from its keys."""
    if "_at" in rows.columns:
        return ibis.literal("#").join([rows["_in"], rows["_at"].cast("string")])
    day = rows["_day"].cast("string")
    return ibis.coalesce(rows["_id"], day) if "_id" in rows.columns else day


def orders_of(found: ir.Table) -> ir.Table:
    """One row per order: customer_id, order_id, ordered_on, amount (base currency)."""
    orders = found.filter(found["is_order"])
    return orders.select("customer_id", "order_id", "ordered_on", amount=orders["amount"].round(4))


def last_order_on(found: ir.Table) -> dt.date | None:
    """The day of the last order, None where there is none."""
    day: dt.date | None = found["ordered_on"].max(where=found["is_order"]).to_pyarrow().as_py()
    return day


def measures(found: ir.Table, *, as_of: dt.date) -> ir.Table:
    """One row per customer with an event: first_order_on, last_order_on, recency_days (last order to as-of), frequency
    (orders), monetary (net of refunds), refunds, average_order_value, tenure_days (first order to as-of), and margin, with
    `margin_known` = share of sales whose margin is known."""
    asked = {
        "first_order_on": found["ordered_on"].min(where=found["is_order"]),
        "last_order_on": found["ordered_on"].max(where=found["is_order"]),
        "frequency": found.count(where=found["is_order"]),
        "monetary": found["booked"].sum().round(4),
        "refunds": found["refunds"].sum().round(4),
    }
    if "margin" in found.columns:
        sales = (found["booked"] - found["refunds"]).sum()
        asked |= {"margin": found["margin"].sum().round(4), "margin_known": found["valued"].sum() / sales.nullif(0.0)}
    if "conceded" in found.columns:
        asked["conceded"] = found["conceded"].sum().round(4)
    rows = found.group_by("customer_id").agg(**asked)
    end = ibis.literal(as_of)
    return rows.mutate(
        recency_days=end.delta(rows["last_order_on"], unit="day"),
        tenure_days=end.delta(rows["first_order_on"], unit="day"),
        average_order_value=(rows["monetary"] / rows["frequency"].nullif(0)).round(4),
    )


def fields_on_orders(orders: Clean, mapped: set[str]) -> ir.Table | None:
    """Customer fields that stand on order lines: each customer's latest value."""
    own = set(schema.TABLES["orders"].names)
    names = [c for c in orders.columns if c in mapped and c not in own]
    if not names:
        return None
    lines = orders.used
    latest = {n: lines[n].argmax(lines["ordered_at"], where=lines[n].notnull()) for n in names}
    return lines.group_by("customer_id").agg(**latest)


def sample_orders(orders: Clean) -> ir.Table | None:
    """One row per customer with sample orders before as-of: their number."""
    rows = orders.rows.filter(orders.rows["_reason"] == "sample")
    if not orders.has("is_sample"):
        return None
    return rows.group_by("customer_id").agg(sample_orders=rows.count())


def accounts(customers: Clean) -> ir.Table:
    """One row per customer of the customers extract; a field that its row leaves empty is taken from repeated rows."""
    names = [c for c in customers.columns if c != "customer_id"]
    main = customers.used.select("customer_id", *names)
    spare = customers.rows.filter(customers.rows["_reason"] == "repeated_id")
    if not spare.count().to_pyarrow().as_py():
        return main
    filled = {f"{n}_spare": spare[n].argmax(spare["_rank"], where=spare[n].notnull()) for n in names}
    joined = main.left_join(spare.group_by("customer_id").agg(**filled), "customer_id")
    return joined.select("customer_id", **{n: ibis.coalesce(joined[n], joined[f"{n}_spare"]) for n in names})


def customers(
    extracts: dict[str, Clean],
    found: ir.Table,
    *,
    as_of: dt.date,
    mapped: set[str],
    named: Sequence[ir.Table] = (),
    parts: Sequence[ir.Table] = (),
) -> ir.Table:
    """One row per customer, prospects included (frequency 0, dates null): what `measures` says and the extract's fields.

    `named`: customer_id of who stands in other extracts; `parts`: further columns, each table one row per customer.
    """
    table = measures(found, as_of=as_of)
    own = (sample_orders(extracts["orders"]), fields_on_orders(extracts["orders"], mapped))
    parts = [*(t for t in own if t is not None), *parts]
    if named:  # customers without an order too
        parts = [table, *parts]
        table = ibis.union(table.select("customer_id"), *named, distinct=True)
    if "customers" in extracts:
        parts.append(accounts(extracts["customers"]))
    return _joined(table, parts)


def _joined(table: ir.Table, parts: Sequence[ir.Table]) -> ir.Table:
    """All parts joined to the table in one step: one by one, each names all columns anew. A part's value goes before one that
    is there already (the account's own field)."""
    joined, named = table, {c: [c] for c in table.columns}  # column → its names in `joined`, the last part's first
    for i, part in enumerate(parts):
        again = f"{{name}}{MARK}{i}"
        for c in part.columns:
            if c != "customer_id":
                named[c] = [again.format(name=c), *named[c]] if c in named else [c]
        joined = joined.left_join(part, [table["customer_id"] == part["customer_id"]], rname=again)
    return joined.select(**{c: _filled(c, [joined[n] for n in names]) for c, names in named.items()})


def _filled(name: str, values: list[ir.Value]) -> ir.Value:
    """The first value that is known; else what a customer has whom no part knows, see `computed`."""
    if name in computed.COUNTS:
        return ibis.coalesce(*values, 0).cast("int64")
    known = {**dict.fromkeys(computed.SUMS, 0.0), **dict.fromkeys(computed.FLAGS, False)}
    values = [*values, *([known[name]] if name in known else [])]
    return ibis.coalesce(*values) if len(values) > 1 else values[0]


def order_months(found: ir.Table) -> ir.Table:
    """One row per calendar month with an order: orders, customers, new_customers (first order in it), revenue of its
    orders, and the quartiles of an order's amount (base currency)."""
    orders = found.filter(found["is_order"])
    first = orders["ordered_on"].min().over(ibis.window(group_by="customer_id"))
    dated = orders.mutate(month=orders["ordered_on"].truncate("M"), first_month=first.truncate("M"))
    months = dated.group_by("month").agg(
        orders=dated.count(),
        customers=dated["customer_id"].nunique(),
        new_customers=dated["customer_id"].nunique(where=dated["first_month"] == dated["month"]),
        revenue=dated["amount"].sum().round(4),
        amount_q1=dated["amount"].quantile(0.25).round(4),
        amount_median=dated["amount"].quantile(0.5).round(4),
        amount_q3=dated["amount"].quantile(0.75).round(4),
    )
    return months.order_by("month")
