"""How far two groupings of the same customers agree, corrected for chance: the adjusted Rand index (Hubert & Arabie 1985)."""

from __future__ import annotations

import numpy as np


def adjusted(counts: np.ndarray) -> np.ndarray:
    """Of each crossing, groups × groups with the customers of both: pairs together in both, corrected for chance; 1 where
    there is nothing to tell. `counts`: crossings × groups × groups."""
    n = counts.sum(axis=(1, 2))
    together = (counts * (counts - 1)).sum(axis=(1, 2)) / 2
    a, b = ((m * (m - 1)).sum(axis=1) / 2 for m in (counts.sum(axis=2), counts.sum(axis=1)))
    chance = a * b / np.maximum(n * (n - 1) / 2, 1)
    above, most = together - chance, (a + b) / 2 - chance
    none = np.abs(most) < 1e-12
    return np.where(none, 1.0, above / np.where(none, 1.0, most))


def of_codes(one: np.ndarray, other: np.ndarray) -> float:
    """Of two groupings given as a whole number per customer, from 0 on. Without customers 1."""
    if not len(one):
        return 1.0
    shape = int(one.max()) + 1, int(other.max()) + 1
    cells = np.bincount(one.astype(np.int64) * shape[1] + other, minlength=shape[0] * shape[1])
    return float(adjusted(cells.reshape(1, *shape).astype(float))[0])
