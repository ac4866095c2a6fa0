"""RFM scores equal those of R's package rfm; levels follow Hughes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segkit.analysis import rfm
from segkit.errors import InputError

SCORES = ["r_score", "f_score", "m_score"]


def customers(recency, frequency, monetary):
    ids = [f"c{i}" for i in range(len(recency))]
    return pd.DataFrame({"customer_id": ids, "recency_days": recency, "frequency": frequency, "monetary": monetary})


def published(path):
    """R's table with segkit's names (rfm 0.3.0, docs/articles)."""
    names = {"transaction_count": "frequency", "amount": "monetary"}
    table = pd.read_csv(path, dtype={"customer_id": str}).rename(columns=names)
    expected = table[["recency_score", "frequency_score", "monetary_score"]].to_numpy()
    return table, expected


def test_every_customer_of_rs_customer_table_has_rs_scores(reference_data):
    table, expected = published(reference_data / "rfm-r" / "expected_rfm_customer.csv")
    assert len(table) == 39_999
    assert (rfm.score(table)[SCORES].to_numpy() == expected).all()


def test_rs_orders_table_differs_in_three_scores_where_a_quantile_is_not_whole(reference_data):
    table, expected = published(reference_data / "rfm-r" / "expected_rfm_orders_2006-12-31.csv")
    scores = rfm.score(table)
    assert (scores[SCORES].to_numpy() != expected).sum() == 3
    assert scores.attrs["cuts"] == {
        "r": [114, 180, pytest.approx(296.4), 481],
        "f": [3, 4, 5, 7],
        "m": [pytest.approx(254.8), 381, pytest.approx(505.4), 665],
    }


def test_rs_orders_table_is_met_to_the_last_score_by_its_cuts(reference_data):
    table, expected = published(reference_data / "rfm-r" / "expected_rfm_orders_2006-12-31.csv")
    cuts = {"r": [114, 180, 297, 481], "f": [3, 4, 5, 7], "m": [255, 381, 506, 665]}
    scores = rfm.score(table, cuts=cuts)
    assert (scores[SCORES].to_numpy() == expected).all()
    assert scores["r_score"].value_counts().sort_index().tolist() == [197, 200, 199, 199, 200]


def test_recent_is_high_and_equal_values_share_a_score():
    table = customers([1, 10, 10, 30, 90], [9, 4, 4, 2, 1], [5.0, 4.0, 3.0, 2.0, 1.0])
    scores = rfm.score(table, bins={"r": 2, "f": 4, "m": 5})
    assert scores["r_score"].tolist() == [2, 2, 2, 1, 1]
    assert scores["f_score"].tolist() == [4, 2, 2, 1, 1]
    assert scores["m_score"].tolist() == [5, 4, 3, 2, 1]


def test_fewer_distinct_values_than_bins_is_said():
    scores = rfm.score(customers([1, 2, 3, 4, 5], [1, 1, 1, 1, 2], [1, 2, 3, 4, 5]))
    assert scores.attrs["bins"] == {"r": 5, "f": 5, "m": 5}
    assert scores.attrs["bins_made"] == {"r": 5, "f": 2, "m": 5}


def test_prospects_have_no_score():
    scores = rfm.score(customers([5, None], [1, 0], [10.0, 0.0]))
    assert scores["customer_id"].tolist() == ["c0"]


def test_no_buyer_at_all_gives_an_empty_table():
    assert rfm.score(customers([None], [0], [0.0])).empty


@pytest.mark.parametrize("cut", ["medium", {"r": 90}, {"r": 90, "f": 2, "m": 5, "x": 1}])
def test_a_cut_that_is_none_is_refused(cut):
    with pytest.raises(InputError, match="write mean or median, or a number for each of r, f and m"):
        rfm.levels(customers([1, 2], [1, 2], [1.0, 2.0]), cut=cut)


@pytest.mark.parametrize(
    ("keys", "message"),
    [({"bins": 1}, "at least two"), ({"cuts": {"r": [3, 3]}}, "must rise"), ({"cuts": {"x": [3]}}, "no score of that letter")],
)
def test_impossible_bins_and_cuts_are_errors(keys, message):
    with pytest.raises(InputError, match=message):
        rfm.score(customers([1, 2], [1, 2], [1.0, 2.0]), **keys)


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        ("mean", ["high high high", "high low low", "low low low"]),
        ("median", ["high high high", "high high high", "low low low"]),
        ({"r": 1, "f": 2, "m": 100}, ["high high high", "low high low", "low low low"]),
    ],
)
def test_at_or_above_the_cut_is_high_and_for_recency_at_or_below(cut, expected):
    levels = rfm.levels(customers([1, 20, 60], [6, 2, 1], [100.0, 20.0, 3.0]), cut=cut)
    assert (levels["r_level"] + " " + levels["f_level"] + " " + levels["m_level"]).tolist() == expected


def test_the_grid_adds_up_to_all_customers_and_all_money():
    table = customers([1, 2, 3, 4], [4, 3, 2, 1], [40.0, 30.0, 20.0, 10.0])
    grid = rfm.grid(table, rfm.score(table))
    assert (grid["customers"].sum(), grid["revenue"].sum()) == (4, 100)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(2, 9))
def test_scores_never_part_equal_values_and_never_disagree_with_the_order(values, bins):
    scores = rfm.score(customers(values, [1] * len(values), [float(v) for v in values]), bins=bins)
    m, r = scores["m_score"].to_numpy(), scores["r_score"].to_numpy()
    order = np.argsort(values, kind="stable")
    assert (np.diff(m[order]) >= 0).all()
    assert (m + r == bins + 1).all()  # the same values, read as days, mirror their scores
    assert all(len(set(m[np.array(values) == v])) == 1 for v in values)
