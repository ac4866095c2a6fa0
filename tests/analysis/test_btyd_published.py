"""The models meet every published value: Fader, Hardie & Lee 2005; Hardie's notes; R's BTYD and CLVTools; lifetimes."""

from __future__ import annotations

import numpy as np
import pytest

from btyd_truth import cdnow
from segkit.analysis import btyd

BG = btyd.BgNbd(0.243, 4.414, 0.793, 2.426)
PARETO = btyd.ParetoNbd(0.553, 10.578, 0.606, 11.669)
MODELS = {"BG": btyd.BgNbd, "MBG": btyd.MbgNbd, "Pareto": btyd.ParetoNbd}


@pytest.fixture(scope="module")
def fitted():
    return {name: model.fit(*cdnow().rows) for name, model in MODELS.items()}


def test_the_histories_are_those_of_the_paper():
    x = cdnow().x
    assert (len(x), x.sum(), (x > 0).sum(), cdnow().later.sum()) == (2357, 2457, 946, 1882)
    assert np.bincount(np.minimum(x, 7)).tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


@pytest.mark.parametrize(
    ("name", "parameters", "log_likelihood"),
    [
        ("BG", (0.2425945, 4.4136019, 0.7929199, 2.4258881), -9582.429),  # CLVTools
        ("MBG", (0.525, 6.183, 0.891, 1.614), -9582.13),  # lifetimes' tests
        ("Pareto", (0.553, 10.578, 0.606, 11.669), -9594.976),  # Fader, Hardie & Lee; CLVTools
    ],
)
def test_parameters_and_log_likelihood_are_the_published_ones(fitted, name, parameters, log_likelihood):
    assert fitted[name].values == pytest.approx(parameters, rel=1e-4 if name == "BG" else 2e-3, abs=5e-4)
    assert fitted[name].log_likelihood == pytest.approx(log_likelihood, abs=6e-3)
    assert fitted[name].log_likelihoods(*cdnow().rows).sum() == pytest.approx(fitted[name].log_likelihood, abs=1e-7)


@pytest.mark.parametrize(
    ("name", "orders", "correlated", "alive"),
    [("BG", 1653.4, 0.626, 0.813), ("Pareto", 1665.5, 0.630, 0.446), ("MBG", None, None, 0.449)],
)
def test_orders_of_the_next_39_weeks_and_who_is_alive(fitted, name, orders, correlated, alive):
    expected = fitted[name].expected_orders(39, *cdnow().rows)
    assert fitted[name].p_alive(*cdnow().rows).mean() == pytest.approx(alive, abs=5e-4)
    if orders:
        assert expected.sum() == pytest.approx(orders, abs=0.15)
        assert np.corrcoef(expected, cdnow().later)[0, 1] == pytest.approx(correlated, abs=5e-4)


def test_bg_nbd_of_one_customer():
    assert BG.expected_orders(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=5e-4)
    assert BG.p_alive(2, 30.43, 38.86) == pytest.approx(0.727, abs=5e-4)


def test_bg_nbd_of_a_new_customer(fitted):
    expected = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]
    assert fitted["BG"].expected_orders_new([0.1429, 1, 3, 31.8571, 32]) == pytest.approx(expected, abs=6e-5)
    assert fitted["BG"].expected_orders_new(78) == pytest.approx(1.8576, abs=4e-4)
    assert BG.probability_of(0, 39) == pytest.approx(0.5737864, abs=5e-8)  # R BTYD


def test_pareto_nbd_of_one_customer():
    assert PARETO.p_alive(26, 30.86, 31) == pytest.approx(0.9979, abs=5e-5)
    assert PARETO.expected_orders(52, 26, 30.86, 31) == pytest.approx(25.46, abs=5e-3)


def test_pareto_nbd_of_a_new_customer():
    manual = btyd.ParetoNbd(0.55, 10.56, 0.61, 11.64)  # the parameters of R BTYD's manual
    expected = [
        0, 0.05077821, 0.09916088, 0.14542507, 0.18979930, 0.23247466, 0.27361274, 0.31335159, 0.35181024, 0.38909211,
    ]  # fmt: skip
    assert manual.expected_orders_new(np.arange(10)) == pytest.approx(expected, abs=6e-9)


def test_gamma_gamma_of_the_946_repeat_buyers():
    x, spend = cdnow().x, cdnow().spend
    model = btyd.GammaGamma.fit(x, spend)
    assert model.values == pytest.approx([6.25, 3.74, 15.44], abs=5e-3)
    assert model.log_likelihood == pytest.approx(-4055.92, abs=5e-3)
    assert model.customers == 946
    expected = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert model.expected_spend(x, spend)[:10] == pytest.approx(expected, abs=6e-3)
    assert btyd.correlation(x, spend) == pytest.approx(0.114, abs=5e-4)


@pytest.mark.parametrize("rate", [0.0027, 0.05])
def test_pareto_dert_is_the_formula_of_fader_hardie_and_lee(rate):
    from scipy import special

    x, T = 4.0, 30.0
    scale = PARETO.p_alive(x, 25.0, T) * (PARETO.r + x) / (PARETO.alpha + T)
    tricomi = special.hyperu(PARETO.s, PARETO.s, rate * (PARETO.beta + T))
    expected = scale * (PARETO.beta + T) ** PARETO.s * rate ** (PARETO.s - 1) * tricomi
    assert PARETO.discounted_orders(rate, x, 25.0, T) == pytest.approx(expected, rel=1e-9)
