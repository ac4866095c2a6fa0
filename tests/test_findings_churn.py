"""Findings on churn risk and concentration by column: literal frames, literal numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit import findings
from segkit.i18n import Words

CHURN = pd.DataFrame({"band": ["act", "low"], "revenue_at_risk": [30.0, 10.0]})
BACKTEST = pd.DataFrame({"chosen": [True, True, False], "cutoff": [1, 2, 2], "roc_auc": [0.8, 0.9, 0.1],
                         "ece_levelled": [0.01, 0.03, 0.9], "level_error": [0.02, -0.05, 0.9]})  # fmt: skip
FACTS = {"model": "blend", "how": "windows", "trained_days": 90, "horizon_days": 90}


def test_the_money_at_risk_comes_with_the_part_that_can_be_acted_on():
    found = findings.churn.at_risk(CHURN, horizon_days=90)
    assert dict(found.numbers) == {"horizon_days": 90, "money": 40, "customers": 1, "act_money": 30, "share": 0.75}
    assert findings.churn.at_risk(CHURN.head(0), horizon_days=90).key == "nobody_at_risk"


@pytest.mark.parametrize(("ratios", "severity"), [([0.9, 1.1], "info"), ([0.7, 1.1], "warn"), ([0.9, 1.3], "warn")])
def test_past_errors_of_the_money_at_risk_beyond_a_quarter_are_a_warning(ratios, severity):
    found = findings.churn.at_risk_range(pd.DataFrame({"ratio": [*ratios, None]}))
    assert (found.key, found.severity, found.numbers["windows"]) == ("at_risk_range", severity, 2)
    assert findings.churn.at_risk_range(pd.DataFrame({"ratio": [None]}, dtype=float)).key == "at_risk_untested"


def test_the_model_is_named_with_its_ranking_and_how_it_could_be_tested():
    found = findings.churn.churn_model(FACTS, BACKTEST)
    assert (found.key, found.numbers["windows"]) == ("churn_model", 2)
    assert (found.numbers["auc"], found.numbers["ece"]) == pytest.approx((0.85, 0.02))
    assert findings.churn.churn_model(FACTS | {"how": "folds"}, BACKTEST).key == "churn_model_folds"
    assert findings.churn.churn_model(FACTS | {"trained_days": 45}, BACKTEST).key == "churn_short_history"
    assert findings.churn.churn_model(FACTS | {"how": "none"}, BACKTEST).key == "churn_untested"


def test_the_worst_level_of_the_chosen_forecast_is_told_with_its_side():
    found = findings.churn.churn_record(BACKTEST)
    assert (found.key, dict(found.numbers)) == ("churn_record_low", {"points": 0.05, "windows": 2})
    assert findings.churn.churn_record(BACKTEST.head(0)).key == "no_churn_record"


def years(*rows: tuple[str, int, float, float, str, float, bool]) -> pd.DataFrame:
    """dimension, years_back, herfindahl, half of its interval, largest, its share, whole."""
    names = ["dimension", "years_back", "herfindahl", "half", "largest", "largest_share", "whole"]
    frame = pd.DataFrame(rows, columns=names).assign(groups=3)
    index = frame["herfindahl"]
    return frame.assign(low=index - frame["half"], high=index + frame["half"], equal_groups=1 / index)


def test_the_column_whose_largest_group_holds_most_is_named():
    table = years(("customer_id", 0, 0.9, 0, "A", 0.95, True), ("country", 0, 0.4, 0, "DE", 0.6, True),
                  ("owner", 0, 0.5, 0, "unknown", 0.7, True), ("currency", 1, 0.9, 0, "USD", 0.9, True))  # fmt: skip
    found = findings.concentrated_by(table)
    assert (found.numbers["dimension"], found.numbers["group"], found.severity) == ("dimension.country", "DE", "info")
    assert findings.concentrated_by(table.head(1)).key == "concentrated_by_nothing"


@pytest.mark.parametrize(("now", "key"), [(0.5, "dimension_up"), (0.41, "dimensions_steady"), (0.3, "dimension_down")])
def test_a_column_has_moved_only_beyond_both_intervals_together(now, key):
    table = years(("country", 0, now, 0.03, "DE", 0.6, True), ("country", 1, 0.4, 0.03, "DE", 0.5, True),
                  ("owner", 0, 0.2, 0.1, "Lin", 0.3, True), ("owner", 1, 0.1, 0.1, "Lin", 0.3, True))  # fmt: skip
    assert findings.dimension_change(table).key == key
    assert findings.dimension_change(table.assign(whole=table["years_back"] == 0)).key == "dimension_change_unknown"


def test_growers_of_the_tail_are_counted_with_what_they_gained():
    found = findings.tail_growers(pd.DataFrame({"gain": [3.0, 4.0]}))
    assert (found.key, dict(found.numbers)) == ("tail_growers", {"customers": 2, "gain": 7.0})
    assert findings.tail_growers(pd.DataFrame({"gain": []})).key == "no_tail_growers"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_these_findings_are_said_in_both_languages(language):
    words = Words(language)
    table = years(("country", 0, 0.5, 0.0, "DE", 0.6, True), ("country", 1, 0.4, 0.0, "DE", 0.5, True))
    found = [
        findings.concentrated_by(table),
        findings.dimension_change(table),
        findings.churn.at_risk_range(pd.DataFrame({"ratio": [0.9]})),
        findings.tail_growers(pd.DataFrame({"gain": [3.0]})),
    ]
    assert all("{" not in words(f"finding.{f.key}", currency="USD", **f.numbers) for f in found)
