"""The whole edition: the run's most important finding as subject, its findings, key figures and two charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit import report
from segkit.mail.content import SUBJECT, Content, Figure, Picture, line

if TYPE_CHECKING:
    from segkit.workbench import Run

CHARTS = ("tier_values", "risk_value")
"""Who brings the revenue, and which of it is at risk."""


def whole(run: Run) -> Content:
    """In the language the run was opened in. The subject is the first of the page's findings."""
    said = [(head.severity, line(head.text)) for head in report.opening(run)]
    subject = said[0][1] if said else run.words("mail.nothing_stands_out")
    figures = [(name, report.figure(run, name)) for name in CHARTS]
    return Content(
        subject=line(subject, SUBJECT),
        head=[line(run.title), run.words("note.as_of", as_of=run.as_of)],
        figures=[Figure(tile.value, tile.name, tile.change or tile.more) for tile in report.tiles(run)],
        findings=said,
        pictures=[Picture(name, *found) for name, found in figures if found],
    )
