"""Any text file → plain UTF-8 on disk: gzip undone, the encoding found out or taken from the config."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from segkit.errors import InputError

CHUNK = 8 << 20
SAMPLE = 256 << 10
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "utf-8-sig": "utf-8"}
OTHERS = ["cp1252", "cp932", "big5", "cp949", "cp1251"]


@contextmanager
def opened(path: Path, place: str) -> Iterator[BinaryIO]:
    """The bytes of a file, unzipped where it is gzip by content. Raises InputError where it is broken."""
    try:
        with path.open("rb") as plain:
            zipped = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            with gzip.GzipFile(fileobj=plain) if zipped else plain as stream:
                yield stream  # type: ignore[misc]
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{place}: the gzip file is damaged or cut short ({error}). Export or copy it again.") from None
    except PermissionError:
        raise InputError(f"{place}: not readable by this user. Change the file's permissions.") from None


def head(path: Path, place: str, size: int = SAMPLE) -> bytes:
    """The first bytes of a file, unzipped."""
    with opened(path, place) as stream:
        return stream.read(size)


def to_utf8(path: Path, place: str, *, encoding: str | None, target: Path) -> tuple[Path, str]:
    """A UTF-8 file of the same text, and the encoding it was in: `path` itself where it is one, else `target`."""
    start = head(path, place, 4)
    found = _known(encoding, place) if encoding else detect(path, place)
    if encoding or found.startswith("utf-16") or start.startswith(codecs.BOM_UTF8):
        try:
            _walk(path, place, found)
        except UnicodeDecodeError as error:
            raise InputError(_wrong(error, place, found)) from None
    if found == "utf-8" and not _zipped(path):
        return path, _named(found, start)
    with target.open("wb") as out:
        _walk(path, place, found, write=lambda text: out.write(text.encode("utf-8", "replace")))
    return target, _named(found, start)


def detect(path: Path, place: str) -> str:
    """The encoding of a whole file: a byte order mark, UTF-8, GB18030 where Chinese, else the likeliest."""
    start = head(path, place)
    for mark, name in MARKS.items():
        if start.startswith(mark):
            return name
    if b"\0" in start:
        return _wide(start, place)
    try:
        _walk(path, place, "utf-8")
    except UnicodeDecodeError:
        return _chinese(path, place) or _likeliest(path, place)
    return "utf-8"


def _wide(start: bytes, place: str) -> str:
    """UTF-16 without a mark shows in the zeros: separators and digits have one, always on the same side."""
    low, high = start[1::2].count(0), start[0::2].count(0)
    if max(low, high) > len(start) * 0.02 and min(low, high) * 10 <= max(low, high):
        return "utf-16-le" if low > high else "utf-16-be"
    raise InputError(f"{place}: neither text, Excel nor Parquet. Export it as CSV in UTF-8, or as xlsx.")


def _chinese(path: Path, place: str) -> str | None:
    """GB18030 if all of it decodes and what is not ASCII is mostly everyday Chinese (GB 2312).

    The second test matters: `Müller` in Windows-1252 is valid GB18030 too.
    """
    seen: list[str] = []

    def collect(text: str) -> None:
        if len(seen) < 20_000 and not text.isascii():
            seen.extend(c for c in text[:SAMPLE] if c > "\x7f")

    try:
        _walk(path, place, "gb18030", write=collect)
    except UnicodeDecodeError:
        return None
    common = sum(len(c.encode("gb2312", "ignore")) == 2 for c in seen)
    cjk = any("\u4e00" <= c <= "\u9fff" for c in seen)
    return "gb18030" if cjk and common >= 0.8 * len(seen) else None


def _likeliest(path: Path, place: str) -> str:
    """The likeliest of the older encodings by the look of a sample that is not plain ASCII."""
    from charset_normalizer import from_bytes

    with opened(path, place) as stream:
        lines = [line for _, line in zip(range(200_000), stream, strict=False) if not line.isascii()][:2000]
    best = from_bytes(b"".join(lines), cp_isolation=OTHERS).best()
    for name in [best.encoding] if best else []:
        try:
            _walk(path, place, name)
        except UnicodeDecodeError:
            continue
        return name
    return _fallback(path, place)


def _fallback(path: Path, place: str) -> str:
    try:
        _walk(path, place, "cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _walk(path: Path, place: str, encoding: str, *, write: Callable[[str], object] = lambda _: None) -> None:
    """Decode all of a file in bounded memory. A UnicodeDecodeError tells byte and line of the whole file."""
    decoder = codecs.getincrementaldecoder(encoding)()
    fed = lines = 0
    with opened(path, place) as stream:
        while True:
            chunk = stream.read(CHUNK)
            pending = decoder.getstate()[0]
            try:
                write(decoder.decode(chunk, final=not chunk))
            except UnicodeDecodeError as error:
                buffer = pending + chunk
                byte = fed - len(pending) + error.start
                line = lines + buffer[: error.start].count(b"\n") + 1
                reason = f"{byte}:{line}:{buffer[error.start : error.start + 1].hex()}"
                raise UnicodeDecodeError(encoding, b"", 0, 0, reason) from None
            if not chunk:
                return
            fed += len(chunk)
            lines += chunk.count(b"\n")


def _wrong(error: UnicodeDecodeError, place: str, encoding: str) -> str:
    byte, line, value = error.reason.split(":")
    return (
        f"{place}: not {encoding}: byte {int(byte):,} on line {int(line):,} (0x{value}) does not fit. "
        "Correct encoding, or leave it out to have it detected."
    )


def _known(encoding: str, place: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        codecs.getincrementaldecoder(name)("strict").decode(b"")
    except (LookupError, TypeError):
        raise InputError(f'{place}: no encoding "{encoding}". Use a name such as utf-8, gb18030 or cp1252.') from None
    return WIDER.get(name, name)


def _named(found: str, start: bytes) -> str:
    return "utf-8-sig" if found == "utf-8" and start.startswith(codecs.BOM_UTF8) else found


def _zipped(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"
