"""What can move a customer from tier to tier: the columns of a scheme by kind, and whether its cuts follow the customers."""

from __future__ import annotations

from collections.abc import Iterable

from segkit.schemes import Scheme
from segkit.schemes.derived import Derived

RECENCY, FREQUENCY, MONEY, CONTACT, DEALS, PAYMENTS, FORECAST, FIELDS, CUTS = (
    "recency", "frequency", "money", "contact", "deals", "payments", "forecast", "fields", "cuts",
)  # fmt: skip
PARTS = (RECENCY, FREQUENCY, MONEY, CONTACT, DEALS, PAYMENTS, FORECAST, FIELDS, CUTS)
"""In the order in which they are tried: the first that explains a move alone is its cause."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COLUMNS = {
    # of each part the column that says most stands first
    RECENCY: _names("recency_days tenure_days last_order_on first_order_on"),
    FREQUENCY: _names(
        """frequency_3y frequency orders_12m orders_prev_12m orders_180d orders_90d order_days repeat_share gap_upper_days
        usual_gap_days gaps gap_log_mean gap_log_sd categories top_category"""
    ),
    MONEY: _names(
        """monetary_3y monetary revenue_12m revenue_prev_12m revenue_180d revenue_90d margin margin_12m margin_prev_12m
        margin_rate_12m margin_rate_prev_12m average_order_value repeat_spend refunds conceded margin_known"""
    ),
    CONTACT: _names(
        """touches_12m touches minutes_12m mailings_12m visits_12m replies_12m sent_12m inquiries quotes complaints_12m demos
        inquiry_quality last_feedback last_touch_on last_reply_on sample_price_on sample_requested_on sample_sent_on
        sample_received_on sample_orders"""
    ),
    PAYMENTS: _names("paid_on_time_share days_late_mean invoices invoices_late overdue_invoices overdue_amount"),
    FORECAST: _names("expected_revenue p_order p_alive churn_risk p_repurchase clv"),
}
_PART_OF = {column: part for part, columns in COLUMNS.items() for column in columns}


def part_of(column: str) -> str:
    """The part that a column belongs to; deals by their prefix, and everything else is a field of the extract."""
    if column in _PART_OF:
        return _PART_OF[column]
    return DEALS if column.startswith(("deal_", "deals")) else FIELDS


def by_part(columns: Iterable[str]) -> dict[str, list[str]]:
    """The columns of each part that occurs, in the order of the parts; of each the most telling first."""
    found = set(columns)
    told = [c for names in COLUMNS.values() for c in names if c in found]
    rest = sorted(found - set(told))
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    for column in [*told, *rest]:
        parts[part_of(column)].append(column)
    return {part: names for part, names in parts.items() if names}


def read(scheme: Scheme) -> set[str]:
    """The columns of the customers table that a scheme reads."""
    return scheme.used - set(scheme.columns) - set(scheme.made)


def by_the_clock(scheme: Scheme) -> bool:
    """Whether the day itself counts: days since a date, or points that fade."""
    return bool(scheme.half_life_days) or any(one.days_since for one in scheme.columns.values())


def by_the_others(scheme: Scheme) -> bool:
    """Whether where a customer falls depends on the others: on quantiles, means, ranks, rates or counts."""
    return any(map(_estimated, scheme.measured.values())) or any(i.scores for i in scheme.indicators)


def _estimated(one: Derived) -> bool:
    band = one.band
    if band:
        return band.cuts is None and not isinstance(band.at, float | int)
    return one.word in ("score", "estimated", "rank_share", "cumulative_share", "count_of")
