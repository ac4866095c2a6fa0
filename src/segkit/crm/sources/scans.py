"""Parquet, staged or the user's own, as one Ibis table: nothing copied, only the columns used are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from segkit.crm.sources.raw import PART, ROW, named
from segkit.errors import InputError

if TYPE_CHECKING:
    import ibis
    import ibis.expr.types as ir

FILE = "_file"


def headers(file: Path, label: str) -> tuple[str, ...]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(file).names
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise InputError(f"{label}: not readable as Parquet ({reason}). Export or copy it again.") from None
    return tuple(named(names, label))


def rows(files: Sequence[Path]) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(file).num_rows for file in files)


def merged(headers: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The columns of all parts, in the order in which they first stand."""
    first: dict[str, str] = {}
    for names in headers.values():
        for name in names:
            first.setdefault(name.casefold(), name)
    return tuple(first.values())


def read_staged(con: ibis.BaseBackend, files: Sequence[Path]) -> ir.Table:
    """Staged Parquet as one table of any engine, columns matched by name."""
    import ibis

    if con.name == "duckdb":
        return con.read_parquet([str(file) for file in files], union_by_name=True)
    if con.name == "pyspark":
        tables = [con.read_parquet(str(file)) for file in files]
        return stacked(tables, tuple(dict.fromkeys(c for t in tables for c in t.columns)), extra=())
    import pyarrow as pa
    import pyarrow.parquet as pq

    return ibis.memtable(pa.concat_tables([pq.read_table(file) for file in files], promote_options="permissive"))


def read_parquet(con: ibis.BaseBackend, files: Sequence[Path], labels: dict[Path, str]) -> ir.Table:
    """The user's own Parquet, not copied; only the columns used are read."""
    import ibis

    if con.name != "duckdb":
        tables = [con.read_parquet(str(f)).mutate(**{PART: ibis.literal(labels[f]), ROW: ibis.null("int64")}) for f in files]
        return stacked(tables, tuple(dict.fromkeys(c for t in tables for c in t.columns)), extra=())
    paths = [str(file) for file in files]
    if len(files) == 1:
        table, part = con.read_parquet(paths, file_row_number=True), ibis.literal(labels[files[0]], type="string")
        return table.mutate(**{PART: part, ROW: table.file_row_number + 1}).drop("file_row_number")
    table = con.read_parquet(paths, union_by_name=True, file_row_number=True, filename=FILE)
    part = table[FILE].substr(len(paths[0]) - len(labels[files[0]]))
    return table.mutate(**{PART: part, ROW: table.file_row_number + 1}).drop("file_row_number", FILE)


def stacked(tables: Sequence[ir.Table], columns: tuple[str, ...], *, extra: tuple[str, ...] = (PART, ROW)) -> ir.Table:
    """Tables one under another by column name; a column whose types differ becomes text."""
    import ibis

    if len(tables) == 1:
        return tables[0].select(*columns, *extra)

    def column(table: ir.Table, name: str) -> ir.Value:
        own = {c.casefold(): c for c in table.columns}.get(name.casefold())
        types = {t[c].type() for t in tables for c in t.columns if c.casefold() == name.casefold()}
        if own is None:
            return ibis.null("string" if len(types) > 1 else next(iter(types))).name(name)
        return (table[own].cast("string") if len(types) > 1 else table[own]).name(name)

    parts = [table.select(*(column(table, name) for name in (*columns, *extra))) for table in tables]
    return reduce(lambda upper, lower: upper.union(lower), parts)
