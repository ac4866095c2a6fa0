"""The page that is attached: of an edition, in its reader's language."""

from __future__ import annotations

import inspect
from pathlib import Path

from segkit import report
from segkit.mail.content import Attachment

NAME = "index.html"


def attached(run_dir: Path, *, language: str, edition: str) -> list[Attachment]:
    """The page as an attachment. None where the page cannot be had in that language or for these accounts alone: nobody is sent
    more than the own edition."""
    asked = {"language": language, "edition": edition}
    if not asked.keys() <= inspect.signature(report.page).parameters.keys():
        page = run_dir / NAME
        fits = edition == "all" and page.is_file() and f'lang="{language}"' in page.read_text(encoding="utf-8")[:200]
        return [Attachment(NAME, "text/html", page.read_bytes())] if fits else []
    return [Attachment(NAME, "text/html", report.page(run_dir, **asked).encode())]
