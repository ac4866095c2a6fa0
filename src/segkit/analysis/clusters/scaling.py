"""Features on one scale: winsorised by rank, then centred and divided by the standard deviation.

Winsorising answers for outliers: the `SHARE` of customers at either end, at least one, counts no more than the next, so that
one account of 40 % of revenue cannot become the clustering. What is −∞ (no positive revenue) stands at the lower end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

SHARE = 0.005
DECIMALS = 9  # beyond them numbers are rounding noise, which must not decide an order


@dataclass(frozen=True)
class Scale:
    """How one feature is scaled: its values are pulled in to `low` … `high`, then (value − mean) ÷ deviation."""

    feature: str
    low: float
    high: float
    mean: float
    deviation: float

    @property
    def constant(self) -> bool:
        return self.deviation <= 0

    def apply(self, values: np.ndarray) -> np.ndarray:
        return np.round((np.clip(values, self.low, self.high) - self.mean) / (self.deviation or 1.0), DECIMALS)


def scale_of(feature: str, values: np.ndarray, *, share: float = SHARE) -> Scale:
    """The scale of one feature from its known values. Without three finite ones it is constant."""
    finite = np.sort(values[np.isfinite(values)])
    if len(finite) < 3:
        return Scale(feature, 0.0, 0.0, 0.0, 0.0)
    pulled = min(max(1, math.ceil(share * len(finite))), (len(finite) - 1) // 2)
    low, high = float(finite[pulled]), float(finite[-pulled - 1])
    clipped = np.clip(values[~np.isnan(values)], low, high)
    spread = float(clipped.std()) if high - low > 10.0**-DECIMALS else 0.0
    return Scale(feature, low, high, float(clipped.mean()), spread)


def scaled(values: pd.DataFrame, scales: Sequence[Scale]) -> np.ndarray:
    """One row per row of `values`, a column per scale; NaN where unknown."""
    columns = [scale.apply(values[scale.feature].to_numpy()) for scale in scales]
    return np.column_stack(columns) if columns else np.zeros((len(values), 0))
