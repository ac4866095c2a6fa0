"""The level of the risk, told apart from the ranking: one shift of all logits, and what last year says about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from segkit.analysis.churn.features import logit, within

YEAR = 365
BEFORE = 180  # days
FURTHEST = 50.0  # of a logit


def shift(p: npt.ArrayLike, share: float) -> float:
    """What is added to every logit so that the mean probability is `share`; bounded where the share is 0 or 1."""
    from scipy.optimize import brentq

    z = logit(p)
    if not len(z):
        return 0.0
    aim = float(np.clip(share, 0.5 / len(z), 1 - 0.5 / len(z)))
    return float(brentq(lambda d: float(np.mean(1 / (1 + np.exp(-(z + d))))) - aim, -FURTHEST, FURTHEST, xtol=1e-10))


def moved(p: npt.ArrayLike, by: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The probabilities with `by` added to their logits."""
    return within(1 / (1 + np.exp(-(logit(p) + np.asarray(by)))))


def last_year(cutoffs: Sequence[dt.date], *, as_of: dt.date, horizon_days: int) -> dt.date | None:
    """The cut-off among `cutoffs` whose window lies at the same time of last year, a sixth of the horizon off at most."""
    aim = as_of - dt.timedelta(YEAR)
    near = sorted(cutoffs, key=lambda c: abs((c - aim).days))
    return near[0] if near and abs((near[0] - aim).days) <= max(horizon_days // 6, 7) else None


def needed_before(horizon_days: int) -> int:
    """Days of history that last year's window needs before it for its level to speak of the season: half a year, and one and
    a half horizons, since a model that saw nobody for longer than it looks ahead cannot tell who stops."""
    return max(BEFORE, horizon_days * 3 // 2)
