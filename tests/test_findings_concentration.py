"""Findings on rhythm, concentration, dependency and cohorts: literal frames, literal numbers; what is missing is said."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from segkit import findings
from segkit.i18n import Words


def gini(*rows: tuple[str, float, float, bool]) -> pd.DataFrame:
    """period, value, half of the interval, whole."""
    frame = pd.DataFrame(rows, columns=["period", "value", "half", "whole"]).assign(measure="gini")
    return frame.assign(
        period=pd.to_datetime(frame["period"]), low=frame["value"] - frame["half"], high=frame["value"] + frame["half"]
    )


GROUPS = pd.DataFrame(
    [("Lin", 9, 0.4, 40.0, 0.1), ("Gao", 5, 0.6, 60.0, 0.2), ("Bo", 2, 0.9, 9.0, 0.01), ("unknown", 50, 0.95, 9.0, 0.01)],
    columns=["owner", "customers", "largest_share", "largest_revenue", "firm_share"],
)
PARTS = pd.DataFrame(
    [("top", 2, 0.2, 0.8, 1, 0, 30, 0.3), ("tail", 8, 0.8, 0.2, 3, 2, 70, 0.7)],
    columns=[
        "value_part",
        "customers",
        "customer_share",
        "revenue_share",
        "growing",
        "shrinking",
        "touches_12m",
        "touch_share",
    ],
)
ACCOUNTS = pd.DataFrame(
    {"usual_gap_days": [9.0, 9.0, None], "overdue": [True, False, False], "revenue_12m": [30.0, 70.0, 99.0]}
)
STATES = pd.DataFrame(
    [("within", 10, 0.7), ("past_usual", 5, 0.5), ("overdue", 4, 0.25)], columns=["rhythm_state", "accounts", "share"]
)


def test_the_top_share_comes_with_its_interval_and_the_gini():
    table = pd.DataFrame(
        [("top_20", 0.2, 0.85, 0.8, 0.9), ("gini", None, 0.7, 0.6, 0.8)], columns=["measure", "top", "value", "low", "high"]
    )
    found = findings.top_share(table)
    assert (dict(found.numbers), found.severity) == ({"top": 0.2, "share": 0.85, "low": 0.8, "high": 0.9, "gini": 0.7}, "risk")


@pytest.mark.parametrize(
    ("now", "key"), [(0.70, "concentration_up"), (0.63, "concentration_steady"), (0.50, "concentration_down")]
)
def test_a_change_of_the_gini_counts_only_beyond_both_intervals_together(now, key):
    series = gini(("2025-04-01", 0.6, 0.03, True), ("2025-07-01", 0.9, 0.03, True), ("2026-04-01", now, 0.03, True))
    found = findings.concentration_change(series)
    assert (found.key, found.numbers["before"], found.numbers["since"]) == (key, 0.6, dt.date(2025, 4, 1))


def test_a_period_that_is_not_over_or_has_no_year_before_it_is_not_compared():
    open_ = gini(("2025-04-01", 0.6, 0.0, True), ("2026-04-01", 0.9, 0.0, False))
    assert findings.concentration_change(open_).key == "concentration_unknown"
    assert findings.concentration_change(open_.iloc[:0]).key == "concentration_unknown"


def test_the_most_dependent_group_has_a_name_and_five_customers():
    found = findings.largest_dependency(GROUPS)
    assert (found.key, found.numbers["group"], found.severity) == ("dependency", "Gao", "risk")
    tier = findings.largest_dependency(GROUPS.rename(columns={"owner": "tier"}), "pyramid")
    assert (tier.key, tier.numbers["tier"]) == ("dependency_tier", "tier.pyramid.Gao")
    assert findings.largest_dependency(GROUPS.tail(2)) == findings.Finding("no_dependency", {"few": 5, "by": "owner"})


def test_the_long_tail_says_what_it_takes_where_touches_are_known():
    assert findings.long_tail(PARTS).numbers["touch_share"] == 0.7
    assert findings.long_tail(PARTS.drop(columns=["touches_12m", "touch_share"])).key == "long_tail"
    assert findings.long_tail(PARTS.assign(touches_12m=0)).key == "long_tail"


def test_receivables_of_risky_accounts_are_a_share_of_all_that_is_past_due():
    owing = pd.DataFrame({"overdue_amount": [30.0, 70.0], "churn_risk": [0.9, None], "risky": [True, None]})
    found = findings.receivables_at_risk(owing)
    assert (dict(found.numbers), found.severity) == ({"customers": 1, "owed": 30.0, "share": 0.3}, "risk")
    assert findings.receivables_at_risk(owing.assign(risky=None)).key == "receivables"
    assert findings.receivables_at_risk(owing.iloc[:0]).severity == "good"
    assert findings.receivables_at_risk(owing.iloc[:0], known=False).key == "not_computed"


def test_overdue_accounts_are_counted_among_those_with_a_rhythm():
    found = findings.overdue(ACCOUNTS)
    assert dict(found.numbers) == {"customers": 1, "active": 2, "revenue": 30.0, "revenue_share": 0.3}
    assert (found.key, found.severity) == ("accounts_overdue", "risk")
    assert findings.overdue(ACCOUNTS.iloc[1:2]).key == "none_overdue"
    assert findings.overdue(ACCOUNTS.iloc[2:]).key == "rhythm_unknown"


def test_what_overdue_has_meant_stands_beside_those_within_their_gap():
    assert dict(findings.overdue_meaning(STATES).numbers) == {"days": 90, "accounts": 4, "late": 0.25, "within": 0.7}
    assert findings.overdue_meaning(STATES.assign(accounts=0)).key == "overdue_meaning_unknown"


def cells(*rows: tuple[str, int, int, int, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["cohort", "age", "customers", "active", "whole"])
    return frame.assign(cohort=pd.to_datetime(frame["cohort"]))


def test_retention_pools_the_cohorts_after_the_first_whose_quarter_is_over():
    table = cells(
        ("2024-01-01", 1, 90, 90, True), ("2024-04-01", 1, 10, 6, True), ("2024-04-01", 4, 10, 2, True),
        ("2024-07-01", 1, 30, 10, True), ("2024-10-01", 1, 50, 50, False),
    )  # fmt: skip
    assert dict(findings.retention(table).numbers) == {"next": 0.4, "cohorts": 2, "later": 0.2}
    assert findings.retention(table[table["age"] == 1]).key == "retention_young"
    assert findings.retention(table.head(1)).key == "retention_unknown"


@pytest.mark.parametrize(
    ("low", "high", "key"),
    [(0.1, 0.4, "second_orders_down"), (0.1, 0.6, "second_orders_steady"), (0.6, 0.9, "second_orders_up")],
)
def test_the_last_closed_cohort_is_compared_with_those_between_it_and_the_first(low, high, key):
    rows = pd.DataFrame(
        [("2024-01-01", 100, 99, True), ("2024-04-01", 50, 20, True), ("2024-07-01", 50, 30, True), ("2024-10-01", 40, 9, True),
         ("2025-01-01", 10, 9, True), ("2025-04-01", 90, 9, False)],
        columns=["cohort", "followed", "second", "closed"],
    ).assign(second_rate=0.3, low=low, high=high)  # fmt: skip
    found = findings.second_orders(rows.assign(cohort=pd.to_datetime(rows["cohort"])))
    assert (found.key, found.numbers["common"], found.numbers["cohort"]) == (key, 0.5, dt.date(2024, 10, 1))
    assert findings.second_orders(rows.head(2)).key == "second_orders_unknown"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_are_said_in_both_languages(language):
    words = Words(language)
    found = [
        findings.largest_dependency(GROUPS),
        findings.long_tail(PARTS),
        findings.overdue(ACCOUNTS),
        findings.overdue_meaning(STATES),
    ]
    said = [words(f"finding.{f.key}", currency="USD", **f.numbers) for f in found]
    assert all("{" not in sentence for sentence in said)
    assert "60%" in said[0]
