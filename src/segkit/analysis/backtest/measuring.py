"""How well segments separate customers by what they did next. Segments are codes per customer, outcomes arrays of them."""

from __future__ import annotations

import numpy as np


def eta2(codes: np.ndarray, values: np.ndarray) -> float:
    """The share of the variance of `values` that lies between segments, 0 to 1; NaN where there is no variance.

    Fisher's correlation ratio: sum of squares between groups over the total.
    """
    total = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    if total <= 0:
        return float("nan")
    many = np.bincount(codes)
    sums = np.bincount(codes, weights=values - values.mean())
    return float((sums[many > 0] ** 2 / many[many > 0]).sum() / total)


def revenue_scale(revenue: np.ndarray) -> np.ndarray:
    """log(1 + 100 × revenue ÷ its mean), 0 where it is not positive: one giant account does not decide alone, and the
    currency does not matter."""
    positive = np.clip(revenue, 0, None)
    mean = positive.mean() if len(positive) else 0.0
    return np.log1p(100 * positive / mean) if mean > 0 else np.zeros(len(revenue))


def auc(scores: np.ndarray, churned: np.ndarray) -> float:
    """Area under the ROC curve: the chance that a churned customer has a higher score than one who stayed, ties half."""
    known = ~np.isnan(scores)
    _, place = np.unique(scores[known], return_inverse=True)
    lost = np.bincount(place, weights=churned[known] > 0)
    stayed = np.bincount(place) - lost
    pairs = lost.sum() * stayed.sum()
    return float((lost * (np.cumsum(stayed) - stayed / 2)).sum() / pairs) if pairs else float("nan")


def capture(codes: np.ndarray, order: np.ndarray, revenue: np.ndarray, *, share: float = 0.2) -> float:
    """The share of `revenue` that the best segments with `share` of the customers brought. `order`: segments, the best
    first. The segment at the boundary counts pro rata."""
    total = float(revenue.sum())
    if total <= 0 or not len(codes):
        return float("nan")
    many = np.bincount(codes, minlength=int(order.max()) + 1).astype(float)
    sums = np.bincount(codes, weights=revenue, minlength=len(many))
    room, got = share * len(codes), 0.0
    for segment in order:
        if many[segment] == 0:
            continue
        part = min(1.0, room / many[segment])
        got += part * sums[segment]
        room -= part * many[segment]
        if room <= 0:
            break
    return got / total


def means(codes: np.ndarray, values: np.ndarray, segments: int) -> np.ndarray:
    """Mean of `values` by segment; NaN where a segment is empty."""
    many = np.bincount(codes, minlength=segments)
    sums = np.bincount(codes, weights=values, minlength=segments)
    return np.divide(sums, many, out=np.full(segments, np.nan), where=many > 0)
