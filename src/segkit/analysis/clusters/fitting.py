"""k-means on scaled features (Lloyd 1982, k-means++ by Arthur & Vassilvitskii 2007): fit, and refit with ids that stay.

Rows are put in the order of their coordinates first, so that the order of a table changes nothing. Clusters are numbered by
the mean revenue of their customers.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segkit.analysis.clusters.features import RFM, measured
from segkit.analysis.clusters.model import Clustering, nearest, value_rank
from segkit.analysis.clusters.naming import names
from segkit.analysis.clusters.scaling import scale_of, scaled
from segkit.errors import InputError

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

LEAST_CUSTOMERS = 20
STARTS = 10
SAMPLE = 20_000  # customers on which the starts are tried; all others join for the last, from the best start's centroids
NEAR = 0.75  # standard deviations per feature within which a new centroid can take an old one's id
FEW_CUSTOMERS, CONSTANT = "few_customers", "constant"


@dataclass(frozen=True)
class Prepared:
    """Customers ready to be clustered, in the order of their coordinates. `blank`: a clustering with scales and no clusters,
    whose `why` says what stands in the way; `rfm`: scaled R, F and M, by which clusters are named."""

    blank: Clustering
    points: np.ndarray
    money: np.ndarray
    rfm: np.ndarray


def prepare(customers: pd.DataFrame, *, features: Sequence[str] = RFM, seed: int = 0, as_of: dt.date | None = None) -> Prepared:
    """Scale the features over the customers for whom all are known; those that are constant or known of nobody are dropped
    and named.

    Raises InputError for an unknown feature, or where none is asked for.
    """
    if not features:
        raise InputError("features: none is named; the default is recency, frequency, monetary")
    values = measured(customers, list(dict.fromkeys([*features, *RFM])))
    known = [name for name in features if values[name].notna().any()]
    usable = values[known or list(features)].notna().all(axis=1).to_numpy()
    values, money = values[usable], customers["monetary"].to_numpy(dtype=float, na_value=0.0)[usable]
    scales = {name: scale_of(name, values[name].to_numpy()) for name in values}
    kept = [name for name in known if not scales[name].constant]
    points = scaled(values, [scales[name] for name in kept])
    why = FEW_CUSTOMERS if len(points) < LEAST_CUSTOMERS else "" if kept else CONSTANT
    named = kept if not why else features
    blank = Clustering(
        tuple(named), tuple(scales[n] for n in named), tuple(scales[n] for n in RFM), seed=seed, why=why,
        as_of=as_of.isoformat() if as_of else None, customers=len(points),
        dropped=tuple(n for n in features if n not in named),
    )  # fmt: skip
    order = np.lexsort(np.column_stack([money, points]).T) if len(points) else np.arange(0)
    rfm = np.nan_to_num(scaled(values, blank.levels))
    return Prepared(blank, points[order], money[order], rfm[order])


def sample_of(points: np.ndarray, most: int, *, seed: int) -> np.ndarray:
    """The numbers of at most `most` rows, drawn without replacement, in rising order."""
    if len(points) <= most:
        return np.arange(len(points))
    return np.sort(np.random.default_rng(seed).choice(len(points), most, replace=False))


def k_means(points: np.ndarray, k: int, *, seed: int, starts: int = STARTS) -> np.ndarray:
    """Centroids, one row each: the best of `starts` on a sample, then Lloyd's steps on all points from there."""
    from sklearn.cluster import KMeans

    sample = points[sample_of(points, SAMPLE, seed=seed)]
    with _threads().limit(limits=1):  # threads that wait for a busy processor cost a small fit a hundred times its own time
        centres = np.asarray(KMeans(k, n_init=starts, random_state=seed).fit(sample).cluster_centers_)
    if len(sample) < len(points):
        centres = np.asarray(KMeans(k, init=centres, n_init=1, random_state=seed).fit(points).cluster_centers_)
    return centres


@cache
def _threads() -> ThreadpoolController:
    """The pools of threads behind NumPy and scikit-learn, looked for once: it takes longer than a small fit."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def numbered(prepared: Prepared, centres: np.ndarray) -> Clustering:
    """The clustering of these centroids: ids from 1 by the mean revenue of each cluster's customers."""
    code = nearest(prepared.points, centres)
    order = np.argsort(value_rank(code, prepared.money, len(centres)))
    code = np.argsort(order)[code]
    many = np.maximum(np.bincount(code, minlength=len(centres)), 1)
    profiles = np.column_stack([np.bincount(code, weights=column, minlength=len(centres)) / many for column in prepared.rfm.T])
    centroids = tuple(tuple(float(x) for x in row) for row in centres[order])
    ids = tuple(range(1, len(centres) + 1))
    return dataclasses.replace(prepared.blank, centroids=centroids, ids=ids, names=tuple(names(profiles)), next_id=len(ids) + 1)


def distinct(points: np.ndarray) -> int:
    """How many rows differ, of rows in the order of their coordinates."""
    return int(np.any(points[1:] != points[:-1], axis=1).sum()) + min(len(points), 1)


def most_clusters(prepared: Prepared, *, most: int, least: int) -> int:
    """The greatest k worth trying: no cluster need be smaller than `least`, and every one has a point of its own."""
    if prepared.blank.why:
        return 0
    different = distinct(prepared.points) if len(prepared.points) < 10 * most * least else most
    return min(most, len(prepared.points) // least, different)


def fit_k(prepared: Prepared, k: int) -> Clustering:
    """The clustering with `k` clusters, or with as many as there are different points."""
    k = most_clusters(prepared, most=k, least=1)
    return numbered(prepared, k_means(prepared.points, k, seed=prepared.blank.seed)) if k else prepared.blank


def matched(model: Clustering, previous: Clustering, *, near: float = NEAR) -> Clustering:
    """The clustering with the ids of `previous`: the assignment of old to new centroids with the least total distance
    (Kuhn 1955). A centroid without an old one within `near` (root mean square over the features) gets a new id; ids are
    never given twice. With other features nothing can be matched."""
    from scipy.optimize import linear_sum_assignment

    ids = [0] * model.k
    if model.k and previous.k and model.features == previous.features:
        apart = _apart(model, previous)
        for old, new in zip(*linear_sum_assignment(np.minimum(apart, 10 * near)), strict=True):
            ids[new] = previous.ids[old] if apart[old, new] <= near else 0
    fresh = iter(range(previous.next_id, previous.next_id + model.k))
    given = [one or next(fresh) for one in ids]
    order = sorted(range(model.k), key=lambda i: given[i])
    return dataclasses.replace(
        model,
        ids=tuple(given[i] for i in order),
        centroids=tuple(model.centroids[i] for i in order),
        names=tuple(model.names[i] for i in order),
        next_id=max([previous.next_id, *(one + 1 for one in given)]),
    )


def _apart(model: Clustering, previous: Clustering) -> np.ndarray:
    """Distances of old (rows) and new centroids (columns) on the old scale."""
    from scipy.spatial.distance import cdist

    new = np.array(model.centroids)
    raw = [new[:, i] * s.deviation + s.mean for i, s in enumerate(model.scales)]
    moved = np.column_stack([(x - s.mean) / s.deviation for x, s in zip(raw, previous.scales, strict=True)])
    return cdist(np.array(previous.centroids), moved) / np.sqrt(len(model.features))
