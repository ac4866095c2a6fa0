"""Segmentations at past days, each as it would have been made then, and how well each separated what came after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from segkit.analysis import clusters, rand
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

Membership = Callable[[View, dt.date], pd.Series]
"""Customers as of a day → the segment of each, as text or codes, in their order. The view's `frame` is their table; what one
segmentation turned into numbers the next finds done."""
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

    until = cache(lambda as_of: _until(touches, as_of)) if scheme.kind == "events" else lambda _: None

    def segments_of(customers: View, as_of: dt.date) -> pd.Series:
        placed = place(scheme, customers, as_of=as_of, touches=until(as_of))
        return pd.Series(pd.Categorical.from_codes(placed.tier, placed.tiers))

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
    labels = {cutoff: _labels(each, _blind(seen[cutoff]), cutoff) for cutoff in seen}
    stable = {
        cutoff: _stability(each, _blind(seen[cutoff]), labels[cutoff], cutoff, anew, seed=seed, bootstraps=bootstraps)
        for cutoff in seen
    }
    rows = _figures([one.name for one in each], seen, labels, days)
    found = [row | {"stability_ari": stable[row["cutoff"]][row["scheme"]]} for row in rows]
    return pd.DataFrame(found, columns=COLUMNS)


Labels = Mapping[str, pd.Categorical]
"""Scheme → the segment of each customer."""


@dataclass(frozen=True)
class _Day:
    """The buyers of a cut-off with what came after. `end`: when that was known."""

    end: pd.Timestamp
    ids: pd.Index
    monetary: np.ndarray
    orders: np.ndarray
    revenue: np.ndarray

    @property
    def churned(self) -> np.ndarray:
        return (self.orders == 0).astype(float)


@dataclass(frozen=True)
class _Earlier:
    """The latest day whose outcome was known by then, the segments of it, and for each of today's buyers its row there, -1
    where it has none."""

    day: _Day
    codes: np.ndarray
    place: np.ndarray


def _labels(each: Sequence[Segmentation], customers: pd.DataFrame, cutoff: pd.Timestamp) -> Labels:
    view = View(customers)
    return {one.name: _segments(one, view, cutoff) for one in each}


def _segments(one: Segmentation, customers: View, cutoff: pd.Timestamp) -> pd.Categorical:
    return pd.Categorical(one.segments_of(customers, cutoff.date()))


def _with_outcome(customers: pd.DataFrame, outcomes: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The buyers of a day with `next_orders` and `next_revenue`, 0 where nothing came."""
    buyers = customers[customers["frequency"] > 0]
    after = outcomes.loc[outcomes["cutoff"] == cutoff, ["customer_id", "orders", "revenue"]]
    after = after.rename(columns={"orders": "next_orders", "revenue": "next_revenue"})
    joined = buyers.merge(after, on="customer_id", how="left", validate="one_to_one")
    return joined.fillna({"next_orders": 0, "next_revenue": 0.0})


def _day(seen: pd.DataFrame, end: pd.Timestamp) -> _Day:
    monetary, orders, revenue = (seen[c].to_numpy(dtype=float) for c in ("monetary", "next_orders", "next_revenue"))
    return _Day(end, pd.Index(seen["customer_id"]), monetary, orders, revenue)


def _figures(
    names: Sequence[str], seen: Mapping[pd.Timestamp, pd.DataFrame], labels: Mapping[pd.Timestamp, Labels], days: pd.DataFrame
) -> list[dict[str, Any]]:
    """The rows of all segmentations, window after window, without their stability."""
    spans = {cutoff: int(span) for cutoff, span in zip(days["cutoff"], days["horizon_days"], strict=True)}
    known = {cutoff: _day(seen[cutoff], cutoff + pd.Timedelta(days=span)) for cutoff, span in spans.items()}
    before = {day: next((d for d in reversed(known) if d < day and known[d].end <= day), None) for day in known}
    places = {day: known[b].ids.get_indexer(known[day].ids) for day, b in before.items() if b is not None}
    rows = []
    for name in names:
        codes, many = _aligned({day: labels[day][name] for day in known})
        for day, b in before.items():
            earlier = None if b is None else _Earlier(known[b], codes[b], places[day])
            figures = _measured(known[day], codes[day], earlier, many)
            rows.append({"scheme": name, "cutoff": day, "horizon_days": spans[day]} | figures)
    return rows


def _aligned(labels: Mapping[pd.Timestamp, pd.Categorical]) -> tuple[dict[pd.Timestamp, np.ndarray], int]:
    """Codes that mean the same segment on each day, in the order of the segments' names; and how many segments there are."""
    texts = {day: [str(name) for name in label.categories] for day, label in labels.items()}
    places = {name: i for i, name in enumerate(sorted(set().union(*texts.values())))}
    codes = {day: np.array([places[name] for name in texts[day]], dtype=int)[label.codes] for day, label in labels.items()}
    return codes, len(places)


def _blind(customers: pd.DataFrame) -> pd.DataFrame:
    """Without what came after."""
    return customers.drop(columns=["next_orders", "next_revenue"])


def _measured(now: _Day, codes: np.ndarray, before: _Earlier | None, many: int) -> dict[str, Any]:
    """The figures of one window."""
    sizes = np.bincount(codes)
    return {
        "customers": len(codes),
        "eta2_revenue": measuring.eta2(codes, measuring.revenue_scale(now.revenue)),
        "eta2_churn": measuring.eta2(codes, now.churned),
        "auc_churn": _auc(now, codes, before, many),
        "capture_top20": measuring.capture(codes, _ranked(now, codes, before, many), now.revenue),
        "kept_share": _kept(codes, before),
        "segments": int((sizes > 0).sum()),
        "smallest": float(sizes[sizes > 0].min() / len(codes)) if len(codes) else float("nan"),
    }


def _auc(now: _Day, codes: np.ndarray, before: _Earlier | None, many: int) -> float:
    if before is None:
        return float("nan")
    rates = measuring.means(before.codes, before.day.churned, many)
    return measuring.auc(np.where(np.isnan(rates), before.day.churned.mean(), rates)[codes], now.churned)


def _ranked(now: _Day, codes: np.ndarray, before: _Earlier | None, many: int) -> np.ndarray:
    """Segments, the best first."""
    worth = measuring.means(codes, now.monetary, many)
    if before is not None:
        brought = measuring.means(before.codes, before.day.revenue, many)
        worth = brought if not np.isnan(brought[np.unique(codes)]).any() else worth
    return np.argsort(-np.where(np.isnan(worth), -np.inf, worth), kind="stable")


def _kept(codes: np.ndarray, before: _Earlier | None) -> float:
    if before is None:
        return float("nan")
    there = before.place >= 0
    return float((codes[there] == before.codes[before.place[there]]).mean()) if there.any() else float("nan")


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
        sample = View(anew(customers.iloc[at].reset_index(drop=True), cutoff))
        for one in each:
            found[one.name].append(rand.of_codes(labels[one.name].codes[at], _segments(one, sample, cutoff).codes))
    return {name: float(np.mean(values)) if values else float("nan") for name, values in found.items()}


def of_clusters(k: int, *, seed: int = 0, name: str = "clusters") -> Segmentation:
    """k-means on log R, F, M as a segmentation, fitted anew each day and numbered by the value of that day."""

    def segments_of(customers: View, as_of: dt.date) -> pd.Series:
        model = clusters.fit(customers.frame, k=k, seed=seed, as_of=as_of)
        return clusters.assign(model, customers.frame)["cluster"].astype("Int64").fillna(0)

    return Segmentation(name, segments_of)
