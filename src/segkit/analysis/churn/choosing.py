"""Which candidate is used: each is held against past windows that its training has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segkit.analysis.churn import features, models
from segkit.analysis.churn.features import DIRECT, Day
from segkit.analysis.churn.level import moved, shift
from segkit.analysis.churn.models import CANDIDATES, FOLDS, Array, Predict
from segkit.analysis.churn.scoring import losses
from segkit.analysis.churn.windows import Window, pooled

MOST_WINDOWS = 3
CUSTOMER_FOLDS = 5


@dataclass(frozen=True)
class Trial:
    """A window and what each candidate had said of it, one row per customer and one column per candidate."""

    window: Window
    forecasts: pd.DataFrame


def learn(some: Sequence[Window], *, seed: int) -> dict[str, Predict]:
    """The candidates fitted to windows; none where there are no windows."""
    return models.fit(pooled(some, folds=FOLDS), seed=seed) if some else {}


def direct(day: Day, horizon_days: int) -> dict[str, Array]:
    """What the models of orders say by themselves."""
    found = {name: day.no_order(name, horizon_days) for name in DIRECT}
    return {name: p for name, p in found.items() if p is not None}


def forecast(learnt: dict[str, Predict], day: Day, horizon_days: int) -> pd.DataFrame:
    """What every candidate says of a day's customers."""
    return models.predict(learnt, day.features, direct(day, horizon_days))


def trials(windows: Sequence[Window], *, seed: int) -> tuple[list[Trial], str]:
    """Up to three past windows forecast by candidates that learnt from earlier ones only, the newest first (`windows`).
    Without earlier ones the newest window's customers are forecast in five parts, each by what the others teach (`folds`)."""
    found: list[Trial] = []
    for window in windows:
        earlier = [w for w in windows if w.end <= window.cutoff]
        if earlier and len(found) < MOST_WINDOWS:
            found.append(Trial(window, forecast(learn(earlier, seed=seed), window.day, window.horizon_days)))
    if found or not windows:
        return found, "windows" if found else "none"
    return [_by_customers(windows[0], seed=seed)], "folds"


def _by_customers(window: Window, *, seed: int) -> Trial:
    rows, own = pooled([window], folds=FOLDS), direct(window.day, window.horizon_days)
    parts = features.fold(window.ids, CUSTOMER_FOLDS)
    said = []
    for part in np.unique(parts):
        out = parts == part
        learnt = models.fit(rows.only(~out), seed=seed)
        said.append(models.predict(learnt, rows.features[out], {name: p[out] for name, p in own.items()}))
    return Trial(window, pd.concat(said).sort_index())


def compare(found: Sequence[Trial]) -> pd.DataFrame:
    """One row per candidate that forecast every trial: model, log_loss (mean of the windows'), log_loss_levelled (the same
    once each window's level is taken out), behind (its mean levelled loss less the best one's), standard_error of that paired
    difference (customers as the units), chosen: the simplest within one of it.

    The level is taken out because seasons move it for all candidates alike, so that it says nothing of them."""
    names = [name for name in CANDIDATES if found and all(name in t.forecasts for t in found)]
    if not names:
        return pd.DataFrame({c: [] for c in ("model", "log_loss", "log_loss_levelled", "behind", "standard_error", "chosen")})
    raw = _mean([pd.DataFrame({n: losses(t.forecasts[n], t.window.churned) for n in names}) for t in found])
    each = [pd.DataFrame({n: _levelled(t.forecasts[n], t.window.churned) for n in names}) for t in found]
    mean = _mean(each)
    best = str(mean.idxmin())
    table = pd.DataFrame({"model": names, "log_loss": raw[names].to_numpy(), "log_loss_levelled": mean[names].to_numpy()})
    table["behind"] = (mean - mean[best])[names].to_numpy()
    table["standard_error"] = [_paired(found, each, name, best) for name in names]
    near = table["behind"] <= table["standard_error"]
    return table.assign(chosen=table.index == near.idxmax())


def _mean(each: Sequence[pd.DataFrame]) -> pd.Series:
    return pd.concat([loss.mean() for loss in each], axis=1).mean(axis=1)


def _levelled(p: pd.Series, churned: Array) -> Array:
    """The log loss of each customer with the window's level taken out."""
    return losses(moved(p, shift(p, float(churned.mean()))), churned)


def _paired(found: Sequence[Trial], each: Sequence[pd.DataFrame], one: str, other: str) -> float:
    """Standard error of the mean of the windows' differences; a customer's rows in several windows are one unit."""
    parts = [
        pd.Series(((e[one] - e[other]) - (e[one] - e[other]).mean()).to_numpy() / len(e), index=t.window.ids.to_numpy())
        for t, e in zip(found, each, strict=True)
    ]
    per_customer = pd.concat(parts).groupby(level=0).sum() / len(parts)
    return float(np.sqrt((per_customer**2).sum()))
