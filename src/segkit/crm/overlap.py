"""Parts that overlap, and equal lines: an order that stands in several parts counts once.

Parts are the files of a glob, the sheets of a workbook, or the values of a `part` column. With an order id the newest part
that holds an order gives its lines; without one, equal lines in several parts are counted as often as the part that has
most of them. The newest part is the one whose last date is latest, then the one named last.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segkit.crm.mapping import Fields
from segkit.crm.sources import Note


def ranked(rows: ir.Table, fields: Fields, *, date: str | None) -> tuple[ir.Table, int]:
    """`rows` with `_rank` (0 = oldest part) of several parts, and the number of parts."""
    if len(fields.raw.parts) < 2 and not fields.extract.part:
        return rows, 1
    asked = {"n": rows.count(), "last": rows[date].max() if date else ibis.null("timestamp")}
    seen = rows.group_by("_part").agg(**asked).to_pyarrow().to_pylist()
    order = {part: i for i, part in enumerate(fields.raw.parts)}
    parts = sorted(seen, key=lambda r: (str(r["last"] or ""), order.get(r["_part"], -1), str(r["_part"])))
    if len(parts) < 2:
        return rows, len(parts)
    rank = ibis.cases(*((rows["_part"] == row["_part"], i) for i, row in enumerate(parts)), else_=0)
    return rows.mutate(_rank=rank), len(parts)


def _order_key(rows: ir.Table, fields: Fields) -> ir.StringValue | None:
    """What makes two lines one event: the order (or touch, deal, invoice) id and its customer. Null where the id is."""
    ids = [n for n in fields.mapping if n.endswith("_id") and n not in ("customer_id", "parent_id", "contact_id")]
    if not ids:
        return None
    key = rows[ids[0]]
    return key + "\x1f" + rows["customer_id"].fill_null("") if "customer_id" in fields.mapping else key


def mark(rows: ir.Table, fields: Fields, *, parts: int) -> tuple[ir.Table, list[Note]]:
    """Adds `_overlap` where there are several parts: true for the lines of an older part that a newer part holds too. Filtered
    rows take no part."""
    if parts < 2:
        return rows, []
    key = _order_key(rows, fields)
    keyed = rows.mutate(_key=ibis.null("string") if key is None else key)
    copies = ibis.row_number().over(ibis.window(group_by=["_part", "_line_key", "_filtered"], order_by="_row"))
    without = key is None or keyed["_key"].isnull().any().to_pyarrow().as_py()  # else no line is compared by itself
    copy = ibis.ifelse(keyed["_key"].isnull(), copies, -1) if without else ibis.literal(-1)
    keyed = keyed.mutate(_copy=copy, _event=ibis.coalesce(keyed["_key"], keyed["_line_key"].cast("string")))
    same = ibis.window(group_by=["_event", "_copy", "_filtered"])
    keyed = keyed.mutate(_newest=keyed["_rank"].max().over(same))
    marked = keyed.mutate(_overlap=~keyed["_filtered"] & (keyed["_rank"] < keyed["_newest"]))
    return marked.drop("_key", "_copy", "_event", "_newest"), _changed(keyed, fields)


def _changed(keyed: ir.Table, fields: Fields) -> list[Note]:
    """How many orders of an older part read otherwise in the newer one: the newer one was taken."""
    open_rows = keyed.filter(~keyed["_filtered"] & keyed["_key"].notnull())
    per_part = open_rows.group_by("_key", "_part").agg(n=open_rows.count(), first=open_rows["_line_key"].min())
    per_order = per_part.group_by("_key").agg(
        parts=per_part.count(), kinds=per_part["n"].nunique(), lines=per_part["first"].nunique()
    )
    changed = per_order.filter((per_order["parts"] > 1) & ((per_order["kinds"] > 1) | (per_order["lines"] > 1)))
    n = changed.count().to_pyarrow().as_py()
    return [Note(fields.raw.name, "overlap_changed", {"orders": n})] if n else []


def duplicates(rows: ir.Table) -> ir.Table:
    """Adds `_duplicate`: true for all but the first of equal lines within a part."""
    copy = ibis.row_number().over(ibis.window(group_by=["_part", "_line_key", "_filtered"], order_by="_row"))
    return rows.mutate(_duplicate=copy > 0)


def count_duplicates(rows: ir.Table) -> int:
    """How many lines are equal to an earlier line of their part (filtered ones and overlaps apart)."""
    marks = [rows[name] for name in ("_filtered", "_overlap") if name in rows.columns]
    open_rows = rows.filter(~ibis.or_(*marks))
    per_line = open_rows.group_by("_rank", "_line_key").agg(n=open_rows.count())
    copies: int = (per_line["n"] - 1).sum().to_pyarrow().as_py() or 0
    return copies
