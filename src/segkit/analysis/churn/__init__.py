"""Churn risk: the probability of no order within the horizon, chosen by its track record.

A meeting place like `backtest`: it reads the models of orders (`btyd`) at past days.
"""

from segkit.analysis.churn.assessing import Assessment, assess
from segkit.analysis.churn.money import expected_spend, revenue_if_ordering
from segkit.analysis.churn.ranges import WHOLE, at_risk_by, at_risk_track

__all__ = ["WHOLE", "Assessment", "assess", "at_risk_by", "at_risk_track", "expected_spend", "revenue_if_ordering"]
