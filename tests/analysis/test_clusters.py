"""Clusters: known mixtures are found again, numbers and ids mean the same whatever the order, the seed or the currency."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from segkit import schemes
from segkit.analysis import clusters, tiers

GROUPS = {"steady": (10, 30, 50_000), "fading": (300, 12, 8_000), "small": (60, 2, 300)}


def mixture(n: int = 60, seed: int = 0) -> pd.DataFrame:
    """Three kinds of customers, apart in recency, orders and money; `kind` is the truth."""
    draw = np.random.default_rng(seed)
    parts = []
    for kind, (recency, frequency, monetary) in GROUPS.items():
        parts.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "recency_days": np.rint(recency * draw.lognormal(0, 0.2, n)),
                    "frequency": np.maximum(np.rint(frequency * draw.lognormal(0, 0.2, n)), 1),
                    "monetary": monetary * draw.lognormal(0, 0.25, n),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table.assign(customer_id=[f"c{i:03d}" for i in range(len(table))])


def test_a_known_mixture_is_found_with_its_number_of_parts():
    customers = mixture()
    found = clusters.assign(clusters.fit(customers, seed=1), customers)
    assert found["cluster"].nunique() == 3
    assert adjusted_rand_score(customers["kind"], found["cluster"]) == 1.0


def test_cluster_1_is_the_most_valuable_and_its_name_says_so():
    customers = mixture()
    table = clusters.assign(clusters.fit(customers, k=3, seed=1), customers).assign(money=customers["monetary"])
    means = table.groupby("cluster")["money"].mean()
    assert means.is_monotonic_decreasing
    steady = customers.loc[customers["kind"] == "steady", "customer_id"]
    assert set(table.loc[table["cluster"] == 1, "customer_id"]) == set(steady)


def test_a_first_clustering_gives_its_ids_in_the_order_of_worth():
    customers = mixture()
    for seed in range(4):
        table = clusters.assign(clusters.fit(customers, k=3, seed=seed), customers)
        assert (table["cluster_id"] == table["cluster"]).all()


@pytest.mark.parametrize("seed", [1, 7, 99])
def test_numbers_depend_neither_on_the_order_of_rows_nor_on_the_seed(seed):
    customers = mixture()
    first = clusters.assign(clusters.fit(customers, k=3, seed=0), customers).set_index("customer_id")["cluster"]
    mixed = customers.sample(frac=1, random_state=seed).reset_index(drop=True)
    other = clusters.assign(clusters.fit(mixed, k=3, seed=seed), mixed).set_index("customer_id")["cluster"]
    pd.testing.assert_series_equal(first, other.loc[first.index])


def test_the_currency_does_not_matter():
    customers = mixture()
    yen = customers.assign(monetary=customers["monetary"] * 157.3)
    one, other = (clusters.assign(clusters.fit(c, k=3, seed=1), c) for c in (customers, yen))
    pd.testing.assert_frame_equal(one, other)


def test_one_account_of_two_fifths_of_revenue_is_no_cluster_of_its_own():
    customers = mixture()
    giant = customers.iloc[[0]].assign(customer_id="giant", monetary=customers["monetary"].sum() * 0.67)
    both = pd.concat([customers, giant], ignore_index=True)
    found = clusters.assign(clusters.fit(both, k=3, seed=1), both)
    assert found["cluster"].value_counts().min() > 30
    assert adjusted_rand_score(both["kind"], found["cluster"]) == 1.0


def test_ids_keep_their_meaning_when_the_values_of_clusters_change_places():
    before = mixture()
    model = clusters.fit(before, k=3, seed=1)
    ids = clusters.assign(model, before).groupby(before["kind"])["cluster_id"].first()
    after = before.assign(monetary=np.where(before["kind"] == "small", 400.0, before["monetary"]))
    again = clusters.refit(model, after)
    found = clusters.assign(again, after).groupby(after["kind"])["cluster_id"].first()
    assert found.to_dict() == ids.to_dict()


def test_a_clustering_survives_json_and_is_applied_unchanged():
    customers = mixture()
    model = clusters.fit(customers, k=3, seed=1)
    kept = clusters.restored(json.loads(json.dumps(model.to_dict())))
    assert kept == model
    later = mixture(20, seed=5)
    assert adjusted_rand_score(later["kind"], clusters.assign(kept, later)["cluster_id"]) == 1.0
    assert clusters.taken_up(clusters.fit(later, k=2), kept, mode="keep") is kept


def test_who_has_no_order_is_in_no_cluster_and_the_reason_is_said():
    customers = mixture()
    prospect = customers.iloc[[0]].assign(customer_id="p", frequency=0, monetary=0.0, recency_days=np.nan)
    found = clusters.assign(clusters.fit(customers, k=3), pd.concat([customers, prospect], ignore_index=True))
    last = found.iloc[-1]
    assert pd.isna(last["cluster"])
    assert last["name"] == clusters.NOT_CLUSTERED
    assert last["reason"] == "no_order"


def test_too_few_customers_are_not_clustered_and_say_why():
    few = mixture(2)
    model = clusters.fit(few)
    assert model.k == 0
    assert model.why
    assert clusters.assign(model, few)["cluster"].isna().all()


def test_the_tree_s_rules_load_as_a_scheme_that_gives_the_same_clusters():
    customers = mixture()
    model = clusters.fit(customers, k=3, seed=1)
    assigned = clusters.assign(model, customers)
    rules = clusters.rules(model, assigned, customers)
    assert rules.fidelity > 0.97
    assert set(rules.table["cluster_id"]) == set(model.ids)
    assert rules.table["right"].sum() / len(customers) == pytest.approx(rules.fidelity)
    names = {one: {"en": f"cluster {one}", "zh": f"第 {one} 组"} for one in model.ids}
    words = {word: {"en": word, "zh": word} for word in ("title", "left_out", "margin_rate")}
    (written,) = clusters.schemes(rules, model, names, words)
    scheme = schemes.parse(written, file="clusters.yaml")
    placed = tiers.assign(scheme, customers, reasons=dict.fromkeys([*scheme.names("en"), "not_placed"], ""))
    assert clusters.followed(assigned, placed) == rules.table["right"].sum()


def test_three_curves_decide_the_number_and_the_reason_is_given():
    trial = clusters.sweep(mixture(), seed=1)
    choice = clusters.choose(trial)
    assert choice.k == 3
    assert {"k", "silhouette", "stability"} <= set(trial.table.columns)
    assert trial.table.set_index("k")["silhouette"].idxmax() == 3
    assert choice.reason
