"""Tasks with what to do and why, in the reader's language."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from segkit.i18n import Words, is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from segkit.schemes.playbooks import Playbook

UNKNOWN_SINCE = ("every", "each")  # reasons that have a sentence of their own where no day is known


def worded(tasks: pd.DataFrame, customers: pd.DataFrame, playbooks: Sequence[Playbook], words: Words) -> pd.DataFrame:
    """The tasks with `name` (the customer's, else its id), `subject` (the step's text, in turn) and `reason` (tier, and what
    makes it due)."""
    names = customers.set_index("customer_id")["name"] if "name" in customers else None
    name = tasks["customer_id"].map(names) if names is not None else tasks["customer_id"]
    name = name.astype(object).where(name.notna(), tasks["customer_id"])
    texts = {
        (book.scheme, play.tier, step.key): step.texts(words.language)
        for book in playbooks
        for play in book.plays
        for step in play.steps
    }
    which = zip(tasks["scheme"], tasks["tier"], tasks["step"], tasks["turn"], name, strict=True)
    subjects = [texts[(scheme, tier, step)][turn].replace("{name}", str(who)) for scheme, tier, step, turn, who in which]
    return tasks.assign(name=name, subject=subjects, reason=_reasons(tasks, words))


def _reasons(tasks: pd.DataFrame, words: Words) -> list[str]:
    """Each combination is said once."""
    told: dict[tuple[Any, ...], str] = {}
    rows = tasks[["scheme", "tier", "reason_key", "since_on", "every", "turn", "occasion"]].astype(object)
    keys = list(rows.where(rows.notna(), None).itertuples(index=False, name=None))
    for key in keys:
        if key not in told:
            told[key] = _said(key, words)
    return [told[key] for key in keys]


def _said(key: tuple[Any, ...], words: Words) -> str:
    scheme, tier, reason, since, every, turn, occasion = key
    name = f"task_why.{reason}" if not (since is None and reason in UNKNOWN_SINCE) else "task_why.first"
    if reason == "birthday" and not occasion:
        name = "task_why.birthday_unnamed"
    numbers = {"since": since, "every": every, "number": (turn or 0) + 1, "occasion": occasion or ""}
    return words("task_why.of_tier", tier=words.label(f"tier.{scheme}", tier), why=words(name, **numbers))


def revival_in_words(revival: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The revival list with `reason_said`: the birthday, the holiday, or news to write about."""
    rows = revival[["reason", "reason_on", "reason_name"]].astype(object)
    told = []
    for reason, on, name in rows.where(rows.notna(), None).itertuples(index=False, name=None):
        key = "birthday_unnamed" if reason == "birthday" and not name else reason
        told.append(words(f"revival_why.{key}", on=on, name=name or ""))
    return revival.assign(reason_said=told)


def proposals_in_words(proposals: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The proposals with `reasons_said`: what speaks for the colleague."""
    join = words("why.joint")
    told = [join.join(words(f"hand_reason.{key}") for key in keys.split()) for keys in proposals["reasons"]]
    return proposals.assign(reasons_said=told)


def clock(moment: pd.Timestamp, zone: str) -> dt.datetime:
    """An instant on the clock of a zone."""
    from zoneinfo import ZoneInfo

    return moment.to_pydatetime().astimezone(ZoneInfo(zone))


def known_text(value: Any) -> str:
    """A value as text; empty where it is missing."""
    return "" if is_missing(value) else str(value)
