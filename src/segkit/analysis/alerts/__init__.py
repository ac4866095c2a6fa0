"""Alerts: what became abnormal about which account, told to its owner once."""

from segkit.analysis.alerts.facts import Now, Then, facts, newest_quarter, schemes_of, then
from segkit.analysis.alerts.firm import concentration
from segkit.analysis.alerts.sums import by, told_before
from segkit.analysis.alerts.telling import COLUMNS, found, tell

__all__ = [
    "COLUMNS",
    "Now",
    "Then",
    "by",
    "concentration",
    "facts",
    "found",
    "newest_quarter",
    "schemes_of",
    "tell",
    "then",
    "told_before",
]
