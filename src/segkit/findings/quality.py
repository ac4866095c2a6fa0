"""What was read: rows used, rows lost and why, columns with gaps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from segkit.findings.finding import Finding
from segkit.schema import REASONS

if TYPE_CHECKING:
    import pandas as pd

NEAR_LIMIT = 0.5  # of max_left_out: from here on worth a warning
GOOD_USE = 0.95  # of rows used


def rows_used(quality: pd.DataFrame, extract: str = "orders") -> Finding:
    """Share of an extract's rows that reached the result. `quality`: extract, part, reason, rows."""
    by_reason = _reasons(quality, extract)
    rows, used = int(by_reason.sum()), int(by_reason.get("used", 0))
    share = used / rows if rows else math.nan
    numbers = {"extract": f"extract.{extract}", "rows": rows, "used": used, "share": share}
    return Finding("rows_used", numbers, "good" if share >= GOOD_USE else "info")


def main_loss(quality: pd.DataFrame, extract: str = "orders") -> Finding:
    """The reason for which most rows of an extract were left out."""
    lost = _reasons(quality, extract).drop("used", errors="ignore")
    lost = lost[lost > 0].sort_values(ascending=False, kind="stable")
    if lost.empty:
        return Finding("no_loss", {"extract": f"extract.{extract}"}, "good")
    numbers: dict[str, Any] = {"extract": f"extract.{extract}", "reason": f"reason.{lost.index[0]}"}
    numbers |= {"rows": int(lost.iloc[0]), "left_out": int(lost.sum())}
    return Finding("main_loss" if len(lost) > 1 else "only_loss", numbers)


def limit_distance(quality: pd.DataFrame, limit: float, extract: str = "orders") -> Finding:
    """How near the unreadable and unvalued rows come to `max_left_out`, above which the run stops."""
    by_reason = _reasons(quality, extract)
    bad = int(sum(rows for reason, rows in by_reason.items() if REASONS.get(str(reason), False)))
    if not bad:
        return Finding("all_readable", {"extract": f"extract.{extract}"}, "good")
    share = bad / (bad + int(by_reason.get("used", 0)))
    numbers = {"extract": f"extract.{extract}", "rows": bad, "share": share, "limit": limit}
    return Finding("limit_distance", numbers, "warn" if share >= NEAR_LIMIT * limit else "good")


def gaps(columns: pd.DataFrame, extract: str = "orders") -> Finding:
    """The column of an extract that misses most. `columns`: extract, column, kind, rows, missing, distinct."""
    own = columns[(columns["extract"] == extract) & (columns["rows"] > 0)]
    worst = own.assign(share=own["missing"] / own["rows"]).sort_values("share", ascending=False, kind="stable")
    if worst.empty or not worst["missing"].iloc[0]:
        return Finding("no_gaps", {"extract": f"extract.{extract}", "columns": len(own)}, "good")
    first = worst.iloc[0]
    return Finding("gaps", {"extract": f"extract.{extract}", "column": str(first["column"]), "share": first["share"]})


def _reasons(quality: pd.DataFrame, extract: str) -> pd.Series:
    return quality[quality["extract"] == extract].groupby("reason", sort=False)["rows"].sum()
