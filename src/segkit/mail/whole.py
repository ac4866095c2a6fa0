"""The whole edition: the run's most important finding as subject, its findings, key figures and two charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.mail.charts import pictures
from segkit.mail.content import SUBJECT, Content, Figure, line
from segkit.report.sections import headlines, tiles

if TYPE_CHECKING:
    from segkit.workbench import Run


def whole(run: Run) -> Content:
    """In the language the run was opened in. The subject is the first of the page's findings."""
    found = headlines(run.found())
    said: list[tuple[str, str]] = [(finding.severity, line(run.say(finding))) for finding in found]
    subject = said[0][1] if said else run.words("mail.nothing_stands_out")
    return Content(
        subject=line(subject, SUBJECT),
        head=[line(run.title), run.words("note.as_of", as_of=run.as_of)],
        figures=[Figure(tile.value, tile.name, tile.more) for tile in tiles(run)],
        findings=said,
        pictures=pictures(run),
    )
