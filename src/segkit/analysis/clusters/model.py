"""A fitted clustering: everything that is needed to place customers again, today or next quarter."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segkit.analysis.clusters.features import measured, reasons
from segkit.analysis.clusters.scaling import Scale, scaled

NOT_CLUSTERED = "not_clustered"


@dataclass(frozen=True)
class Clustering:
    """Centroids on the scale of the features, in the order of their stable ids.

    `dropped`: features asked for that are constant · `why`: the reason where there are no clusters, else empty ·
    `names`: key of each cluster's profile · `levels`: scales of R, F and M, by which profiles are named · `next_id`: the
    first id never given.
    """

    features: tuple[str, ...]
    scales: tuple[Scale, ...]
    levels: tuple[Scale, ...]
    centroids: tuple[tuple[float, ...], ...] = ()
    ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    next_id: int = 1
    seed: int = 0
    as_of: str | None = None
    customers: int = 0
    dropped: tuple[str, ...] = ()
    why: str = ""

    @property
    def k(self) -> int:
        """How many clusters there are; 0 where nothing was computed."""
        return len(self.ids)

    @property
    def names_by_id(self) -> dict[int, str]:
        """cluster_id → the key of its profile."""
        return dict(zip(self.ids, self.names, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON holds it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Clustering:
        """The clustering that `to_dict` gave, also after JSON made lists of its tuples. Raises TypeError for other data."""
        fields: dict[str, Any] = dict(kept)
        for name in ("scales", "levels"):
            fields[name] = tuple(Scale(**one) for one in fields[name])
        fields["centroids"] = tuple(tuple(map(float, row)) for row in fields["centroids"])
        for name in ("features", "ids", "names", "dropped"):
            fields[name] = tuple(fields[name])
        return cls(**fields)

    def coordinates(self, customers: pd.DataFrame) -> np.ndarray:
        """Each customer on the scale of the clustering: a row per customer, a column per feature, NaN where unknown."""
        return scaled(measured(customers, self.features), self.scales)


def restored(kept: Mapping[str, Any] | None) -> Clustering | None:
    """The clustering kept by an earlier run, None where there is none."""
    return None if kept is None else Clustering.from_dict(kept)


def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The number of the nearest centroid of each point; the first of several that are equally near."""
    return np.argmin((centroids**2).sum(axis=1) - 2 * points @ centroids.T, axis=1)


def assign(model: Clustering, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per customer: customer_id, cluster (1 = most valuable today, by mean revenue), cluster_id (stable over runs),
    name (the profile's key, or `not_clustered`), reason (why there is no cluster, else empty). The numbers are null there.
    """
    why = reasons(customers, model.features).to_numpy(dtype=object)
    why[why == ""] = model.why
    placed = why == ""
    code = np.full(len(customers), -1)
    if model.k:
        code[placed] = nearest(model.coordinates(customers)[placed], np.array(model.centroids))
    rank = value_rank(code, customers["monetary"].to_numpy(dtype=float, na_value=0.0), model.k)
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy(),
            "cluster": _looked_up(code, rank),
            "cluster_id": _looked_up(code, np.array(model.ids, dtype="int64")),
            "name": pd.Series(np.array([*model.names, NOT_CLUSTERED], dtype=object)[code], dtype="str"),
            "reason": pd.Series(why, dtype="str"),
        }
    )


def value_rank(code: np.ndarray, money: np.ndarray, k: int) -> np.ndarray:
    """Rank of each cluster by the mean revenue of its customers, 1 the greatest; clusters without customers come last."""
    known = code >= 0
    many = np.bincount(code[known], minlength=k)
    total = np.bincount(code[known], weights=money[known], minlength=k)
    mean = np.where(many > 0, total / np.maximum(many, 1), -np.inf)
    rank = np.empty(k, dtype="int64")
    rank[np.argsort(-mean, kind="stable")] = np.arange(1, k + 1)
    return rank


def _looked_up(code: np.ndarray, values: np.ndarray) -> pd.Series:
    numbers = np.append(values, 0)[code]
    return pd.Series(pd.arrays.IntegerArray(numbers.astype("int64"), code < 0))
