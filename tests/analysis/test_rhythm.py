"""Accounts against their own rhythm, read from the columns that the extract measured."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from segkit.analysis import rhythm


def account(recency: int = 10, *, gaps: int = 9, usual: float | None = 20.0, low: float | None = 10.0,
            upper: float | None = 40.0, **more) -> dict:  # fmt: skip
    """One row of customers whose next gap lies between `low` and `upper` days."""
    last = dt.date(2026, 6, 30) - dt.timedelta(days=recency - 1)
    known = {"usual_gap_days": usual, "gap_low_days": low, "gap_upper_days": upper, "gap_spread": 0.5, "gap_own_share": 0.9}
    return {"last_order_on": last, "recency_days": recency, "gaps": gaps} | known | more


def customers(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame([{"customer_id": f"C{i}"} | row for i, row in enumerate(rows)])


def words(column: pd.Series) -> list[str | None]:
    return list(column.astype(object).where(column.notna(), None))


def test_an_account_is_overdue_only_past_its_upper_bound_and_the_days_count_from_there():
    found = rhythm.measure(customers(account(40), account(41), account(46, upper=40.5)))
    assert list(found["overdue"]) == [False, True, True]
    assert list(found["overdue_days"]) == [0, 1, 6]
    assert list(found["next_order_high_on"].dt.date) == [dt.date(2026, 7, 1) + dt.timedelta(days=d) for d in (0, -1, -5)]


def test_without_a_gap_of_its_own_an_account_has_the_firms_usual_gap_which_lies_amid_the_bounds():
    found = rhythm.measure(customers(account(gaps=0, usual=None, low=10.0, upper=90.0, gap_own_share=0.0), account()))
    assert list(found["usual_gap_days"]) == [30, 20]
    assert list(found["next_order_on"].dt.date) == [dt.date(2026, 7, 21), dt.date(2026, 7, 11)]


def test_a_rhythm_is_known_from_own_gaps_where_these_weigh_four_fifths():
    rows = [account(gap_own_share=0.8), account(gap_own_share=0.79), account(gaps=0, usual=None, gap_own_share=0.0)]
    assert words(rhythm.measure(customers(*rows))["known_from"]) == ["own", "shrunk", "firm"]


def test_regular_means_two_thirds_of_gaps_within_half_and_double_and_two_gaps_are_needed_to_tell():
    rows = [account(gap_spread=s) for s in (0.69, 0.7, 1.1)] + [account(gaps=1, gap_spread=0.1)]
    assert words(rhythm.measure(customers(*rows))["regularity"]) == [*rhythm.REGULARITY, None]


def test_a_firm_without_repeat_orders_has_no_rhythm_and_prospects_are_left_out():
    nothing = {"usual": None, "low": None, "upper": None, "gap_spread": None, "gap_own_share": None}
    found = rhythm.measure(customers(account(gaps=0, **nothing), account() | {"last_order_on": None}))
    assert len(found) == 1
    assert found[["usual_gap_days", "gap_upper_days", "next_order_on", "regularity", "known_from"]].isna().all(axis=None)
    assert list(found["overdue"]) == [False]


def test_accounts_are_the_active_ones_biggest_first_and_the_overdue_are_listed_from_them():
    table = customers(
        account(300, revenue_12m=5.0, name="Late"),
        account(5, revenue_12m=9.0, name="Big"),
        account(400, revenue_12m=0.0, name="Lost"),
    )
    accounts = rhythm.accounts(rhythm.measure(table), table)
    assert list(accounts["name"]) == ["Big", "Late"]
    late = rhythm.overdue(accounts)
    assert list(late.columns) == ["customer_id", "name", "recency_days", "revenue_12m", "usual_gap_days", "gap_low_days",
                                  "gap_upper_days", "overdue_days"]  # fmt: skip
    assert list(late["name"]) == ["Late"]


def test_looking_back_counts_who_ordered_since_by_where_they_stood_then():
    then = customers(account(10), account(20), account(21), account(40), account(41), account(400), account(5))
    found = rhythm.looked_back(then, pd.Series(["C0", "C2", "C3", "C9"])).set_index("rhythm_state")
    assert found["accounts"].to_dict() == {"within": 3, "past_usual": 2, "overdue": 1}
    assert found["ordered_again"].to_dict() == {"within": 1, "past_usual": 2, "overdue": 0}
    low, high = stats.beta(1.5, 2.5).interval(0.9)
    assert (found.at["within", "low"], found.at["within", "high"]) == pytest.approx((low, high))
    nobody = rhythm.looked_back(then[then["recency_days"] < 20], pd.Series(["C0"])).set_index("rhythm_state")
    assert np.isnan(nobody.loc["overdue", ["share", "low", "high"]].astype(float)).all()
