"""Which segmentation separated the next period best, and which were within noise of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from segkit.findings.finding import Finding

if TYPE_CHECKING:
    import pandas as pd

STABLE, SMALLEST = 0.9, 0.01  # what a segmentation needs to be recommended


def separated_best(table: pd.DataFrame) -> Finding:
    """The best of `backtest.compare`, and those within noise of it (at most three are named)."""
    if table.empty:
        return Finding("nothing_to_bake_off", {}, "warn")
    best = table.iloc[0]
    numbers = {"scheme": f"scheme.{best['scheme']}", "windows": int(best["windows"]), "separation": best["separation"]}
    numbers |= {"low": best["separation_low"], "high": best["separation_high"]}
    near = table[table["within_noise"].astype(bool)].iloc[1:]
    if best["windows"] < 2:
        return Finding("separated_one_window", numbers, "warn")
    if near.empty:
        following = table.iloc[1] if len(table) > 1 else best
        return Finding("separated_alone", numbers | {"next": f"scheme.{following['scheme']}"})
    return Finding("separated_best", numbers | {"near": f"scheme.{near.iloc[0]['scheme']}", "others": len(near)})


def recommended(table: pd.DataFrame) -> Finding:
    """The first of the best that is stable and has no tiny segment, at most one standard error behind where there is one."""
    sound = table[(table["stability_ari"] >= STABLE) & (table["smallest"] >= SMALLEST)] if len(table) else table
    if sound.empty:
        return Finding("none_recommended", {"stable": STABLE, "smallest": SMALLEST}, "warn")
    row = sound.iloc[0]
    numbers = {c: float(row[c]) for c in ("eta2_revenue", "eta2_churn", "auc_churn", "capture_top20", "stability_ari")}
    return Finding("recommended", {"scheme": f"scheme.{row['scheme']}", "segments": float(row["segments"])} | numbers)


def passed_over(table: pd.DataFrame) -> list[Finding]:
    """The best one where it is not recommended, and why: a finding at most."""
    if table.empty:
        return []
    best = table.iloc[0]
    numbers = {"scheme": f"scheme.{best['scheme']}", "separation": best["separation"]}
    if best["stability_ari"] < STABLE:
        return [Finding("best_not_stable", numbers | {"stability": float(best["stability_ari"]), "stable": STABLE}, "warn")]
    if best["smallest"] < SMALLEST:
        return [Finding("best_has_tiny", numbers | {"smallest": float(best["smallest"])}, "warn")]
    return []


def clusters_against_rules(table: pd.DataFrame, name: str = "clusters") -> Finding:
    """Where the clusters stand among the schemes."""
    place = [str(s) for s in table["scheme"]].index(name) + 1 if name in set(table["scheme"]) else 0
    if not place:
        return Finding("clusters_untested", {})
    row = table.iloc[place - 1]
    numbers, near = {"place": place, "of": len(table), "behind": float(row["behind"])}, bool(row["within_noise"])
    return Finding("clusters_within_noise" if near else "clusters_place", numbers)


def untestable(without: Mapping[str, Sequence[str]]) -> Finding:
    """How many schemes have no history to be tested by."""
    if not without:
        return Finding("all_testable", {}, "good")
    return Finding("untestable", {"schemes": len(without), "first": f"scheme.{min(without)}"})
