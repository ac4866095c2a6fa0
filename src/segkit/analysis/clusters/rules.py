"""Clusters as rules: a shallow decision tree (Breiman et al. 1984) in ranges that people can apply, written as a tier scheme.

The tree reads the columns that the features are made of, in their own units; its cuts are rounded (whole days and orders,
money to two figures) before anything is counted, so that the fidelity is that of the rules as they stand.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from segkit.analysis.clusters.features import NEEDS
from segkit.analysis.clusters.fitting import sample_of
from segkit.analysis.clusters.model import Clustering

NAME = "cluster_rules"  # no other segmentation of a run has it: the clusters themselves are `clusters`
DEPTHS = (2, 3, 4, 5)
ENOUGH = 0.9  # fidelity from which a deeper tree is not tried
FITTED_ON = 100_000  # customers at most
FIGURES = 2
WHOLE = ("recency_days", "frequency", "tenure_days", "orders_12m", "orders_prev_12m")
MARGIN_RATE = "margin_rate"
READS: Mapping[str, tuple[str, ...]] = {
    **{name: columns for name, columns in NEEDS.items() if len(columns) == 1},
    "margin": (MARGIN_RATE,),
    "trend": ("orders_12m", "orders_prev_12m"),
}
Ranges = dict[str, tuple[float, float]]
"""Column → above, up to (the end belongs to it)."""


@dataclass(frozen=True)
class Rules:
    """`table`: one row per rule: cluster, cluster_id, customers (whom it takes), right (of them in that cluster), and
    `precision`; then `<column>_above` and `<column>_up_to`, null where open. `fidelity`: share of the customers in a cluster
    to whom the rules give their own; `depth`: of the tree; `left`: ids of clusters that no rule describes."""

    table: pd.DataFrame
    fidelity: float
    depth: int
    columns: tuple[str, ...] = ()
    left: tuple[int, ...] = ()
    leaves: tuple[tuple[int, Ranges], ...] = field(default=(), repr=False)

    @property
    def right(self) -> int:
        """Customers to whom the rules give their own cluster."""
        return int(self.table["right"].sum())


def rules(model: Clustering, assigned: pd.DataFrame, customers: pd.DataFrame) -> Rules:
    """The least tree that gives `ENOUGH` customers their own cluster, else the best. `assigned`: see `assign`."""
    if not model.k:
        return Rules(_table([], np.zeros(0), np.zeros(0), {}), math.nan, 0)
    placed = assigned["cluster_id"].notna().to_numpy()
    ids = assigned["cluster_id"].to_numpy()[placed].astype("int64")
    columns = tuple(dict.fromkeys(c for name in model.features for c in READS[name]))
    values = readable(customers[placed], columns)
    tried: list[tuple[float, int, list[tuple[int, Ranges]]]] = []
    for depth in DEPTHS:
        leaves = _leaves(values, ids, depth, seed=model.seed)
        tried.append((float((_followed(values, leaves) == ids).mean()), depth, leaves))
        if tried[-1][0] >= ENOUGH:
            break
    fidelity, depth, leaves = max(tried, key=lambda one: (round(one[0], 9), -one[1]))
    ranks = dict(zip(assigned["cluster_id"][placed].astype(int), assigned["cluster"][placed].astype(int), strict=True))
    leaves.sort(key=lambda leaf: ranks.get(leaf[0], 0))
    left = tuple(one for one in model.ids if one not in {leaf[0] for leaf in leaves})
    return Rules(_table(leaves, _numbers(values, leaves), ids, ranks), fidelity, depth, columns, left, tuple(leaves))


def readable(customers: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The columns that the rules read, as floats."""
    numbers = {c: customers[c].to_numpy(dtype="float64", na_value=np.nan) for c in columns if c in customers}
    if MARGIN_RATE in columns:
        margin, revenue = (customers[c].to_numpy(dtype="float64", na_value=np.nan) for c in NEEDS["margin"])
        numbers[MARGIN_RATE] = np.divide(margin, revenue, out=np.full(len(margin), np.nan), where=revenue != 0)
    return pd.DataFrame(numbers)[list(columns)]


