"""Trees on bins: those of scikit-learn's own gradient boosting, which bins the same values itself."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from segkit.analysis.churn import trees

DRAW = np.random.default_rng(7)
N = 1500
X = np.column_stack([DRAW.gamma(1.0, size=N), DRAW.integers(0, 400, N), DRAW.integers(0, 3, N), DRAW.normal(size=N)])
X[::7, 3] = np.nan
Y = (DRAW.random(N) < 1 / (1 + np.exp(X[:, 0] - X[:, 2]))).astype(float)


@pytest.mark.parametrize("weights", [np.ones(N), DRAW.integers(1, 5, N) / 3], ids=["equal", "unequal"])
def test_the_logits_are_those_of_scikit_learn_on_the_values_themselves(weights):
    seen = np.arange(N) < 5 * trees.BINS  # ends of bins fall between two customers
    own = HistGradientBoostingClassifier(
        learning_rate=0.06, max_iter=80, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=5.0, early_stopping=False
    ).fit(X[seen], Y[seen], weights[seen])
    logits = trees.fit(X[seen], Y[seen], weights[seen], seed=0)
    new = np.random.default_rng(8).uniform(np.nanmin(X, axis=0), np.nanmax(X, axis=0), (20_000, 4))
    np.testing.assert_allclose(logits(new), own.decision_function(new))


def test_edges_lie_midway_between_few_values_and_part_many_into_bins_of_one_weight():
    few = np.array([1.0, 3.0, np.nan, 3.0, 7.0])
    assert trees.edges(few, np.ones(5)).tolist() == [2, 5]
    assert trees.edges(np.full(5, np.nan), np.ones(5)) is None
    many, weights = np.arange(1.0, 1021), np.repeat([3.0, 1.0], 510)
    ends = trees.edges(many, weights)
    bins = np.searchsorted(ends, many)
    assert len(ends) == trees.BINS - 1
    assert np.bincount(bins, weights=weights) == pytest.approx(8, abs=3)


def test_a_feature_of_which_nobody_has_a_value_tells_nothing_and_stops_nothing():
    one, other = np.where(np.arange(4) == 1, np.nan, X), X * 1.0
    logits = trees.fit(one, Y, np.ones(N), seed=0)
    other[:, 1] = 9999
    np.testing.assert_array_equal(logits(one), logits(other))
