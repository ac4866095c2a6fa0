"""Files and sheets → shapes: what has the same columns is one export in several parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from segkit.crm.proposal import values as reading
from segkit.crm.proposal.columns import is_known
from segkit.crm.proposal.values import Values
from segkit.crm.sources import encodings, finding, headers_and_sample, layout
from segkit.errors import InputError

ROWS = 200


@dataclass(frozen=True)
class Shape:
    """Files (or sheets of them) with the same columns. `sheets`: empty where a file has one; `header`: whether the first
    row names the columns, which are otherwise called by their position, from 1."""

    files: tuple[Path, ...]
    sheets: tuple[str, ...]
    columns: tuple[Values, ...]
    header: bool

    @property
    def title(self) -> str:
        """What names the content: file names and sheets."""
        return " ".join([*(path.name.split(".")[0] for path in self.files), *self.sheets])

    @property
    def label(self) -> str:
        """What messages call it."""
        names = ", ".join(path.name for path in self.files)
        return f"{names} (sheet {', '.join(self.sheets)})" if self.sheets else names


@dataclass(frozen=True)
class _Sheet:
    file: Path
    sheet: str | None
    headers: list[str]
    rows: list[list[str | None]]
    header: bool

    @property
    def key(self) -> tuple[object, ...]:
        return (self.header, frozenset(h.casefold() for h in self.headers) if self.header else len(self.headers))


def shapes(files: Iterable[Path]) -> list[Shape]:
    """What the files hold, by columns. Raises InputError where a file is missing, empty, damaged or named twice."""
    files = list(files)
    if not files:
        raise InputError("no file named. Name the exports of your CRM: segkit map orders.csv customers.xlsx")
    groups: dict[tuple[object, ...], list[_Sheet]] = {}
    for path in dict.fromkeys(files):
        for sheet in _sheets(path):
            groups.setdefault((*sheet.key, *_apart(sheet)), []).append(sheet)
    return [_shape(group) for group in groups.values()]


def _apart(sheet: _Sheet) -> tuple[object, ...]:
    """A workbook with several sheets keeps to itself: other files need not have sheets of these names."""
    return () if sheet.sheet is None else (sheet.file,)


def _sheets(path: Path) -> list[_Sheet]:
    bare = _headerless(path)
    if bare is not None:
        return [bare]
    found = headers_and_sample(path, rows=ROWS)
    several = len(found) > 1
    return [_Sheet(path, name if several else None, *_headed(headers, rows)) for name, headers, rows in found]


def _headed(headers: list[str], rows: list[list[str | None]]) -> tuple[list[str], list[list[str | None]], bool]:
    """Headers, rows, and whether the headers are any: a sheet whose first row is data has none."""
    if _is_data(headers):
        return [str(i) for i in range(1, len(headers) + 1)], [[*headers], *rows], False
    return headers, rows, True


def _headerless(path: Path) -> _Sheet | None:
    """A text file whose first row is data already, else None."""
    if not path.is_file() or finding.detect(path, path.name) != "text":
        return None
    text = encodings.head(path, path.name).decode(encodings.detect(path, path.name), "ignore")
    found = layout.of_text(text, path.name, header=False, separator=None)
    if not _is_data(found.records[0]):
        return None
    rows: list[list[str | None]] = [[*record] for record in found.records[:ROWS] if len(record) == len(found.names)]
    return _Sheet(path, None, found.names, rows, header=False)


def _is_data(cells: list[str]) -> bool:
    """Whether a first row is data: at least half of it numbers and dates, and no word that heads a column."""
    values = [reading.column("", [cell]) for cell in cells if cell]
    measured = [v for v in values if v.numeric or v.dated]
    return len(measured) * 2 >= len(cells) and bool(measured) and not is_known(cells)


def _shape(sheets: list[_Sheet]) -> Shape:
    """Sheets with the same headers, their samples put together."""
    first = sheets[0]
    cells: dict[str, list[str | None]] = {header.casefold(): [] for header in first.headers}
    for sheet in sheets:
        rows = [row for row in sheet.rows if len(row) == len(sheet.headers)]  # the reader sets other lines aside
        for position, header in enumerate(sheet.headers):
            cells[header.casefold()] += [row[position] for row in rows]
    columns = tuple(reading.column(header, cells[header.casefold()]) for header in first.headers)
    titles = tuple(sheet.sheet for sheet in sheets if sheet.sheet is not None)
    return Shape(tuple(dict.fromkeys(sheet.file for sheet in sheets)), titles, columns, first.header)