def _leaves(values: pd.DataFrame, ids: np.ndarray, depth: int, *, seed: int) -> list[tuple[int, Ranges]]:
    """Cluster and ranges of each leaf, with rounded cuts; leaves that rounding leaves empty are gone, and two beside each
    other of one cluster are one."""
    from sklearn.tree import DecisionTreeClassifier

    rows = sample_of(values.to_numpy(), FITTED_ON, seed=seed)
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=max(3, len(rows) // 200), random_state=seed)
    t = tree.fit(values.to_numpy()[rows], ids[rows]).tree_
    names, classes = list(values.columns), tree.classes_

    def below(node: int, ranges: Ranges) -> Iterator[tuple[int, Ranges]]:
        left, right = t.children_left[node], t.children_right[node]
        if left < 0:
            yield int(classes[t.value[node].argmax()]), ranges
            return
        name = names[t.feature[node]]
        low, high = ranges.get(name, (-math.inf, math.inf))
        cut = rounded(float(t.threshold[node]), name)
        if low < cut:
            yield from below(left, ranges | {name: (low, min(cut, high))})
        if cut < high:
            yield from below(right, ranges | {name: (max(cut, low), high)})

    return _joined(list(below(0, {})))


def rounded(cut: float, column: str) -> float:
    """A cut as people say it: whole days and orders (the end belongs below), else to two figures."""
    if column in WHOLE:
        return float(math.floor(cut))
    if not cut:
        return 0.0
    return float(round(cut, FIGURES - 1 - math.floor(math.log10(abs(cut)))))


def _joined(leaves: list[tuple[int, Ranges]]) -> list[tuple[int, Ranges]]:
    """Pairs of one cluster that differ in one column only, and touch there, as one."""
    for (i, a), (j, b) in itertools.combinations(enumerate(leaves), 2):
        names = {*a[1], *b[1]}
        differ = [n for n in names if a[1].get(n, _OPEN) != b[1].get(n, _OPEN)]
        if a[0] != b[0] or len(differ) != 1:
            continue
        (low, end), (start, high) = sorted((a[1].get(differ[0], _OPEN), b[1].get(differ[0], _OPEN)))
        if end == start:
            both = {**a[1], differ[0]: (low, high)}
            kept = {n: r for n, r in both.items() if r != _OPEN}
            return _joined([(a[0], kept), *(leaf for n, leaf in enumerate(leaves) if n not in (i, j))])
    return leaves


_OPEN = (-math.inf, math.inf)


def _numbers(values: pd.DataFrame, leaves: Sequence[tuple[int, Ranges]]) -> np.ndarray:
    """The number of the leaf of each customer, -1 where none takes it."""
    found = np.full(len(values), -1)
    for number, (_, ranges) in enumerate(leaves):
        inside = np.ones(len(values), dtype=bool)
        for name, (above, up_to) in ranges.items():
            column = values[name].to_numpy()
            inside &= (column > above) & (column <= up_to)
        found[inside & (found < 0)] = number
    return found


def _followed(values: pd.DataFrame, leaves: Sequence[tuple[int, Ranges]]) -> np.ndarray:
    """The cluster id that the rules give each customer, 0 where they give none."""
    return np.array([*(cluster for cluster, _ in leaves), 0])[_numbers(values, leaves)]


def _table(
    leaves: Sequence[tuple[int, Ranges]], numbers: np.ndarray, ids: np.ndarray, ranks: Mapping[int, int]
) -> pd.DataFrame:
    names = list(dict.fromkeys(n for _, ranges in leaves for n in ranges))
    rows = []
    for number, (cluster, ranges) in enumerate(leaves):
        taken = numbers == number
        right = int((ids[taken] == cluster).sum())
        row: dict[str, Any] = {"cluster": ranks.get(cluster), "cluster_id": cluster, "customers": int(taken.sum())}
        row |= {"right": right, "precision": right / taken.sum() if taken.any() else math.nan}
        ends = {n: ranges.get(n, _OPEN) for n in names}
        rows.append(row | {f"{n}_{end}": _end(ends[n][i]) for n in names for i, end in enumerate(("above", "up_to"))})
    return pd.DataFrame(rows, columns=None if rows else ["cluster", "cluster_id", "customers", "right", "precision"])


def _end(value: float) -> float:
    return value if math.isfinite(value) else math.nan


def schemes(
    found: Rules,
    model: Clustering,
    names: Mapping[int, Mapping[str, str]],
    words: Mapping[str, Mapping[str, str]],
) -> list[dict[str, Any]]:
    """The rules as what a scheme file holds, for the tier engine to load: tiers `cluster_<id>`, the rest not placed. Empty
    where there are no rules.

    `names`: cluster_id → its name by language; `words`: `title`, `left_out` and `margin_rate` by language.
    """
    if not found.leaves:
        return []
    rate = MARGIN_RATE in found.columns
    needs = [*(c for c in found.columns if c != MARGIN_RATE), *(NEEDS["margin"] if rate else ()), "frequency"]
    derived = {"columns": {MARGIN_RATE: {"ratio": list(NEEDS["margin"]), **words[MARGIN_RATE]}}} if rate else {}
    content = {
        "name": NAME,
        "kind": "rules",
        **words["title"],
        "source": f"k-means as of {model.as_of}, told by a decision tree: {found.fidelity:.1%} of customers as clustered",
        "needs": list(dict.fromkeys(needs)),
        "among": {"frequency": {"min": 1}},
        "left_out": dict(words["left_out"]),
        **derived,
        "tiers": _tiers(found, names),
        "otherwise": "not_placed",
    }
    return [content]


def _tiers(found: Rules, names: Mapping[int, Mapping[str, str]]) -> list[dict[str, Any]]:
    """One tier per cluster, with one range or several alternatives."""
    by_id: dict[int, list[dict[str, Any]]] = {}
    for cluster, ranges in found.leaves:
        by_id.setdefault(cluster, []).append({name: _condition(name, *ends) for name, ends in ranges.items()})
    whens = {one: {"any": parts} if len(parts) > 1 else parts[0] for one, parts in by_id.items()}
    return [{"key": f"cluster_{one}", **names[one], "when": when} for one, when in whens.items()]


def _condition(column: str, above: float, up_to: float) -> dict[str, float | int]:
    """Whole numbers from … to, both with their ends; of money the lower end lies outside."""
    said: dict[str, float | int] = {}
    if math.isfinite(above):
        said |= {"min": int(above) + 1} if column in WHOLE else {"above": above}
    if math.isfinite(up_to):
        said |= {"max": int(up_to) if column in WHOLE else up_to}
    return said


def followed(assigned: pd.DataFrame, tiers: pd.DataFrame) -> int:
    """Customers whose tier in the scheme of the rules is their own cluster. `tiers`: customer_id, tier."""
    own = "cluster_" + assigned.set_index("customer_id")["cluster_id"].dropna().astype(str)
    given = tiers.set_index("customer_id")["tier"].astype("str").reindex(own.index)
    return int((given == own).sum())
