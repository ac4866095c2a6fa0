"""Which segmentation separated the next period best, and which were within noise of it, over all past windows."""

from __future__ import annotations

import numpy as np
import pandas as pd

CRITERIA = ("eta2_revenue", "eta2_churn", "auc_churn", "capture_top20")
"""All between 0 and 1, more is better. `separation` is their mean: what a segmentation tells of the next period."""

COMPARED = [
    "scheme", "separation", "behind", "behind_error", "within_noise", "separation_low", "separation_high", "windows",
    "stability_ari", "kept_share", "segments", "smallest",
]  # fmt: skip


def spread(backtest: pd.DataFrame) -> pd.DataFrame:
    """One row per scheme: windows, the mean over them of every figure, and `<criterion>_low`, `_high`: the worst and best.

    `backtest`: what `run` gives.
    """
    figures = [*CRITERIA, "stability_ari", "kept_share", "segments", "smallest"]
    by_scheme = backtest.groupby("scheme", sort=False)
    table = by_scheme[figures].mean().assign(windows=by_scheme["cutoff"].nunique())
    for name in CRITERIA:
        table[f"{name}_low"], table[f"{name}_high"] = by_scheme[name].min(), by_scheme[name].max()
    return table.reset_index()


def compare(backtest: pd.DataFrame) -> pd.DataFrame:
    """`spread` with `separation` (the mean of the four criteria) and its worst and best window (`_low`, `_high`), `behind` (how
    much the best one is ahead), `behind_error` (standard error of that difference, paired by window; NaN with one window) and
    `within_noise` (behind by at most one standard error). The best stands first. Without rows an empty table."""
    scores = backtest.assign(separation=backtest[list(CRITERIA)].astype(float).mean(axis=1))
    scores = scores[scores["separation"].notna()]  # windows in which everybody did the same tell nothing
    if scores.empty:
        return pd.DataFrame(columns=[*COMPARED, *CRITERIA])
    wide = scores.pivot(index="cutoff", columns="scheme", values="separation")
    table = spread(scores).set_index("scheme")
    table.insert(0, "separation", wide.mean())
    table = table.assign(separation_low=wide.min(), separation_high=wide.max())
    table = table.sort_values("separation", ascending=False, kind="stable")
    behind = wide[[table.index[0]]].to_numpy() - wide[table.index]
    error = behind.std(ddof=1) / np.sqrt(behind.count())
    table.insert(1, "behind", behind.mean())
    table.insert(2, "behind_error", error)
    table.insert(3, "within_noise", table["behind"] <= error.fillna(0.0))
    return table.reset_index()
