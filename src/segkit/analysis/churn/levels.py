"""Which level the risks are given: the candidate's own, that of MBG/NBD, or that of MBG/NBD moved as last year's season was.

The ranking is chosen first and keeps its order; the level is one shift of all its logits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from segkit.analysis.churn import level
from segkit.analysis.churn.choosing import Trial
from segkit.analysis.churn.models import CONSTANT
from segkit.analysis.churn.scoring import losses
from segkit.analysis.churn.windows import Window

ANCHOR = "mbg_nbd"


@dataclass(frozen=True)
class Levels:
    """`way`: own, mbg or season; the window and the shift that stand for the season; `windows`: all that are known."""

    way: str
    horizon_days: int
    as_of: dt.date
    season_from: dt.date | None = None
    season_shift: float = 0.0
    windows: Sequence[Window] = field(default=(), repr=False)

    @classmethod
    def of(
        cls,
        seen: Sequence[Window],
        tried: Sequence[Trial],
        comparison: pd.DataFrame,
        *,
        how: str,
        as_of: dt.date,
        horizon_days: int,
    ) -> Levels:
        """The season where last year's window tells it; else the better of the other two in the past windows by the mean log
        loss of the chosen candidate; its own where nothing could be tried."""
        season = season_of(seen, as_of=as_of, horizon_days=horizon_days)
        base = cls("own", horizon_days, as_of, windows=tuple(seen))
        if season is not None:
            return cls("season", horizon_days, as_of, season[0], season[1], windows=tuple(seen))
        chosen = comparison.loc[comparison["chosen"].astype(bool), "model"].tolist()
        if how != "windows" or not chosen or any(ANCHOR not in t.forecasts for t in tried):
            return base
        anchored = cls("mbg", horizon_days, as_of, windows=tuple(seen))
        own, other = (_mean_loss(one, tried, chosen[0]) for one in (base, anchored))
        return anchored if other < own else base

    def applied(self, forecasts: pd.DataFrame, window: Window | None) -> pd.DataFrame:
        """The forecasts of a past window, or of the day itself, at this level. A past window that itself has none of the year
        before takes the level of MBG/NBD."""
        if self.way == "own" or ANCHOR not in forecasts:
            return forecasts
        anchor = forecasts[ANCHOR].to_numpy()
        if window is None:
            aim = float(level.moved(anchor, self.season_shift).mean())
        else:
            before = season_of(self.windows, as_of=window.cutoff, horizon_days=window.horizon_days)
            aim = float(level.moved(anchor, before[1] if before and self.way == "season" else 0.0).mean())
        said = {n: p if n == CONSTANT else level.moved(p, level.shift(p, aim)) for n, p in forecasts.items()}
        return pd.DataFrame(said, index=forecasts.index)


def season_of(windows: Sequence[Window], *, as_of: dt.date, horizon_days: int) -> tuple[dt.date, float] | None:
    """Last year's window and the shift that MBG/NBD would have needed then; None where there is no such window, its horizon
    is another, or its history was too short."""
    known = {w.cutoff: w for w in windows if w.end <= as_of and w.horizon_days == horizon_days}
    found = level.last_year(list(known), as_of=as_of, horizon_days=horizon_days)
    if found is None:
        return None
    window = known[found]
    said = window.day.no_order(ANCHOR, horizon_days)
    first = int(window.day.facts["tenure_days"].max())
    if said is None or first < level.needed_before(horizon_days):
        return None
    return found, level.shift(said, float(window.churned.mean()))


def _mean_loss(levels: Levels, tried: Sequence[Trial], name: str) -> float:
    return float(np.mean([losses(levels.applied(t.forecasts, t.window)[name], t.window.churned).mean() for t in tried]))
