"""How long a deal takes from first contact to its signature.

Days are medians with an interval between two order statistics, free of any assumption on their distribution (David & Nagaraja
2003, Order Statistics, 7.1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from segkit.analysis.owners.winning import CONFIDENCE


def days_to_sign(deals: pd.DataFrame, by: Sequence[str], *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """One row per group of won deals: `by`, signed (won deals with both days), days (median from first contact, else
    creation, to closing), days_low, days_high.

    The interval lies between two order statistics and covers the true median with at least `confidence`; it is null where
    the group is too small for that (below 5 deals at 90 %).
    """
    won = deals[deals["outcome"].eq("won")]
    won = won.assign(days=since_contact(won, won["closed_on"])).loc[lambda d: d["days"].notna()]
    rows = [(*key, *_median(group.to_numpy(), confidence)) for key, group in _groups(won, by)]
    return pd.DataFrame(rows, columns=[*by, "signed", "days", "days_low", "days_high"])


def _groups(frame: pd.DataFrame, by: Sequence[str]) -> list[tuple[tuple, pd.Series]]:
    grouped = frame.groupby(list(by), dropna=False, observed=True)["days"]
    return [(key if isinstance(key, tuple) else (key,), values) for key, values in grouped]


def since_contact(deals: pd.DataFrame, until: pd.Series | pd.Timestamp) -> pd.Series:
    """Days from first contact, else creation, until a day."""
    return (pd.to_datetime(until) - begun(deals)).dt.days.astype(float)


def begun(deals: pd.DataFrame) -> pd.Series:
    """The day on which a deal's clock starts: first contact, else creation."""
    return pd.to_datetime(deals["first_contact_on"]).fillna(pd.to_datetime(deals["created_on"]))


def _median(days: np.ndarray, confidence: float) -> tuple[int, float, float, float]:
    from scipy.special import bdtr

    n, values = len(days), np.sort(days)
    below = bdtr(np.arange(n), n, 0.5)  # chance that at most k of n lie below the true median
    rank = int(np.searchsorted(below, (1 - confidence) / 2, side="right"))
    low, high = (values[rank - 1], values[n - rank]) if rank else (np.nan, np.nan)
    return n, float(np.median(values)), float(low), float(high)
