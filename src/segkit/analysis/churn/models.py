"""The candidates: each turns the features of a day into the probability of no order within the horizon.

The simplest comes first. All that need past windows are fitted to them once, and read the same day side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from segkit.analysis.churn import trees
from segkit.analysis.churn.features import BTYD, HISTORY, RFM, logit, within

Array: TypeAlias = npt.NDArray[np.float64]
Predict: TypeAlias = Callable[[pd.DataFrame], Array]

CANDIDATES = ("recency", "mbg_nbd", "pareto_nbd", "rfm", "rfm_btyd", "boosting", "blend")  # from simple to complex
CONSTANT = "constant"  # shown beside them: the share of the windows seen
BLENDED = ("mbg_nbd", "rfm_btyd", "boosting")
LEARNT = {"recency": RFM[:1], "rfm": RFM, "rfm_btyd": BTYD}
FEWEST = 10  # customers that ordered, and that did not, for a logistic regression
FEWEST_BOOSTED = 200  # customers for gradient boosting
FOLDS = 3
SHARPER = 1.1


@dataclass(frozen=True)
class Rows:
    """What the candidates learn from: features, `churned` (1 without an order in the window), the fold of each row's customer
    (`groups`), and `weights`."""

    features: pd.DataFrame
    churned: Array
    groups: npt.NDArray[np.int64]
    weights: Array

    def only(self, kept: npt.NDArray[np.bool_]) -> Rows:
        return Rows(self.features[kept], self.churned[kept], self.groups[kept], self.weights[kept])


def fit(rows: Rows, *, seed: int) -> dict[str, Predict]:
    """Every candidate that learns, by name, fitted to past windows; those that the data cannot carry are not there.

    Boosting is calibrated on rows that it has not seen (`groups`).
    """
    found: dict[str, Predict] = {CONSTANT: _constant(rows.churned)} if len(rows.churned) else {}
    if min(rows.churned.sum(), (1 - rows.churned).sum()) < FEWEST:
        return found
    for name, columns in LEARNT.items():
        if set(columns) <= set(rows.features):
            found[name] = _logistic(rows.features[columns], rows)
    if len(rows.churned) >= FEWEST_BOOSTED:
        found["boosting"] = _boosting(rows, seed)
    return found


def predict(models: dict[str, Predict], features: pd.DataFrame, direct: dict[str, Array]) -> pd.DataFrame:
    """One column per candidate, in order of simplicity, the constant first. `direct`: those that need no windows."""
    rows = {name: within(model(features)) for name, model in models.items()} | direct
    if set(BLENDED) <= set(rows):
        rows["blend"] = blended([rows[name] for name in BLENDED])
    return pd.DataFrame({name: rows[name] for name in (CONSTANT, *CANDIDATES) if name in rows}, index=features.index)


def blended(parts: Sequence[Array]) -> Array:
    """The probability of the mean logit, a tenth further from evens: the mean of forecasts that share what they know is too
    modest (Satopää et al., International Journal of Forecasting 30, 2014)."""
    mean = np.mean([logit(p) for p in parts], axis=0)
    return within(1 / (1 + np.exp(-SHARPER * mean)))


def _constant(churned: Array) -> Predict:
    share = float(np.mean(churned))
    return lambda features: np.full(len(features), share)


def _logistic(x: pd.DataFrame, rows: Rows) -> Predict:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=500))
    model.fit(x.to_numpy(), rows.churned, logisticregression__sample_weight=rows.weights)
    columns = list(x.columns)
    return lambda features: model.predict_proba(features[columns].to_numpy())[:, 1]


def _boosting(rows: Rows, seed: int) -> Predict:
    """Small trees on history, their logit straightened (Platt) on rows that they have not seen."""
    x, y, weights = rows.features[HISTORY].to_numpy(), rows.churned, rows.weights
    unseen = np.zeros(len(y))
    for held in np.unique(rows.groups):
        seen = rows.groups != held
        if len(np.unique(y[seen])) == 2:
            unseen[~seen] = trees.fit(x[seen], y[seen], weights[seen], seed=seed)(x[~seen])
    straight = _platt(unseen, rows)
    logits = trees.fit(x, y, weights, seed=seed)
    return lambda features: straight(logits(features[HISTORY].to_numpy()))


def _platt(score: Array, rows: Rows) -> Callable[[Array], Array]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=100.0).fit(score[:, None], rows.churned, rows.weights)
    return lambda new: model.predict_proba(new[:, None])[:, 1]
