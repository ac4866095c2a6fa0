"""Cohorts by the quarter of the first order: who comes back, with nothing lost and what is not over left open."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from scipy import stats

from segkit.analysis import cohorts

ORDERS = pd.DataFrame(
    [("A", "1", "2025-01-05", 10.0), ("A", "2", "2025-02-05", 20.0), ("A", "3", "2025-07-01", 30.0),
     ("B", "4", "2025-03-31", 40.0), ("B", "5", "2025-04-01", 50.0), ("B", "6", "2025-04-01", 5.0),
     ("C", "7", "2025-04-10", 60.0), ("C", "8", "2025-09-30", 70.0),
     ("D", "9", "2025-08-30", 80.0)],
    columns=["customer_id", "order_id", "ordered_on", "amount"],
)  # fmt: skip
AS_OF = dt.date(2025, 10, 1)


def cells(found: pd.DataFrame, column: str) -> list[list]:
    return [rows[column].tolist() for _, rows in found.groupby("cohort")]


def test_each_cohort_is_followed_through_every_quarter_also_one_without_orders():
    found = cohorts.retention(ORDERS, as_of=AS_OF)
    assert sorted(set(found["cohort"])) == list(pd.to_datetime(["2025-01-01", "2025-04-01", "2025-07-01"]))
    assert cells(found, "active") == [[2, 1, 1], [1, 1], [1]]
    assert cells(found, "share") == [[1, 0.5, 0.5], [1, 1], [1]]
    assert cells(found, "revenue_per_customer") == [[35, 27.5, 15], [60, 70], [80]]


def test_orders_revenue_and_customers_are_conserved():
    found = cohorts.retention(ORDERS, as_of=AS_OF)
    assert (found["orders"].sum(), found["revenue"].sum()) == (len(ORDERS), ORDERS["amount"].sum())
    assert found.loc[found["age"] == 0, "customers"].sum() == ORDERS["customer_id"].nunique()


def test_a_quarter_is_whole_when_as_of_has_reached_its_end():
    assert cells(cohorts.retention(ORDERS, as_of=AS_OF), "whole") == [[True] * 3, [True] * 2, [True]]
    later = cohorts.retention(ORDERS, as_of=dt.date(2025, 10, 2))
    assert cells(later, "whole")[0] == [True, True, True, False]
    assert cells(later, "active")[0] == [2, 1, 1, 0]


def test_quarters_begin_with_the_fiscal_year():
    found = cohorts.retention(ORDERS, as_of=AS_OF, fiscal_year_start=2)
    assert sorted(set(found["cohort"])) == list(pd.to_datetime(["2024-11-01", "2025-02-01", "2025-08-01"]))
    assert found["revenue"].sum() == ORDERS["amount"].sum()


def test_a_second_order_counts_on_another_day_within_the_window_its_last_day_included():
    found = cohorts.second_orders(ORDERS, as_of=AS_OF, window_days=31).set_index("cohort")
    assert found["second"].tolist() == [2, 0, 0]
    assert cohorts.second_orders(ORDERS, as_of=AS_OF, window_days=30)["second"].tolist() == [1, 0, 0]


def test_the_rate_is_open_until_everybody_of_the_cohort_has_had_the_whole_window():
    found = cohorts.second_orders(ORDERS, as_of=AS_OF, window_days=31)
    assert found["followed"].tolist() == [2, 1, 1]
    assert found["second_rate"].tolist() == [1, 0, 0]
    open_ = cohorts.second_orders(ORDERS, as_of=dt.date(2025, 9, 30), window_days=31)
    assert (open_["followed"].tolist(), open_["closed"].tolist()) == ([2, 1, 0], [True, True, False])
    assert open_[["second_rate", "low", "high"]].isna().iloc[-1].all()


def test_the_interval_of_a_rate_is_jeffreys():
    first = cohorts.second_orders(ORDERS, as_of=AS_OF, window_days=31).iloc[0]
    assert (first["low"], first["high"]) == pytest.approx(stats.beta(2.5, 0.5).interval(0.9))


def test_waiting_exactly_the_window_has_not_yet_ended_it_on_its_last_day():
    one = ORDERS.iloc[[8]]
    ends = [cohorts.second_orders(one, as_of=dt.date(2025, 9, 29) + dt.timedelta(days=d), window_days=30) for d in (0, 1)]
    assert [e["closed"].tolist() for e in ends] == [[False], [True]]
