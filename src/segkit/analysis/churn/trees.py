"""Gradient boosting of small trees, on features put into bins beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]

BINS = 255  # as many as scikit-learn's histograms hold


def fit(x: Array, y: Array, weights: Array, *, seed: int) -> Callable[[Array], Array]:
    """Trees that have learnt from rows; they give the logit of new ones. One column per feature, NaN where it is unknown.

    The trees see the bin that a value falls into: the same splits as on the values themselves, but scikit-learn 1.9 finds the
    edges of weighted rows one quantile after the other, which takes four times as long as the trees.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    columns = [edges(column, weights) for column in x.T]
    model = HistGradientBoostingClassifier(
        learning_rate=0.06, max_iter=80, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=5.0,
        early_stopping=False, random_state=seed,
    )  # fmt: skip
    model.fit(_binned(x, columns), y, weights)
    return lambda new: model.decision_function(_binned(new, columns))


def edges(values: Array, weights: Array) -> Array | None:
    """Upper ends of all bins but the last: midway between values where they are few, else so that bins weigh the same.
    None where nobody has a value."""
    known = ~np.isnan(values)
    distinct = np.unique(values[known])
    if not len(distinct):
        return None
    if len(distinct) <= BINS:
        return (distinct[:-1] + distinct[1:]) / 2
    return np.unique(_quantiles(values[known], weights[known], np.linspace(0, 100, BINS + 1)[1:-1]))


def _quantiles(values: Array, weights: Array, percents: Array) -> Array:
    """Weighted quantiles; the mean of two neighbours where one falls between them (Hyndman & Fan 1996, definition 2)."""
    order = np.argsort(values)
    values, reached = values[order], np.cumsum(weights[order])
    wanted = percents / 100 * reached[-1]
    at = np.minimum(np.searchsorted(reached, wanted), len(values) - 1)
    between = reached[at] - wanted <= np.finfo(float).eps
    after = np.minimum(at + 1, len(values) - 1)
    return np.where(between, (values[at] + values[after]) / 2, values[at])


def _binned(x: Array, columns: list[Array | None]) -> Array:
    """Each value's bin, NaN where it is unknown; 0 for features that nobody of whom the trees learn has a value of."""
    return np.column_stack([_bin(column, ends) for column, ends in zip(x.T, columns, strict=True)])


def _bin(values: Array, ends: Array | None) -> Array:
    return np.zeros(len(values)) if ends is None else np.where(np.isnan(values), np.nan, np.searchsorted(ends, values))
