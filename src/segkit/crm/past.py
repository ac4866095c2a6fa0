"""The customers as they were known at past days, and what came after, computed anew from the extracts at each of them.

Nothing from a past day on reaches its row: not a later order, credit note, deal or touch. What an extract does not date
(fields of the customers extract, labels of deals, contacts) has no history and is left out.

Lines are read once: into orders, and customers' categories, as they stood from one day until another (`Standing`). A past
day picks what stood then. Where there is little, several days are computed in one go: each customer stands once per day,
under an id of its own, and its time is moved so that every past day falls on as-of. The features are then those of as-of,
written once. Where there is much, each day is computed by itself, as as-of is.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from segkit import schema
from segkit.crm import deals, features, further, rhythm
from segkit.crm.cleaning import Clean, known, stage
from segkit.crm.deals import LABELS
from segkit.crm.lookback import Look, looks
from segkit.settings import Extract

UNDATED = frozenset({"contacts", "owners", "targets", "costs", "fx"})
WITHOUT_HISTORY = tuple(f"deal_{name}" for name in LABELS)
AT_ONCE = 1_500_000  # orders times days computed in one go; beyond it each day is computed by itself
MARK = "\x1f"  # between a customer's id and the day
DAY = 10  # characters of a day


def days(found: ir.Table, *, as_of: dt.date, horizon_days: int, fiscal_year_start: int) -> list[Look]:
    """The past days that the orders allow to look back to, see `lookback.looks`. `found`: the events as of as-of."""
    first = found["ordered_on"].min(where=found["is_order"]).to_pyarrow().as_py()
    return looks(first=first, as_of=as_of, horizon_days=horizon_days, fiscal_year_start=fiscal_year_start)


def median_gap(found: ir.Table) -> float | None:
    """The median of all days between two order days of a customer; None where nobody ordered twice."""
    orders = found.filter(found["is_order"]).select("customer_id", "ordered_on").distinct()
    earlier = orders["ordered_on"].lag().over(ibis.window(group_by="customer_id", order_by="ordered_on"))
    spaced = orders.mutate(gap=orders["ordered_on"].delta(earlier, unit="day"))
    median: float | None = spaced["gap"].median().to_pyarrow().as_py()
    return median


def listed(past: Sequence[Look]) -> pd.DataFrame:
    """One row per past day and kind: cutoff, kind (`window` or `quarter`), horizon_days."""
    rows = [(pd.Timestamp(one.cutoff), one.kind, one.horizon_days) for one in past]
    frame = pd.DataFrame(rows, columns=["cutoff", "kind", "horizon_days"])
    return frame.astype({"cutoff": "datetime64[us]", "kind": "str", "horizon_days": "int64"})


@dataclass(frozen=True)
class Standing:
    """Orders and categories as they stood, see `features.standing`; `orders`: None where cancellations are matched, since
    what a later one cancels is told by the lines alone."""

    orders: ir.Table | None
    categories: ir.Table | None

    @classmethod
    def of(cls, orders: Clean, extract: Extract, *, work: Path) -> Standing:
        """Read all lines once."""
        match = extract.cancellations == "match"
        events = None if match else stage(features.standing(orders, extract), "standing", work)
        categories = rhythm.standing_categories(orders, extract)
        return cls(events, categories if categories is None else stage(categories, "standing-categories", work))


def customers(
    extracts: dict[str, Clean],
    extract: Extract,
    stood: Standing,
    cutoffs: Sequence[dt.date],
    *,
    as_of: dt.date,
    bound: float,
    work: Path,
) -> ir.Table:
    """One row per past day (`cutoff`) and customer known by then: the measures of the customers table that have a history.
    `extract`: of the orders; `bound`: see `bounds.next_gaps`. None of the days lies after as-of."""
    work = work / f"past-{min(cutoffs)}-{len(cutoffs)}"
    work.mkdir()
    if len(cutoffs) == 1:
        table = _on_a_day(extracts, extract, stood, cutoffs[0], bound=bound, work=work)
    else:
        table = _on_days(extracts, extract, stood, cutoffs, as_of=as_of, bound=bound, work=work)
    return table.drop(*(c for c in WITHOUT_HISTORY if c in table.columns)).order_by("cutoff", "customer_id")


def _on_a_day(
    extracts: dict[str, Clean], extract: Extract, stood: Standing, day: dt.date, *, bound: float, work: Path
) -> ir.Table:
    then = {name: known(clean, day) for name, clean in extracts.items() if name not in UNDATED}

    def standing(rows: ir.Table) -> ir.Table:
        return rows.filter(_stood(rows, ibis.literal(day))).drop("_since", "_until")

    table = _measured(then, extract, stood, standing, as_of=day, bound=bound, work=work, firm=rhythm.one_firm)
    return table.mutate(cutoff=ibis.literal(day))


def _on_days(
    extracts: dict[str, Clean],
    extract: Extract,
    stood: Standing,
    cutoffs: Sequence[dt.date],
    *,
    as_of: dt.date,
    bound: float,
    work: Path,
) -> ir.Table:
    then = {name: _moved(clean, cutoffs, to=as_of) for name, clean in extracts.items() if name not in UNDATED}

    def standing(rows: ir.Table) -> ir.Table:
        each = rows.mutate(_cutoff=_each(cutoffs))
        each = each.filter(_stood(each, each["_cutoff"])).drop("_since", "_until")
        return _marked(each, [c for c in each.columns if each[c].type().is_date() and c != "_cutoff"], to=as_of)

    table = _measured(then, extract, stood, standing, as_of=as_of, bound=bound, work=work, firm=_day_of)
    return _moved_back(table, since=as_of)


def _stood(rows: ir.Table, day: ir.DateValue) -> ir.BooleanValue:
    """Whether it stood so on the morning of a day."""
    return (rows["_since"] < day) & (rows["_until"] >= day).fill_null(True)


def _measured(
    then: dict[str, Clean],
    extract: Extract,
    stood: Standing,
    standing: Callable[[ir.Table], ir.Table],
    *,
    as_of: dt.date,
    bound: float,
    work: Path,
    firm: Callable[[ir.Table], ir.Value],
) -> ir.Table:
    """The measures of the customers as known `then`; `standing` picks what of `stood` did."""
    orders = features.events(then["orders"], extract) if stood.orders is None else standing(stood.orders)
    found = stage(orders, "events", work)
    named = [then["customers"].used.select("customer_id")] if "customers" in then else []
    then = {name: clean for name, clean in then.items() if name != "customers"}
    named += further.named(then, as_of=as_of)
    own = {"customer_categories": standing(stood.categories)} if stood.categories is not None else {}
    if "opportunities" in then:
        own["deals"] = stage(deals.table(then["opportunities"], as_of=as_of), "deals", work)
    gaps = further.spaced(found, bound=bound, work=work, firm=firm)
    parts = further.columns(then, found, own, gaps=gaps, as_of=as_of)
    return features.customers(then, found, as_of=as_of, mapped=set(), named=named, parts=parts)


def _moved(clean: Clean, cutoffs: Sequence[dt.date], *, to: dt.date) -> Clean:
    """The rows known at each past day, once per day: customer_id names the day, and all dates are moved to suit `to`. What
    was wrong with a row is not taken along."""
    rows = clean.bare.mutate(_cutoff=_each(cutoffs))
    table = schema.TABLES[clean.name]
    dated = [rows[name] for name in (table.known_at, table.known_else) if name in clean.columns]
    if dated:
        rows = rows.filter((ibis.coalesce(*dated).date() < rows["_cutoff"]).fill_null(True))
    moved = [c for c in clean.columns if rows[c].type().is_date() or rows[c].type().is_timestamp()]
    return replace(clean, rows=_marked(rows, moved, to=to))


def _each(cutoffs: Sequence[dt.date]) -> ir.DateValue:
    return ibis.array([ibis.literal(day) for day in cutoffs]).unnest()


def _marked(rows: ir.Table, dates: Sequence[str], *, to: dt.date) -> ir.Table:
    """customer_id names `_cutoff` too, and `dates` are moved so that it falls on `to`."""
    ahead = ibis.literal(to).delta(rows["_cutoff"], unit="day")
    one = on_day(rows["customer_id"], rows["_cutoff"])
    own = {c: rows[c] for c in rows.columns if c != "_cutoff"}
    return rows.select(**own | {c: _ahead(rows[c], ahead) for c in dates} | {"customer_id": one})


def _ahead(moment: ir.Value, by: ir.IntegerValue) -> ir.Value:
    """A date or moment, moved by a number of days."""
    return (moment.cast("timestamp") + by.as_interval("D")).cast(moment.type())


def _day_of(rows: ir.Table) -> ir.StringValue:
    """The day that a customer_id names."""
    return rows["customer_id"].right(DAY)


def on_day(ids: ir.Value, day: ir.Value) -> ir.Value:
    """An id that names the day too: each customer stands once per day."""
    return ids + MARK + day.cast("string")


def by_day(table: ir.Table, *, name: str) -> dict[str, ir.Value]:
    """Ids as they were, the day that they name in a column of its own."""
    ids = table["customer_id"]
    return {name: _day_of(table).cast("date"), "customer_id": ids.substr(0, ids.length() - DAY - len(MARK))}


def _moved_back(table: ir.Table, *, since: dt.date) -> ir.Table:
    """Ids and dates as they were; `cutoff` names the day."""
    was = by_day(table, name="cutoff")
    back = was["cutoff"].delta(ibis.literal(since), unit="day")
    return table.mutate(**was, **{c: _ahead(table[c], back) for c in table.columns if table[c].type().is_date()})


def outcomes(found: ir.Table, look: Look) -> ir.Table:
    """What came after a past day, one row per customer with an order or credit note in its horizon: orders, order_days (days
    with one), revenue (net, base currency). `found`: the events as of as-of."""
    end = look.cutoff + dt.timedelta(look.horizon_days)
    after = found.filter((found["ordered_on"] >= look.cutoff) & (found["ordered_on"] < end))
    order_day = ibis.ifelse(after["is_order"], after["ordered_on"], ibis.null("date"))
    rows = after.group_by("customer_id").agg(
        orders=after.count(where=after["is_order"]),
        order_days=order_day.nunique(),
        revenue=after["booked"].sum().round(4),
    )
    return rows.mutate(cutoff=ibis.literal(look.cutoff), kind=ibis.literal(look.kind))


def write(
    extracts: dict[str, Clean],
    extract: Extract,
    found: ir.Table,
    past: Sequence[Look],
    *,
    as_of: dt.date,
    bound: float,
    tables: Path,
    work: Path,
) -> None:
    """Write past_days, past_customers (cutoff × customer, sorted) and outcomes (cutoff × kind × customer)."""
    listed(past).to_parquet(tables / "past_days.parquet", index=False)
    seen, after = work / "past", work / "after"
    for folder in (seen, after):
        folder.mkdir()
    if past:
        stood = Standing.of(extracts["orders"], extract, work=work)
    for some in batches(sorted({look.cutoff for look in past}), found):
        table = customers(extracts, extract, stood, some, as_of=as_of, bound=bound, work=work)
        table.get_backend().to_parquet(table, seen / f"{some[0]}.parquet")
        shutil.rmtree(work / f"past-{some[0]}-{len(some)}")
    if past:
        every = ibis.union(*(outcomes(found, look) for look in past)) if len(past) > 1 else outcomes(found, past[0])
        every.get_backend().to_parquet(every, after / "all.parquet")
    joined(seen, ["cutoff", "customer_id"], tables / "past_customers.parquet")
    joined(after, ["cutoff", "kind", "customer_id"], tables / "outcomes.parquet")


def batches(cutoffs: Sequence[dt.date], found: ir.Table) -> list[Sequence[dt.date]]:
    """All days at once, or each by itself, by the number of orders."""
    if not cutoffs:
        return []
    orders = found.count().to_pyarrow().as_py()
    return [cutoffs] if orders * len(cutoffs) <= AT_ONCE else [[day] for day in cutoffs]


def joined(folder: Path, keys: list[str], path: Path) -> None:
    """All parts as one sorted file; without parts the keys alone."""
    con = ibis.duckdb.connect()
    parts = sorted(str(part) for part in folder.iterdir())
    if not parts:
        nothing = {key: pd.Series(dtype="datetime64[us]" if key == "cutoff" else "str") for key in keys}
        pd.DataFrame(nothing).to_parquet(path, index=False)
        return
    whole = con.read_parquet(parts, union_by_name=True)
    con.to_parquet(whole.order_by(keys) if len(parts) == 1 else whole, path, compression="zstd")
