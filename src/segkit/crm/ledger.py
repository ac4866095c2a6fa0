"""The account of every row: rows in = rows used + rows left out, by reason, and the line above which a run stops."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segkit import schema
from segkit.crm.cleaning import Clean
from segkit.crm.sources import Note, Raw
from segkit.errors import InputError, StepError

USED = "used"
READ = "read"  # beside the reasons of a count: all rows of a source
COUNTED = {reason for reason, counts in schema.REASONS.items() if counts}


def count(cleans: Sequence[tuple[Clean, Raw]]) -> pd.DataFrame:
    """One row per extract, part and reason: extract, part, reason (`used` or why not), rows.

    Raises StepError where the rows counted are not the rows of the source.
    """
    frame = _stacked([table for clean, raw in cleans for table in _counts(clean, raw)]).to_pandas()
    found, read = frame[frame["reason"] != READ], frame[frame["reason"] == READ]
    for clean, _ in cleans:
        rows, known = (int(some["rows"][some["extract"] == clean.name].sum()) for some in (read, found))
        if rows != known:
            raise StepError(f"{clean.place}: {rows} rows were read, but {known} are accounted for.")
    orders = {"extract": [clean.name for clean, _ in cleans], "reason": [USED, *schema.REASONS]}
    order = {column: {name: i for i, name in enumerate(names)} for column, names in orders.items()}
    found = found.assign(part=found["part"].fillna("")).sort_values(
        ["extract", "part", "reason"], key=lambda c: c.map(order[c.name]) if c.name in order else c
    )
    return found[["extract", "part", "reason", "rows"]].reset_index(drop=True)


def _counts(clean: Clean, raw: Raw) -> Iterator[ir.Table]:
    """extract, part, reason, rows: by reason as cleaned, the lines that could not be read, and READ, what the source holds."""
    rows = clean.rows
    yield rows.group_by(**_named(clean, rows, rows["_reason"].fill_null(USED))).agg(rows=rows.count())
    if raw.rejected is not None:
        lost = raw.rejected
        yield lost.group_by(**_named(clean, lost, ibis.literal("unreadable_line"))).agg(rows=lost.count())
    for read in (raw.table, raw.rejected):
        if read is not None:
            named = {"extract": ibis.literal(clean.name), "part": ibis.null("string"), "reason": ibis.literal(READ)}
            yield read.agg(rows=read.count()).select(**named, rows="rows")


def _named(clean: Clean, rows: ir.Table, reason: ir.StringValue) -> dict[str, ir.Value]:
    return {"extract": ibis.literal(clean.name), "part": rows["_part"].cast("string"), "reason": reason}


def _stacked(tables: Sequence[ir.Table]) -> ir.Table:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def totals(counts: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Extract → {"in", "used", "left_out": {reason: rows}}."""
    found = {}
    for extract, rows in counts.groupby("extract", sort=False):
        by_reason = Counter[str]()
        for reason, n in zip(rows["reason"], rows["rows"], strict=True):
            by_reason[reason] += int(n)
        used = by_reason.pop(USED, 0)
        order = [r for r in schema.REASONS if by_reason[r]]
        found[str(extract)] = {
            "in": used + sum(by_reason.values()),
            "used": used,
            "left_out": {r: by_reason[r] for r in order},
        }
    return found


def refuse_loss(clean: Clean, rows: dict[str, Any], *, limit: float) -> None:
    """Raises InputError where nothing is left, or more of the rows that could count is unreadable than `limit` allows."""
    left_out: dict[str, int] = rows["left_out"]
    if not rows["used"]:
        why = ", ".join(f"{n} {reason}" for reason, n in left_out.items()) or "the source has no rows"
        hint = _example(clean, max(left_out, key=lambda r: left_out[r])) if left_out else ""
        raise InputError(
            f"{clean.place}: none of {rows['in']} rows can be used: {why}.{hint} Correct the columns or filters under "
            f"extracts.{clean.name}."
        )
    lost = {reason: n for reason, n in left_out.items() if reason in COUNTED}
    share = sum(lost.values()) / (rows["used"] + sum(lost.values()))
    if share > limit:
        worst = max(lost, key=lambda r: lost[r])
        raise InputError(
            f"{clean.place}: {share:.0%} of the rows that could count cannot be read ({_listed(lost)}), more than "
            f"max_left_out allows ({limit:.0%}).{_example(clean, worst)} Correct extracts.{clean.name}, or raise max_left_out."
        )


