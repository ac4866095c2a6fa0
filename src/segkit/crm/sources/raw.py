"""What reading a source yields: its rows as they stand in the export, where they came from, what was noticed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from segkit.errors import InputError

if TYPE_CHECKING:
    import ibis

PART, ROW = "_part", "_row"


@dataclass(frozen=True)
class Note:
    """Something noticed while reading that a reader of the quality page should know."""

    extract: str
    key: str
    numbers: dict[str, object]


@dataclass(frozen=True)
class Raw:
    """One extract as it stands in its source, before any cleaning.

    `table`: the source's columns by their headers (text for text files, typed otherwise), `_part` (string) and
    `_row` (1-based data row in its part; null behind an engine). `parts`: in the order given; () for tables and
    part columns. `rejected`: lines whose number of fields is wrong, `_part`, `_row` (counted like `table`'s), `line`.
    """

    name: str
    place: str
    table: ibis.Table
    headers: tuple[str, ...]
    parts: tuple[str, ...]
    rejected: ibis.Table | None
    inputs: tuple[Path, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Staged:
    """One part of an extract, staged as Parquet with `_part` and `_row`."""

    part: str
    path: Path
    headers: tuple[str, ...]
    rows: int
    rejected: Path | None = None
    notes: tuple[Note, ...] = field(default=())


def near(name: str, names: Iterable[str]) -> str:
    """` (did you mean "x"?)` where a name is close to one of `names`, else nothing."""
    folded = {n.casefold(): n for n in names}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1)
    return f' (did you mean "{folded[close[0]]}"?)' if close else ""


def listed(names: Sequence[str], *, most: int = 12) -> str:
    """Names for a message, cut after `most`."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def tidy(cells: Iterable[str]) -> list[str]:
    """Header cells without blanks around them, full-width ones and a byte order mark included."""
    return [" ".join(str(cell).replace("\ufeff", " ").replace("\u3000", " ").split()) for cell in cells]


def named(cells: Sequence[str], place: str) -> list[str]:
    """Column names from tidy header cells; an empty cell becomes `column_N`. A doubled name is an InputError."""
    names = [cell or f"column_{position}" for position, cell in enumerate(cells, start=1)]
    seen: dict[str, int] = {PART: 0, ROW: 0}
    for position, name in enumerate(names, start=1):
        first = seen.setdefault(name.casefold(), position)
        if first == 0:
            raise InputError(f'{place}: the column name "{name}" is reserved. Rename it in the file.')
        if first != position:
            where = f"columns {first} and {position}"
            raise InputError(f'{place}: two columns are called "{name}" ({where}). Rename one of them in the file.')
    return names


def width_of(header: tuple[str, ...], width: int, place: str) -> None:
    """Raises InputError where `header: [names]` does not name every column of the file."""
    if len(header) != width:
        raise InputError(f"{place}: header names {len(header)} columns, but the file has {width}. Name each one.")
