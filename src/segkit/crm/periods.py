"""Periods written as text (2026, 2026-Q2, 2026-H1, 2026-06) → days, as Ibis expressions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segkit.schema import PERIOD


def last_day(period: ir.StringValue) -> ir.DateValue:
    """The last day of a period; null for any other text."""
    text = period.strip()
    year, quarter, half, month = (_digits(text, place) for place in (1, 3, 5, 6))
    over = ibis.coalesce(3 * quarter, 6 * half, month, ibis.literal(12))  # months of the year that are over at its end
    next_ = year * 12 + ibis.ifelse(over.between(1, 12), over, ibis.null("int64"))
    return ibis.date(next_ // 12, next_ % 12 + 1, 1) - ibis.interval(days=1)


def _digits(text: ir.StringValue, place: int) -> ir.IntegerValue:
    return text.re_extract(f"(?i)^{PERIOD}$", place).try_cast("int64")
