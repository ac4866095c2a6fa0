"""One extract of a proposed config as lines of YAML, with what only the user can decide as comments."""

from __future__ import annotations

import calendar
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from segkit import schema
from segkit.crm import dates
from segkit.crm.proposal import columns as naming
from segkit.crm.proposal import values as reading
from segkit.crm.proposal.choice import Entry
from segkit.crm.sources.raw import listed
from segkit.crm.text import words

PARTS = ("sheet", "sheetname", "worksheet", "sourcefile", "sourcesheet", "工作表", "来源文件", "表名", "文件名")
PERIODS = ("year", "month", "period", "quarter", "年", "年份", "年度", "月", "月份", "期间", "季度")


def block(entry: Entry, base: Path | None) -> Iterator[str]:
    """The lines of one extract of the config."""
    shape, match = entry.shape, entry.match
    yield f"  {match.table}:"
    paths = [scalar(path(file, base)) for file in shape.files]
    yield f"    source: {paths[0]}" if len(paths) == 1 else f"    source: [{', '.join(paths)}]"
    if shape.sheets:
        titles = [scalar(title) for title in shape.sheets]
        yield f"    sheet: {titles[0]}" if len(titles) == 1 else f"    sheet: [{', '.join(titles)}]"
    if not shape.header:
        yield "    header: false           # the first row is data; columns are named by their position, from 1"
    yield "    columns:"
    yield from _columns(entry)
    if entry.where:
        yield "    where:"
        yield from (f"      {scalar(header)}: [{', '.join(map(scalar, allowed))}]" for header, allowed in entry.where.items())
    yield from _advice(entry)


def _columns(entry: Entry) -> Iterator[str]:
    """A line per canonical column, in the order of the schema; missing ones as questions."""
    match = entry.match
    for name in sorted(match.columns, key=_place(match.table)):
        header = match.columns[name]
        written = scalar(header) if entry.shape.header else header
        others = match.others.get(name, [])
        remarks = [*([f"also possible: {', '.join(others)}"] if others else []), *filter(None, [match.remarks.get(name)])]
        yield with_comment(f"      {scalar(name)}: {written}", "; ".join(remarks))
    free = [c.header for c in entry.shape.columns if c.header not in match.columns.values() and c.cells]
    for group in match.missing:
        likely = sorted(free, key=lambda header: not _is_id(header)) if group[0].endswith("_id") else free
        yield f"      # {' or '.join(group)}: ?   # none of {listed(likely, most=8) or 'the columns'} is known to be it"


def _is_id(header: str) -> bool:
    return bool(re.search(r"(id|no|number|code|name|编号|编码|号|名称)$", naming.normal(header)))


def _place(table: str) -> Callable[[str], int]:
    names = [*schema.TABLES[table].names, *(c.name for c in schema.CUSTOMER_FIELDS)]
    return names.index


def _advice(entry: Entry) -> Iterator[str]:
    """Options that the values suggest; those that only the user can decide are comments."""
    yield from _parts(entry)
    yield from _dates(entry)
    if entry.match.table == "orders":
        if "order_id" not in entry.match.columns:
            yield "    # order_unit: row        # no order number: an order is a customer's day; row makes each row an order"
        yield from _statuses(entry)
    mapped = set(entry.match.columns.values())
    free = [c.header for c in entry.shape.columns if c.header not in mapped and c.cells]
    if free and entry.shape.header:
        travel = " (they travel along)" if schema.TABLES[entry.match.table].extra else ""
        yield f"    # not mapped{travel}: {', '.join(free)}"


def _parts(entry: Entry) -> Iterator[str]:
    for values in entry.shape.columns:
        if entry.match.table != "orders" or not values.cells or not _in_blocks(values.cells):
            continue
        if naming.normal(values.header) in PARTS:
            yield f"    part: {scalar(values.header)}               # where parts overlap, an order counts once"
        elif naming.normal(values.header) in PERIODS:
            yield f"    # part: {scalar(values.header)}             # if this file was put together from exports that overlap"


def _in_blocks(cells: tuple[str, ...]) -> bool:
    """Whether each value stands in one run of rows."""
    runs = [cell for i, cell in enumerate(cells) if i == 0 or cells[i - 1] != cell]
    return len(runs) == len(set(runs)) and len(runs) < max(len(cells) / 2, 2)


def _dates(entry: Entry) -> Iterator[str]:
    """Day and month that cannot be told apart, and moments that name their offset, are for the user to decide."""
    kinds = {c.name: c.kind for c in schema.TABLES[entry.match.table].columns}
    moments = [v for name in entry.match.columns if kinds.get(name) in ("moment", "day") and (v := entry.values(name))]
    for values in moments:
        rivals = values.rivals()
        if len(rivals) > 1:
            yield f"    # {values.header}: the first rows do not tell day from month. Where the whole file does not, say which:"
            yield from (
                f'    # date_format: "{form}"    # {values.cells[0]} is {_said(values.cells[0], form)}' for form in rivals[:2]
            )
            break
    if any(values.instants for values in moments):
        yield "    # timezone: Asia/Shanghai  # moments carry their offset; name the zone whose days count (default UTC)"


def _said(cell: str, form: str) -> str:
    """A date in words, as a format reads it."""
    moment = next(found for one in dates.with_times(form) if (found := reading.read(cell, one)))
    return f"{moment.day} {calendar.month_name[moment.month]} {moment.year}"


def _statuses(entry: Entry) -> Iterator[str]:
    """What becomes of the words seen in the status."""
    values = entry.values("status")
    if values is None:
        return
    seen = sorted(set(values.cells))
    for meaning, known in (("left out as cancelled", "cancelled"), ("counted against sales as returned", "returned")):
        found = [word for word in seen if word.lower() in {known, *words()["status"][known]}]
        if found:
            yield f"    # status {', '.join(found)}: {meaning}"
    every = {word for known in words()["status"].values() for word in known}
    others = [word for word in seen if word.lower() not in {*every, *words()["status"]}]
    if others:
        yield f"    # status {', '.join(others[:8])}: counted as orders (else where: {{status: {{not_in: […]}}}})"


def path(file: Path, base: Path | None) -> str:
    """The source as given, or from the config's folder where that is another. An absolute one stays so unless it lies there."""
    if base is None or (file.is_absolute() and not file.is_relative_to(base.absolute())):
        return file.as_posix()
    return Path(os.path.relpath(file, base)).as_posix()


def scalar(text: str) -> str:
    """A text as YAML, quoted where it must be."""
    written = yaml.safe_dump(text, allow_unicode=True, width=10_000, default_flow_style=True).strip()
    written = written.removesuffix("...").strip()
    return f'"{written}"' if "," in written and written[0] not in "\"'" else written


def with_comment(line: str, comment: str) -> str:
    return f"{line:<34}  # {comment}" if comment else line
