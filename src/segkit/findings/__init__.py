"""What a table says: tables → `Finding(key, numbers, severity)`. The sentence is `finding.<key>` in `locales/`.

Money is in the base currency, shares are between 0 and 1, and customers are those with an order unless said.
Every function returns a finding; where a table cannot tell, the finding says what is missing.
"""

from segkit.findings.customers import active, biggest_account, concentration, one_order, silent, silent_top, totals, typical
from segkit.findings.deals import clear_owners, clear_strengths, main_death, win_rate
from segkit.findings.finding import Finding, Severity
from segkit.findings.orders import new_customers, order_value, trend
from segkit.findings.quality import gaps, limit_distance, main_loss, rows_used
from segkit.findings.segments import best_cell, bins, largest_tier, strongest_tier
from segkit.findings.tiers import (
    absent,
    crossing,
    groups,
    lacking,
    ladder,
    main_tier,
    pyramid,
    schemes_computed,
    small_tiers,
    unplaced,
)
from segkit.findings.value import expected_total, forecast_chosen, forecast_record, model_failed, season, top_value

__all__ = [
    "Finding",
    "Severity",
    "absent",
    "active",
    "best_cell",
    "biggest_account",
    "bins",
    "clear_owners",
    "clear_strengths",
    "concentration",
    "crossing",
    "expected_total",
    "forecast_chosen",
    "forecast_record",
    "gaps",
    "groups",
    "lacking",
    "ladder",
    "largest_tier",
    "limit_distance",
    "main_death",
    "main_loss",
    "main_tier",
    "model_failed",
    "new_customers",
    "one_order",
    "order_value",
    "pyramid",
    "rows_used",
    "schemes_computed",
    "season",
    "silent",
    "silent_top",
    "small_tiers",
    "strongest_tier",
    "top_value",
    "totals",
    "trend",
    "typical",
    "unplaced",
    "win_rate",
]
