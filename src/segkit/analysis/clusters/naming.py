"""Keys that name a cluster by its profile: R, F and M each high, mid or low against the average customer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

CLEAR = 0.35  # standard deviations from the average, from which a level is high or low
LETTERS = ("r", "f", "m")


def key(profile: Sequence[float]) -> str:
    """`r_high-f_mid-m_low` of the mean scaled recency (high is recent), frequency and monetary."""
    return "-".join(f"{letter}_{_level(z)}" for letter, z in zip(LETTERS, profile, strict=True))


def _level(z: float) -> str:
    return "high" if z >= CLEAR else "low" if z <= -CLEAR else "mid"


def names(profiles: np.ndarray) -> list[str]:
    """A key per cluster, each once. `profiles`: a row per cluster, columns mean scaled R, F and M.

    Two that share a key are told apart by the measure in which they differ most (`…-more_m`, `…-less_m`); of more than
    two each is numbered by money, the greatest first (`…-no_1`).
    """
    found = [key(row) for row in profiles]
    for shared in {one for one in found if found.count(one) > 1}:
        members = [i for i, one in enumerate(found) if one == shared]
        for i, mark in zip(members, _marks(profiles[members]), strict=True):
            found[i] = f"{shared}-{mark}"
    return found


def _marks(rows: np.ndarray) -> list[str]:
    if len(rows) == 2:
        axis = int(np.abs(rows[0] - rows[1]).argmax())
        first = rows[0, axis] >= rows[1, axis]
        return [f"{'more' if first == (i == 0) else 'less'}_{LETTERS[axis]}" for i in range(2)]
    order = np.argsort(-rows[:, 2], kind="stable")
    place = np.empty(len(rows), dtype=int)
    place[order] = np.arange(1, len(rows) + 1)
    return [f"no_{number}" for number in place]
