"""Findings say what the table says: literal frames, literal numbers."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from segkit import findings
from segkit.i18n import Words


def customers(*rows: tuple[int, int, float]) -> pd.DataFrame:
    """recency_days, frequency, monetary; a prospect has frequency 0."""
    frame = pd.DataFrame(rows, columns=["recency_days", "frequency", "monetary"])
    last = pd.Timestamp(2024, 7, 1) - pd.to_timedelta(frame["recency_days"], unit="D")
    return frame.assign(customer_id=[f"C{i}" for i in range(len(frame))], first_order_on=last, last_order_on=last)


TEN = customers(
    (5, 9, 500.0), (400, 4, 260.0), (30, 2, 60.0), (20, 1, 50.0), (800, 1, 40.0),
    (10, 3, 30.0), (60, 2, 20.0), (95, 1, 20.0), (366, 1, 10.0), (365, 1, 10.0), (0, 0, 0.0),
)  # fmt: skip

QUALITY = pd.DataFrame(
    [
        ("orders", "a.csv", "used", 60),
        ("orders", "b.csv", "used", 30),
        ("orders", "b.csv", "overlap", 6),
        ("orders", "a.csv", "unreadable_date", 3),
        ("orders", "b.csv", "missing_amount", 1),
        ("customers", "c.csv", "used", 5),
    ],
    columns=["extract", "part", "reason", "rows"],
)


def test_the_share_of_rows_used_counts_all_parts_of_one_extract():
    found = findings.rows_used(QUALITY)
    assert dict(found.numbers) == {"extract": "extract.orders", "rows": 100, "used": 90, "share": 0.9}


def test_the_main_loss_is_the_reason_with_most_rows():
    assert dict(findings.main_loss(QUALITY).numbers) == {
        "extract": "extract.orders",
        "reason": "reason.overlap",
        "rows": 6,
        "left_out": 10,
    }
    assert findings.main_loss(QUALITY, "customers").key == "no_loss"
    one = QUALITY[QUALITY["reason"].isin(["used", findings.main_loss(QUALITY).numbers["reason"].removeprefix("reason.")])]
    assert findings.main_loss(one).key == "only_loss"


def test_only_unreadable_and_unvalued_rows_count_against_the_limit():
    found = findings.limit_distance(QUALITY, 0.2)
    assert (found.numbers["rows"], found.numbers["share"], found.severity) == (4, 4 / 94, "good")
    assert findings.limit_distance(QUALITY, 0.08).severity == "warn"
    assert findings.limit_distance(QUALITY, 0.2, "customers").key == "all_readable"


def test_the_column_with_most_gaps_is_named():
    columns = pd.DataFrame(
        [
            ("orders", "cost", "money", 10, 4, 5),
            ("orders", "amount", "money", 10, 0, 9),
            ("customers", "city", "text", 10, 9, 1),
        ],
        columns=["extract", "column", "kind", "rows", "missing", "distinct"],
    )
    assert dict(findings.gaps(columns).numbers) == {"extract": "extract.orders", "column": "cost", "share": 0.4}
    assert findings.gaps(columns[1:2]).key == "no_gaps"


def test_the_top_fifth_of_customers_is_counted_without_prospects():
    found = findings.concentration(TEN)
    assert dict(found.numbers) == {"top": 0.2, "customers": 2, "revenue_share": 0.76, "revenue": 760.0}
    assert (found.severity, findings.concentration(TEN.head(2)).numbers["customers"]) == ("info", 1)


def test_the_biggest_customer_is_a_risk_from_a_tenth_of_revenue():
    assert findings.biggest_account(TEN).numbers["revenue_share"] == 0.5
    assert findings.biggest_account(TEN).severity == "risk"
    even = customers(*[(1, 1, 10.0)] * 11)
    assert findings.biggest_account(even).severity == "good"


def test_silent_means_no_order_for_more_than_a_year():
    found = findings.silent(TEN)
    assert dict(found.numbers) == {"days": 365, "customers": 3, "share": 0.3, "revenue": 310.0, "revenue_share": 0.31}
    assert found.severity == "risk"
    top = findings.silent_top(TEN).numbers
    assert (top["customers"], top["of"], top["revenue"]) == (1, 2, 260.0)


def test_where_nobody_is_silent_that_is_said_without_noughts():
    assert findings.silent(customers((365, 1, 10.0))).key == "silent_none"
    found = findings.silent_top(customers(*[(10, 1, 10.0)] * 10, (400, 1, 1.0)))
    assert (found.key, found.severity, found.numbers["of"]) == ("silent_top_none", "good", 3)


def test_active_and_one_order_are_shares_of_customers_with_an_order():
    assert findings.active(TEN).numbers["share"] == 0.5
    assert findings.one_order(TEN).numbers == {"customers": 5, "share": 0.5}
    assert findings.one_order(TEN).severity == "warn"


def test_typical_is_the_median_beside_the_mean():
    assert findings.typical(TEN, "monetary").numbers == {"median": 35.0, "mean": 100.0}


def test_fewer_scores_than_asked_for_are_said_with_the_measure_that_falls_short_most():
    found = findings.bins({"r": 5, "f": 3, "m": 4}, {"r": 5, "f": 5, "m": 5})
    assert (found.key, dict(found.numbers)) == ("bins_short", {"bins": 5, "measure": "measure.f", "made": 3})
    assert findings.bins({"r": 5, "f": 4, "m": 5}, {"r": 5, "f": 4, "m": 5}).key == "bins_made"


def test_the_best_cell_is_the_one_with_the_best_scores_found():
    grid = pd.DataFrame(
        [(5, 4, 2, 60.0), (5, 1, 3, 20.0), (1, 4, 5, 20.0)], columns=["r_score", "f_score", "customers", "revenue"]
    )
    assert dict(findings.best_cell(grid).numbers) == {"customers": 2, "share": 0.2, "revenue": 60.0, "revenue_share": 0.6}


def test_the_strongest_tier_brings_most_and_the_largest_has_most_customers():
    sizes = pd.DataFrame(
        [("rfm_8", "important_champion", 1, 0.1, 80.0, 0.8), ("rfm_8", "general_win_back", 9, 0.9, 20.0, 0.2)],
        columns=["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"],
    )
    assert findings.strongest_tier(sizes).numbers["tier"] == "tier.rfm_8.important_champion"
    assert findings.largest_tier(sizes).numbers["tier"] == "tier.rfm_8.general_win_back"


def months(revenue: list[float], *, start: str = "2023-01-01") -> pd.DataFrame:
    at = pd.date_range(start, periods=len(revenue), freq="MS")
    return pd.DataFrame({"month": at, "revenue": revenue, "new_customers": 1, "amount_median": range(len(revenue))})


@pytest.mark.parametrize(
    ("last", "key", "severity"),
    [(110.0, "trend_up", "good"), (102.0, "trend_steady", "info"), (95.0, "trend_down", "warn"), (80.0, "trend_down", "risk")],
)
def test_the_trend_compares_the_last_full_months_with_a_year_before(last, key, severity):
    table = months([1.0] * 3 + [100.0] * 3 + [1.0] * 9 + [last] * 3 + [1.0])  # the 19th month is not over
    found = findings.trend(table, dt.date(2024, 7, 15))
    assert (found.key, found.severity, found.numbers["revenue"]) == (key, severity, 3 * last)
    assert found.numbers["until"] == dt.date(2024, 6, 1)


def test_many_times_the_revenue_of_a_year_before_is_told_in_times():
    found = findings.trend(months([100.0] * 12 + [450.0] * 3), dt.date(2024, 4, 1))
    assert (found.key, found.numbers["times"]) == ("trend_manifold", 4.5)


def test_a_month_without_orders_counts_as_nothing_in_the_trend():
    table = months([100.0] * 18).drop(index=16)
    assert findings.trend(table, dt.date(2024, 7, 1)).numbers["revenue"] == 200.0


def test_a_trend_over_too_few_months_is_not_guessed():
    found = findings.trend(months([100.0] * 14), dt.date(2024, 3, 1))
    assert (found.key, dict(found.numbers)) == ("trend_unknown", {"months": 14, "needed": 15})


def test_new_customers_are_compared_only_where_the_first_year_is_not_among_them():
    assert findings.new_customers(months([1.0] * 35), dt.date(2025, 12, 1)).key == "new_customers"
    found = findings.new_customers(months([1.0] * 36), dt.date(2026, 1, 1))
    assert (found.key, dict(found.numbers)) == ("new_customers_year", {"customers": 12, "before": 12})


def test_the_order_value_is_that_of_the_last_full_month_beside_a_year_before():
    found = findings.order_value(months([1.0] * 14), dt.date(2024, 2, 10))
    assert dict(found.numbers) == {"last": 12, "until": dt.date(2024, 1, 1), "first": 0}
    assert findings.order_value(months([1.0] * 3), dt.date(2023, 4, 1)).key == "order_value_one"


def test_totals_count_buyers_and_prospects_apart_and_the_last_twelve_months():
    found = findings.totals(TEN.assign(revenue_12m=TEN["monetary"].where(TEN["recency_days"] <= 365, 0))).numbers
    assert (found["customers"], found["prospects"], found["orders"], found["revenue"]) == (10, 1, 25, 1000.0)
    assert (found["year_share"], found["last"]) == (0.69, dt.date(2024, 6, 26))


def test_shares_of_no_revenue_are_not_a_number_and_still_make_a_sentence():
    found = findings.concentration(customers((5, 1, 0.0), (6, 1, 0.0)))
    assert math.isnan(found.numbers["revenue_share"])
    assert Words("en")("finding.concentration", **found.numbers) == "The top 20% of customers bring – of revenue"
