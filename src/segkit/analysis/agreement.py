"""Where tiers and clusters meet: how far two ways of grouping the same customers agree, and whom they see differently.

Adjusted Rand index: Hubert & Arabie 1985 · adjusted mutual information (arithmetic mean): Vinh, Epps & Bailey 2010 ·
homogeneity (each cluster holds one tier only) and completeness (each tier lies in one cluster): Rosenberg & Hirschberg 2007.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from segkit.analysis import rand
from segkit.schemes import NOT_PLACED

INDICES = ("adjusted_rand", "adjusted_mutual_information", "homogeneity", "completeness")
CLUSTERS = "clusters"
BOOTSTRAPS = 200
CONFIDENCE = 0.9
LEAST_GAP = 0.3
DISAGREEMENTS = (
    "customer_id", "scheme", "tier", "cluster", "cluster_id", "name", "monetary",
    "tier_position", "cluster_position", "gap", "direction", "look_at",
)  # fmt: skip


def pairs(tiers: pd.DataFrame, clusters: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per scheme and customer that has both a tier and a cluster: customer_id, scheme, tier, cluster, cluster_id,
    name, monetary (base currency)."""
    placed = tiers.loc[tiers["tier"] != NOT_PLACED, ["customer_id", "scheme", "tier"]]
    known = clusters.loc[clusters["cluster"].notna(), ["customer_id", "cluster", "cluster_id", "name"]]
    known = known.astype({"cluster": "int64", "cluster_id": "int64"})
    both = placed.merge(known, on="customer_id").merge(customers[["customer_id", "monetary"]], on="customer_id")
    return both.assign(scheme=both["scheme"].astype("str"), tier=both["tier"].astype("str"))


def table_of(both: pd.DataFrame, *, order: Sequence[str] = ()) -> pd.DataFrame:
    """The crossing of one scheme with the clusters, as charts of crossed schemes take it: one row per tier and cluster that
    occur, also where nobody has both: a column named for the scheme, `clusters`, customers, revenue.

    `both`: `pairs` of one scheme; `order`: its tiers, the others come after them. No rows where `both` has none.
    """
    if both.empty:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in ("scheme", CLUSTERS, "customers", "revenue")})
    scheme = str(both["scheme"].iloc[0])
    present = set(both["tier"])
    names = [t for t in dict.fromkeys([*order, *sorted(present)]) if t in present]
    tier = pd.Categorical(both["tier"], categories=names)
    number = pd.Categorical(both["cluster"], categories=sorted(set(both["cluster"])))
    rows = pd.DataFrame({scheme: tier, CLUSTERS: number, "monetary": both["monetary"]})
    cells = rows.groupby([scheme, CLUSTERS], observed=False)["monetary"].agg(["size", "sum"])
    return cells.set_axis(["customers", "revenue"], axis=1).reset_index()


def indices(both: pd.DataFrame, *, bootstraps: int = BOOTSTRAPS, seed: int = 0) -> pd.DataFrame:
    """One row per scheme and index, the best adjusted mutual information first: scheme, index, value, low, high, customers.

    `both`: see `pairs`. Schemes that put everybody into one tier are left out, and all of them where there is one cluster.
    `low`, `high`: the middle 90 % of bootstrap samples of customers, moved so that their mean is the value (a plug-in
    estimate of information is too great on a sample) and kept within what the index can be.
    """
    rng = np.random.default_rng(seed)
    parts = [_of_scheme(str(name), part, rng, bootstraps) for name, part in both.groupby("scheme", sort=True)
             if part["tier"].nunique() > 1 and part["cluster"].nunique() > 1]  # fmt: skip
    columns = ["scheme", "index", "value", "low", "high", "customers"]
    if not parts:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(parts, ignore_index=True)[columns]
    main = rows[rows["index"] == "adjusted_mutual_information"].set_index("scheme")["value"]
    lead = -rows["scheme"].map(main)
    return rows.loc[lead.sort_values(kind="stable").index].reset_index(drop=True)


def _of_scheme(scheme: str, part: pd.DataFrame, rng: np.random.Generator, bootstraps: int) -> pd.DataFrame:
    counts = pd.crosstab(part["tier"], part["cluster"]).to_numpy(dtype=float)
    n = counts.sum()
    expected = expected_information(counts)
    value = measures(counts[None], expected)[0]
    drawn = rng.multinomial(int(n), (counts / n).ravel(), size=bootstraps).reshape(bootstraps, *counts.shape)
    again = measures(drawn.astype(float), expected)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(again, [tail, 1 - tail], axis=0) - again.mean(axis=0) + value
    least = np.array([-1.0, -1.0, 0.0, 0.0])
    ends = {"low": np.clip(low, least, value), "high": np.clip(high, value, 1.0)}
    return pd.DataFrame({"scheme": scheme, "index": list(INDICES), "value": value, **ends, "customers": int(n)})


