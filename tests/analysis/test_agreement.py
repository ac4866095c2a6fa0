"""How far tiers and clusters agree: scikit-learn's indices on tables made by hand, and whom the two see differently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from segkit.analysis import agreement

TRUTH = {
    "adjusted_rand": metrics.adjusted_rand_score,
    "adjusted_mutual_information": metrics.adjusted_mutual_info_score,
    "homogeneity": metrics.homogeneity_score,
    "completeness": metrics.completeness_score,
}


def both(tier: list[str], cluster: list[int], money: list[float] | None = None) -> pd.DataFrame:
    n = len(tier)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "scheme": "s",
            "tier": tier,
            "cluster": cluster,
            "cluster_id": cluster,
            "name": "x",
            "monetary": money or [1.0] * n,
        }
    )


@pytest.mark.parametrize(
    ("tier", "cluster"),
    [
        (list("aabbcc"), [1, 1, 2, 2, 3, 3]),
        (list("aabbcc"), [1, 2, 1, 2, 1, 2]),
        (list("aaabbbccc"), [1, 1, 2, 2, 2, 2, 3, 3, 1]),
        (list("abababababab"), [1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3]),
    ],
)
def test_indices_are_those_of_scikit_learn(tier, cluster):
    table = agreement.indices(both(tier, cluster), bootstraps=5).set_index("index")["value"]
    for name, true in TRUTH.items():
        # homogeneity asks whether each cluster holds one tier only: the tiers are the classes
        assert table[name] == pytest.approx(true(tier, cluster), abs=1e-9), name


def test_the_same_grouping_agrees_wholly_and_chance_not_at_all():
    draw = np.random.default_rng(2)
    tier = draw.choice(list("abc"), 3000)
    same = agreement.indices(both(list(tier), [ord(t) for t in tier]), seed=1).set_index("index")
    chance = agreement.indices(both(list(tier), list(draw.integers(1, 4, 3000))), seed=1).set_index("index")
    assert same["value"].tolist() == pytest.approx([1.0] * 4)
    assert abs(chance.loc["adjusted_rand", "value"]) < 0.01
    assert abs(chance.loc["adjusted_mutual_information", "value"]) < 0.01


def test_the_interval_holds_the_value_and_narrows_with_more_customers():
    draw = np.random.default_rng(3)

    def width(n: int) -> float:
        tier = draw.integers(0, 3, n)
        cluster = np.where(draw.random(n) < 0.7, tier, draw.integers(0, 3, n)) + 1
        row = agreement.indices(both([f"t{t}" for t in tier], list(cluster)), seed=1).set_index("index").loc["adjusted_rand"]
        assert row["low"] <= row["value"] <= row["high"]
        return float(row["high"] - row["low"])

    assert width(4000) < width(200) / 2


def test_the_crossing_counts_customers_and_money():
    cells = agreement.table_of(both(list("aab"), [1, 2, 2], [10.0, 20.0, 5.0]), order=["b", "a"])
    assert cells.to_numpy().tolist() == [["b", 1, 0, 0.0], ["b", 2, 1, 5.0], ["a", 1, 1, 10.0], ["a", 2, 1, 20.0]]


def test_an_account_far_above_its_tier_is_to_be_promoted_with_its_money():
    tier = ["low"] * 10 + ["high"] * 10
    cluster = [1] + [2] * 9 + [1] * 9 + [2]
    money = [900.0] + [10.0] * 9 + [1000.0] * 9 + [20.0]
    pairs = both(tier, cluster, money)
    customers = pairs[["customer_id", "monetary"]].assign(recency_days=10, frequency=3)
    rows = agreement.disagreements(pairs, customers).set_index("customer_id")
    assert rows["direction"].to_dict() == {"c0": "promote", "c19": "demote"}
    assert rows.loc["c0", "monetary"] == 900.0
