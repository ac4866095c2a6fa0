"""Scores of schemes: weighted points of what is known of a customer, and points for what its touches brought back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from segkit.schemes import Scheme
from segkit.schemes.conditions import holds, met
from segkit.schemes.derived import Derived, Score
from segkit.schemes.measures import Yard, derive
from segkit.schemes.model import Indicator
from segkit.schemes.view import View

MIDDLE_OF_MONTH = 15  # days: touches are kept by month, and count as made in its middle


def points(scheme: Scheme, view: View, *, yard: Yard | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The score, 0 to 100, and the share of the weight that was known, 0 to 1. `yard`: whose quantiles hold, see `derive`.

    An indicator that is unknown or absent is left out and the other weights are renormalised; NaN where none is known.
    """
    won, known = np.zeros(len(view)), np.zeros(len(view))
    for indicator in scheme.indicators:
        if indicator.column not in view:
            continue
        earned = _earned(indicator, view, yard)
        there = ~np.isnan(earned)
        known += indicator.weight * there
        won += indicator.weight * np.where(there, earned, 0.0)
    score = 100 * np.divide(won, known, out=np.full(len(view), np.nan), where=known > 0)
    return score, known / sum(i.weight for i in scheme.indicators)


def _earned(indicator: Indicator, view: View, yard: Yard | None) -> np.ndarray:
    """Points of one indicator, 0 to 1; NaN where it is unknown or not measured for the customer."""
    over = met(indicator.over, view)
    if indicator.scores:
        layer = view.layer()
        score = Derived(score=Score(of=indicator.column, bins=indicator.scores, best=indicator.best))
        base = yard and Yard(yard.view, met(indicator.over, yard.view))
        derive({"points": score}, layer, among=over, as_of=None, yard=base)
        return (layer.numbers("points") - 1) / (indicator.scores - 1)
    if indicator.range:
        worst, best = indicator.range
        earned = np.clip((view.numbers(indicator.column) - worst) / (best - worst), 0, 1)
    else:
        earned = np.zeros(len(view))
        for band in reversed(indicator.bands or ()):
            np.putmask(earned, holds(band.when, view, indicator.column), band.points)
        earned[~view.known(indicator.column)] = np.nan
    return earned if indicator.over is None else np.where(over, earned, np.nan)


def events(scheme: Scheme, customers: pd.Series, touches: pd.DataFrame, *, as_of: dt.date | None) -> np.ndarray:
    """Points of all touches of each customer, in the order of `customers`; NaN for those without a touch.

    `touches`: one row per customer, month, kind and feedback with the number of `touches`. With `half_life_days` a point
    is worth half after that many days.
    """
    told = ((touches[c], points) for c, points in (("feedback", scheme.points), ("kind", scheme.kinds)) if c in touches)
    worth = sum((_worth(words, points) for words, points in told), start=np.zeros(len(touches))) * touches["touches"]
    if scheme.half_life_days:
        if as_of is None:
            raise ValueError(f"{scheme.name}: as_of is needed for the age of a touch")
        age = (pd.Timestamp(as_of) - pd.to_datetime(touches["month"])).dt.days - MIDDLE_OF_MONTH
        worth = worth * 0.5 ** (age.clip(lower=0) / scheme.half_life_days)
    total = worth.groupby(touches["customer_id"]).sum()
    return total.reindex(customers).to_numpy(dtype="float64")


def _worth(words: pd.Series, points: Mapping[str, float]) -> np.ndarray:
    """The points of each word, 0 of one that has none; looked up once for each that occurs."""
    codes, found = pd.factorize(words)
    return np.array([*(points.get(word, 0.0) for word in found), 0.0])[codes]
