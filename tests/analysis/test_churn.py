"""Churn risk: calibrated on a firm with known truth, blind to what comes later, and measured as tables made by hand say."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from segkit.analysis import btyd, churn
from segkit.analysis.churn import bands, scoring
from simulated import HORIZON, after, seen, simulated

pytestmark = pytest.mark.long

AS_OF = dt.date(2025, 1, 1)
CUTS = pd.to_datetime(["2024-10-03", "2024-07-05", "2024-04-06", "2024-01-07"])
WINDOWS = pd.DataFrame({"cutoff": CUTS, "kind": "window", "horizon_days": HORIZON})


def assessed(orders: pd.DataFrame, **keys: object) -> churn.Assessment:
    outcomes = pd.concat([after(orders, cutoff) for cutoff in CUTS]).assign(kind="window")
    past = {cutoff: seen(orders, cutoff) for cutoff in CUTS}
    today = seen(orders, pd.Timestamp(AS_OF))
    options = {"as_of": AS_OF, "horizon_days": HORIZON} | keys
    return churn.assess(today, lambda day: past[pd.Timestamp(day)], outcomes, WINDOWS, **options)


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return simulated(1200)


@pytest.fixture(scope="module")
def found(orders) -> churn.Assessment:
    return assessed(orders)


def came(orders: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    again = set(after(orders, pd.Timestamp(AS_OF))["customer_id"])
    return (~table["customer_id"].isin(again)).to_numpy(dtype=float)


def test_the_risk_is_calibrated_and_ranks_better_than_recency_on_a_known_firm(orders, found):
    churned, risk = came(orders, found.churn), found.churn["churn_risk"].to_numpy()
    today = seen(orders, pd.Timestamp(AS_OF)).set_index("customer_id").loc[found.churn["customer_id"]]
    recency = (pd.Timestamp(AS_OF) - today["last_order_on"]).dt.days
    assert risk.mean() == pytest.approx(churned.mean(), abs=0.04)
    assert scoring.ece(risk, churned) < 0.05
    assert metrics.roc_auc_score(churned, risk) > metrics.roc_auc_score(churned, recency)


def test_each_customers_risk_is_near_the_true_one_of_the_process_that_made_it(orders, found):
    known = btyd.histories(seen(orders, pd.Timestamp(AS_OF)), as_of=AS_OF).set_index("customer_id")
    x, t_x, T = (known.loc[found.churn["customer_id"], c].to_numpy() for c in ("x", "t_x", "T"))  # noqa: N806
    true = btyd.ParetoNbd(1.2, 60, 1.0, 500).p_no_order(HORIZON, x, t_x, T)  # the parameters of `simulated`
    assert np.abs(found.churn["churn_risk"] - true).mean() < 0.02


def test_one_forecast_is_chosen_and_every_window_stands_for_each(found):
    chosen = found.backtest.loc[found.backtest["chosen"], "model"].unique()
    assert list(chosen) == [found.facts["model"]]
    assert found.comparison["chosen"].sum() == 1
    assert (found.backtest.groupby("model")["cutoff"].nunique() == found.backtest["cutoff"].nunique()).all()
    assert "constant" in set(found.backtest["model"])


def test_each_forecast_of_a_window_has_learnt_from_earlier_ones_only(orders, found):
    cut = (CUTS[0] - pd.Timestamp("2022-01-01")).days
    later = orders.assign(amount=np.where(orders["day"] >= cut, 1.0, orders["amount"]))
    gone = later[(later["day"] < cut) | (later["customer_id"] < "c0600")]
    other = assessed(gone)
    early = found.backtest["cutoff"] < CUTS[0]
    one, two = (b.loc[b["cutoff"] < CUTS[0], ["model", "cutoff", "roc_auc"]] for b in (found.backtest, other.backtest))
    assert early.any()
    pd.testing.assert_frame_equal(one.reset_index(drop=True), two.reset_index(drop=True))


def test_revenue_at_risk_is_the_risk_times_what_an_ordering_customer_brings(found):
    table = found.churn
    np.testing.assert_allclose(table["revenue_at_risk"], table["churn_risk"] * table["revenue_if_ordering"])
    assert (table["revenue_if_ordering"] >= 0).all()
    assert table["churn_risk"].between(0, 1).all()


def test_the_currency_does_not_move_the_risk(orders, found):
    cents = assessed(orders.assign(amount=orders["amount"] * 100)).churn
    np.testing.assert_allclose(cents["churn_risk"], found.churn["churn_risk"], atol=1e-6)
    np.testing.assert_allclose(cents["revenue_at_risk"], found.churn["revenue_at_risk"] * 100, rtol=1e-4)


def test_without_windows_the_rule_or_a_model_of_orders_is_used_and_said():
    few = simulated(30)
    table = churn.assess(seen(few, pd.Timestamp(AS_OF)), lambda _: few, pd.DataFrame(), WINDOWS.iloc[:0], as_of=AS_OF,
                         horizon_days=HORIZON)  # fmt: skip
    assert table.facts["how"] == "none"
    assert table.backtest.empty
    assert len(table.churn) == 30
    assert table.churn["churn_risk"].between(0, 1).all()


def test_scores_are_those_of_scikit_learn_and_of_a_table_made_by_hand():
    p, y = np.array([0.1, 0.4, 0.4, 0.9]), np.array([0, 0, 1, 1])
    got = scoring.scores(p, y)
    assert got["roc_auc"] == metrics.roc_auc_score(y, p)
    assert got["average_precision"] == metrics.average_precision_score(y, p)
    assert got["log_loss"] == pytest.approx(metrics.log_loss(y, p))
    assert got["brier"] == pytest.approx((0.01 + 0.16 + 0.36 + 0.01) / 4)
    assert got["level_error"] == pytest.approx(0.45 - 0.5)
    assert scoring.ece(np.full(10, 0.3), np.repeat([1, 0], 5)) == pytest.approx(0.2)


def test_gains_take_equal_risks_pro_rata():
    table = scoring.gains(np.array([0.9, 0.5, 0.5, 0.1]), np.array([1, 1, 0, 0]), steps=4)
    assert table["found"].tolist() == [0, 0.5, 0.75, 1, 1]


def test_the_list_to_act_on_is_as_long_as_a_salesperson_can_work_off():
    n = 60
    facts = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(n)], "owner": ["Ann", "Bo"] * 30, "order_days": 5,
                          "tenure_days": 400})  # fmt: skip
    band = bands.of(np.full(n, 0.5), np.arange(n, dtype=float) + 1, facts, list_length=7)
    assert facts[band == "act"].groupby("owner").size().to_dict() == {"Ann": 7, "Bo": 7}
    assert set(facts.loc[band == "act", "customer_id"]) == {f"c{i:02d}" for i in range(46, 60)}
    assert set(band[band != "act"]) == {"watch"}
