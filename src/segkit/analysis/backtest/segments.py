"""Segmentations at past days, each as it would have been made then, and how well each separated what came after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from segkit.analysis import clusters
from segkit.analysis.backtest import measuring
from segkit.analysis.tiers.placing import lacking, place
from segkit.schemes import Scheme
from segkit.schemes.view import View

COLUMNS = [
    "scheme", "cutoff", "horizon_days", "customers", "eta2_revenue", "eta2_churn", "auc_churn", "capture_top20",
    "stability_ari", "kept_share", "segments", "smallest",
]  # fmt: skip
BOOTSTRAPS = 5
MOST_SAMPLED = 20_000  # customers of a bootstrap sample

Membership = Callable[[pd.DataFrame, dt.date], pd.Series]
"""Customers as of a day → the segment of each, as text or codes, in their order."""
Anew = Callable[[pd.DataFrame, pd.Timestamp], pd.DataFrame]
"""A sample of customers and its cut-off → the sample with what models tell of it, fitted to the sample alone."""


def as_they_are(sample: pd.DataFrame, _: pd.Timestamp) -> pd.DataFrame:
    """For segmentations that read no model."""
    return sample


@dataclass(frozen=True)
class Segmentation:
    """A way to segment customers, by its name."""

    name: str
    segments_of: Membership


def with_history(
    schemes: Iterable[Scheme], past: pd.DataFrame, today: pd.DataFrame, *, touches: pd.DataFrame | None = None
) -> tuple[list[Scheme], dict[str, list[str]]]:
    """The schemes whose columns have a history, and scheme → the columns that have none (or are not there at all).

    A column that today's table has and the past ones lack is known as of today only: a scheme that reads it would see into
    the future. Open schemes (a tier for each product or place) sort customers by kind, not by worth, and stand out.
    """
    found, without = [], {}
    for scheme in (one for one in schemes if not one.open):
        undated = sorted(c for c in scheme.used - set(scheme.columns) if c in today.columns and c not in past.columns)
        absent = lacking(scheme, past, touches)
        if undated or absent:
            without[scheme.name] = undated or absent
        else:
            found.append(scheme)
    return found, without


def of_scheme(scheme: Scheme, *, touches: pd.DataFrame | None = None) -> Segmentation:
    """A tier scheme as a segmentation: its cuts are those of the customers of that day."""

    def segments_of(customers: pd.DataFrame, as_of: dt.date) -> pd.Series:
        placed = place(scheme, View(customers), as_of=as_of, touches=_until(touches, as_of))
        return pd.Series(pd.Categorical.from_codes(placed.tier, placed.tiers), index=customers.index)

    return Segmentation(scheme.name, segments_of)


def _until(touches: pd.DataFrame | None, as_of: dt.date) -> pd.DataFrame | None:
    """The touches of months that were over by a day."""
    return None if touches is None else touches[touches["month"] < pd.Timestamp(as_of.replace(day=1))]


def run(
    segmentations: Iterable[Segmentation],
    past: Callable[[pd.Timestamp], pd.DataFrame],
    outcomes: pd.DataFrame,
    windows: pd.DataFrame,
    *,
    seed: int = 0,
    bootstraps: int = BOOTSTRAPS,
    anew: Anew = as_they_are,
) -> pd.DataFrame:
    """One row per scheme and cut-off: scheme, cutoff, horizon_days, customers, eta2_revenue, eta2_churn (shares of the
    variance of the next period's revenue, on `measuring.revenue_scale`, and of no order in it), auc_churn (of the
    segment's churn rate one window earlier; NaN for the first), capture_top20, stability_ari (mean adjusted Rand against
    the same made from bootstrap samples), kept_share (in the same segment as one window earlier), segments, smallest
    (share of customers in the smallest).

    `past`: the customers as of a cut-off, of whom those with an order count; `outcomes`: cutoff, customer_id, orders,
    revenue; `windows`: cutoff, horizon_days. Segments are ranked by what they brought one window earlier, in the first
    window by what they had brought by then. `anew` fits the models behind columns of `past` to each bootstrap sample; without
    it their columns are taken as they are, and segments cut from them look more stable than they are.
    """
    each, days = list(segmentations), windows.sort_values("cutoff")
    seen = {cutoff: _with_outcome(past(cutoff), outcomes, cutoff) for cutoff in days["cutoff"]}
    labels = {cutoff: {one.name: _segments(one, _blind(seen[cutoff]), cutoff) for one in each} for cutoff in seen}
    stable = {
        cutoff: _stability(each, _blind(seen[cutoff]), labels[cutoff], cutoff, anew, seed=seed, bootstraps=bootstraps)
        for cutoff in seen
    }
    rows = [row for one in each for row in _scheme(one.name, seen, labels, days)]
    found = [row | {"stability_ari": stable[row["cutoff"]][row["scheme"]]} for row in rows]
    return pd.DataFrame(found, columns=COLUMNS)


Labels = Mapping[str, np.ndarray]
"""Scheme → the segment of each customer."""


def _segments(one: Segmentation, customers: pd.DataFrame, cutoff: pd.Timestamp) -> np.ndarray:
    return one.segments_of(customers, cutoff.date()).astype("str").to_numpy()


def _with_outcome(customers: pd.DataFrame, outcomes: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The buyers of a day with `next_orders` and `next_revenue`, 0 where nothing came."""
    buyers = customers[customers["frequency"] > 0]
    after = outcomes.loc[outcomes["cutoff"] == cutoff, ["customer_id", "orders", "revenue"]]
    after = after.rename(columns={"orders": "next_orders", "revenue": "next_revenue"})
    joined = buyers.merge(after, on="customer_id", how="left", validate="one_to_one")
    return joined.fillna({"next_orders": 0, "next_revenue": 0.0})


