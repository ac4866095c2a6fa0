"""What a table says: tables → `Finding(key, numbers, severity)`. The sentence is `finding.<key>` in `locales/`.

Money is in the base currency, shares are between 0 and 1, and customers are those with an order unless said.
Every function returns a finding; where a table cannot tell, the finding says what is missing.
"""

from segkit.findings import alerts, backtest, churn, clusters, leadership, migration
from segkit.findings.cohorts import retention, second_orders
from segkit.findings.concentration import (
    concentrated_by,
    concentration_change,
    dimension_change,
    largest_dependency,
    long_tail,
    receivables_at_risk,
    tail_growers,
    top_share,
)
from segkit.findings.customers import active, biggest_account, concentration, one_order, silent, silent_top, totals, typical
from segkit.findings.deals import after_sale, class_flow, clear_owners, clear_strengths, main_death, open_answers, win_rate
from segkit.findings.finding import Finding, Severity
from segkit.findings.followup import (
    effort_astray,
    far_clocks,
    hand_on,
    neglected_accounts,
    plan_fits,
    plan_pool,
    plan_size,
    promises,
    revival_list,
    targets_met,
)
from segkit.findings.orders import new_customers, order_value, trend
from segkit.findings.quality import gaps, limit_distance, main_loss, rows_used
from segkit.findings.rhythm import overdue, overdue_meaning
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
    "after_sale",
    "alerts",
    "backtest",
    "best_cell",
    "biggest_account",
    "bins",
    "churn",
    "class_flow",
    "clear_owners",
    "clear_strengths",
    "clusters",
    "concentrated_by",
    "concentration",
    "concentration_change",
    "crossing",
    "dimension_change",
    "effort_astray",
    "expected_total",
    "far_clocks",
    "forecast_chosen",
    "forecast_record",
    "gaps",
    "groups",
    "hand_on",
    "lacking",
    "ladder",
    "largest_dependency",
    "largest_tier",
    "leadership",
    "limit_distance",
    "long_tail",
    "main_death",
    "main_loss",
    "main_tier",
    "migration",
    "model_failed",
    "neglected_accounts",
    "new_customers",
    "one_order",
    "open_answers",
    "order_value",
    "overdue",
    "overdue_meaning",
    "plan_fits",
    "plan_pool",
    "plan_size",
    "promises",
    "pyramid",
    "receivables_at_risk",
    "retention",
    "revival_list",
    "rows_used",
    "schemes_computed",
    "season",
    "second_orders",
    "silent",
    "silent_top",
    "small_tiers",
    "strongest_tier",
    "tail_growers",
    "targets_met",
    "top_share",
    "top_value",
    "totals",
    "trend",
    "typical",
    "unplaced",
    "win_rate",
]
