"""A letter → its whole message, from the finished run: what the edition says, the page, the calendars."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from segkit import report
from segkit.charts.style import register_font
from segkit.mail.content import Attachment
from segkit.mail.message import message
from segkit.mail.own import own
from segkit.mail.side_by_side import each
from segkit.mail.whole import whole
from segkit.workbench import edition_of, open_run

if TYPE_CHECKING:
    from segkit.mail.letter import Letter
    from segkit.schemes.playbooks import Playbook
    from segkit.workbench import Run

NOTEBOOK = "mail"
PAGE = "index.html"
MOST_SHARED = 200_000_000
"""Bytes of a run's tables up to which letters are written side by side: each process reads them into a memory of its own."""

DRAWN_WITH = (
    "segkit.charts",
    "segkit.findings",
    "segkit.analysis.value",
    "segkit.analysis.leadership",
    "segkit.analysis.tiers.crossing",
    "matplotlib.figure",
    "matplotlib.dates",
    "matplotlib.backends.backend_agg",
    "PIL.PngImagePlugin",
    "icalendar",
    "css_inline",
    "jinja2",
)


def get_ready() -> None:
    """Import what letters are drawn and written with, which each process that writes them would else do for itself."""
    for name in DRAWN_WITH:
        importlib.import_module(name)
    register_font()


class Desk:
    """Where the letters of one run are written. The run is read once for each language, its playbooks once."""

    def __init__(self, run_dir: Path, language: str, *, now: Callable[[], dt.datetime]) -> None:
        self.run_dir, self._now = run_dir, now
        self._runs: dict[str, Run] = {}
        self.run = self.spoken(language)

    def spoken(self, language: str) -> Run:
        """The run in a language."""
        if language not in self._runs:
            self._runs[language] = edition_of(open_run(self.run_dir, NOTEBOOK, language), None)
        return self._runs[language]

    @cached_property
    def _playbooks(self) -> list[Playbook]:
        return self.run.playbooks()

    def write(self, letters: Sequence[Letter], sender: str) -> list[bytes]:
        """The message of each letter, in its language. Raises InputError for an edition that the run does not know."""
        for language in {letter.language for letter in letters}:
            self.spoken(language)
        big = sum(file.stat().st_size for file in self.run_dir.glob("tables/*.parquet")) > MOST_SHARED
        cores = 1 if big else min(4, os.cpu_count() or 1)
        return each(lambda letter: self._message(letter, sender), letters, workers=cores)

    def _message(self, letter: Letter, sender: str) -> bytes:
        run = self.spoken(letter.language)
        content = whole(run) if letter.edition == "all" else own(run, letter.edition, self._playbooks)
        page = report.page_of(run, letter.edition)
        notes = [run.words("mail.attached", file=PAGE)]
        notes += [run.words("mail.attached_calendar")] if content.attachments else []
        complete = dataclasses.replace(
            content, attachments=[Attachment(PAGE, "text/html", page.encode()), *content.attachments], notes=notes
        )
        version = str(run.manifest["versions"].get("segkit", ""))
        return message(letter, complete, run.words, sender=sender, now=self._now(), version=version)