def measures(counts: np.ndarray, expected: float) -> np.ndarray:
    """The four indices of each crossing, a row per crossing, columns as `INDICES`.

    `counts`: crossings × tiers × clusters; `expected`: the mutual information that margins alone lead one to expect.
    """
    n = counts.sum(axis=(1, 2))
    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    of_tiers, of_clusters = _entropy(rows, n), _entropy(columns, n)
    information = np.maximum(of_tiers + of_clusters - _entropy(counts.reshape(len(counts), -1), n), 0.0)
    adjusted = _ratio(information - expected, (of_tiers + of_clusters) / 2 - expected)
    return np.column_stack([rand.adjusted(counts), adjusted, _ratio(information, of_tiers), _ratio(information, of_clusters)])


def _entropy(counts: np.ndarray, n: np.ndarray) -> np.ndarray:
    share = counts / n[:, None]
    return -np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0.0).sum(axis=1)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """1 where there is nothing to tell."""
    none = np.abs(whole) < 1e-12
    return np.where(none, 1.0, part / np.where(none, 1.0, whole))


def expected_information(counts: np.ndarray) -> float:
    """Mean mutual information of all crossings with these margins (Vinh et al. 2010, eq. 24)."""
    from scipy.special import gammaln

    n, total = float(counts.sum()), 0.0
    for a in counts.sum(axis=1):
        for b in counts.sum(axis=0):
            x = np.arange(max(1.0, a + b - n), min(a, b) + 1)
            fixed = gammaln(a + 1) + gammaln(b + 1) + gammaln(n - a + 1) + gammaln(n - b + 1) - gammaln(n + 1)
            free = gammaln(x + 1) + gammaln(a - x + 1) + gammaln(b - x + 1) + gammaln(n - a - b + x + 1)
            total += float((x / n * np.log(n * x / (a * b)) * np.exp(fixed - free)).sum())
    return total


def disagreements(
    both: pd.DataFrame, customers: pd.DataFrame, *, schemes: Sequence[str] | None = None, least_gap: float = LEAST_GAP
) -> pd.DataFrame:
    """Customers whose cluster ranks far above or below their tier, one row per customer and scheme, the greatest money times
    gap first: customer_id, scheme, tier, cluster, cluster_id, name, monetary (the money at stake, base currency),
    tier_position, cluster_position, gap, direction (`promote`: the cluster is worth more; `demote`), look_at.

    A position is the share of the customers in tiers (clusters) of lower mean revenue, half of its own counted: 0 to 1.
    `gap`: cluster_position − tier_position, listed from `least_gap` on. `look_at`: recency_days, frequency or monetary,
    by which the customer stands furthest from the middle of its tier in that direction. `schemes`: all where None; one that
    puts everybody into one tier cannot disagree.
    """
    wanted = both if schemes is None else both[both["scheme"].isin(list(schemes))]
    parts = [_far(part, customers, least_gap) for _, part in wanted.groupby("scheme", sort=False) if part["tier"].nunique() > 1]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(DISAGREEMENTS))
    rows = pd.concat(filled, ignore_index=True)
    stake = -(rows["monetary"] * rows["gap"].abs())
    return rows.loc[stake.sort_values(kind="stable").index, list(DISAGREEMENTS)].reset_index(drop=True)


def _far(part: pd.DataFrame, customers: pd.DataFrame, least_gap: float) -> pd.DataFrame:
    rows = part.assign(tier_position=_position(part, "tier"), cluster_position=_position(part, "cluster"))
    rows = rows.assign(gap=rows["cluster_position"] - rows["tier_position"])
    rows = rows.assign(direction=np.where(rows["gap"] > 0, "promote", "demote"), look_at=_look_at(rows, customers))
    return rows[rows["gap"].abs() >= least_gap]


def _position(part: pd.DataFrame, group: str) -> pd.Series:
    """Groups in the order of their mean revenue, each at the middle of its customers."""
    size = part.groupby(group)["monetary"].agg(["size", "mean"]).sort_values("mean", kind="stable")
    middle = (size["size"].cumsum() - size["size"] / 2) / len(part)
    return part[group].map(middle)


def _look_at(rows: pd.DataFrame, customers: pd.DataFrame) -> np.ndarray:
    """The measure of the greatest difference in rank between a customer and its tier, in the direction of the gap."""
    names = ("recency_days", "frequency", "monetary")
    known = rows[["customer_id"]].merge(customers[["customer_id", *names]], on="customer_id", how="left")
    sign = np.sign(rows["gap"].to_numpy())
    lead = []
    for name in names:
        rank = known[name].astype("float64").rank(pct=True, ascending=name != "recency_days").set_axis(rows.index)
        lead.append(sign * (rank - rank.groupby(rows["tier"]).transform("median")).to_numpy())
    return np.array(names)[np.argmax(np.column_stack(lead), axis=1)] if len(rows) else np.array([], dtype=str)
