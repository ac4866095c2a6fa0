"""How good a forecast of churn was: measures of ranking, of the probabilities and of their level; calibration; gains."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from segkit.analysis.churn.features import within
from segkit.analysis.churn.level import moved, shift

BINS = 10
NAMES = (
    *("roc_auc", "average_precision", "brier", "log_loss", "log_loss_levelled", "ece", "ece_levelled", "level_error"),
    *("lift_top10", "churned_share", "customers"),
)
Z = 1.6449  # of a 90 % interval


def losses(p: npt.ArrayLike, churned: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The log loss of each customer."""
    p, y = within(p), np.asarray(churned, dtype=float)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def scores(p: npt.ArrayLike, churned: npt.ArrayLike) -> dict[str, float]:
    """roc_auc, average_precision (both NaN where only one outcome happened), brier, log_loss, ece, both also
    `_levelled` (once the logits are shifted to the share that happened), level_error (mean forecast less that share),
    lift_top10 (churned among the riskiest tenth over that share), churned_share, customers."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    p, y = within(p), np.asarray(churned, dtype=float)
    both = 0 < y.sum() < len(y)
    levelled = moved(p, shift(p, float(y.mean())))
    return {
        "roc_auc": float(roc_auc_score(y, p)) if both else float("nan"),
        "average_precision": float(average_precision_score(y, p)) if both else float("nan"),
        "brier": float(np.mean((p - y) ** 2)),
        "log_loss": float(losses(p, y).mean()),
        "log_loss_levelled": float(losses(levelled, y).mean()),
        "ece": ece(p, y),
        "ece_levelled": ece(levelled, y),
        "level_error": float(p.mean() - y.mean()),
        "lift_top10": float(gains(p, y, steps=10)["lift"].iloc[1]),
        "churned_share": float(y.mean()),
        "customers": len(y),
    }


def _bins(p: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.int64]:
    """The bin of each probability: right-closed on quantiles, so equal values never part."""
    cuts = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(cuts, p, side="left").astype(np.int64)


def ece(p: npt.ArrayLike, churned: npt.ArrayLike, *, bins: int = BINS) -> float:
    """Expected calibration error: |mean forecast − share that happened| over bins of equal size, weighted by customers."""
    p, y = np.asarray(p, dtype=float), np.asarray(churned, dtype=float)
    where = _bins(p, bins)
    many, said, was = (np.bincount(where, weights=w) for w in (np.ones_like(p), p, y))
    return float(np.abs(said - was).sum() / many.sum()) if len(p) else float("nan")


def calibration(p: npt.ArrayLike, churned: npt.ArrayLike, *, bins: int = BINS) -> pd.DataFrame:
    """One row per bin: customers, forecast (mean), share that churned, low, high (90 % interval of that share, Wilson)."""
    p, y = np.asarray(p, dtype=float), np.asarray(churned, dtype=float)
    rows = pd.DataFrame({"bin": _bins(p, bins), "forecast": p, "share": y})
    table = rows.groupby("bin").agg(customers=("share", "size"), forecast=("forecast", "mean"), share=("share", "mean"))
    n, share = table["customers"], table["share"]
    middle, spread = share + Z**2 / (2 * n), Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return table.assign(low=(middle - spread) / (1 + Z**2 / n), high=(middle + spread) / (1 + Z**2 / n)).reset_index(drop=True)


def gains(p: npt.ArrayLike, churned: npt.ArrayLike, *, steps: int = 20) -> pd.DataFrame:
    """Of the customers, riskiest first: share taken, share of all who churned that it holds (`found`), and `lift` over chance.
    Equal probabilities are taken pro rata."""
    p, y = np.asarray(p, dtype=float), np.asarray(churned, dtype=float)
    values, place, many = np.unique(-p, return_inverse=True, return_counts=True)
    caught = np.bincount(place, weights=y, minlength=len(values))
    share = np.concatenate([[0.0], np.cumsum(many) / len(p)])
    found = np.concatenate([[0.0], np.cumsum(caught) / max(y.sum(), 1.0)])
    taken = np.linspace(0, 1, steps + 1)
    held = np.interp(taken, share, found)
    return pd.DataFrame(
        {"taken": taken, "found": held, "lift": np.divide(held, taken, out=np.ones_like(held), where=taken > 0)}
    )
