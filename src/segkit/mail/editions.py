"""The page that is attached: of an edition, in its reader's language."""

from __future__ import annotations

import inspect
from pathlib import Path

from segkit import report
from segkit.mail.content import Attachment

NAME = "index.html"


def attached(run_dir: Path, *, language: str, edition: str) -> list[Attachment]:
    """The page as an attachment. None where it cannot be had for these accounts alone: nobody is sent more than the own."""
    asked = {"language": language, "edition": edition}
    if not asked.keys() <= inspect.signature(report.page).parameters.keys():
        page = run_dir / NAME
        return [Attachment(NAME, "text/html", page.read_bytes())] if edition == "all" and page.is_file() else []
    return [Attachment(NAME, "text/html", report.page(run_dir, **asked).encode())]
