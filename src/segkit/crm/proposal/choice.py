"""Which file is which table of the extract, which are merged or excluded accounts, and which fit nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from segkit import schema
from segkit.crm.proposal import columns as naming
from segkit.crm.proposal.columns import Match, normal
from segkit.crm.proposal.files import Shape
from segkit.crm.proposal.values import Values
from segkit.crm.text import words

PLAUSIBLE, CLEAR = 2.5, 4.0
"""Scores, what is missing apart, from which an incomplete table is worth naming, and worth writing out."""


@dataclass(frozen=True)
class Entry:
    """One extract of the proposal. `where`: column → values; `remark`: said above it."""

    shape: Shape
    match: Match
    where: dict[str, list[str]] = field(default_factory=dict)
    remark: str = ""

    def values(self, name: str) -> Values | None:
        """The values behind a canonical column, or None where it is not mapped."""
        header = self.match.columns.get(name)
        return next((c for c in self.shape.columns if c.header == header), None)


@dataclass(frozen=True)
class Choice:
    """`entries`: table → what is proposed; `partial`: recognised, but a required column is not told;
    `unused`: shapes that fit no table or one that is taken, with the reason."""

    entries: dict[str, Entry]
    partial: dict[str, Entry]
    alias: Shape | None
    exclude: Shape | None
    unused: list[tuple[Shape, str]]


def choose(shapes: Sequence[Shape]) -> Choice:
    """Every shape its best table; where two claim one, the better fit has it."""
    alias = next((s for s in shapes if _is_alias(s)), None)
    exclude = next((s for s in shapes if _is_exclude(s)), None)
    open_ = [s for s in shapes if s is not alias and s is not exclude]
    ranked = [(shape, _ranked(shape)) for shape in open_]
    key = _key(ranked)
    best = sorted(((s, _joining(m[0], key)) for s, m in ranked), key=lambda pair: (bool(pair[1].missing), -pair[1].score))
    entries: dict[str, Entry] = {}
    partial: dict[str, Entry] = {}
    unused: list[tuple[Shape, str]] = []
    for shape, match in best:
        entry = Entry(shape, match)
        if not match.missing and match.table not in entries:
            entries[match.table] = entry
        elif _worth(match) and match.table not in {**entries, **partial}:
            partial[match.table] = entry
        else:
            unused.append((shape, _reason(match, entries)))
    _find_orders(entries, partial, ranked)
    kept = [pair for pair in unused if all(pair[0] is not e.shape for e in entries.values())]
    order = {id(shape): i for i, shape in enumerate(shapes)}
    return Choice(entries, partial, alias, exclude, sorted(kept, key=lambda pair: order[id(pair[0])]))


def _ranked(shape: Shape) -> list[Match]:
    if not shape.header:
        return [_by_position(shape)]
    matches = [naming.match(shape.columns, table, title=shape.title) for table in schema.TABLES.values()]
    return sorted(matches, key=lambda m: -m.score)


def _key(ranked: Sequence[tuple[Shape, list[Match]]]) -> str:
    """By what orders name their customer, as a header for comparing."""
    orders = [matches[0] for _, matches in ranked if matches[0].table == "orders" and not matches[0].missing]
    return normal(max(orders, key=lambda m: m.score).columns["customer_id"]) if orders else ""


def _joining(match: Match, key: str) -> Match:
    """Customers that carry the column by which orders name them fit better, and are known by it."""
    if match.table != "customers" or not key:
        return match
    if normal(match.columns.get("customer_id", "")) == key:
        return replace(match, score=match.score + 5)
    if normal(match.columns.get("name", "")) != key:
        return match
    columns = match.columns | {"customer_id": match.columns["name"]}
    others = match.others | {"customer_id": [match.columns["customer_id"]]}
    remarks = match.remarks | {"customer_id": "orders name customers by it"}
    return replace(match, columns=columns, others=others, remarks=remarks, score=match.score + 5)


def _plain(match: Match) -> float:
    """The score without what is taken off for missing columns."""
    return match.score + naming.PENALTY * len(match.missing)


def _worth(match: Match) -> bool:
    """Whether an incomplete table is written out rather than named only."""
    orders = match.table == "orders"
    enough = len(match.columns) >= (2 if orders else 3) and len(match.missing) <= (2 if orders else 1)
    return bool(match.missing) and enough and _plain(match) >= CLEAR


def _reason(match: Match, entries: dict[str, Entry]) -> str:
    """Why a shape is not used."""
    if not match.missing:
        taken = entries[match.table].shape.label
        return f"also looks like {match.table}, which {taken} fits better; one extract reads one shape of file"
    lacking = " and ".join(" or ".join(group) for group in match.missing)
    if _plain(match) >= PLAUSIBLE and len(match.columns) >= 2:
        return f"nearest to {match.table}, but no column tells {lacking}"
    return "fits no table of segkit"


def _find_orders(entries: dict[str, Entry], partial: dict[str, Entry], ranked: Sequence[tuple[Shape, list[Match]]]) -> None:
    """Where nothing is best read as orders: won deals stand for them, else what can be read as orders at all."""
    if "orders" in entries:
        return
    deals = entries.get("opportunities")
    if deals and (won := _won(deals)):
        entries["orders"] = won
        partial.pop("orders", None)
        return
    readable = [(s, m) for s, matches in ranked for m in matches if m.table == "orders" and not m.missing]
    if readable:
        shape, match = max(readable, key=lambda pair: pair[1].score)
        for table in [t for t, e in entries.items() if e.shape is shape]:
            del entries[table]
        entries["orders"] = Entry(shape, match)
        partial.pop("orders", None)


def _won(deals: Entry) -> Entry | None:
    """Won deals as orders, on the day they closed."""
    columns, values = deals.match.columns, deals.values("outcome")
    known = set(map(str, words()["outcome"]["won"]))
    won = sorted({cell for cell in values.cells if cell.lower() in known}) if values else []
    if not won or values is None or not {"customer_id", "closed_at", "amount"} <= columns.keys():
        return None
    names = {"order_id": "opportunity_id", "customer_id": "customer_id", "ordered_at": "closed_at", "amount": "amount"}
    names |= {name: name for name in ("currency", "product", "owner")}
    mapped = {name: columns[source] for name, source in names.items() if source in columns}
    remark = "No file holds orders: won deals stand for them, on the day they closed. Name an export of orders if there is one."
    return Entry(deals.shape, Match("orders", mapped, {}, (), 0.0), {values.header: won}, remark)


def _is_alias(shape: Shape) -> bool:
    names = [normal(c.header) for c in shape.columns]
    return len(names) == 2 and names[0] in (
        "alias",
        "aliasid",
        "duplicate",
        "duplicateid",
        "别名",
        "重复客户编号",
        "重复编号",
        "原客户编号",
    )


def _is_exclude(shape: Shape) -> bool:
    named = re.search("exclude|internal|test|ignore|blocklist|排除|内部|测试|剔除", shape.title, re.IGNORECASE)
    return len(shape.columns) == 1 and bool(named)


def _by_position(shape: Shape) -> Match:
    """A file without headers as orders, its columns told by their values alone: a day, an id that comes again, an amount."""
    days = [c for c in shape.columns if c.dated >= 0.9]
    rest = [c for c in shape.columns if c not in days]
    money = [c for c in rest if c.numeric >= 0.9 and c.fractional >= 0.3]
    counts = [
        c
        for c in rest
        if c not in money and c.numeric >= 0.9 and not c.share(r"^0\d|\d{4}") and (c.distinct < 0.5 or c.rows < 20)
    ]
    ids = [c for c in rest if c not in money and c not in counts and c.filled > 0.8]
    again = sorted((c for c in ids if c.distinct < 0.999), key=lambda c: c.distinct)
    found = {"customer_id": again or ids, "ordered_at": days, "quantity": counts, "amount": money or counts}
    if not money:
        found.pop("quantity")
    columns = {name: candidates[0].header for name, candidates in found.items() if candidates}
    others = {name: [c.header for c in candidates[1:4]] for name, candidates in found.items() if candidates[1:]}
    missing = tuple(group for group in schema.TABLES["orders"].required if not any(name in columns for name in group))
    return Match("orders", columns, others, missing, 4.0 - 2 * len(missing))
