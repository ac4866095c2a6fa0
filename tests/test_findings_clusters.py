"""What is said of clusters: which are most alike, who has none, and whether an earlier clustering was applied unchanged."""

from __future__ import annotations

import pandas as pd

from segkit import findings


def test_the_two_nearest_clusters_are_named_with_what_tells_them_apart():
    profiles = pd.DataFrame({"cluster": [1, 2, 3], "z_recency": [1.0, -1.0, -0.8], "z_monetary": [1.0, 0.2, -0.3]})
    said = findings.clusters.alike(profiles)
    assert (said.key, said.numbers["cluster"], said.numbers["other"]) == ("alike", 2, 3)
    assert (said.numbers["feature"], round(said.numbers["apart"], 6)) == ("feature.monetary", 0.5)
    assert findings.clusters.alike(profiles.head(1)).key == "one_cluster"
    assert findings.clusters.alike(profiles.head(0)).key == "no_clusters"


def test_customers_left_out_for_one_reason_and_for_several_are_said_apart():
    reasons = pd.DataFrame({"reason": ["no_order", "missing_gap"], "customers": [30, 10]})
    both, one = (findings.clusters.not_clustered(part, 100) for part in (reasons, reasons.head(1)))
    assert (both.key, both.numbers["customers"], both.numbers["first"]) == ("not_clustered", 40, 30)
    assert (one.key, one.numbers["share"]) == ("not_clustered_alike", 0.3)


def test_an_earlier_clustering_applied_unchanged_is_said_whatever_the_curves_show():
    sweep = pd.DataFrame({"k": [2], "silhouette": [0.4], "stability": [0.9], "smallest": [20], "smallest_share": [0.2]})
    said = findings.clusters.chosen(sweep, 5, "unchanged", 0)
    assert (said.key, said.numbers) == ("clusters_unchanged", {"k": 5})
