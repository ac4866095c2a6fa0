"""What moved between tiers since a past day, how much of it and why: past tiers, flows that balance, causes, turnover."""

from segkit.analysis.migration.flows import balance, by_cause, matrix, movers, of, order, retention, steps
from segkit.analysis.migration.then import LAST, QUARTER, REBUILT, SNAPSHOT, Known, Then, until
from segkit.analysis.migration.tracing import LOST, NEW, Traced, trace

__all__ = [
    "LAST",
    "LOST",
    "NEW",
    "QUARTER",
    "REBUILT",
    "SNAPSHOT",
    "Known",
    "Then",
    "Traced",
    "balance",
    "by_cause",
    "matrix",
    "movers",
    "of",
    "order",
    "retention",
    "steps",
    "trace",
    "until",
]
