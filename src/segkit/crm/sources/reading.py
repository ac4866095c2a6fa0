"""Files and tables → `Raw`: every row as it stands in the export, with the part and the row it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from segkit.crm.sources import delimited, finding, scans, workbook
from segkit.crm.sources.engines import read_table
from segkit.crm.sources.raw import PART, Note, Raw, Staged, listed, near
from segkit.errors import InputError
from segkit.schema import TABLES
from segkit.settings import Extract, Settings

if TYPE_CHECKING:
    import ibis


def read(name: str, extract: Extract, settings: Settings, con: ibis.BaseBackend, work: Path) -> Raw:
    """One extract from its files or its table. Text and Excel are staged once as Parquet under `work`.

    Raises InputError with place and remedy where something is missing, damaged, empty or ambiguous.
    """
    if extract.table is not None:
        return _by_column(read_table(name, extract, settings, con), extract)
    files = finding.find(extract, settings)
    labels = dict(zip(files, finding.labels(files), strict=True))
    formats = {file: finding.detect(file, labels[file]) for file in files}
    work.mkdir(parents=True, exist_ok=True)
    parquet = [file for file in files if formats[file] == "parquet"]
    staged, notes = _stage(name, extract, {f: k for f, k in formats.items() if k != "parquet"}, labels, work)
    headers = {staged_part.part: staged_part.headers for staged_part in staged}
    headers.update({labels[file]: scans.headers(file, labels[file]) for file in parquet})
    place = finding.place(extract, list(labels.values()))
    _share_columns(name, extract, headers)
    tables = [scans.read_staged(con, [s.path for s in staged])] if staged else []
    tables += [scans.read_parquet(con, parquet, labels)] if parquet else []
    columns = scans.merged(headers)
    rejected = [s.rejected for s in staged if s.rejected]
    if not rejected and not any(s.rows for s in staged) and not scans.rows(parquet):
        raise InputError(f"{place}: a header, but no data rows. Export it again, or leave this extract out.")
    table = scans.stacked(tables, columns)
    lines = scans.read_staged(con, rejected) if rejected else None
    parts = _ordered(files, labels, staged)
    return _by_column(Raw(name, place, table, columns, parts, lines, tuple(files), tuple(notes)), extract)


def _stage(
    name: str, extract: Extract, formats: dict[Path, finding.Format], labels: dict[Path, str], work: Path
) -> tuple[list[Staged], list[Note]]:
    """Text and Excel files as Parquet, and what was noticed."""
    staged: list[Staged] = []
    sheets: list[workbook.Sheet] = []
    notes: list[Note] = []
    for number, (file, kind) in enumerate(formats.items()):
        label = labels[file]
        if kind == "excel":
            found, seen = workbook.read(file, label, name=name, extract=extract)
            sheets, notes = [*sheets, *found], [*notes, *seen]
        else:
            target = work / f"{name}-{number}.parquet"
            staged.append(delimited.stage(file, label, name=name, extract=extract, target=target))
            notes += staged[-1].notes
        if (kind == "excel") != (file.suffix.lower() in finding.WORKBOOKS):
            notes.append(Note(name, "read_as_excel" if kind == "excel" else "read_as_text", {"file": label}))
    texts = {header for s in staged for header in s.headers}
    staged += workbook.write(sheets, texts=texts, folder=work, stem=name)
    empty = [s.part for s in staged if not s.rows and not s.rejected]
    notes += [Note(name, "no_rows", {"file": part}) for part in empty]
    return staged, notes


def _share_columns(name: str, extract: Extract, headers: dict[str, tuple[str, ...]]) -> None:
    """Raises InputError where one of several parts has none of the mapped columns: it is no part of this extract."""
    wanted = {str(c).casefold() for c in extract.columns.values() if not isinstance(c, int)}
    wanted = wanted or {c.casefold() for c in TABLES[name].names}
    if len(headers) < 2 or any(isinstance(c, int) for c in extract.columns.values()):
        return
    for part, names in headers.items():
        if not wanted & {n.casefold() for n in names}:
            raise InputError(
                f"{part}: none of the columns mapped under extracts.{name}.columns. It has: {listed(names)}. "
                "Leave it out of source (a sheet: out of sheet)."
            )


def _ordered(files: Sequence[Path], labels: dict[Path, str], staged: Sequence[Staged]) -> tuple[str, ...]:
    """Parts in the order of the files, the sheets of each in workbook order."""
    parts = []
    for file in files:
        sheets = [s.part for s in staged if s.part.startswith(f"{labels[file]}#")]
        parts += sheets or [labels[file]]
    return tuple(parts)


def _by_column(raw: Raw, extract: Extract) -> Raw:
    """With `part: column`, the values of that column are the parts."""
    from dataclasses import replace

    if extract.part is None:
        return raw
    header = _resolve(raw, extract.columns.get(extract.part, extract.part))
    if header is None:
        hint = near(extract.part, raw.headers)
        raise InputError(f'{raw.place}: no part column "{extract.part}"{hint}. It has: {listed(raw.headers)}.')
    part = raw.table[header].cast("string").fill_null("")
    return replace(raw, table=raw.table.mutate(**{PART: part}), parts=())


def _resolve(raw: Raw, reference: str | int) -> str | None:
    """The header that a name or a position (from 1) stands for."""
    if isinstance(reference, int):
        return raw.headers[reference - 1] if 1 <= reference <= len(raw.headers) else None
    return reference if reference in raw.headers else None


def require(raw: Raw, extract: Extract) -> None:
    """Raises InputError where a mapped column, or one under `where`, is not among the headers."""
    for reference in extract.columns.values():
        if _resolve(raw, reference) is None:
            raise InputError(_no_column(raw, reference, f"Map one under extracts.{raw.name}.columns."))
    for key in extract.where:
        if key not in extract.columns and key not in raw.headers:
            raise InputError(_no_column(raw, key, f"Correct extracts.{raw.name}.where."))


def _no_column(raw: Raw, reference: str | int, remedy: str) -> str:
    what = f"no column {reference}" if isinstance(reference, int) else f'no column "{reference}"'
    hint = near(str(reference), raw.headers) if isinstance(reference, str) else f" (there are {len(raw.headers)})"
    return f"{raw.place}: {what}{hint}. It has: {listed(raw.headers, most=30)}. {remedy}"


def headers_and_sample(path: Path, *, rows: int = 200) -> list[tuple[str, list[str], list[list[str | None]]]]:
    """Name, headers and first rows (as text) of a file, or of each sheet of a workbook that holds data."""
    if not path.is_file():
        raise InputError(finding.missing(str(path), path) if not path.is_dir() else f"{path}: this is a folder. Name a file.")
    readers: dict[finding.Format, Callable[[], list[tuple[str, list[str], list[list[str | None]]]]]] = {
        "excel": lambda: workbook.sample(path, rows=rows),
        "text": lambda: [(path.name, *delimited.sample(path, rows=rows))],
        "parquet": lambda: [(path.name, *_parquet_sample(path, rows=rows))],
    }
    return readers[finding.detect(path, path.name)]()


def _parquet_sample(path: Path, *, rows: int) -> tuple[list[str], list[list[str | None]]]:
    import pyarrow.parquet as pq

    headers = list(scans.headers(path, path.name))
    batch = next(pq.ParquetFile(path).iter_batches(batch_size=rows), None)
    records = batch.to_pylist() if batch is not None else []
    return headers, [[workbook.as_text(record[h]) for h in headers] for record in records]
