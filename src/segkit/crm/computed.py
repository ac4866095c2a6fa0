"""Names of the columns that segkit computes for a customer, beside those of its extracts.

`COUNTS`: whole numbers, 0 for a customer without rows where the extract exists; `SUMS`: likewise, in their unit; `FLAGS`:
false then. All others (days, means, shares, words) are null.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


COUNTS = _names(
    """frequency orders_12m orders_prev_12m orders_90d orders_180d frequency_3y order_days gaps categories
    touches touches_12m mailings_12m visits_12m replies_12m sent_12m inquiries quotes complaints_12m demos
    deals deals_open deals_won deals_lost invoices invoices_late overdue_invoices contacts"""
)
SUMS = _names("monetary refunds revenue_12m revenue_prev_12m revenue_90d revenue_180d monetary_3y minutes_12m overdue_amount")
FLAGS = frozenset({"decision_maker_known"})
OTHERS = _names(
    """first_order_on last_order_on recency_days average_order_value tenure_days sample_orders margin_known
    conceded usual_gap_days gap_low_days gap_upper_days
    gap_spread gap_own_share gap_log_mean gap_log_sd repeat_spend margin_12m margin_prev_12m margin_rate_12m
    margin_rate_prev_12m repeat_share top_category
    last_touch_on last_reply_on inquiry_quality sample_price_on sample_requested_on sample_sent_on
    sample_received_on last_feedback paid_on_time_share days_late_mean deal_stage deal_since deal_first_contact_on
    deal_days deal_amount deal_product deal_key_person deal_levels_above deal_has_need deal_can_pay deal_value_accepted
    deal_spec_known deal_quantity_known deal_outcome"""
)
NAMES = COUNTS | SUMS | FLAGS | OTHERS
"""No column of an extract may take one of these names."""
