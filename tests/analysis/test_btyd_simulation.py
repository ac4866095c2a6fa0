"""Customers made with known parameters: they are found again, intervals cover at their rate, forecasts are calibrated."""

from __future__ import annotations

import numpy as np
import pytest

from btyd_truth import made
from segkit.analysis import btyd

pytestmark = pytest.mark.long

TRUE = [btyd.BgNbd(0.6, 30, 0.8, 2.5), btyd.MbgNbd(0.6, 30, 0.8, 2.5), btyd.ParetoNbd(0.7, 30, 0.8, 100)]
label = lambda model: model.label  # noqa: E731


@pytest.mark.parametrize("true", TRUE, ids=label)
def test_parameters_are_found_again(true):
    seen = made(true, 30_000, T=np.arange(200, 500).repeat(100), later=0.0, seed=11)
    fit = type(true).fit(seen.x, np.ceil(seen.t_x), seen.T)
    assert fit.values == pytest.approx(true.values, rel=0.2)
    errors = np.array(list(fit.standard_errors.values()))
    assert (np.abs(fit.values - true.values) < 4 * errors).all()
    assert fit.log_likelihood >= true.log_likelihoods(seen.x, np.ceil(seen.t_x), seen.T).sum()


@pytest.mark.parametrize("true", TRUE, ids=label)
def test_orders_silence_and_life_come_as_often_as_forecast(true):
    seen = made(true, 60_000, T=np.linspace(50, 400, 60_000), later=120.0, seed=12)
    silent, orders = true.p_no_order(120.0, *seen.rows), true.expected_orders(120.0, *seen.rows)
    assert orders.sum() == pytest.approx(seen.later.sum(), rel=0.02)
    for part in np.array_split(np.argsort(silent), 10):
        error = 4 * np.sqrt(np.mean(silent[part] * (1 - silent[part])) / len(part))
        assert np.mean(seen.later[part] == 0) == pytest.approx(silent[part].mean(), abs=error)
    counts = np.bincount(np.minimum(made(true, 60_000, T=200.0, later=0.0, seed=13).x.astype(int), 4), minlength=5)[:4]
    assert counts / 60_000 == pytest.approx(true.probability_of(np.arange(4), 200.0), abs=0.008)


@pytest.mark.parametrize(("true", "fits"), zip(TRUE, (100, 100, 50), strict=True), ids=["BG/NBD", "MBG/NBD", "Pareto/NBD"])
def test_intervals_of_90_percent_cover_the_truth_nine_times_in_ten(true, fits):
    measure = lambda model: float(model.expected_orders_new(100.0))  # noqa: E731
    covered = []
    for seed in range(fits):
        seen = made(true, 2000, T=200.0, later=0.0, seed=seed)
        fit = type(true).fit(seen.x, np.ceil(seen.t_x), seen.T)
        low, high = fit.intervals()["r"]
        total = btyd.delta(fit, measure)
        covered.append((low <= true.r <= high, total.low <= measure(true) <= total.high))
    error = 3 * np.sqrt(0.9 * 0.1 / fits)
    assert np.mean(covered, axis=0) == pytest.approx([0.9, 0.9], abs=error)


def test_drawing_customers_again_agrees_with_the_delta_method():
    seen = made(TRUE[1], 3000, T=300.0, later=0.0, seed=1)
    rows = btyd.merged(seen.x, np.ceil(seen.t_x), seen.T)
    fit = btyd.MbgNbd.fit_rows(rows)
    measure = lambda model: float(model.expected_orders(90.0, rows.x, rows.t_x, rows.T) @ rows.weights)  # noqa: E731
    draws = btyd.bootstrap(fit, rows, replicates=80, seed=2)
    one, other = btyd.percentiles(fit, draws, measure), btyd.delta(fit, measure)
    assert one.value == other.value
    assert (one.high - one.low) / (other.high - other.low) == pytest.approx(1, abs=0.35)
    assert np.array_equal(draws, btyd.bootstrap(fit, rows, replicates=80, seed=2))


def test_spend_is_found_again_and_its_interval_covers():
    true, rng, covered = btyd.GammaGamma(5.0, 4.0, 60.0), np.random.default_rng(4), []
    for _ in range(100):
        x = rng.integers(1, 8, 400)
        spend = rng.gamma(true.p * x, 1 / (rng.gamma(true.q, 1 / true.gamma, 400) * x))
        mean = btyd.delta(btyd.GammaGamma.fit(x, spend), lambda model: model.mean)
        covered.append(mean.low <= true.mean <= mean.high)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.09)


def test_a_given_model_has_no_interval_and_a_flat_likelihood_an_endless_one():
    with pytest.raises(ValueError, match="given, not fitted"):
        btyd.delta(TRUE[0], lambda model: model.r)
    flat = btyd.BgNbd.fit([0, 1] * 20, [0, 5] * 20, [30] * 40)
    assert not flat.identified
    assert btyd.delta(flat, lambda model: model.r).high == float("inf")