def _scheme(
    name: str,
    seen: Mapping[pd.Timestamp, pd.DataFrame],
    labels: Mapping[pd.Timestamp, Labels],
    days: pd.DataFrame,
) -> list[dict[str, Any]]:
    """The rows of one segmentation, window after window, without its stability."""
    made: list[tuple[pd.Timestamp, pd.DataFrame]] = []
    rows = []
    for cutoff, horizon in zip(days["cutoff"], days["horizon_days"], strict=True):
        columns = ["customer_id", "next_orders", "next_revenue", "monetary"]
        now = seen[cutoff][columns].assign(segment=labels[cutoff][name])
        before = next((frame for end, frame in reversed(made) if end <= cutoff), None)
        rows.append({"scheme": name, "cutoff": cutoff, "horizon_days": int(horizon)} | _measured(now, before))
        made.append((cutoff + pd.Timedelta(days=int(horizon)), now))
    return rows


def _blind(customers: pd.DataFrame) -> pd.DataFrame:
    """Without what came after."""
    return customers.drop(columns=["next_orders", "next_revenue"])


def _measured(now: pd.DataFrame, before: pd.DataFrame | None) -> dict[str, Any]:
    """The figures of one window. `before`: the latest earlier one whose outcome was known by then."""
    names = np.unique(now["segment"] if before is None else np.concatenate([now["segment"], before["segment"]]))
    codes = np.searchsorted(names, now["segment"].to_numpy())
    churned = (now["next_orders"] == 0).to_numpy(dtype=float)
    revenue = now["next_revenue"].to_numpy(dtype=float)
    sizes = np.bincount(codes)
    return {
        "customers": len(now),
        "eta2_revenue": measuring.eta2(codes, measuring.revenue_scale(revenue)),
        "eta2_churn": measuring.eta2(codes, churned),
        "auc_churn": _auc(codes, churned, before, names),
        "capture_top20": measuring.capture(codes, _ranked(codes, now, before, names), revenue),
        "kept_share": _kept(now, before),
        "segments": int((sizes > 0).sum()),
        "smallest": float(sizes[sizes > 0].min() / len(now)) if len(now) else float("nan"),
    }


def _auc(codes: np.ndarray, churned: np.ndarray, before: pd.DataFrame | None, names: np.ndarray) -> float:
    if before is None:
        return float("nan")
    then = np.searchsorted(names, before["segment"].to_numpy())
    rates = measuring.means(then, (before["next_orders"] == 0).to_numpy(dtype=float), len(names))
    everyone = float((before["next_orders"] == 0).mean())
    return measuring.auc(np.where(np.isnan(rates), everyone, rates)[codes], churned)


def _ranked(codes: np.ndarray, now: pd.DataFrame, before: pd.DataFrame | None, names: np.ndarray) -> np.ndarray:
    """Segments, the best first."""
    worth = measuring.means(codes, now["monetary"].to_numpy(dtype=float), len(names))
    if before is not None:
        then = np.searchsorted(names, before["segment"].to_numpy())
        brought = measuring.means(then, before["next_revenue"].to_numpy(dtype=float), len(names))
        worth = brought if not np.isnan(brought[np.unique(codes)]).any() else worth
    return np.argsort(-np.where(np.isnan(worth), -np.inf, worth), kind="stable")


def _kept(now: pd.DataFrame, before: pd.DataFrame | None) -> float:
    if before is None:
        return float("nan")
    both = now.merge(before[["customer_id", "segment"]], on="customer_id", suffixes=("", "_before"))
    return float((both["segment"] == both["segment_before"]).mean()) if len(both) else float("nan")


def _stability(
    each: Sequence[Segmentation],
    customers: pd.DataFrame,
    labels: Labels,
    cutoff: pd.Timestamp,
    anew: Anew,
    *,
    seed: int,
    bootstraps: int,
) -> dict[str, float]:
    """Scheme → the mean adjusted Rand index between its segments and those made anew from samples with replacement, the same
    samples for all. NaN without any."""
    draw, size = np.random.default_rng(seed), min(len(customers), MOST_SAMPLED)
    found: dict[str, list[float]] = {one.name: [] for one in each}
    for _ in range(bootstraps if size else 0):
        at = draw.integers(0, len(customers), size)
        sample = anew(customers.iloc[at].reset_index(drop=True), cutoff)
        for one in each:
            found[one.name].append(adjusted_rand_score(labels[one.name][at], _segments(one, sample, cutoff)))
    return {name: float(np.mean(values)) if values else float("nan") for name, values in found.items()}


def of_clusters(k: int, *, seed: int = 0, name: str = "clusters") -> Segmentation:
    """k-means on log R, F, M as a segmentation, fitted anew each day and numbered by the value of that day."""

    def segments_of(customers: pd.DataFrame, as_of: dt.date) -> pd.Series:
        model = clusters.fit(customers, k=k, seed=seed, as_of=as_of)
        return clusters.assign(model, customers)["cluster"].astype("Int64").fillna(0).set_axis(customers.index)

    return Segmentation(name, segments_of)
