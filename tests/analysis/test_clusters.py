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


@pytest.mark.parametrize("rate", [157.3, 1e-4])
def test_the_currency_does_not_matter(rate):
    customers = mixture()
    other = customers.assign(monetary=customers["monetary"] * rate)
    one, two = (clusters.fit(c, k=3, seed=1) for c in (customers, other))
    pd.testing.assert_frame_equal(clusters.assign(one, customers), clusters.assign(two, other))
    assert two.coordinates(other) == pytest.approx(one.coordinates(customers), abs=1e-6)


def test_one_account_of_two_fifths_of_revenue_is_no_cluster_of_its_own():
    customers = mixture()
    giant = customers.iloc[[0]].assign(customer_id="giant", monetary=customers["monetary"].sum() * 0.67)
    both = pd.concat([customers, giant], ignore_index=True)
    model = clusters.fit(both, k=3, seed=1)
    money = model.coordinates(both)[:, 2]
    assert money[-1] == money[:-1].max()  # it counts no more than the next
    assert set(clusters.outliers(model, both).query("feature == 'monetary' and end == 'high'")["customer_id"]) == {"giant"}
    found = clusters.assign(model, both)
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
    assert written["name"] != "clusters"  # a firm that takes the rules up has both in its bake-off
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


@pytest.mark.parametrize("seed", [1, 7])
def test_the_number_chosen_depends_neither_on_the_order_of_rows_nor_on_the_seed(seed):
    customers = mixture()
    mixed = customers.sample(frac=1, random_state=seed).reset_index(drop=True)
    one, other = clusters.sweep(customers, seed=seed, bootstraps=5), clusters.sweep(mixed, seed=seed, bootstraps=5)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert clusters.choose(clusters.sweep(mixed, seed=seed + 50, bootstraps=5)).k == clusters.choose(one).k == 3


def test_optional_features_part_customers_and_who_lacks_one_is_left_out_with_the_reason():
    customers = mixture(30)
    whole = customers.assign(
        tenure_days=800, usual_gap_days=np.where(customers["kind"] == "small", 90.0, 20.0), margin=customers["monetary"] * 0.2,
        orders_12m=np.where(customers["kind"] == "fading", 0, 6), orders_prev_12m=6,
    )  # fmt: skip
    young = whole["customer_id"].isin(["c000", "c001"])
    whole = whole.assign(
        tenure_days=np.where(young, 100, np.where(customers["kind"] == "fading", 900, 500)),
        usual_gap_days=whole["usual_gap_days"].mask(whole.index == 5),
    )
    model = clusters.fit(whole, features=["recency", "gap", "margin", "trend", "tenure"], k=3, seed=1)
    assert model.features == ("recency", "gap", "trend", "tenure")
    assert model.dropped == ("margin",)  # everybody earns a fifth
    found = clusters.assign(model, whole)
    assert adjusted_rand_score(whole["kind"][found["cluster"].notna()], found["cluster"].dropna()) == 1.0
    assert found.loc[[0, 1, 5], "reason"].tolist() == ["missing_trend", "missing_trend", "missing_gap"]


def test_an_earlier_clustering_is_taken_up_matched_applied_unchanged_or_not_at_all():
    before = clusters.fit(mixture(), k=3, seed=1, features=["recency", "monetary"])
    trial = clusters.sweep(mixture(seed=3), seed=1, bootstraps=5)
    chosen = {mode: clusters.choose(trial, previous=before, mode=mode) for mode in ("refit", "keep", "new")}
    assert {mode: (one.k, one.reason) for mode, one in chosen.items()} == {
        "refit": (3, "kept"), "keep": (3, "unchanged"), "new": (3, "best"),
    }  # fmt: skip
    asked = ["recency", "frequency"]
    assert clusters.features_of(before, mode="keep", asked=asked) == ("recency", "monetary")
    assert clusters.features_of(before, mode="refit", asked=asked) == asked
    assert clusters.features_of(None, mode="keep", asked=asked) == asked
