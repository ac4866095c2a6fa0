"""What became of each mail of a run, on disk before and after it is handed over: `<run>.mail.jsonl` beside the run's folder.

Beside it, since the next run replaces the folder as a whole. One line per event. The last one of a letter counts: `handing`
is written right before the server is given the end of the message, so that a start which finds it last, after a crash, knows
that the fate is unknown. Nothing in it is secret; it names recipients and reasons.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from segkit.mail.letter import Letter

State = Literal["handing", "sent", "failed", "unknown"]
SUFFIX = ".mail.jsonl"


@dataclass(frozen=True)
class Entry:
    """The last event of one letter."""

    state: State
    at: str
    why: str = ""


def beside(run: Path) -> Path:
    """The ledger of the run in that folder."""
    return run.with_name(run.name + SUFFIX)


class Ledger:
    """`now`: the clock, for the time of each line."""

    def __init__(self, file: Path, *, now: Callable[[], dt.datetime]) -> None:
        self.file, self._now = file, now
        self._entries = _read(file)

    def entry(self, letter: Letter) -> Entry | None:
        """What the ledger knows of a letter; `handing` that nothing followed is unknown."""
        found = self._entries.get(letter.key)
        return Entry("unknown", found.at, "it broke off before the answer") if found and found.state == "handing" else found

    def write(self, letter: Letter, state: State, why: str = "") -> None:
        """Add a line, and return once it is on the disk."""
        at = self._now().isoformat(timespec="milliseconds")
        line = {"at": at, "key": letter.key, "run": letter.run, "to": letter.to, "edition": letter.edition, "state": state}
        _append(self.file, json.dumps(line | ({"why": why} if why else {}), ensure_ascii=False))
        self._entries[letter.key] = Entry(state, at, why)


def _append(file: Path, line: str) -> None:
    """One line at the end of a file, forced to disk; a line that a crash tore off before it is closed first."""
    new = not file.exists()
    with file.open("ab+") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            line = line if stream.read(1) == b"\n" else f"\n{line}"
        stream.write(f"{line}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())
    if new and hasattr(os, "O_DIRECTORY"):  # the file's name, too
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(file: Path) -> dict[str, Entry]:
    """Letter's key → its last event. A line that a crash tore off is passed over: the one before it still stands."""
    found: dict[str, Entry] = {}
    lines = file.read_bytes().splitlines() if file.is_file() else []
    for line in lines:
        try:
            content: dict[str, Any] = json.loads(line)
            found[content["key"]] = Entry(content["state"], content["at"], content.get("why", ""))
        except (ValueError, KeyError, TypeError):
            continue
    return found
