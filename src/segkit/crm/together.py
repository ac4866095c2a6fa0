"""Several sources of one table (`also` in the config) → one extract, every row of each accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segkit import schema
from segkit.crm.cleaning import Clean, stage
from segkit.crm.sources import Raw


def raws(parts: Sequence[Raw]) -> Raw:
    """The sources as one: only their rows' part and number, what was rejected, inputs and notes, each file once."""
    if len(parts) == 1:
        return parts[0]
    rejected = [p.rejected for p in parts if p.rejected is not None]
    return replace(
        parts[0],
        place=" + ".join(dict.fromkeys(p.place for p in parts)),
        table=ibis.union(*(p.table.select("_part", "_row") for p in parts)),
        rejected=ibis.union(*rejected) if len(rejected) > 1 else next(iter(rejected), None),
        inputs=tuple(dict.fromkeys(path for p in parts for path in p.inputs)),
        notes=tuple(note for p in parts for note in p.notes),
    )


def cleans(parts: Sequence[Clean], *, work: Path) -> Clean:
    """The sources as one extract with the columns of all. A key that must be unique is the first source's that has it; in
    the others it is `repeated_id`."""
    if len(parts) == 1:
        return parts[0]
    columns = tuple(dict.fromkeys(c for p in parts for c in p.columns))
    kinds = {c: _kind(parts, c) for p in parts for c in p.rows.columns}
    tables = [_shaped(p, kinds, place) for place, p in enumerate(parts)]
    rows = stage(_once(ibis.union(*tables), parts[0].name), f"{parts[0].name}.together", work)
    blamed = {reason: header for p in reversed(parts) for reason, header in p.blamed.items()}
    notes = tuple(note for p in parts for note in p.notes)
    named = " + ".join(dict.fromkeys(p.place for p in parts))
    return replace(parts[0], place=named, rows=rows, columns=columns, notes=notes, blamed=blamed)


def _kind(parts: Sequence[Clean], name: str) -> dt.DataType:
    """The type that holds a column of every source."""
    found = [p.rows[name].type() for p in parts if name in p.rows.columns]
    if len({str(kind) for kind in found}) == 1:
        return found[0]
    if all(kind.is_temporal() for kind in found):
        return dt.timestamp
    return dt.float64 if all(kind.is_numeric() for kind in found) else dt.string


def _shaped(part: Clean, kinds: dict[str, dt.DataType], place: int) -> ir.Table:
    """A source's rows with the columns of all, in one order; what it lacks is null, a text where it cannot be read false."""
    own = part.rows
    spare: dict[str, ir.Value] = {"_rank": own["_rank"].cast("int64") - 1_000_000 * place}
    if "_own_amount" in kinds:
        spare["_own_amount"] = own["_own_amount" if "_own_amount" in own.columns else "amount"]
    for name, kind in kinds.items():
        if name in own.columns:
            spare.setdefault(name, own[name].cast(kind))
        elif name not in spare:
            spare[name] = ibis.literal(False) if name.startswith("_bad_") else ibis.null(kind)
    return own.select(**{name: spare[name] for name in kinds})


def _once(rows: ir.Table, name: str) -> ir.Table:
    table = schema.TABLES[name]
    if not table.unique:
        return rows
    open_ = rows["_reason"].isnull()
    place = ibis.row_number().over(ibis.window(group_by=[table.key, open_], order_by=ibis.desc("_rank")))
    ranked = rows.mutate(_place=place)
    repeat = ranked["_reason"].isnull() & (ranked["_place"] > 0)
    return ranked.mutate(_reason=ibis.ifelse(repeat, "repeated_id", ranked["_reason"])).drop("_place")
