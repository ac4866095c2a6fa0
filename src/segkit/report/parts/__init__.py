"""The parts of the page from top to bottom: which figures, tables and findings of a run each shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.report.parts import customers, doing, risk, trust
from segkit.report.parts.section import Link, Section, link

if TYPE_CHECKING:
    from segkit.workbench import Run

__all__ = ["Link", "Section", "link", "parts"]

ORDER = (
    customers.contribution,
    customers.movement,
    risk.accounts,
    risk.risk_map,
    customers.segments,
    trust.segmentation,
    trust.clusters,
    trust.record,
    doing.week,
    doing.people,
    trust.quality,
)


def parts(run: Run) -> list[Section]:
    """Those parts for which the run has something, or has to say what it lacks."""
    return [one for one in (make(run) for make in ORDER) if not one.empty]
