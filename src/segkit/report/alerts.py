"""Alerts with their reason in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.i18n import Words, parse_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from segkit.schemes.alerts import Alert


def alerts_in_words(alerts: pd.DataFrame, rules: Sequence[Alert], words: Words, currency: str) -> pd.DataFrame:
    """The alerts with `reason`: the sentence of their rule, filled with their `numbers`, and whether the customer must not be
    contacted, which bars nobody from knowing. A kind that has no rule any more keeps the reason it has."""
    said = words.also({f"alert_reason.{rule.name}": rule.reason(words.language) for rule in rules})
    known = {rule.name for rule in rules}
    kept = alerts["reason"] if "reason" in alerts else [""] * len(alerts)
    reasons = [
        said(f"alert_reason.{kind}", currency=currency, **parse_numbers(numbers)) if kind in known else str(before)
        for kind, numbers, before in zip(alerts["kind"], alerts["numbers"], kept, strict=True)
    ]
    barred = [
        words("alert_note.do_not_contact", reason=reason) if no and kind in known else reason
        for reason, no, kind in zip(reasons, alerts["do_not_contact"], alerts["kind"], strict=True)
    ]
    return alerts.assign(reason=barred)
