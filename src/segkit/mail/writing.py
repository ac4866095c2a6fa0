"""A letter → its whole message, from the finished run: what the edition says, the page, the calendars."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from segkit.mail.editions import attached
from segkit.mail.letter import Letter
from segkit.mail.message import message
from segkit.mail.own import own
from segkit.mail.whole import whole
from segkit.workbench import open_run

NOTEBOOK = "mail"


def written(run_dir: Path, letter: Letter, *, sender: str, now: dt.datetime) -> bytes:
    """The message of one letter, in its language. Raises InputError for an edition that the run does not know."""
    run = open_run(run_dir, NOTEBOOK, letter.language)
    content = whole(run) if letter.edition == "all" else own(run, letter.edition)
    page = attached(run_dir, language=letter.language, edition=letter.edition)
    notes = [run.words("mail.attached", file=file.name) for file in page]
    notes += [run.words("mail.attached_calendar")] if content.attachments else []
    whole_mail = dataclasses.replace(content, attachments=[*page, *content.attachments], notes=notes)
    version = str(run.manifest["versions"].get("segkit", ""))
    return message(letter, whole_mail, run.words, sender=sender, now=now, version=version)
