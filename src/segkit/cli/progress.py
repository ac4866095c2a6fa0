"""Who hears of the steps of a run: a terminal, or a log."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


@contextlib.contextmanager
def progress() -> Iterator[Any]:
    """Who hears of the steps: a terminal, a line each with what is under way; else plain log lines."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        with _Terminal(console) as tell:
            yield tell
    else:
        logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S", stream=sys.stderr)
        logging.getLogger("segkit").setLevel(logging.INFO)
        yield _log


def _log(name: str, state: str, seconds: float) -> None:
    words = {"start": "begins", "done": f"done in {seconds:.1f} s", "kept": "kept", "failed": "failed"}
    logging.getLogger("segkit").info("%s %s", name, words[state])


class _Terminal:
    """A line per finished step, and below them the steps under way."""

    marks = {"done": "[green]✓[/]", "kept": "[dim]=[/]", "failed": "[red]✗[/]"}  # noqa: RUF012

    def __init__(self, console: Console) -> None:
        from rich.logging import RichHandler

        self.console = console
        self.status = console.status("")
        self.running: list[str] = []
        self.lock = threading.Lock()
        handler = RichHandler(console=console, show_time=False, show_path=False, level=logging.WARNING)
        logging.basicConfig(format="%(message)s", handlers=[handler])

    def __enter__(self) -> _Terminal:
        self.status.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.status.stop()

    def __call__(self, name: str, state: str, seconds: float) -> None:
        with self.lock:
            if state == "start":
                self.running.append(name)
            else:
                self.running = [one for one in self.running if one != name]
            self.status.update(", ".join(self.running))
            if state != "start":
                taken = "" if state == "kept" else f"{seconds:6.1f} s"
                self.console.print(f"{self.marks[state]} {name:<16} {taken}")
