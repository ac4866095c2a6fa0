"""Stray quotes: a line that opens a quote nobody closes must not swallow the lines after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

MARK = '"\x00'
LONGEST = 200  # lines that one quoted field may reasonably span


def well_quoted(path: Path, *, start: int, separator: bytes) -> bool:
    """Whether every quote of a file opens at the start of a field and closes at its end (RFC 4180)."""
    inside, tail = 0, b"\n"
    with path.open("rb") as stream:
        stream.seek(start)
        while chunk := stream.read(8 << 20):
            if inside or b'"' in chunk or b'"' in tail:
                good, inside = _check(tail + chunk, inside, separator)
                if not good:
                    return False
            tail = (tail + chunk)[-2:]
    good, inside = _check(tail + b"\n", inside, separator)
    return good and not inside


def _check(data: bytes, inside: int, separator: bytes) -> tuple[bool, int]:
    """The quotes at positions 1 … n−2 of `data`, and whether a field is open after them."""
    import numpy as np

    array = np.frombuffer(data, dtype=np.uint8)
    at = np.flatnonzero(array[1:-1] == ord('"')) + 1
    opening = at[inside::2]
    closing = at[1 - inside :: 2]
    edge = np.zeros(256, dtype=bool)
    edge[[ord("\n"), ord("\r"), ord('"'), separator[0]]] = True
    good = bool(edge[array[opening - 1]].all() and edge[array[closing + 1]].all())
    return good, (inside + len(at)) % 2


def mended(lines: Iterable[bytes], *, separator: bytes, width: int) -> Iterator[bytes]:
    """Records of a file; a line whose quote never closes becomes one marked field, which cannot be a valid row."""
    sep = re.escape(separator)
    plain = rb'[^"' + sep + rb"\r\n][^" + sep + rb"\r\n]*+|"
    loose = _record(rb'(?:"(?:[^"]|"")*+"[^' + sep + rb"\r\n]*+|" + plain + rb")", sep)
    strict = _record(rb'(?:"(?:[^"]|"")*+"|' + plain + rb")", sep)
    waiting = iter(lines)
    ahead: list[bytes] = []
    for line in chain.from_iterable(iter(lambda: _next(waiting, ahead), None)):
        if b'"' not in line or loose.fullmatch(line):
            yield line
            continue
        taken = _joined(line, waiting, ahead, strict)
        if taken:
            yield line + b"".join(ahead[:taken])
            del ahead[:taken]
        else:
            text = line.rstrip(b"\r\n").replace(b'"', b'""')
            yield MARK.encode() + text + b'"' + (separator if width == 1 else b"") + b"\n"


def _next(waiting: Iterator[bytes], ahead: list[bytes]) -> list[bytes] | None:
    if ahead:
        return [ahead.pop(0)]
    line = next(waiting, None)
    return None if line is None else [line]


def _record(field: bytes, sep: bytes) -> re.Pattern[bytes]:
    """Complete fields up to the end of the line."""
    return re.compile(rb"(?:" + field + sep + rb")*+" + field + rb"(?:\r?\n|\r)?")


def _joined(line: bytes, waiting: Iterator[bytes], ahead: list[bytes], record: re.Pattern[bytes]) -> int:
    """How many of the next lines complete the record that `line` opens; 0 where none do."""
    text = line
    for count in range(LONGEST):
        if count == len(ahead):
            following = next(waiting, None)
            if following is None:
                return 0
            ahead.append(following)
        text += ahead[count]
        if b'"' in ahead[count] and record.fullmatch(text):
            return count + 1
    return 0


def original(text: str) -> str:
    """The line as it stood in the file, from what `mended` made of it."""
    if not text.startswith(MARK):
        return text
    return text[len(MARK) : text.rfind('"')].replace('""', '"')
