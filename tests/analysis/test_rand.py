"""The adjusted Rand index of codes, held against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segkit.analysis import rand


@pytest.mark.parametrize("groups", [(1, 1), (1, 4), (3, 3), (9, 4), (40, 40)])
def test_it_is_that_of_scikit_learn(groups):
    draw = np.random.default_rng(0)
    for n in (1, 2, 5, 60, 2_000):
        one, noise = (draw.integers(0, many, n) for many in groups)
        mixed = np.where(draw.random(n) < 0.5, one, noise)
        for other in (one, noise, mixed):
            assert rand.of_codes(one, other) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)


def test_narrow_codes_do_not_overflow_and_unused_ones_change_nothing():
    one = np.arange(3_000, dtype="int16") % 300
    assert rand.of_codes(one, one) == 1.0
    assert rand.of_codes(one.astype("int8") * 0, np.array([7] * 3_000, dtype="int8")) == 1.0
    few, gaps = np.array([0, 0, 5, 5]), np.array([9, 9, 2, 4])
    assert rand.of_codes(few, gaps) == pytest.approx(adjusted_rand_score(few, gaps))
