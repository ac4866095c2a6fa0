"""One extract with every row accounted for: canonical columns, and the reason why a row is left out, or null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from segkit import schema
from segkit.crm import amounts, overlap
from segkit.crm.accounts import Accounts
from segkit.crm.mapping import SOURCE, Fields
from segkit.crm.sources import Note, Raw
from segkit.settings import Extract

REASONS = list(schema.REASONS)
MARKS = {"filtered": "_filtered", "overlap": "_overlap", "duplicate": "_duplicate", "excluded_account": "_excluded"}
"""Reason → the column that tells it, where there is one."""
EARLIEST = dt.datetime(1950, 1, 1)  # noqa: DTZ001  a wall clock, no instant


@dataclass(frozen=True)
class Clean:
    """One extract after cleaning. `rows`: canonical columns, `_part`, `_row`, `_reason` (null = used), `_value` (what was
    wrong) and `_line` (the source line, for rows left out only). `blamed`: reason → the header whose value led to it."""

    name: str
    place: str
    rows: ir.Table
    columns: tuple[str, ...]
    notes: tuple[Note, ...]
    blamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def used(self) -> ir.Table:
        """The rows that count."""
        return self.rows.filter(self.rows["_reason"].isnull())

    @property
    def bare(self) -> ir.Table:
        """The rows without what was wrong with them."""
        return self.rows.drop(*(c for c in self.rows.columns if c.startswith("_bad_") or c in ("_value", "_line")))

    def has(self, *names: str) -> bool:
        return all(name in self.columns for name in names)


def clean(
    raw: Raw,
    extract: Extract,
    *,
    work: Path,
    accounts: Accounts,
    latest: dt.date | None,
    as_of: dt.date | None = None,
    currency: str = "",
    rates: ir.Table | None = None,
) -> Clean:
    """Read every row of an extract once and keep it with its reason.

    `latest`: the last day that a date may name (None: any); `as_of`: the first day not seen, where it is known already (lines
    from then on are kept for inspection; `known` gives them their reason). `currency`, `rates` (on, currency, rate): for money.
    Raises InputError where the mapping or a column as a whole is wrong.
    """
    fields = Fields(raw, extract)
    notes = [*raw.notes, *fields.notes]
    rows = fields.select()
    if extract.table:  # a database names no rows: any order will do to tell them apart
        rows = rows.mutate(_row=ibis.row_number().cast("int64") + 1)
    rows = stage(rows, f"{raw.name}.read", work)
    rows, parts = overlap.ranked(rows, fields, date=_known_at(fields))
    rows, changed = overlap.mark(rows, fields, parts=parts)
    notes += changed + _count_copies(rows, fields)
    rows = overlap.duplicates(rows) if extract.duplicates == "drop" else rows
    rows = accounts.apply(rows) if "customer_id" in fields.mapping else rows
    if raw.name == "orders":
        rows = amounts.valued(rows, fields, currency=currency, rates=rates)
    rows = _with_reason(rows, fields, latest=latest)
    staged = stage(_finished(rows, fields, as_of=as_of), f"{raw.name}.clean", work)
    columns = tuple(c for c in staged.columns if not c.startswith("_"))
    blamed = {reason: fields.mapping[name] for reason, name in _blamed(fields).items()}
    return Clean(raw.name, raw.place, staged, columns, tuple(notes), blamed)


def _known_at(fields: Fields) -> str | None:
    name = fields.table.known_at
    return name if name in fields.mapping else None


def _count_copies(rows: ir.Table, fields: Fields) -> list[Note]:
    if fields.extract.duplicates == "drop":
        return []  # counted under their reason
    n = overlap.count_duplicates(rows)
    return [Note(fields.raw.name, "duplicates_kept", {"rows": n})] if n else []


def _with_reason(rows: ir.Table, fields: Fields, *, latest: dt.date | None) -> ir.Table:
    """Adds `_reason`: the first of schema.REASONS that fits (as-of apart)."""
    key = fields.table.key
    fits: dict[str, ir.BooleanValue] = {reason: rows[name] for reason, name in MARKS.items() if name in rows.columns}
    if key:
        fits["missing_id"] = rows[key].isnull()
    date = _known_at(fields)
    if date:
        fits |= _date_reasons(rows, fields, date, latest)
    if fields.raw.name == "orders":
        fits |= amounts.reasons(rows, fields)
    ordered = [(fits[reason], reason) for reason in REASONS if reason in fits]
    return _without_repeats(rows.mutate(_reason=ibis.cases(*ordered, else_=ibis.null("string"))), fields)


def _date_reasons(rows: ir.Table, fields: Fields, date: str, latest: dt.date | None) -> dict[str, ir.BooleanValue]:
    required = any(date in group for group in fields.table.required)
    impossible = rows[date] < EARLIEST
    if latest:
        impossible |= rows[date].date() > latest
    reasons = {"unreadable_date": rows[f"_bad_{date}"], "impossible_date": impossible.fill_null(False)}
    if required:
        reasons["missing_date"] = rows[date].isnull()
    return reasons if required else {"impossible_date": reasons["impossible_date"]}


def _blamed(fields: Fields) -> dict[str, str]:
    """Reason → the mapped column whose value leads to it, where it is one column."""
    by_reason: dict[str, str] = {"excluded_account": "customer_id"}
    date = _known_at(fields)
    if date:
        by_reason |= dict.fromkeys(("unreadable_date", "impossible_date"), date)
    if fields.raw.name == "orders":
        by_reason |= amounts.offending(fields)
    return {reason: name for reason, name in by_reason.items() if name in fields.mapping}


def _offending(rows: ir.Table, fields: Fields) -> ir.StringValue:
    """The value of the source that led to the reason, where one value did."""

    def source(name: str) -> ir.StringValue:
        return rows[f"{SOURCE}{fields.raw.headers.index(fields.mapping[name])}"].cast("string")

    cases = [(rows["_reason"] == reason, source(name)) for reason, name in _blamed(fields).items()]
    return ibis.cases(*cases, else_=ibis.null("string")) if cases else ibis.null("string")


def _without_repeats(rows: ir.Table, fields: Fields) -> ir.Table:
    """A key that names one row keeps the newest row that is its own (not an alias's); the others are `repeated_id`."""
    if not fields.table.unique:
        return rows
    key = fields.table.key
    open_first = ibis.window(
        group_by=[key, rows["_reason"].isnull()],
        order_by=[
            rows["_alias"] if "_alias" in rows.columns else ibis.literal(False),
            ibis.desc("_rank"),
            ibis.desc("_row"),
        ],
    )
    repeat = ibis.row_number().over(open_first) > 0
    return rows.mutate(_reason=ibis.ifelse(rows["_reason"].isnull() & repeat, "repeated_id", rows["_reason"]))


def _finished(rows: ir.Table, fields: Fields, *, as_of: dt.date | None) -> ir.Table:
    """The canonical columns and the bookkeeping; `_value` and the source line are written out only for rows left out."""
    kept = [name for name in rows.columns if not name.startswith((SOURCE, "_"))]
    named = [
        ibis.literal(f"{header}=") + rows[f"{SOURCE}{i}"].cast("string").fill_null("")
        for i, header in enumerate(fields.raw.headers)
    ]
    shown = rows["_reason"].notnull()
    date = _known_at(fields)
    if date and as_of:
        shown |= (rows[date] >= dt.datetime.combine(as_of, dt.time())).fill_null(False)
    elif date and "amount" in rows.columns:  # as-of follows the last order: a credit note may come after it
        shown |= (rows["amount"] < 0).fill_null(False)
    line = ibis.ifelse(shown, ibis.literal(" | ").join(named), ibis.null("string"))
    bad = [c for c in rows.columns if c.startswith("_bad_")]
    bad += [c for c in rows.columns if c == "_own_amount"]
    return rows.select(*kept, *bad, "_part", "_row", "_rank", "_reason", _value=_offending(rows, fields), _line=line)


def stage(rows: ir.Table, name: str, work: Path) -> ir.Table:
    """Compute a table once: to Parquet beside the run in DuckDB, to a temporary table elsewhere."""
    con = rows.get_backend()
    if con.name != "duckdb":
        return rows.cache()
    path = work / f"{name}.parquet"
    con.to_parquet(rows, path)
    return con.read_parquet(path)


def known(clean: Clean, as_of: dt.date) -> Clean:
    """The extract as it was known: rows from as-of on are left out as `after_as_of`."""
    table = schema.TABLES[clean.name]
    dates = [clean.rows[name] for name in (table.known_at, table.known_else) if name in clean.columns]
    if not dates:
        return clean
    later = REASONS[REASONS.index("after_as_of") + 1 :]
    rows = clean.rows
    open_ = rows["_reason"].isnull() | rows["_reason"].isin(later)
    after = (ibis.coalesce(*dates) >= dt.datetime.combine(as_of, dt.time())).fill_null(False)
    rows = rows.mutate(_reason=ibis.ifelse(open_ & after, "after_as_of", rows["_reason"]))
    return replace(clean, rows=rows)
