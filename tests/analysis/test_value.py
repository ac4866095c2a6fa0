"""Forecasts of orders and revenue: against simulated truth, against the rule, and blind to what came later."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segkit.analysis import value
from segkit.analysis.value.choosing import errors
from simulated import HORIZON, after, seen, simulated

pytestmark = pytest.mark.long

AS_OF = dt.date(2025, 1, 1)


WINDOWS = pd.DataFrame({"cutoff": pd.to_datetime(["2024-10-03", "2024-07-05", "2024-01-02"]), "horizon_days": HORIZON})


def estimated(orders: pd.DataFrame, **keys: object) -> value.Valuation:
    outcomes = pd.concat([after(orders, cutoff) for cutoff in WINDOWS["cutoff"]])
    past = {cutoff: seen(orders, cutoff) for cutoff in WINDOWS["cutoff"]}
    today = seen(orders, pd.Timestamp(AS_OF))
    options = {"as_of": AS_OF, "horizon_days": HORIZON} | keys
    return value.estimate(today, past.__getitem__, outcomes, WINDOWS, **options)


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return simulated()


@pytest.fixture(scope="module")
def worth(orders) -> value.Valuation:
    return estimated(orders)


def test_a_model_is_chosen_where_customers_stop_and_comes_near_the_truth(orders, worth):
    true = after(orders, pd.Timestamp(AS_OF)).set_index("customer_id").reindex(worth.table["customer_id"]).fillna(0)
    got = errors(worth.table["expected_orders"].to_numpy(), true["orders"].to_numpy(dtype=float))
    assert worth.chosen["orders"] in ("mbg_nbd", "pareto_nbd")
    assert got["forecast_ratio"] == pytest.approx(1, abs=0.12)
    newest = worth.backtest[(worth.backtest["what"] == "orders") & (worth.backtest["cutoff"] == WINDOWS["cutoff"].max())]
    by_model = newest.set_index("model")["rmse"]
    assert by_model[worth.chosen["orders"]] < by_model["rate_12m"]


def test_the_range_of_lifetime_value_holds_four_of_five_customers(orders):
    worth = estimated(orders, years=364 / 365, discount=1e-9).table.set_index("customer_id")
    came = after(orders, pd.Timestamp(AS_OF), days=364).set_index("customer_id")["orders"].reindex(worth.index).fillna(0)
    each = worth["clv"] * 0 + worth["expected_spend"]
    low, high = (worth["clv_low"] / each).round(6), (worth["clv_high"] / each).round(6)
    assert (came > high).mean() == pytest.approx(0.1, abs=0.04)
    assert (came < low).mean() < 0.13
    assert (low <= worth["clv"] / each + 1e-6).all()


def test_all_of_a_customer_s_money_may_change_its_unit(orders, worth):
    cents = estimated(orders.assign(amount=orders["amount"] * 100))
    for column in ("expected_revenue", "clv", "clv_high"):
        np.testing.assert_allclose(cents.table[column], worth.table[column] * 100, rtol=1e-6)
    assert cents.chosen == worth.chosen
    np.testing.assert_allclose(cents.table["expected_orders"], worth.table["expected_orders"])


def test_nothing_after_a_day_reaches_its_forecast(orders, worth):
    cut = (pd.Timestamp("2024-10-03") - pd.Timestamp("2022-01-01")).days
    changed = orders.assign(amount=np.where(orders["day"] >= cut, 1.0, orders["amount"]))
    other = estimated(changed).windows
    columns = ["customer_id", "cutoff"]
    for model in ("forecast_orders",):
        both = worth.windows[[*columns, model]].merge(other[[*columns, model]], on=columns)
        assert len(both) == len(worth.windows)
        np.testing.assert_allclose(both[f"{model}_x"], both[f"{model}_y"])


def test_last_year_s_season_is_what_came_over_what_was_forecast(orders, worth):
    rows = worth.windows[worth.windows["cutoff"] == pd.Timestamp("2024-01-02")]
    assert worth.season is not None
    assert worth.season["orders"] == pytest.approx(rows["orders"].sum() / rows["forecast_orders"].sum())
    plain = worth.table["expected_orders"] / worth.season["orders"]
    again = value.forecasts(seen(orders, pd.Timestamp(AS_OF)), as_of=AS_OF, horizon_days=HORIZON)
    np.testing.assert_allclose(plain, again.orders[worth.chosen["orders"]])


def test_customers_of_one_order_have_the_rule_and_no_lifetime_value():
    rows = pd.DataFrame({"customer_id": [f"c{i}" for i in range(30)], "day": np.arange(30) + 900.0, "amount": 10.0})
    worth = value.estimate(
        seen(rows, pd.Timestamp(AS_OF)), lambda _: rows, pd.DataFrame(), WINDOWS.iloc[:0], as_of=AS_OF, horizon_days=HORIZON
    )
    assert worth.chosen == {"orders": "rate_12m", "revenue": "rate_12m"}
    assert {name: why.key for name, why in worth.failed.items()} == dict.fromkeys(("mbg_nbd", "pareto_nbd"), "no_repeat_buyers")
    assert worth.table[["p_alive", "clv"]].isna().all(axis=None)
    assert worth.season is None
    assert len(worth.windows) == 0


def test_refunds_leave_a_customer_with_nothing_not_with_less():
    table = seen(
        pd.DataFrame({"customer_id": ["a", "b"], "day": [1000.0, 1001.0], "amount": [-50.0, 10.0]}), pd.Timestamp(AS_OF)
    )
    found = value.forecasts(table, as_of=AS_OF, horizon_days=HORIZON)
    assert (found.spend >= 0).all()
    assert (found.revenue.to_numpy() >= 0).all()


def test_errors_are_those_of_a_table_made_by_hand():
    got = errors(np.array([4.0, 1, 0, 0, 1]), np.array([2.0, 3, 0, 0, 1]))
    assert got == {"customers": 5, "rmse": pytest.approx(np.sqrt(8 / 5)), "mae": 0.8, "forecast_ratio": 1.0, "top_fifth": 2 / 3}


def test_the_range_of_past_errors_is_the_worst_and_the_best_window():
    rows = [("w1", "core", 30, 10.0, 12.0), ("w2", "core", 30, 10.0, 8.0), ("w2", "save", 3, 1.0, 90.0)]
    track = pd.DataFrame(rows, columns=["cutoff", "segment", "customers", "forecast_revenue", "revenue"])
    track["ratio"] = track["revenue"] / track["forecast_revenue"]
    table = value.error_range(track)
    assert table.to_numpy().tolist() == [["core", 2, 0.8, 1.2]]


def test_every_window_adds_up_by_segment():
    windows = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "cutoff": pd.Timestamp("2024-01-01"),
            "horizon_days": 90,
            "forecast_orders": [1.0, 2.0, 0.5],
            "orders": [0.0, 3.0, 1.0],
            "forecast_revenue": [10.0, 20.0, 0.0],
            "revenue": [0.0, 25.0, 5.0],
        }
    )
    segments = windows[["cutoff", "customer_id"]].assign(segment=["core", "core", "new"])
    table = value.by_segment(windows, segments).set_index("segment")
    assert table.loc["core", ["customers", "forecast_revenue", "revenue", "no_order", "ratio"]].tolist() == [
        2,
        30,
        25,
        1,
        25 / 30,
    ]
    assert table.loc["(all)", ["customers", "forecast_revenue", "revenue"]].tolist() == [3, 30, 30]
    assert np.isnan(table.loc["new", "ratio"])


def test_what_was_told_at_a_past_day_is_told_anew_of_any_sample_each_row_counting(orders):
    cutoff = WINDOWS["cutoff"].max()
    chosen = {"orders": "mbg_nbd", "revenue": "mbg_nbd"}
    then = value.told_then(WINDOWS, chosen)
    whole = value.known_then(lambda day: seen(orders, day), then)(cutoff)
    twice = then(pd.concat([whole, whole], ignore_index=True), cutoff)
    few = then(whole.iloc[::2].reset_index(drop=True), cutoff)
    for name in ("p_order", "expected_revenue"):
        assert twice[name].to_numpy() == pytest.approx(np.tile(whole[name], 2), rel=2e-3)
    assert (few["p_order"].to_numpy() - whole["p_order"].to_numpy()[::2]).std() > 1e-5  # other parameters
    assert few["p_order"].to_numpy() == pytest.approx(whole["p_order"].to_numpy()[::2], abs=0.1)
