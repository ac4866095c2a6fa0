"""Duplicate accounts merged into one, internal and test accounts dropped, as two small files say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from segkit import settings as config
from segkit.crm import sources, text
from segkit.errors import InputError


@dataclass(frozen=True)
class Accounts:
    """`alias`: account → the account it is merged into; `exclude`: accounts that are no customers."""

    alias: dict[str, str] = field(default_factory=dict)
    exclude: frozenset[str] = frozenset()

    def apply(self, rows: ir.Table) -> ir.Table:
        """Replaces `customer_id` by the account it belongs to; adds `_alias` and `_excluded`. Without either file the rows
        as they are."""
        named = sorted({*self.alias, *self.exclude})
        if not named:
            return rows
        out = [bool(self.exclude & {own, self.alias.get(own, own)}) for own in named]
        columns = {"_own": named, "_main": [self.alias.get(own) for own in named], "_out": out}
        lookup = ibis.memtable(columns, schema={"_own": "string", "_main": "string", "_out": "boolean"})
        joined = rows.left_join(lookup, rows["customer_id"] == lookup["_own"])
        own = {name: joined[name] for name in rows.columns}
        main = ibis.coalesce(joined["_main"], joined["customer_id"])
        own |= {"customer_id": main, "_alias": joined["_main"].notnull(), "_excluded": joined["_out"].fill_null(False)}
        return joined.select(**own)


def load(settings: config.Settings, con: Any, work: Path) -> Accounts:
    """Read the files under `accounts:`. Raises InputError for a missing file, a circle, or an id merged into two."""
    alias = _pairs(settings, con, work, settings.accounts.alias) if settings.accounts.alias else {}
    exclude = _column(settings, con, work, settings.accounts.exclude) if settings.accounts.exclude else []
    return Accounts({a: _end(alias, a, str(settings.accounts.alias)) for a in alias}, frozenset(exclude))


def first_columns(settings: config.Settings, con: Any, work: Path, file: str, columns: int) -> list[tuple[str | None, ...]]:
    """The first columns of a small file, as text. Raises InputError where it has fewer."""
    raw = sources.read("customers", config.Extract(source=(file,)), settings, con, work)
    if len(raw.headers) < columns:
        raise InputError(f"{file}: {columns} columns are needed, it has {', '.join(raw.headers)}.")
    picked = {f"c{i}": text.identifier(raw.table[h]) for i, h in enumerate(raw.headers[:columns])}
    return [tuple(row.values()) for row in raw.table.select(**picked).to_pyarrow().to_pylist()]


def _pairs(settings: config.Settings, con: Any, work: Path, file: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for old, new in first_columns(settings, con, work, file, 2):
        if not old or not new or old == new:
            continue
        if pairs.get(old, new) != new:
            raise InputError(f'{file}: account "{old}" is merged into "{pairs[old]}" and into "{new}". Keep one line.')
        pairs[old] = new
    return pairs


def _column(settings: config.Settings, con: Any, work: Path, file: str) -> list[str]:
    return [row[0] for row in first_columns(settings, con, work, file, 1) if row[0]]


def _end(alias: dict[str, str], start: str, file: str) -> str:
    """The account at the end of a chain of merges."""
    seen = [start]
    while seen[-1] in alias:
        seen.append(alias[seen[-1]])
        if seen[-1] in seen[:-1]:
            raise InputError(f"{file}: accounts are merged in a circle: {' → '.join(seen)}. Remove one line.")
    return seen[-1]