def _listed(lost: dict[str, int]) -> str:
    return ", ".join(f"{n} {reason}" for reason, n in sorted(lost.items(), key=lambda item: -item[1]))


def _example(clean: Clean, reason: str) -> str:
    rows = clean.rows.filter(clean.rows["_reason"] == reason).order_by("_part", "_row").limit(1)
    found = rows.select("_row", "_value", "_line").to_pyarrow().to_pylist()
    if not found:
        return ""
    column = f'column "{clean.blamed[reason]}" says ' if reason in clean.blamed else ""
    said = f'{column}"{found[0]["_value"]}"' if found[0]["_value"] else f"({(found[0]['_line'] or '')[:120]})"
    return f" For example row {found[0]['_row']}, {reason}: {said}."


def left_out(cleans: Iterable[tuple[Clean, Raw]]) -> ir.Table:
    """One row per row left out: extract, part, row (in its part, from 1), reason, value, customer_id, line."""
    whole = _stacked([table for clean, raw in cleans for table in _tables(clean, raw)])
    return whole.order_by("extract", "part", "row")


def _tables(clean: Clean, raw: Raw) -> list[ir.Table]:
    rows = clean.rows.filter(clean.rows["_reason"].notnull())
    null = ibis.null("string")
    tables = [
        _shaped(
            rows,
            clean.name,
            reason=rows["_reason"],
            value=rows["_value"],
            customer_id=rows["customer_id"] if clean.has("customer_id") else null,
            line=rows["_line"],
        )
    ]
    if raw.rejected is not None:
        lost = raw.rejected
        broken = ibis.literal("unreadable_line")
        tables.append(_shaped(lost, clean.name, reason=broken, value=null, customer_id=null, line=lost["line"]))
    return tables


def _shaped(rows: ir.Table, extract: str, **columns: ir.Value) -> ir.Table:
    part, row = rows["_part"].cast("string"), rows["_row"].cast("int64")
    return rows.select(extract=ibis.literal(extract), part=part, row=row, **columns)


def columns(clean: Clean) -> pd.DataFrame:
    """One row per column of an extract, over its used rows: extract, column, kind, rows, missing, unreadable (a text that
    its kind cannot hold, read as missing), distinct (approximate)."""
    used = clean.used
    asked: dict[str, ir.Value] = {"rows": used.count()}
    for i, name in enumerate(clean.columns):
        asked |= {f"missing_{i}": used[name].isnull().sum(), f"distinct_{i}": used[name].approx_nunique()}
        if f"_bad_{name}" in used.columns:
            asked[f"bad_{i}"] = used[f"_bad_{name}"].sum()
    row = used.aggregate(**asked).to_pyarrow().to_pylist()[0]
    table = schema.TABLES[clean.name]
    found = []
    for i, name in enumerate(clean.columns):
        column = table.column(name)
        kind = column.kind if column else "extra"
        found.append((clean.name, name, kind, row["rows"], row[f"missing_{i}"], row.get(f"bad_{i}", 0), row[f"distinct_{i}"]))
    return pd.DataFrame(found, columns=["extract", "column", "kind", "rows", "missing", "unreadable", "distinct"])


def notes(found: Iterable[Note]) -> pd.DataFrame:
    """One row per thing worth saying about an extract: extract, key, numbers (JSON)."""
    rows = [(n.extract, n.key, json.dumps(n.numbers, ensure_ascii=False, default=str)) for n in found]
    return pd.DataFrame(rows, columns=["extract", "key", "numbers"])
