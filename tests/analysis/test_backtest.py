"""Segmentations at past days: what each measure says on tables made by hand, and that nothing later is seen."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from segkit import schemes
from segkit.analysis import backtest
from segkit.analysis.backtest import measuring
from segkit.analysis.backtest.comparing import CRITERIA
from segkit.schemes.view import View

FIRST, SECOND = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-04-01")
WINDOWS = pd.DataFrame({"cutoff": [FIRST, SECOND], "horizon_days": [90, 90]})


def test_eta2_is_the_share_of_variance_between_segments():
    codes = np.array([0, 0, 1, 1])
    assert measuring.eta2(codes, np.array([1.0, 1.0, 3.0, 3.0])) == 1.0
    assert measuring.eta2(codes, np.array([1.0, 3.0, 1.0, 3.0])) == 0.0
    assert measuring.eta2(codes, np.array([0.0, 2.0, 2.0, 4.0])) == pytest.approx(0.5)  # 4 of 8
    assert np.isnan(measuring.eta2(codes, np.ones(4)))


def test_capture_takes_the_segment_at_the_boundary_pro_rata():
    codes = np.array([0, 1, 1, 1, 1, 2, 2, 2, 2, 2])
    revenue = np.array([50.0, 10, 10, 10, 10, 2, 2, 2, 2, 2])
    order = np.array([0, 1, 2])
    assert measuring.capture(codes, order, revenue, share=0.2) == pytest.approx((50 + 40 / 4) / 100)
    assert measuring.capture(codes, order[::-1], revenue, share=0.2) == pytest.approx(4 / 100)
    assert np.isnan(measuring.capture(codes, order, np.zeros(10)))


def test_auc_counts_ties_half_and_needs_both_outcomes():
    assert measuring.auc(np.array([0.1, 0.9]), np.array([0, 1])) == 1.0
    assert measuring.auc(np.array([0.5, 0.5]), np.array([0, 1])) == 0.5
    assert np.isnan(measuring.auc(np.array([0.5, 0.5]), np.array([1, 1])))


def test_the_scale_of_revenue_does_not_know_the_currency():
    revenue = np.array([0.0, -5.0, 10.0, 200.0])
    assert measuring.revenue_scale(revenue) == pytest.approx(measuring.revenue_scale(revenue * 7.2))
    assert measuring.revenue_scale(revenue)[:2].tolist() == [0.0, 0.0]


def firm(n: int = 400) -> tuple[dict[pd.Timestamp, pd.DataFrame], pd.DataFrame]:
    """Two windows of customers of whom the first half orders again and brings money, in both."""
    draw = np.random.default_rng(1)
    good = np.arange(n) < n // 2
    seen, after = {}, []
    for cutoff in (FIRST, SECOND):
        recency = np.where(good, 20, 200) + draw.integers(0, 10, n)
        seen[cutoff] = pd.DataFrame(
            {
                "customer_id": [f"c{i}" for i in range(n)],
                "recency_days": recency,
                "frequency": np.where(good, 8, 1),
                "monetary": np.where(good, 1000.0, 50.0) + draw.random(n),
            }
        )
        again = good ^ (draw.random(n) < 0.1)
        rows = pd.DataFrame({"cutoff": cutoff, "customer_id": seen[cutoff]["customer_id"], "orders": 1, "revenue": 100.0})
        after.append(rows[again])
    return seen, pd.concat(after, ignore_index=True)


def random_segments(customers: View, as_of: dt.date) -> pd.Series:
    return pd.Series(np.random.default_rng(as_of.toordinal()).integers(0, 3, len(customers)))


def measured(seen, after, **options) -> pd.DataFrame:
    each = [backtest.of_scheme(schemes.load("rfm_8")), backtest.Segmentation("chance", random_segments)]
    return backtest.run(each, seen.__getitem__, after, WINDOWS, **options)


def test_a_scheme_that_follows_the_truth_beats_chance_on_every_criterion():
    table = measured(*firm()).set_index(["scheme", "cutoff"])
    ours, chance = table.loc[("rfm_8", SECOND)], table.loc[("chance", SECOND)]
    assert all(ours[c] > chance[c] + 0.1 for c in CRITERIA)
    assert ours["stability_ari"] > 0.95
    assert chance["kept_share"] < 0.45
    assert chance["eta2_churn"] < 0.02
    assert ours[["segments", "smallest"]].tolist() == [2, 0.5]
    assert np.isnan(table.loc[("rfm_8", FIRST), "auc_churn"])  # nothing was known of an earlier window


def test_nothing_that_comes_after_a_window_changes_its_figures():
    seen, after = firm()
    later = after.copy()
    of_second = later["cutoff"] == SECOND
    shuffled = later.loc[of_second, "customer_id"].sample(frac=1, random_state=5).to_numpy()
    later.loc[of_second, "customer_id"] = shuffled
    later.loc[of_second, "revenue"] = 1.0
    one, other = (measured(seen, outcome, bootstraps=0) for outcome in (after, later))
    pd.testing.assert_frame_equal(one[one["cutoff"] == FIRST], other[other["cutoff"] == FIRST])


def test_an_earlier_window_whose_outcome_is_not_over_teaches_nothing():
    seen, after = firm(50)
    overlapping = {FIRST: seen[FIRST], FIRST + pd.Timedelta(days=89): seen[SECOND]}
    days = pd.DataFrame({"cutoff": list(overlapping), "horizon_days": 90})
    moved = after.assign(cutoff=after["cutoff"].replace(SECOND, FIRST + pd.Timedelta(days=89)))
    table = backtest.run([backtest.of_scheme(schemes.load("rfm_8"))], overlapping.__getitem__, moved, days, bootstraps=0)
    assert table["auc_churn"].isna().all()
    assert table["kept_share"].isna().all()


def test_segments_are_made_without_the_outcome():
    seen, after = firm(50)
    given = []

    def look(customers: View, _: dt.date) -> pd.Series:
        given.append(set(customers.frame.columns))
        return pd.Series("all", index=customers.frame.index)

    backtest.run([backtest.Segmentation("look", look)], seen.__getitem__, after, WINDOWS)
    assert all(columns == {"customer_id", "recency_days", "frequency", "monetary"} for columns in given)


def test_the_best_stands_first_and_those_within_one_paired_error_are_within_noise():
    rows = [
        (scheme, cutoff, *(4 * [value]), 1.0, 1.0, 3, 0.1)
        for scheme, values in {"a": (0.5, 0.7), "b": (0.52, 0.66), "c": (0.1, 0.2)}.items()
        for cutoff, value in zip((FIRST, SECOND), values, strict=True)
    ]
    names = ["scheme", "cutoff", *CRITERIA, "stability_ari", "kept_share", "segments", "smallest"]
    table = backtest.compare(pd.DataFrame(rows, columns=names))
    assert table["scheme"].tolist() == ["a", "b", "c"]
    assert table["within_noise"].tolist() == [True, True, False]
    assert table["behind"].round(3).tolist() == [0, 0.01, 0.45]
    assert table.loc[1, "behind_error"] == pytest.approx(np.std([-0.02, 0.04], ddof=1) / np.sqrt(2))
    assert table.loc[0, ["eta2_churn_low", "eta2_churn_high"]].tolist() == [0.5, 0.7]


def test_a_scheme_that_reads_fields_of_today_cannot_be_tested():
    past = pd.DataFrame(columns=["frequency", "recency_days", "monetary"])
    today = pd.DataFrame(columns=["frequency", "recency_days", "monetary", "satisfaction", "repurchase_intent"])
    every = [schemes.load(name) for name in ("rfm_8", "loyalty", "region", "value_cost")]
    found, without = backtest.with_history(every, past, today, touches=None)
    assert [scheme.name for scheme in found] == ["rfm_8"]
    assert without["loyalty"] == ["repurchase_intent", "satisfaction"]
    assert "touches_12m" in without["value_cost"]
    assert "region" not in without  # sorts by place, not by worth


def test_stability_is_that_of_segments_made_from_models_fitted_to_each_sample_anew():
    seen, after = firm(200)
    told = {cutoff: frame.assign(expected=frame["monetary"].rank()) for cutoff, frame in seen.items()}
    drawn = []

    def halves(customers: View, _: dt.date) -> pd.Series:
        return customers.frame["expected"] > customers.frame["expected"].median()

    def anew(sample: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
        drawn.append((cutoff, set(sample.columns) & {"next_orders", "next_revenue"}, sample["customer_id"].duplicated().any()))
        return sample.assign(expected=np.random.default_rng(len(drawn)).random(len(sample)))

    each = [backtest.Segmentation("halves", halves)]
    fixed = backtest.run(each, told.__getitem__, after, WINDOWS, bootstraps=3)
    honest = backtest.run(each, told.__getitem__, after, WINDOWS, bootstraps=3, anew=anew)
    assert fixed["stability_ari"].min() > 0.8
    assert honest["stability_ari"].max() < 0.1
    assert drawn == [(cutoff, set(), True) for cutoff in (FIRST, SECOND) for _ in range(3)]


def test_auc_is_that_of_scikit_learn_with_ties():
    draw = np.random.default_rng(2)
    scores, churned = draw.integers(0, 6, 500) / 7, draw.integers(0, 2, 500).astype(float)
    assert measuring.auc(scores, churned) == pytest.approx(roc_auc_score(churned, scores), abs=1e-12)
    assert measuring.auc(np.append(scores, np.nan), np.append(churned, 1.0)) == measuring.auc(scores, churned)
