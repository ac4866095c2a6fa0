"""Concentration: facts any implementation must meet, distributions with known Gini, intervals that hold."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from segkit.analysis import concentration
from segkit.errors import InputError

ORDERS = pd.DataFrame(
    [("A", "2025-01-31", 60.0), ("B", "2025-02-01", 40.0), ("A", "2025-04-30", 100.0), ("B", "2025-05-01", 100.0),
     ("A", "2026-02-01", 10.0), ("A", "2026-04-29", 80.0), ("B", "2026-05-02", 100.0)],
    columns=["customer_id", "ordered_on", "amount"],
)  # fmt: skip


def test_the_gini_of_equals_is_nothing_and_of_one_holder_among_n_is_n_minus_one_over_n():
    assert concentration.gini(pd.Series([7.0] * 9)) == pytest.approx(0)
    for n in (2, 5, 100):
        assert concentration.gini(pd.Series([0.0] * (n - 1) + [3.0])) == pytest.approx((n - 1) / n)


def test_the_herfindahl_index_of_n_equals_is_one_over_n():
    assert concentration.herfindahl(pd.Series([2.0] * 8)) == pytest.approx(1 / 8)
    assert concentration.herfindahl(pd.Series([0.0, 0.0, 5.0])) == 1
    assert concentration.herfindahl(pd.Series([50.0, 30.0, 20.0])) == pytest.approx(0.25 + 0.09 + 0.04)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 1.5])
def test_the_gini_of_lognormal_values_is_that_of_aitchison_and_brown_1957(sigma):
    values = pd.Series(np.exp(sigma * norm.ppf((np.arange(200_000) + 0.5) / 200_000)))
    assert concentration.gini(values) == pytest.approx(2 * norm.cdf(sigma / np.sqrt(2)) - 1, abs=0.001)
    assert concentration.top_share(values, 0.2) == pytest.approx(norm.cdf(sigma - norm.ppf(0.8)), abs=0.001)


def test_the_top_share_counts_ranks_up_to_the_next_whole_customer():
    values = pd.Series([50.0, 20.0, 10.0, 10.0, 5.0, 5.0])
    assert [concentration.top_share(values, s) for s in (0.01, 1 / 6, 0.2, 1)] == pytest.approx([0.5, 0.5, 0.7, 1])


def test_net_values_below_zero_count_as_zero_and_are_told():
    found = concentration.measures(pd.Series([90.0, 10.0, -30.0, np.nan]), tops=(0.25,))
    assert list(found["measure"]) == ["top_25", "gini", "herfindahl"]
    assert found["value"].iloc[0] == 0.9
    assert found.attrs == {"negative": {"customers": 1, "sum": -30.0}, "customers": 4}


def test_without_revenue_nothing_is_known():
    found = concentration.measures(pd.Series([0.0, -5.0]))
    assert found[["value", "low", "high"]].isna().all(axis=None)
    assert concentration.measures(pd.Series([], dtype=float))["value"].isna().all()


def test_intervals_hold_the_truth_of_lognormal_customers_in_more_than_four_of_five_trials():
    rng, truth = np.random.default_rng(11), {"gini": 2 * norm.cdf(1 / np.sqrt(2)) - 1, "top_20": norm.cdf(1 - norm.ppf(0.8))}
    held = {name: [] for name in truth}
    for seed in range(200):
        found = concentration.measures(pd.Series(rng.lognormal(0, 1, 400)), draws=100, seed=seed).set_index("measure")
        for name, value in truth.items():
            held[name].append(found.at[name, "low"] <= value <= found.at[name, "high"])
    assert min(np.mean(x) for x in held.values()) > 0.8


def test_intervals_of_many_customers_drawn_in_blocks_are_those_of_customers_drawn_one_by_one(monkeypatch):
    values = pd.Series(np.random.default_rng(5).lognormal(0, 1.5, 12_000))
    blocks = concentration.measures(values, draws=300)
    monkeypatch.setattr(concentration, "ALONE", 12_000)
    alone = concentration.measures(values, draws=300)
    width = (alone["high"] - alone["low"]).to_numpy()
    assert list(blocks["value"]) == list(alone["value"])
    assert np.abs(blocks["low"] - alone["low"]).to_numpy() == pytest.approx(np.zeros(5), abs=0.15 * width.max())
    assert (blocks["high"] - blocks["low"]).to_numpy() / width == pytest.approx(np.ones(5), abs=0.2)


def test_the_same_seed_gives_the_same_interval_and_the_order_of_customers_does_not_matter():
    values = pd.Series([9.0, 7.0, 5.0, 3.0, 1.0] * 4)
    first = concentration.measures(values, seed=4)
    pd.testing.assert_frame_equal(first, concentration.measures(values[::-1], seed=4))
    assert not first["low"].equals(concentration.measures(values, seed=5)["low"])


def test_the_curve_runs_from_nothing_to_all_biggest_first_and_its_mirror_is_lorenz_whose_area_gives_the_gini():
    values = pd.Series([1.0, 1.0, 2.0, 6.0, 0.0])
    curve, lorenz = concentration.pareto(values), concentration.lorenz(values)
    assert curve["customers"].tolist() == [0, 1, 2, 3, 4, 5]
    assert curve["revenue_share"].tolist() == pytest.approx([0, 0.6, 0.8, 0.9, 1, 1])
    assert lorenz["revenue_share"].tolist() == pytest.approx([0, 0, 0.1, 0.2, 0.4, 1])
    area = np.trapezoid(lorenz["revenue_share"], lorenz["customer_share"])
    assert concentration.gini(values) == pytest.approx(1 - 2 * area)


def test_a_curve_of_many_customers_has_few_points_and_keeps_the_biggest():
    curve = concentration.pareto(pd.Series(np.random.default_rng(0).lognormal(0, 2, 100_000)))
    assert len(curve) <= 400
    assert curve["customers"].tolist()[:4] == [0, 1, 2, 3]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1, 100_000])


def test_by_a_column_the_groups_share_the_revenue_and_what_has_no_name_is_a_group():
    rows = pd.DataFrame(
        {"customer_id": list("ABCD"), "owner": ["Lin", "Lin", "Gao", None], "monetary": [30.0, 20.0, 40.0, 10.0]}
    )
    found = concentration.by(rows, "owner").iloc[0]
    assert (found["groups"], found["largest"], found["largest_share"]) == (3, "Lin", 0.5)
    assert found["herfindahl"] == pytest.approx(0.25 + 0.16 + 0.01)
    assert found["equal_groups"] == pytest.approx(1 / 0.42)


def test_by_customer_the_index_and_its_interval_are_those_of_the_customers():
    rows = pd.DataFrame({"customer_id": range(12), "monetary": np.arange(12.0)})
    own = concentration.measures(rows["monetary"]).set_index("measure").loc["herfindahl"]
    found = concentration.by(rows, "customer_id").iloc[0]
    assert (found["herfindahl"], found["low"], found["high"]) == pytest.approx((own["value"], own["low"], own["high"]))


def test_the_interval_by_group_is_that_of_resampled_customers_with_all_their_rows():
    rng = np.random.default_rng(2)
    rows = pd.DataFrame({"customer_id": np.arange(600) // 2, "category": rng.choice(list("abc"), 600, p=[0.6, 0.3, 0.1])})
    rows["revenue"] = rng.lognormal(0, 1, 300)[rows["customer_id"]]
    sums = rows.pivot_table(index="customer_id", columns="category", values="revenue", aggfunc="sum", fill_value=0).to_numpy()
    drawn = rng.poisson(1, (4000, len(sums))) @ sums
    spread = ((drawn / drawn.sum(axis=1, keepdims=True)) ** 2).sum(axis=1).std()
    found = concentration.by(rows, "category", value="revenue").iloc[0]
    assert (found["high"] - found["low"]) / 2 == pytest.approx(1.645 * spread, rel=0.06)


def test_periods_are_fiscal_and_a_quarter_that_is_not_over_is_marked():
    found = concentration.over_time(ORDERS, as_of=dt.date(2026, 5, 3), fiscal_year_start=2, tops=(0.5,))
    top = found[found["measure"] == "top_50"].set_index("period")
    assert list(top.index) == list(pd.to_datetime(["2024-11-01", "2025-02-01", "2025-05-01", "2026-02-01", "2026-05-01"]))
    assert top["revenue"].tolist() == [60, 140, 100, 90, 100]
    assert top["value"].tolist() == pytest.approx([1, 100 / 140, 1, 1, 1])
    assert top["whole"].tolist() == [True, True, True, True, False]
    on_its_end = concentration.over_time(ORDERS.head(6), as_of=dt.date(2026, 5, 1), fiscal_year_start=2)
    assert on_its_end["whole"].all()


def test_years_begin_in_the_fiscal_month_and_hold_all_revenue():
    found = concentration.over_time(ORDERS, as_of=dt.date(2026, 5, 3), per="year", fiscal_year_start=5)
    gini = found[found["measure"] == "gini"]
    assert gini["period"].tolist() == list(pd.to_datetime(["2024-05-01", "2025-05-01", "2026-05-01"]))
    assert (gini["customers"].tolist(), gini["revenue"].sum()) == ([2, 2, 1], ORDERS["amount"].sum())
    with pytest.raises(InputError, match="per: month; use quarter or year"):
        concentration.over_time(ORDERS, as_of=dt.date(2026, 5, 3), per="month")


REVENUE = pd.DataFrame(
    [("A", "customer_id", "A", 0, 60.0), ("B", "customer_id", "B", 0, 40.0), ("A", "customer_id", "A", 1, 50.0),
     ("B", "customer_id", "B", 1, 50.0), ("A", "currency", "USD", 0, 60.0), ("B", "currency", "CNY", 0, 40.0),
     ("A", "currency", "USD", 1, 50.0), ("B", "currency", None, 1, 50.0)],
    columns=["customer_id", "dimension", "group", "years_back", "revenue"],
)  # fmt: skip


def test_each_year_is_measured_by_every_column_that_is_known():
    people = pd.DataFrame({"customer_id": ["A", "B"], "country": ["DE", "DE"], "owner": [None, None]})
    people["first_order_on"] = pd.Timestamp("2025-01-01")
    found = concentration.by_year(REVENUE, people, as_of=dt.date(2026, 6, 1))
    assert found["dimension"].tolist() == ["customer_id", "country", "currency"] * 2
    assert found["years_back"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found["herfindahl"].tolist() == pytest.approx([0.52, 1, 0.52, 0.5, 1, 0.5])
    assert found["largest"].tolist()[1:3] == ["DE", "USD"]
    assert found["whole"].tolist() == [True] * 3 + [False] * 3  # orders reach back 516 days
