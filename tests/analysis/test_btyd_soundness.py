"""Fits do not depend on units or on where they start, and extreme customers get finite answers in range."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import integrate, special

from btyd_truth import cdnow, made
from segkit.analysis import btyd
from segkit.analysis.btyd import data, fitting
from segkit.analysis.btyd import special as stable

pytestmark = pytest.mark.long

MODELS = [btyd.BgNbd, btyd.MbgNbd, btyd.ParetoNbd]
GIVEN = [btyd.BgNbd(0.25, 30, 0.8, 2.4), btyd.MbgNbd(0.5, 43, 0.9, 1.6), btyd.ParetoNbd(0.55, 74, 0.6, 82)]
label = lambda model: model.label  # noqa: E731


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_the_gradient_and_the_hessian_are_those_of_the_likelihood(model):
    objective = model._objective(data.merged(*(v[:300] for v in cdnow().rows)))
    at, step = np.array([0.7, 5.0, 0.9, 3.0]), 1e-5
    _, gradient, hessian = objective(at)
    sides = [(objective(at + step * e), objective(at - step * e)) for e in np.eye(4)]
    assert gradient == pytest.approx([(up[0] - down[0]) / (2 * step) for up, down in sides], rel=1e-6)
    slopes = np.array([(up[1] - down[1]) / (2 * step) for up, down in sides])
    assert hessian == pytest.approx(slopes, rel=1e-5, abs=1e-6 * np.abs(hessian).max())


@pytest.mark.parametrize("unit", [1 / 7, 1e-5, 1e5])
@pytest.mark.parametrize("model", MODELS, ids=label)
def test_another_unit_of_time_changes_the_unit_alone(model, unit):
    x, t_x, T = cdnow().rows
    weeks, other = model.fit(x, t_x, T), model.fit(x, t_x / unit, T / unit)
    assert other.log_likelihood == pytest.approx(weeks.log_likelihood + x.sum() * np.log(unit), abs=1e-6)
    assert other.alpha == pytest.approx(weeks.alpha / unit, rel=1e-4)
    same = weeks.expected_orders(39, x, t_x, T)
    assert other.expected_orders(39 / unit, x, t_x / unit, T / unit) == pytest.approx(same, rel=1e-3)


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_every_start_climbs_to_the_same_optimum(model):
    rows = data.merged(*cdnow().rows).in_unit(30.0)
    best = model.fit(*cdnow().rows)
    rng = np.random.default_rng(5)
    for _ in range(12):
        start = np.exp(rng.uniform(-2.5, 2.5, 4))
        found = fitting.climb(model._objective(rows), start)
        assert found.log_likelihood - rows.orders * np.log(30) == pytest.approx(best.log_likelihood, abs=1e-6)


@pytest.mark.parametrize("scale", [0.01, 1e6])
def test_another_currency_changes_the_amounts_alone(scale):
    x, spend = cdnow().x, cdnow().spend
    one, other = btyd.GammaGamma.fit(x, spend), btyd.GammaGamma.fit(x, spend * scale)
    assert other.values == pytest.approx(one.values * [1, 1, scale], rel=1e-4)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - 946 * np.log(scale), abs=1e-6)
    assert other.expected_spend(x, spend * scale) == pytest.approx(one.expected_spend(x, spend) * scale, rel=1e-5)


@pytest.mark.parametrize("model", GIVEN, ids=label)
def test_extreme_customers_get_finite_answers_in_range(model):
    x = np.array([0, 0, 1, 1, 300, 5000, 5000, 5000])
    t_x = np.array([0, 0, 1, 3649, 3650, 3650, 3000, 10])
    T = np.array([0, 3650, 3650, 3650, 3650, 3650, 3650, 3650])
    for horizon in (1e-6, 90, 3650):
        silent, orders = model.p_no_order(horizon, x, t_x, T), model.expected_orders(horizon, x, t_x, T)
        assert ((silent >= 0) & (silent <= 1)).all()
        assert np.isfinite(orders).all()
        assert (1 - silent <= orders * (1 + 1e-9) + 1e-9).all()  # Markov
    alive, worth = model.p_alive(x, t_x, T), model.discounted_orders(0.0003, x, t_x, T)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert np.isfinite(worth).all()
    assert (alive[-1] < 1e-9, alive[5] > 0.9) == (True, True)


@pytest.mark.parametrize("model", GIVEN, ids=label)
def test_probabilities_of_all_numbers_of_orders_add_up_to_one_and_to_the_expectation(model):
    n = np.arange(3000)
    chances = model.probability_of(n, 400.0)
    assert chances.sum() == pytest.approx(1, abs=1e-8)
    assert chances @ n == pytest.approx(model.expected_orders_new(400.0), rel=1e-6)


@pytest.mark.parametrize("model", GIVEN, ids=label)
def test_a_discounted_sum_is_the_integral_of_the_expectation(model):
    history, rate, end = (3, 200, 250), 0.002, 500.0
    inner, _ = integrate.quad(lambda t: np.exp(-rate * t) * model.expected_orders(t, *history), 0, end, epsabs=1e-12)
    expected = np.exp(-rate * end) * model.expected_orders(end, *history) + rate * inner
    assert model.discounted_orders(rate, *history, horizon=end) == pytest.approx(expected, rel=1e-8)
    assert model.discounted_orders(0, *history, horizon=end) == pytest.approx(model.expected_orders(end, *history))
    with pytest.raises(ValueError, match="rate"):
        model.discounted_orders(0, *history)


@pytest.mark.parametrize(
    ("R", "z", "a", "b"), [(0.5, 0.3, 1.0, 2.0), (40.0, 3.0, 0.2, 0.3), (2.0, 90.0, 0.9, 2.0), (5.0, 0.5, 300.0, 90.0)]
)
def test_orders_of_the_living_are_the_mean_over_the_dropout(R, z, a, b):
    def integrand(y):
        p = special.expit(y)
        density = np.exp(a * special.log_expit(y) + b * special.log_expit(-y) - special.betaln(a, b))
        return density * -np.expm1(-R * np.log1p(p * z)) / p

    middle = np.log(a / b)
    points = middle + np.array([-250, -20, -3, -0.5, 0, 0.5, 3, 20, 120])
    expected = sum(
        integrate.quad(integrand, *piece, epsabs=0, epsrel=1e-10, limit=300)[0] for piece in itertools.pairwise(points)
    )
    one = lambda v: np.array([v])  # noqa: E731
    assert stable.orders_while_alive(one(R), one(z), a, one(b))[0] == pytest.approx(expected, rel=1e-8)


def test_customers_who_are_all_alike_still_get_finite_predictions():
    alike = made(btyd.MbgNbd(400.0, 8000.0, 20.0, 380.0), 400, T=200.0, later=100.0, seed=3)
    for model in MODELS:
        fit = model.fit(*alike.rows)
        expected = fit.expected_orders(100.0, *alike.rows)
        assert np.isfinite(expected).all()
        assert expected.sum() == pytest.approx(alike.later.sum(), rel=0.15)


def test_a_customer_with_one_order_and_no_spend_is_expected_to_spend_what_all_do():
    model = btyd.GammaGamma(6.25, 3.74, 15.44)
    assert model.expected_spend([0, 10**6], [np.nan, 50.0]) == pytest.approx([model.mean, 50.0], rel=1e-5)
    assert np.isnan(btyd.correlation([1, 1, 1], [5.0, 6.0, 7.0]))


def test_a_row_is_summed_alike_whichever_rows_stand_beside_it():
    draw = np.random.default_rng(4)
    R, z, b = draw.uniform(0.2, 9, 400), draw.uniform(0, 18, 400), draw.uniform(0.3, 20, 400)
    together = stable.orders_while_alive(R, z, 0.9, b)
    alone = [stable.orders_while_alive(R[i : i + 1], z[i : i + 1], 0.9, b[i : i + 1])[0] for i in range(400)]
    assert together == pytest.approx(alone, rel=1e-13)


@pytest.mark.parametrize("model", GIVEN, ids=label)
def test_a_discounted_sum_of_many_is_that_of_each(model):
    x, t_x, T = np.array([3, 0, 3, 3, 9]), np.array([200, 0, 100, 200, 30]), np.array([250, 40, 250, 250, 31])
    alone = [float(model.discounted_orders(0.002, *one, horizon=500.0)) for one in zip(x, t_x, T, strict=True)]
    assert model.discounted_orders(0.002, x, t_x, T, horizon=500.0) == pytest.approx(alone, rel=1e-13)
