"""Churn risk: the probability of no order within the horizon, chosen by its track record.

A meeting place like `backtest`: it reads the models of orders (`btyd`) at past days.
"""

from segkit.analysis.churn.assessing import Assessment, assess
from segkit.analysis.churn.money import expected_spend, revenue_if_ordering

__all__ = ["Assessment", "assess", "expected_spend", "revenue_if_ordering"]
