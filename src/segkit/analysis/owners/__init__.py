"""Salespeople and their deals: who wins with whom, how fast, and what became of each class of deals."""

from segkit.analysis.owners.classes import (
    DEADLINES,
    by_class,
    classes,
    deadlines,
    hours,
    last_days,
    open_questions,
    question_sheet,
)
from segkit.analysis.owners.flows import flows, since
from segkit.analysis.owners.signing import days_to_sign
from segkit.analysis.owners.winning import CONFIDENCE, HEAVIEST, LIGHTEST, prior_deals, rate_draws, win_rates

__all__ = [
    "CONFIDENCE",
    "DEADLINES",
    "HEAVIEST",
    "LIGHTEST",
    "by_class",
    "classes",
    "days_to_sign",
    "deadlines",
    "flows",
    "hours",
    "last_days",
    "open_questions",
    "prior_deals",
    "question_sheet",
    "rate_draws",
    "since",
    "win_rates",
]
