"""The run folder: one writer at a time, and under its final name only when whole."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from segkit.errors import InputError, LockedError
from segkit.pipeline.places import short
from segkit.settings import file_name


@dataclass(frozen=True)
class Folder:
    """`final` is where the whole run will stand; the others are its names on the way there."""

    final: Path

    @property
    def partial(self) -> Path:
        return self._beside(".partial")

    @property
    def failed(self) -> Path:
        return self._beside(".failed")

    @property
    def old(self) -> Path:
        return self._beside(".old")

    def _beside(self, suffix: str) -> Path:
        return self.final.with_name(self.final.name + suffix)

    def check(self) -> None:
        """Refuse to replace what is no run folder. Puts back a run that an interrupted replacement moved aside."""
        if self.old.is_dir() and not self.final.exists():
            self.old.rename(self.final)
        taken = self.final.exists() and not (self.final.is_dir() and (self._is_run() or not any(self.final.iterdir())))
        if taken:
            raise InputError(f"--out {short(self.final)}: holds something that is no segkit run. Name another folder.")

    def _is_run(self) -> bool:
        return (self.final / "manifest.json").is_file()

    def begin(self) -> None:
        """An empty `partial` folder; what an earlier run left there is dropped."""
        shutil.rmtree(self.partial, ignore_errors=True)
        for name in ("tables", "notebooks", "figures"):
            (self.partial / name).mkdir(parents=True)

    def rename(self, final: Path) -> Folder:
        """The same unfinished run under the name it has by now."""
        other = Folder(final)
        if other != self:
            shutil.rmtree(other.partial, ignore_errors=True)
            self.partial.rename(other.partial)
        return other

    def take_up(self, remains: Path) -> None:
        """Go on with what a failed run left."""
        if remains != self.partial:
            shutil.rmtree(self.partial, ignore_errors=True)
            remains.rename(self.partial)

    def finish(self) -> None:
        """Give the whole run its final name; an earlier run is moved aside first and removed last."""
        shutil.rmtree(self.old, ignore_errors=True)
        if self.final.exists():
            self.final.rename(self.old)
        self.partial.rename(self.final)
        for remains in (self.old, self.failed):
            shutil.rmtree(remains, ignore_errors=True)

    def fail(self) -> None:
        """Keep the remains under `.failed`."""
        shutil.rmtree(self.failed, ignore_errors=True)
        self.partial.rename(self.failed)

    def drop(self) -> None:
        """Remove what was begun, where nothing in it is worth keeping."""
        shutil.rmtree(self.partial, ignore_errors=True)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder. Raises LockedError naming process, host and start of the run that holds it."""
        from filelock import FileLock, Timeout

        file = self.final.with_name(f".{self.final.name}.lock")
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            held = FileLock(file, timeout=0).acquire()
        except Timeout:
            raise LockedError(f"{short(self.final)}: {_holder(file)} holds the lock. Wait for it to end.") from None
        with held:
            file.write_text(json.dumps(_me()), encoding="utf-8")
            try:
                yield
            finally:
                with contextlib.suppress(OSError):  # an open file cannot be removed everywhere
                    file.unlink()


def _me() -> dict[str, str | int]:
    since = dt.datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _holder(file: Path) -> str:
    try:
        return "process {pid} on {host}, since {since},".format(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError):
        return "another run"


def named(name: str, as_of: dt.date | str) -> Path:
    """`reports/<name>-<as-of>`, with what a file system minds in the name replaced."""
    return Path("reports") / f"{file_name(name) or 'run'}-{as_of}"
