"""How many clusters: every k tried, measured in three ways, and one chosen by a stated rule.

Silhouette: Rousseeuw 1987, on one sample whose distances serve every k. Stability: mean adjusted Rand index (Hubert & Arabie
1985) of the clustering and those of bootstrap samples, after Hennig 2007. The least cluster: its customers and share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from segkit.analysis import rand
from segkit.analysis.clusters.features import RFM
from segkit.analysis.clusters.fitting import (
    FEW_CUSTOMERS,
    Prepared,
    distinct,
    fit_k,
    k_means,
    matched,
    most_clusters,
    numbered,
    prepare,
    sample_of,
)
from segkit.analysis.clusters.model import Clustering, nearest
from segkit.errors import InputError

KS = range(2, 11)
LEAST_MEMBERS, LEAST_SHARE = 5, 0.02
LEAST_STABILITY = 0.8
CLOSE = 0.8  # of the best silhouette: down to it a later peak is taken, which tells customers apart further
SAMPLE, BOOTSTRAPS, BOOTSTRAP_STARTS = 2_000, 20, 3
MOST_DRAWN = 20_000  # customers of a bootstrap sample, and of those on whom two clusterings are compared

COLUMNS = ("k", "silhouette", "stability", "stability_low", "stability_high", "smallest", "smallest_share")


@dataclass(frozen=True)
class Sweep:
    """All clusterings tried. `table`: one row per k: k, silhouette, stability, stability_low and stability_high (5 % and 95 %
    of the bootstraps), smallest (customers of the least cluster), smallest_share, passes (stable, and no cluster too small),
    peak (a silhouette above that of one cluster fewer and of one more).
    """

    prepared: Prepared
    table: pd.DataFrame
    centres: Mapping[int, np.ndarray] = field(repr=False)

    def model(self, k: int) -> Clustering:
        """The clustering with `k` clusters, fitted now where that k was not tried; without clusters where there can be none."""
        return numbered(self.prepared, self.centres[k]) if k in self.centres else fit_k(self.prepared, k)


@dataclass(frozen=True)
class Choice:
    """The k taken, 0 where there is none. `reason`: `best` (silhouette among those that pass), `detail` (a later peak,
    nearly as high), `only` (no other passes), `none_passes` (the most stable one), `kept` (as before, and passes still),
    `unchanged` (the earlier clustering is applied as it is), `given`, or why there is none. `best`: the k with the best
    silhouette among those that pass, 0 where none does."""

    k: int
    reason: str
    best: int = 0


def sweep(
    customers: pd.DataFrame,
    *,
    features: Sequence[str] = RFM,
    ks: Sequence[int] = KS,
    seed: int = 0,
    as_of: dt.date | None = None,
    bootstraps: int = BOOTSTRAPS,
    sample: int = SAMPLE,
) -> Sweep:
    """Cluster with every k that the number of customers allows. No rows where there is too little to cluster."""
    from scipy.spatial.distance import cdist

    prepared = prepare(customers, features=features, seed=seed, as_of=as_of)
    top = most_clusters(prepared, most=max(ks), least=LEAST_MEMBERS)
    centres = {k: k_means(prepared.points, k, seed=seed) for k in ks if k <= top}
    drawn = prepared.points[sample_of(prepared.points, sample, seed=seed + 1)]
    apart = cdist(drawn, drawn) if centres else np.zeros((0, 0))
    rows = [(k, _silhouette(apart, nearest(drawn, c)), *_stability(drawn, c, seed=seed, bootstraps=bootstraps),
             *_smallest(prepared.points, c)) for k, c in centres.items()]  # fmt: skip
    return Sweep(prepared, _judged(pd.DataFrame(rows, columns=list(COLUMNS))), centres)


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    large = (table["smallest"] >= LEAST_MEMBERS) & (table["smallest_share"] >= LEAST_SHARE)
    clear = table["silhouette"]
    peak = (clear > clear.shift(1, fill_value=-1.0)) & (clear > clear.shift(-1, fill_value=-1.0))
    return table.assign(passes=large & (table["stability"] >= LEAST_STABILITY), peak=peak)


def _silhouette(apart: np.ndarray, code: np.ndarray) -> float:
    """Mean of (b − a) ÷ max(a, b): a is the mean distance to the others of one's own cluster, b to the nearest other one;
    0 for a customer alone in its cluster. `apart`: all distances of the sample."""
    members = np.unique(code)
    if len(members) < 2:
        return 0.0
    one_hot = (code[:, None] == members).astype(float)
    many, own = one_hot.sum(axis=0), one_hot.astype(bool)
    total = apart @ one_hot
    a = total[own] / np.maximum((own @ many) - 1, 1)
    b = np.where(own, np.inf, total / many).min(axis=1)
    alone = own @ many == 1
    most = np.maximum(a, b)
    return float(np.where(alone | (most == 0), 0.0, (b - a) / np.where(most == 0, 1, most)).mean())


def _stability(points: np.ndarray, centres: np.ndarray, *, seed: int, bootstraps: int) -> tuple[float, float, float]:
    """Mean, 5 % and 95 % of the adjusted Rand index over bootstrap samples, both of `MOST_DRAWN` customers at most."""
    held = points[sample_of(points, MOST_DRAWN, seed=seed + 3)]
    rng, code, found = np.random.default_rng(seed + 2), nearest(held, centres), []
    for _ in range(bootstraps):
        drawn = points[np.sort(rng.integers(0, len(points), min(len(points), MOST_DRAWN)))]
        k = min(len(centres), distinct(drawn))
        again = k_means(drawn, k, seed=int(rng.integers(2**31)), starts=BOOTSTRAP_STARTS)
        found.append(rand.of_codes(code, nearest(held, again)))
    return float(np.mean(found)), float(np.quantile(found, 0.05)), float(np.quantile(found, 0.95))


def _smallest(points: np.ndarray, centres: np.ndarray) -> tuple[int, float]:
    least = int(np.bincount(nearest(points, centres), minlength=len(centres)).min())
    return least, least / len(points)


def choose(trial: Sweep, *, given: int | None = None, previous: Clustering | None = None, mode: str = "refit") -> Choice:
    """Of the k that pass, the one with the best silhouette, or the greatest at a later peak that is nearly as high (`CLOSE`):
    two clusters, good and bad, are always clear and seldom useful. Where none passes, the most stable of those without a
    cluster that is too small, else the most stable of all.

    `previous`: an earlier clustering, whose k is kept as long as it passes, in any case where `mode` is `keep`, and never
    where it is `new`; `given`: the k to take whatever was measured.
    """
    table, before = trial.table, previous.k if previous and mode != "new" else 0
    if before and mode == "keep":
        return Choice(before, "unchanged")
    if trial.prepared.blank.why or table.empty:
        return Choice(0, trial.prepared.blank.why or FEW_CUSTOMERS)
    passing = table[table["passes"]]
    best = 0 if passing.empty else int(passing.loc[passing["silhouette"].idxmax(), "k"])
    if given or before in set(passing["k"]):
        return Choice(given or before, "given" if given else "kept", best)
    return _by_rule(table, passing, best)


def _by_rule(table: pd.DataFrame, passing: pd.DataFrame, best: int) -> Choice:
    if passing.empty:
        large = table[(table["smallest"] >= LEAST_MEMBERS) & (table["smallest_share"] >= LEAST_SHARE)]
        rest = large if len(large) else table
        return Choice(int(rest.loc[rest["stability"].idxmax(), "k"]), "none_passes")
    close = passing[passing["peak"] & (passing["silhouette"] >= CLOSE * passing["silhouette"].max())]
    k = max([best, *close["k"].astype(int)])
    return Choice(k, "only" if len(passing) == 1 else "best" if k == best else "detail", best)


def fit(
    customers: pd.DataFrame,
    *,
    features: Sequence[str] = RFM,
    k: int | None = None,
    seed: int = 0,
    as_of: dt.date | None = None,
) -> Clustering:
    """A clustering of the customers with all features known. `k`: how many clusters; chosen (see `choose`) where None.

    Cheap with `k`: no silhouettes, no bootstraps. Where there is too little to cluster, one without clusters that says why.
    """
    if k is not None:
        return fit_k(prepare(customers, features=features, seed=seed, as_of=as_of), k)
    trial = sweep(customers, features=features, seed=seed, as_of=as_of)
    return trial.model(choose(trial).k)


def refit(
    previous: Clustering,
    customers: pd.DataFrame,
    *,
    k: int | None = None,
    seed: int | None = None,
    as_of: dt.date | None = None,
) -> Clustering:
    """A new clustering by the features of `previous`, with its ids where the centroids are still near. `k`: as before where
    None."""
    again = fit(
        customers,
        features=(*previous.features, *previous.dropped),
        k=k or previous.k or None,
        seed=previous.seed if seed is None else seed,
        as_of=as_of,
    )
    return matched(again, previous)


def features_of(previous: Clustering | None, *, mode: str, asked: Sequence[str]) -> Sequence[str]:
    """The features to cluster by: those asked for, or those of the earlier clustering where it is applied unchanged."""
    return previous.features if previous and previous.k and mode == "keep" else asked


def taken_up(model: Clustering, previous: Clustering | None, *, mode: str = "refit") -> Clustering:
    """What a run goes on with: `model` with the ids of `previous` (refit), `previous` unchanged (keep), or `model` as it is
    (new, or where there is no earlier one). Raises InputError for another mode."""
    if mode not in ("refit", "keep", "new"):
        raise InputError(f'mode "{mode}": use refit, keep or new')
    if previous is None or not previous.k or mode == "new":
        return model
    return previous if mode == "keep" else matched(model, previous)


@dataclass(frozen=True)
class Ids:
    """Which ids stem from an earlier clustering and which are new. `before`: the day of that one, None where there is none."""

    before: str | None
    kept: tuple[int, ...]
    fresh: tuple[int, ...]


def ids_kept(model: Clustering, previous: Clustering | None) -> Ids:
    """The ids of `model` against those of an earlier clustering."""
    known = set(previous.ids) if previous else set()
    kept = tuple(one for one in model.ids if one in known)
    return Ids(previous.as_of if previous else None, kept, tuple(one for one in model.ids if one not in known))
