"""Orders over time: revenue, first orders, the worth of an order."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from segkit.findings.finding import Finding, moment, one_month, part_of

if TYPE_CHECKING:
    import pandas as pd

TREND_MONTHS = 3
STEADY = 0.03  # a change of revenue below this is called steady
MANIFOLD = 3  # times as much: from here on told as that, not in per cent
FALLING = 0.1  # a fall of revenue from here on is a risk


def trend(months: pd.DataFrame, as_of: dt.date, span: int = TREND_MONTHS) -> Finding:
    """Revenue of the last `span` full months against the same months a year before. `months`: order_months."""
    revenue = _full_months(months, as_of)["revenue"]
    if len(revenue) < 12 + span:
        return Finding("trend_unknown", {"months": len(revenue), "needed": 12 + span})
    now, before = revenue.iloc[-span:].sum(), revenue.iloc[-span - 12 : -12].sum()
    change = part_of(now - before, before)
    numbers = {"months": span, "revenue": now, "before": before, "change": abs(change)}
    numbers |= {"since": revenue.index[-span].date(), "until": revenue.index[-1].date()}
    if math.isnan(change) or abs(change) < STEADY:
        return Finding("trend_steady", numbers)
    if change >= MANIFOLD - 1:
        return Finding("trend_manifold", numbers | {"times": now / before}, "good")
    if change > 0:
        return Finding("trend_up", numbers, "good")
    return Finding("trend_down", numbers, "risk" if -change >= FALLING else "warn")


def new_customers(months: pd.DataFrame, as_of: dt.date) -> Finding:
    """First orders of the last 12 full months against the 12 before.

    In the first year of an extract old customers look new, so that a comparison needs 36 months.
    """
    first = _full_months(months, as_of)["new_customers"]
    if len(first) < 36:
        return Finding("new_customers", {"customers": int(first.iloc[-12:].sum()), "months": min(12, len(first))})
    now, before = int(first.iloc[-12:].sum()), int(first.iloc[-24:-12].sum())
    fewer = before > 0 and now < before * (1 - FALLING)
    return Finding("new_customers_year", {"customers": now, "before": before}, "warn" if fewer else "info")


def order_value(months: pd.DataFrame, as_of: dt.date) -> Finding:
    """Median order value of the last full month against the same month a year before. `months`: order_months."""
    median = months.set_index("month")["amount_median"].dropna()
    ended = median.index + one_month() <= moment(as_of)
    median = median[ended] if ended.any() else median
    numbers = {"last": median.iloc[-1], "until": median.index[-1].date()}
    before = median.get(median.index[-1] - 12 * one_month())
    return Finding("order_value_one", numbers) if before is None else Finding("order_value", numbers | {"first": before})


def _full_months(months: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Months wholly before as-of, without gaps: a month without orders counts 0."""
    by_month = months.set_index("month")[["revenue", "new_customers"]].resample("MS").sum()
    return by_month[by_month.index + one_month() <= moment(as_of)]
