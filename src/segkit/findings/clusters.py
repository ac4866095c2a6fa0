"""Clusters: how many and why, what they bring, who is outside, how well rules and tiers tell them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from segkit.findings.finding import Finding, part_of

if TYPE_CHECKING:
    import pandas as pd

CLOSE = 0.5  # adjusted mutual information from which tiers and clusters tell much the same
FAITHFUL = 0.85  # of customers to whom rules give their own cluster
HEAVY = 0.1  # share of revenue of one account, from which its treatment is worth a warning


def chosen(sweep: pd.DataFrame, k: int, reason: str, best: int) -> Finding:
    """How many clusters and why. `sweep`: k, silhouette, stability, smallest, smallest_share; `reason`: how k was chosen, or
    why there are no clusters; `best`: the k with the clearest silhouette."""
    if not k:
        same = reason == "constant"
        return Finding("clusters_constant" if same else "clusters_few", {}, "warn")
    rows = sweep.set_index("k")
    if reason == "unchanged":
        return Finding("clusters_unchanged", {"k": k})
    if k not in rows.index:
        return Finding("clusters_given", {"k": k})
    row = rows.loc[k]
    numbers: dict[str, Any] = {name: float(row[name]) for name in ("silhouette", "stability", "smallest_share")}
    numbers |= {"k": k, "smallest": int(row["smallest"]), "best": best}
    if reason == "none_passes":
        return Finding("clusters_none_passes", numbers, "warn")
    if reason == "detail":
        return Finding("clusters_detail", numbers | {"clearest": float(rows.loc[best, "silhouette"])})
    if reason == "kept":
        return Finding("clusters_kept", numbers)
    if reason == "given":
        return Finding("clusters_given", {"k": k})
    alone = reason == "only"
    return Finding("clusters_only" if alone else "clusters_best", numbers)


def main_cluster(profiles: pd.DataFrame) -> Finding:
    """The cluster that brings most. `profiles`: cluster, name, customers, customer_share, revenue, revenue_share."""
    if profiles.empty:
        return Finding("no_clusters", {})
    row = profiles.sort_values("revenue", ascending=False, kind="stable").iloc[0]
    numbers = {"cluster": int(row["cluster"]), "name": f"cluster.{row['name']}", "customers": int(row["customers"])}
    return Finding("main_cluster", numbers | {k: row[k] for k in ("customer_share", "revenue", "revenue_share")})


def sharpest(profiles: pd.DataFrame) -> Finding:
    """The cluster and feature furthest from the average customer. `profiles`: with `z_<feature>`."""
    names = [c for c in profiles.columns if c.startswith("z_")]
    if profiles.empty or not names:
        return Finding("no_clusters", {})
    far = profiles.set_index("cluster")[names].stack()
    at = far.abs().idxmax()
    numbers = {"cluster": int(at[0]), "feature": f"feature.{at[1].removeprefix('z_')}", "apart": abs(float(far[at]))}
    return Finding("sharpest_above" if far[at] > 0 else "sharpest_below", numbers)


def alike(profiles: pd.DataFrame) -> Finding:
    """The two clusters nearest to each other, and the feature that tells them apart. `profiles`: cluster, `z_<feature>`."""
    names = [c for c in profiles.columns if c.startswith("z_")]
    if profiles.empty or not names:
        return Finding("no_clusters", {})
    rows = dict(zip(profiles["cluster"], profiles[names].to_numpy(dtype=float), strict=True))
    if len(rows) < 2:
        return Finding("one_cluster", {})
    one, other = min(itertools.combinations(rows, 2), key=lambda pair: ((rows[pair[0]] - rows[pair[1]]) ** 2).sum())
    apart = abs(rows[one] - rows[other])
    numbers = {"cluster": int(one), "other": int(other), "apart": float(apart.max())}
    return Finding("alike", numbers | {"feature": f"feature.{names[int(apart.argmax())].removeprefix('z_')}"})


def overlap(explained: Sequence[float], loadings: Sequence[dict[str, Any]]) -> Finding:
    """How much of the differences two axes show, and the feature that weighs most on the first."""
    if not loadings:
        return Finding("no_clusters", {})
    main = max(loadings, key=lambda one: abs(one["x"]))
    numbers = {"both": float(sum(explained)), "first": float(explained[0]), "feature": f"feature.{main['feature']}"}
    return Finding("components", numbers)


def not_clustered(left_out: pd.DataFrame, customers: int) -> Finding:
    """Who has no cluster. `left_out`: reason, customers; `customers`: of all."""
    if left_out.empty:
        return Finding("all_clustered", {"customers": customers}, "good")
    first = left_out.iloc[0]
    many = int(left_out["customers"].sum())
    numbers: dict[str, Any] = {"customers": many, "share": part_of(many, customers)}
    numbers |= {"reason": f"left_out.{first['reason']}"}
    if len(left_out) == 1:
        return Finding("not_clustered_alike", numbers)
    return Finding("not_clustered", numbers | {"first": int(first["customers"])})


def outliers(rows: pd.DataFrame) -> Finding:
    """Accounts that count as the end of the scale. `rows`: customer_id, feature, monetary, revenue_share, end."""
    high = rows[(rows["feature"] == "monetary") & (rows["end"] == "high")]
    many = int(rows["customer_id"].nunique())
    if high.empty:
        return Finding("outliers_pulled", {"customers": many}) if many else Finding("no_outliers", {})
    share = float(high["revenue_share"].max())
    numbers = {"customers": many, "biggest": str(high["customer_id"].iloc[0]), "share": share}
    return Finding("outliers", numbers, "warn" if share >= HEAVY else "info")


def dropped(features: Sequence[str]) -> list[Finding]:
    """Features asked for that tell no customers apart: a finding each."""
    return [Finding("feature_dropped", {"feature": f"feature.{name}"}, "warn") for name in features]


def taken_up(as_of: str | None, before: str | None, kept: Sequence[int], fresh: Sequence[int]) -> Finding:
    """Whether the ids are those of an earlier clustering. `as_of`, `before`: days of both; `kept`, `fresh`: ids."""
    if before is None or before == as_of:
        return Finding("ids_first", {"clusters": len(kept) + len(fresh)})
    numbers = {"before": before, "kept": len(kept), "fresh": len(fresh)}
    return Finding("ids_kept" if not fresh else "ids_new", numbers, "warn" if fresh else "good")


def fidelity(share: float, depth: int, rules: int, left: Sequence[int]) -> Finding:
    """How well ranges tell the clusters. `share`: of customers to whom they give their own; `left`: ids without a rule."""
    if math.isnan(share):
        return Finding("no_clusters", {})
    numbers = {"share": share, "depth": depth, "rules": rules, "left": len(left)}
    if left:
        return Finding("fidelity_left", numbers, "warn")
    return Finding("fidelity", numbers, "good" if share >= FAITHFUL else "warn")


def agreement(indices: pd.DataFrame) -> Finding:
    """The schemes nearest to and furthest from the clusters. `indices`: scheme, index, value, low, high."""
    rows = indices[indices["index"] == "adjusted_mutual_information"].sort_values("value", ascending=False, kind="stable")
    if rows.empty:
        return Finding("no_agreement", {})
    best, worst = rows.iloc[0], rows.iloc[-1]
    numbers = {"scheme": f"scheme.{best['scheme']}", "value": best["value"], "low": best["low"], "high": best["high"]}
    if len(rows) == 1:
        return Finding("agreement_one", numbers)
    numbers |= {"worst": f"scheme.{worst['scheme']}", "least": worst["value"]}
    close = best["value"] >= CLOSE
    return Finding("agreement_close" if close else "agreement_loose", numbers)


def disagreement(rows: pd.DataFrame, scheme: str) -> Finding:
    """Accounts and money that tier and cluster of one scheme see differently. `rows`: scheme, monetary, direction."""
    own = rows[rows["scheme"] == scheme]
    words = {"scheme": f"scheme.{scheme}"}
    if own.empty:
        return Finding("no_disagreement", words, "good")
    up, down = own[own["direction"] == "promote"], own[own["direction"] == "demote"]
    numbers = {"customers": len(own), "revenue": own["monetary"].sum(), "promote": len(up), "demote": len(down)}
    return Finding("disagreement", words | numbers | {"up": up["monetary"].sum(), "down": down["monetary"].sum()}, "warn")


def common(cells: pd.DataFrame, value: str) -> Finding:
    """The fullest cell of a scheme crossed with the clusters. `cells`: the scheme, clusters, customers, revenue."""
    filled = cells[cells[value] > 0] if len(cells) else cells
    if filled.empty:
        return Finding("no_clusters", {})
    scheme = str(cells.columns[0])
    row = filled.sort_values(value, ascending=False, kind="stable").iloc[0]
    numbers = {"tier": f"tier.{scheme}.{row[scheme]}", "cluster": int(row["clusters"]), "customers": int(row["customers"])}
    numbers |= {"share": part_of(row[value], filled[value].sum())}
    money = value == "revenue"
    return Finding("cluster_cell_revenue" if money else "cluster_cell_customers", numbers)
