"""Delimited text → Parquet, once, by streaming: every value as text, every unreadable line kept aside."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from segkit.crm.sources import encodings, layout, quotes
from segkit.crm.sources.raw import PART, ROW, Note, Staged
from segkit.errors import InputError
from segkit.settings import Extract

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BLOCK = 8 << 20


def stage(file: Path, part: str, *, name: str, extract: Extract, target: Path) -> Staged:
    """Stage one text file as `target`. Raises InputError where it is empty, wrongly encoded or has doubled headers."""
    utf8 = target.with_suffix(".txt")
    plain, encoding = encodings.to_utf8(file, part, encoding=extract.encoding, target=utf8)
    found = layout.find(plain, part, header=extract.header, separator=extract.sep)
    rows, kept, rejected = _write(plain, part, found, target)
    utf8.unlink(missing_ok=True)
    notes = _notes(name, part, encoding, found.separator)
    return Staged(part, target, kept, rows, rejected, notes)


def _notes(name: str, part: str, encoding: str, separator: str) -> tuple[Note, ...]:
    notes = []
    if encoding not in ("utf-8", "utf-8-sig"):
        notes.append(Note(name, "encoding", {"file": part, "encoding": encoding}))
    if separator != ",":
        notes.append(Note(name, "separator", {"file": part, "separator": layout.NAMES.get(separator, separator)}))
    return tuple(notes)


def sample(file: Path, *, rows: int) -> tuple[list[str], list[list[str | None]]]:
    """The headers of a text file and its first rows."""
    text = encodings.head(file, file.name)
    encoding = encodings.detect(file, file.name)
    found = layout.of_text(text.decode(encoding, "ignore"), file.name, header=True, separator=None)
    return found.names, [[value or None for value in record] for record in found.records[:rows]]


@dataclass
class _Rejects:
    """Unreadable lines of one part, written out as they come, so that a wrong separator cannot fill the memory."""

    part: str
    path: Path
    lines: list[tuple[int, str]]
    writer: pa.parquet.ParquetWriter | None = None

    def take(self, row: object) -> str:
        self.lines.append((row.number, quotes.original(row.text)))  # type: ignore[attr-defined]
        return "skip"

    def flush(self, *, before: int) -> None:
        """Write the lines of rows before a row number, and forget them."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        done = [line for line in self.lines if line[0] < before]
        self.lines = [line for line in self.lines if line[0] >= before]
        if not done:
            return
        numbers, texts = zip(*done, strict=True)
        table = pa.table({PART: [self.part] * len(done), ROW: pa.array(numbers, pa.int64()), "line": list(texts)})
        self.writer = self.writer or pq.ParquetWriter(self.path, table.schema, compression="zstd")
        self.writer.write_table(table)

    def close(self) -> Path | None:
        """Write what is left; the file, or None where every line could be read."""
        self.flush(before=1 << 62)
        if self.writer is None:
            return None
        self.writer.close()
        return self.path


def _write(plain: Path, part: str, found: layout.Layout, target: Path) -> tuple[int, tuple[str, ...], Path | None]:
    """Rows written, columns kept (trailing ones without name and data are dropped), file of unreadable lines."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rejects = _Rejects(part, target.with_suffix(".rejected.parquet"), [])
    schema = pa.schema([*((n, pa.string()) for n in found.names), (PART, pa.string()), (ROW, pa.int64())])
    upcoming, rows = 1, 0
    filled = np.zeros(len(found.names), dtype=bool)
    packed = {ROW: "DELTA_BINARY_PACKED"}
    with pq.ParquetWriter(target, schema, compression="zstd", use_dictionary=[PART], column_encoding=packed) as writer:
        for batch in _batches(plain, part, found, rejects):
            numbers = _numbers(upcoming, batch.num_rows, [n for n, _ in rejects.lines])
            upcoming, rows = int(numbers[-1]) + 1, rows + batch.num_rows
            rejects.flush(before=upcoming)
            filled |= [column.null_count < batch.num_rows for column in batch.columns]
            columns = [*batch.columns, pa.array([part]).take(pa.array(np.zeros(batch.num_rows, int))), numbers]
            writer.write_batch(pa.record_batch(columns, schema=schema))
    last = max((i for i, data in enumerate(filled, start=1) if data or not found.unnamed[i - 1]), default=0)
    return rows, tuple(found.names[:last]), rejects.close()


def _numbers(first: int, count: int, rejected: list[int]) -> np.ndarray:
    """The row numbers of the next `count` readable rows, from row `first` on, past the rejected ones."""
    import numpy as np

    candidates = np.arange(first, first + count + len(rejected), dtype=np.int64)
    return np.setdiff1d(candidates, rejected, assume_unique=True)[:count] if rejected else candidates


def _batches(plain: Path, part: str, found: layout.Layout, rejects: _Rejects) -> Iterator[pa.RecordBatch]:
    """Record batches of text columns, in the order of the file; empty fields are null."""
    import pyarrow as pa
    import pyarrow.csv as pc

    read = pc.ReadOptions(column_names=found.names, block_size=BLOCK, use_threads=False)
    parse = pc.ParseOptions(
        delimiter=found.delimiter, newlines_in_values=True, invalid_row_handler=rejects.take, ignore_empty_lines=True
    )
    convert = pc.ConvertOptions(
        column_types=dict.fromkeys(found.names, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        check_utf8=False,
    )
    with plain.open("rb") as file:
        stream = _data(file, plain, found)
        if not stream.peek(1):  # type: ignore[attr-defined]
            return
        try:
            yield from (batch for batch in pc.open_csv(stream, read, parse, convert) if batch.num_rows)
        except pa.ArrowInvalid as error:
            if "Empty CSV" not in str(error):
                raise InputError(f"{part}: not readable as delimited text: {error}. Check sep and quotes.") from None


def _data(file: BinaryIO, plain: Path, found: layout.Layout) -> BinaryIO:
    """The bytes after the header: blanks made tabs where they separate, stray quotes mended where there are any."""
    file.seek(found.start)
    delimiter = found.delimiter.encode()
    chunks: Iterable[bytes] | None = None
    if found.separator == layout.BLANKS:
        chunks = (_tabbed(line) for line in file)
    if not quotes.well_quoted(plain, start=found.start, separator=delimiter):
        chunks = quotes.mended(chunks or file, separator=delimiter, width=len(found.names))
    return file if chunks is None else io.BufferedReader(_Stream(iter(chunks)), BLOCK)


def _tabbed(line: bytes) -> bytes:
    """Runs of blanks as tabs, those inside quotes left alone."""
    if b'"' not in line:
        return b"\t".join(line.split()) + b"\n"
    kept = re.sub(rb'("(?:[^"]|"")*")|[ \t]+', lambda match: match[1] or b"\t", line.strip())
    return kept + b"\n"


class _Stream(io.RawIOBase):
    """A readable stream over chunks of bytes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self.rest:
            chunk = b"".join(line for _, line in zip(range(20_000), self.chunks, strict=False))
            if not chunk:
                return 0
            self.rest = chunk
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size
