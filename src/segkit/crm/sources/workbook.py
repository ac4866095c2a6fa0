"""Excel and OpenDocument sheets → Arrow tables: one type a column, text where types mix, nothing lost."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.crm.sources.raw import PART, ROW, Note, Staged, listed, named, near, tidy, width_of
from segkit.errors import InputError
from segkit.settings import Extract

if TYPE_CHECKING:
    import pyarrow as pa
    from python_calamine import CalamineWorkbook

LARGEST_WHOLE = 1 << 53


@dataclass(frozen=True)
class Sheet:
    """One sheet that holds data: its part (`file#sheet`), column names, values by column, row numbers."""

    part: str
    names: list[str]
    columns: list[list[Any]]
    rows: list[int]


def is_workbook(file: Path) -> bool:
    """Whether a zip archive holds a workbook (xlsx, xlsb, ods). A damaged one is judged by its name."""
    try:
        with zipfile.ZipFile(file) as archive:
            inside = archive.namelist()
    except zipfile.BadZipFile:
        return file.suffix.lower() in (".xlsx", ".xlsm", ".xlsb", ".ods", ".xls")
    return any(name.startswith("xl/") for name in inside) or "content.xml" in inside


def read(file: Path, label: str, *, name: str, extract: Extract) -> tuple[list[Sheet], list[Note]]:
    """The sheets that `sheet:` asks for, else the first that has data (noted where there are others)."""
    with _open(file, label) as book:
        wanted, note = _chosen(book, label, name=name, extract=extract)
        sheets = []
        for title in wanted:
            rows = _rows(book, title, label)
            if not any(map(any, rows)):
                if extract.sheet is not None and "all" not in extract.sheet:
                    raise InputError(f'{label}: sheet "{title}" is empty. Name another under sheet.')
                continue
            sheets.append(_sheet(rows, f"{label}#{title}", header=extract.header))
    return sheets, note


def sample(file: Path, *, rows: int) -> list[tuple[str, list[str], list[list[str | None]]]]:
    """Name, headers and first rows of each sheet that holds data."""
    found = []
    with _open(file, file.name) as book:
        for title in book.sheet_names:
            cells = _rows(book, title, file.name)[: rows + 50]
            if any(map(any, cells)):
                sheet = _sheet(cells, title, header=True)
                records = zip(*([as_text(v) for v in column[:rows]] for column in sheet.columns), strict=True)
                found.append((title, sheet.names, [list(record) for record in records]))
    return found


def _open(file: Path, label: str) -> CalamineWorkbook:
    from python_calamine import CalamineError, PasswordError, load_workbook

    try:
        return load_workbook(file)
    except PasswordError:
        raise InputError(f"{label}: the workbook is locked by a password. Save it without one.") from None
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(f"{label}: not readable as an Excel workbook ({error}). Save it again as xlsx.") from None


def _rows(book: CalamineWorkbook, title: str, label: str) -> list[list[Any]]:
    from python_calamine import CalamineError

    try:
        return book.get_sheet_by_name(title).to_python(skip_empty_area=True)
    except CalamineError as error:
        raise InputError(f'{label}: sheet "{title}" is damaged ({error}). Save the workbook again as xlsx.') from None


def _chosen(book: CalamineWorkbook, label: str, *, name: str, extract: Extract) -> tuple[list[str], list[Note]]:
    """Titles of the sheets to read, in workbook order."""
    titles = book.sheet_names
    if extract.sheet == ("all",) and "all" not in titles:
        return titles, []
    if extract.sheet is not None:
        for title in extract.sheet:
            if title not in titles:
                raise InputError(f'{label}: no sheet "{title}"{near(title, titles)}. It has: {listed(titles)}.')
        return [title for title in titles if title in extract.sheet], []
    filled = [title for title in titles if any(map(any, _rows(book, title, label)))]
    if not filled:
        raise InputError(f"{label}: every sheet is empty. Export it again, or leave this extract out.")
    others: dict[str, object] = {"file": label, "sheet": filled[0], "others": filled[1:]}
    return filled[:1], [Note(name, "sheets_not_read", others)] if filled[1:] else []


def _sheet(rows: list[list[Any]], part: str, *, header: bool | tuple[str, ...]) -> Sheet:
    """Rows under the header; blank ones are left out, but counted in the row numbers."""
    first = next(i for i, row in enumerate(rows) if any(_filled(v) for v in row))
    data = rows[first + 1 :] if header is True else rows[first:]
    width = max(len(row) for row in rows)
    kept = [(i, row) for i, row in enumerate(data, start=1) if any(_filled(v) for v in row)]
    columns = [[row[i] if _filled(row[i]) else None for _, row in kept] for i in range(width)]
    if header is True:
        cells = tidy(as_text(v) or "" for v in rows[first])
    elif header is False:
        cells = [str(position) for position in range(1, width + 1)]
    else:
        width_of(header, width, part)
        cells = tidy(header)
    while cells and not cells[-1] and not any(_filled(v) for v in columns[len(cells) - 1]):
        cells.pop()
    return Sheet(part, named(cells, part), columns[: len(cells)], [i for i, _ in kept])


def _filled(value: Any) -> bool:
    return value is not None and value != ""


def write(sheets: Sequence[Sheet], *, texts: Iterable[str], folder: Path, stem: str) -> list[Staged]:
    """Stage sheets, a column having the same type in all of them; `texts`: columns that are text elsewhere."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, list[list[Any]]] = {}
    for sheet in sheets:
        for name, values in zip(sheet.names, sheet.columns, strict=True):
            columns.setdefault(name.casefold(), []).append(values)
    types = {name: _type(values) for name, values in columns.items()}
    types.update({name.casefold(): pa.string() for name in texts})
    staged = []
    for number, sheet in enumerate(sheets):
        arrays = [_array(v, types[n.casefold()]) for n, v in zip(sheet.names, sheet.columns, strict=True)]
        arrays += [pa.array([sheet.part] * len(sheet.rows), pa.string()), pa.array(sheet.rows, pa.int64())]
        target = folder / f"{stem}-sheet{number}.parquet"
        pq.write_table(pa.table(arrays, names=[*sheet.names, PART, ROW]), target, compression="zstd")
        staged.append(Staged(sheet.part, target, tuple(sheet.names), len(sheet.rows)))
    return staged


def _type(parts: list[list[Any]]) -> pa.DataType:
    """The one type that holds every value of a column as it is."""
    import pyarrow as pa

    kinds = {type(value) for values in parts for value in values if value is not None}
    if kinds == {bool}:
        return pa.bool_()
    if kinds and kinds <= {int, float}:
        whole = all(v == int(v) and abs(v) < LARGEST_WHOLE for values in parts for v in values if v is not None)
        return pa.int64() if whole else pa.float64()
    if kinds == {dt.date}:
        return pa.date32()
    if kinds and kinds <= {dt.date, dt.datetime}:
        return pa.timestamp("us")
    return pa.string()


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if kind == pa.string():
        return pa.array([as_text(v) for v in values], kind)
    if kind == pa.timestamp("us"):
        midnight = dt.time()
        moments = (v if v is None or isinstance(v, dt.datetime) else dt.datetime.combine(v, midnight) for v in values)
        return pa.array(list(moments), kind)
    if kind == pa.int64():
        return pa.array([None if v is None else int(v) for v in values], kind)
    return pa.array(values, kind)


def as_text(value: Any) -> str | None:
    """A cell as text: whole floats as integers, dates in ISO form; None where it is empty."""
    if not _filled(value):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
