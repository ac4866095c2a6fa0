"""What leadership watches: key figures with their change since last quarter, channels, salespeople and teams.

A measure where others meet: it asks `concentration`, `cohorts`, `rhythm`, `owners`, `funnel` and `followup` for what they
measure, at today's and at past quarter ends, and puts it side by side.
"""

from segkit.analysis.leadership.channels import channels, newest_year
from segkit.analysis.leadership.dealing import stage_conversion, win_rates
from segkit.analysis.leadership.effort import effort_moved, touched
from segkit.analysis.leadership.figures import FIGURES, key_figures, left_out, shown, together
from segkit.analysis.leadership.quarters import last_two, whole
from segkit.analysis.leadership.returning import came_back, followed_by, second_orders, shares
from segkit.analysis.leadership.risk import at_risk, leads_alone
from segkit.analysis.leadership.sales import by_quarter
from segkit.analysis.leadership.salespeople import grouped, judged, salespeople
from segkit.analysis.leadership.standing import Standing, standing, standings, stocks
from segkit.analysis.leadership.targets import attained, attainment_of_whole_periods

__all__ = [
    "FIGURES",
    "Standing",
    "at_risk",
    "attained",
    "attainment_of_whole_periods",
    "by_quarter",
    "came_back",
    "channels",
    "effort_moved",
    "followed_by",
    "grouped",
    "judged",
    "key_figures",
    "last_two",
    "leads_alone",
    "left_out",
    "newest_year",
    "salespeople",
    "second_orders",
    "shares",
    "shown",
    "stage_conversion",
    "standing",
    "standings",
    "stocks",
    "together",
    "touched",
    "whole",
    "win_rates",
]
