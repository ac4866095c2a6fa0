"""How a text file is laid out: its separator, its column names, where its data begin."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from segkit.crm.sources import encodings
from segkit.crm.sources.raw import named, tidy, width_of
from segkit.errors import InputError

BLANKS = "whitespace"
CANDIDATES = ("\t", ";", "|", ",", BLANKS)
NAMES = {"\t": "tab"}
SPELLINGS = {" ": BLANKS, r"\s+": BLANKS, "blank": BLANKS, "blanks": BLANKS, "tab": "\t", r"\t": "\t"}


@dataclass(frozen=True)
class Layout:
    """`start`: byte at which the data begin; `unnamed`: per column, whether its header cell was empty."""

    separator: str
    names: list[str]
    unnamed: list[bool]
    start: int
    records: list[list[str]]

    @property
    def delimiter(self) -> str:
        return "\t" if self.separator == BLANKS else self.separator


def find(plain: Path, place: str, *, header: bool | tuple[str, ...], separator: str | None) -> Layout:
    """The layout of a UTF-8 file. Raises InputError where it is empty or its names do not fit."""
    with plain.open("rb") as stream:
        start = stream.read(encodings.SAMPLE * 4)
        cut = start.rfind(b"\n") + 1 if stream.read(1) else 0
    text = (start[:cut] if cut else start).decode("utf-8", "ignore")
    return of_text(text, place, header=header, separator=separator)


def of_text(text: str, place: str, *, header: bool | tuple[str, ...], separator: str | None) -> Layout:
    """The layout of a text from its beginning; `records` are its first data rows."""
    lines = list(io.StringIO(text, newline=""))
    told = re.fullmatch(r'\ufeff?"?sep=(.)"?\s*', lines[0]) if lines else None  # Excel's own hint
    first = 1 if told else 0
    while first < len(lines) and not lines[first].strip(' \t\r\n\ufeff\u3000,;|"'):
        first += 1
    if first == len(lines):
        raise InputError(f"{place}: the file is empty. Export it again, or leave this extract out.")
    body = [lines[first].removeprefix("\ufeff"), *lines[first + 1 :]]
    using = _given(separator, place) if separator is not None else (told[1] if told else _separator(body, header=header))
    used, records = _records(body, using)
    skipped = (first, first + used[0])[header is True]
    start = sum(len(line.encode()) for line in lines[:skipped])
    if skipped == 0 and text.startswith("\ufeff"):
        start = len("\ufeff".encode())
    cells, rows = _columns(records, place, header=header)
    return Layout(using, named(cells, place), [not cell for cell in cells], start, rows)


def _columns(records: list[list[str]], place: str, *, header: bool | tuple[str, ...]) -> tuple[list[str], list[list[str]]]:
    """Header cells, and the records that are data."""
    if header is not True:
        width = _usual(records)
        if header is False:
            return [str(position) for position in range(1, width + 1)], records
        width_of(header, width, place)
        return tidy(header), records
    cells, rows = tidy(records[0]), records[1:]
    widths = {len(row) for row in rows}
    if len(widths) == 1:  # a separator too many at the end of the header alone, or of the data alone
        width = widths.pop()
        cells += [""] * (width - len(cells))
        if not any(cells[width:]):
            cells = cells[:width]
    return cells, rows


def _usual(records: list[list[str]]) -> int:
    return Counter(len(record) for record in records).most_common(1)[0][0]


def _records(lines: list[str], separator: str, *, most: int = 300) -> tuple[list[int], list[list[str]]]:
    """The first records, blank lines left out, and how many lines were read up to the end of each."""
    if separator == BLANKS:
        pairs = [(i, line.split()) for i, line in enumerate(lines[:most], start=1)]
    else:
        reader = csv.reader(lines, delimiter=separator)
        pairs = []
        with contextlib.suppress(csv.Error):  # a quote that is never closed: what was read so far will do
            for record in reader:
                pairs.append((reader.line_num, record))
                if len(pairs) == most:
                    break
    pairs = [(line, record) for line, record in pairs if record]
    return [line for line, _ in pairs] or [1], [record for _, record in pairs] or [[lines[0].strip()]]


def _separator(lines: list[str], *, header: bool | tuple[str, ...]) -> str:
    """The separator that cuts most of the first records, the header among them, into the same number of fields."""
    best, found = 0.0, ","
    for candidate in CANDIDATES:
        _, records = _records(lines[:1000], candidate)
        usual = _usual(records[1:] or records)
        fits = len(records[0]) == usual or header is not True
        share = round(sum(len(record) == usual for record in records) / len(records), 1) if usual > 1 else 0.0
        share = share * (1.0 if fits else 0.5)
        if candidate == BLANKS:
            share = share if best == 0 and share > 0.9 else 0.0
        if share > best:
            best, found = share, candidate
    return found


def _given(separator: str, place: str) -> str:
    using = SPELLINGS.get(separator, separator)
    if using != BLANKS and (len(using) != 1 or not using.isascii()):
        raise InputError(f'{place}: sep "{separator}" is not one character. Use one, tab, or whitespace.')
    return using
