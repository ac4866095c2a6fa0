"""Recency, frequency, monetary: scores on quantile bins or fixed cuts, and high/low levels against one cut.

Scores follow R's package rfm (Hebbali, 0.3.0) in right-closed form: quantiles of type 7, equal values never part.
Levels follow Hughes, Strategic Database Marketing (1994): high or low against the mean, the median or a number.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from segkit.errors import InputError

MEASURES = {"r": "recency_days", "f": "frequency", "m": "monetary"}
"""Score letter → column of customers. Few recency_days are good; much of the others is."""

Cut = Literal["mean", "median"] | Mapping[str, float]


def buyers(customers: pd.DataFrame) -> pd.DataFrame:
    """The customers with at least one order: only they have a recency. One row per customer."""
    return customers[customers["frequency"] > 0]


def quantile_cuts(values: pd.Series, *, bins: int) -> list[float]:
    """The `bins` − 1 quantiles (type 7) that part the values. Raises InputError for fewer than two bins."""
    if bins < 2:
        raise InputError(f"bins: {bins}; at least two are needed")
    return [float(q) for q in np.quantile(values.to_numpy(dtype=float), np.arange(1, bins) / bins)]


def score(
    customers: pd.DataFrame,
    *,
    bins: int | Mapping[str, int] = 5,
    cuts: Mapping[str, Sequence[float]] | None = None,
) -> pd.DataFrame:
    """One row per customer with an order: customer_id, r_score, f_score, m_score; 1 is worst, the number of bins best.

    `bins`: one number, or by letter; `cuts`: fixed upper bounds by letter, in rising order, which go before quantiles.
    A value equal to a cut belongs below it, so equal values share a score. `attrs["cuts"]`: the cuts used by letter;
    `attrs["bins"]`: scores possible; `attrs["bins_made"]`: scores that occur (fewer where values repeat).
    Raises InputError for unknown letters, cuts that do not rise, or fewer than two bins.
    """
    found = buyers(customers)
    scores = pd.DataFrame({"customer_id": found["customer_id"]})
    used: dict[str, list[float]] = {}
    for letter, column in MEASURES.items():
        used[letter] = _cuts(found[column], letter, bins=bins, cuts=cuts)
        index = np.searchsorted(used[letter], found[column].to_numpy(dtype=float), side="left")
        rank = len(used[letter]) - index if letter == "r" else index
        scores[f"{letter}_score"] = (rank + 1).astype("int8")
    scores = scores.reset_index(drop=True)
    scores.attrs["cuts"] = used
    scores.attrs["bins"] = {letter: len(c) + 1 for letter, c in used.items()}
    scores.attrs["bins_made"] = {letter: int(scores[f"{letter}_score"].nunique()) for letter in MEASURES}
    return scores


def _cuts(
    values: pd.Series, letter: str, *, bins: int | Mapping[str, int], cuts: Mapping[str, Sequence[float]] | None
) -> list[float]:
    for given in (bins, cuts):
        unknown = set(given) - set(MEASURES) if isinstance(given, Mapping) else set()
        if unknown:
            raise InputError(f"{', '.join(sorted(unknown))}: no score of that letter; use r, f or m")
    fixed = [float(c) for c in (cuts or {}).get(letter, [])]
    if fixed:
        if any(a >= b for a, b in itertools.pairwise(fixed)):
            raise InputError(f"cuts of {letter}: {fixed}; they must rise")
        return fixed
    if values.empty:
        return []
    return quantile_cuts(values, bins=bins.get(letter, 5) if isinstance(bins, Mapping) else bins)


def levels(customers: pd.DataFrame, *, cut: Cut = "mean") -> pd.DataFrame:
    """One row per customer with an order: customer_id, r_level, f_level, m_level, each `high` or `low`.

    `cut`: the mean or the median of the customers with an order, or a number by letter. At or above it is high; for
    recency, at or below its number of days. `attrs["cuts"]`: the cuts used by letter. Raises InputError for another cut.
    """
    if set(cut) != set(MEASURES) if isinstance(cut, Mapping) else cut not in ("mean", "median"):
        raise InputError(f"cut: {cut}; write mean or median, or a number for each of r, f and m")
    found = buyers(customers)
    result = pd.DataFrame({"customer_id": found["customer_id"]})
    used = {}
    for letter, column in MEASURES.items():
        values = found[column].astype(float)
        used[letter] = float(cut[letter]) if isinstance(cut, Mapping) else float(getattr(values, cut)())
        high = values <= used[letter] if letter == "r" else values >= used[letter]
        result[f"{letter}_level"] = np.where(high, "high", "low")
    result = result.reset_index(drop=True)
    result.attrs["cuts"] = used
    return result


def grid(customers: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """One row per R and F score that occurs: r_score, f_score, customers, revenue (base currency), average (per customer)."""
    joined = scores.merge(customers[["customer_id", "monetary"]], on="customer_id", validate="one_to_one")
    cells = joined.groupby(["r_score", "f_score"], as_index=False).agg(
        customers=("customer_id", "size"), revenue=("monetary", "sum")
    )
    return cells.assign(average=cells["revenue"] / cells["customers"])
