"""Histories are checked, merged without loss, and refused with a reason where no model can be fitted."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import special

from btyd_truth import cdnow
from segkit.analysis import btyd

MODELS = [btyd.BgNbd, btyd.MbgNbd, btyd.ParetoNbd]


def test_time_ends_the_day_before_as_of_and_prospects_have_no_history():
    customers = pd.DataFrame({
        "customer_id": ["new", "often", "prospect"],
        "order_days": [1, 4, 0],
        "first_order_on": pd.to_datetime(["2025-03-31", "2025-01-01", None]),
        "last_order_on": pd.to_datetime(["2025-03-31", "2025-03-02", None]),
    })  # fmt: skip
    expected = pd.DataFrame({"customer_id": ["new", "often"], "x": [0, 3], "t_x": [0, 60], "T": [0, 89]})
    pd.testing.assert_frame_equal(btyd.histories(customers, as_of=dt.date(2025, 4, 1)), expected)
    with pytest.raises(ValueError, match="2025-03-31 is not before as-of 2025-03-31"):
        btyd.histories(customers, as_of=dt.date(2025, 3, 31))


@pytest.mark.parametrize("unit", [1, 7])
def test_identical_histories_become_one_row_with_their_number(unit):
    x, t_x, T = [0, 2, 0, 2, 2] * 2, np.array([0, 9, 0, 9, 8] * 2) / unit, np.array([30, 30, 30, 30, 30] * 2) / unit
    rows = btyd.merged(x, t_x, T)
    assert rows.x.tolist() == [0, 2, 2]
    assert rows.t_x == pytest.approx(np.array([0, 8, 9]) / unit)
    assert rows.weights.tolist() == [4, 2, 4]


def test_weights_count_as_customers():
    sample = cdnow()
    rows = btyd.merged(*sample.rows)
    again = btyd.merged(rows.x, rows.t_x, rows.T, rows.weights)
    assert (len(rows.x) < len(sample.x), rows.customers, again.customers) == (True, 2357, 2357)
    by_weights = btyd.MbgNbd.fit(rows.x, rows.t_x, rows.T, weights=rows.weights)
    assert by_weights.log_likelihood == pytest.approx(btyd.MbgNbd.fit(*sample.rows).log_likelihood, abs=1e-8)


@pytest.mark.parametrize(
    ("x", "t_x", "T", "key"),
    [
        ([], [], [], "no_customers"),
        ([1] * 9, [3] * 9, [5] * 9, "too_few_customers"),
        ([0] * 50, [0] * 50, [5] * 50, "no_repeat_buyers"),
        ([1] * 50, [0] * 50, [0] * 50, "no_time"),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_customers_that_carry_no_model_are_refused_with_the_reason(model, x, t_x, T, key):
    with pytest.raises(btyd.CannotFit) as refused:
        model.fit(x, t_x, T)
    assert (refused.value.key, refused.value.numbers["customers"]) == (key, len(x))


@pytest.mark.parametrize(
    ("x", "t_x", "T", "said"),
    [
        ([1], [3, 4], [5], "one length"),
        ([1], [6], [5], "t_x above T"),
        ([0], [1], [5], "must be 0 where x is 0"),
        ([1.5], [1], [5], "whole"),
        ([-1], [1], [5], "not negative"),
        ([1], [np.nan], [5], "t_x: every value"),
    ],
)
def test_impossible_histories_are_errors(x, t_x, T, said):
    with pytest.raises(ValueError, match=said):
        btyd.merged(x, t_x, T)


@pytest.mark.parametrize(
    ("orders", "spend", "key", "affected"),
    [
        ([0] * 20, [0.0] * 20, "no_repeat_buyers", None),
        ([1] * 20, [5.0] * 18 + [0.0, -1.0], "not_positive_spend", 2),
        ([1] * 5 + [0] * 20, [5.0, 4, 3, 2, 1] + [0.0] * 20, "too_few_customers", None),
        ([3] * 60, 1 / special.gammaincinv(0.3, np.linspace(0.01, 0.99, 60)), "spend_without_mean", None),
    ],
)
def test_spend_that_carries_no_model_is_refused_with_the_reason(orders, spend, key, affected):
    with pytest.raises(btyd.CannotFit) as refused:
        btyd.GammaGamma.fit(orders, spend)
    assert (refused.value.key, refused.value.numbers.get("affected")) == (key, affected)
