"""What customers are expected to bring, by which forecast, and how such forecasts did in the past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from segkit.findings.finding import Finding, part_of

if TYPE_CHECKING:
    import pandas as pd

RULE = "rate_12m"
WRONG = 0.2  # a past total that misses by more than this is worth a warning


def expected_total(segments: pd.DataFrame, *, horizon_days: int) -> Finding:
    """What all customers are expected to bring within the horizon, with the range of past errors, and the segment that brings
    most. `segments`: scheme, tier, expected_revenue, expected_low, expected_high, revenue_rate; not the whole firm."""
    total = float(segments["expected_revenue"].sum())
    if segments.empty or total <= 0:
        return Finding("nothing_expected", {"horizon_days": horizon_days}, "warn")
    best = segments.sort_values("expected_revenue", ascending=False, kind="stable").iloc[0]
    numbers = {"horizon_days": horizon_days, "expected": total, "pace": float(segments["revenue_rate"].sum())}
    tier = {"tier": f"tier.{best['scheme']}.{best['tier']}", "share": part_of(best["expected_revenue"], total)}
    return Finding("expected_total", numbers | tier)


def forecast_record(track: pd.DataFrame) -> Finding:
    """How the firm's totals came out against the forecast: the least and greatest share of it that came, over past windows.
    `track`: of the whole firm, `ratio` among its columns."""
    low, high = float(track["ratio"].min()), float(track["ratio"].max())
    if not low <= high:
        return Finding("no_forecast_record", {}, "warn")
    numbers = {"windows": len(track), "low": low, "high": high}
    return Finding("forecast_record", numbers, "info" if max(1 - low, high - 1) <= WRONG else "warn")


def forecast_chosen(chosen: str, backtest: pd.DataFrame) -> Finding:
    """Which forecast of revenue is used, and by how much it erred less than the rule. `backtest`: what, model, cutoff, rmse."""
    rows = backtest[backtest["what"] == "revenue"]
    wide = rows.pivot_table(index="cutoff", columns="model", values="rmse") if len(rows) else rows
    if chosen not in wide or RULE not in wide:
        return Finding("forecast_untested", {"model": f"model.{chosen}"}, "warn")
    if chosen == RULE:
        return Finding("forecast_rule_kept", {"model": f"model.{chosen}", "windows": len(wide)})
    better = 1 - float((wide[chosen] / wide[RULE]).mean())
    numbers = {"model": f"model.{chosen}", "rule": f"model.{RULE}", "better": better, "windows": len(wide)}
    return Finding("forecast_chosen" if better >= 0 else "forecast_recent", numbers | {"worse": -better})


def season(moved: Mapping[str, float] | None) -> Finding:
    """By how much last year's season moves the forecast, or that it is not known."""
    if moved is None:
        return Finding("season_unknown", {}, "warn")
    change = float(moved["revenue"]) - 1
    return Finding("season_up" if change >= 0 else "season_down", {"change": abs(change)})


def top_value(values: pd.DataFrame, *, years: float) -> Finding:
    """How much of the lifetime value the best tenth of customers holds. `values`: clv."""
    known = values["clv"].dropna().sort_values(ascending=False)
    if known.empty or known.sum() <= 0:
        return Finding("no_lifetime_value", {})
    few = max(1, round(len(known) / 10))
    numbers = {"years": years, "customers": few, "share": part_of(known.head(few).sum(), known.sum())}
    return Finding("top_value", numbers | {"value": float(known.sum())})


def model_failed(failed: Mapping[str, object]) -> list[Finding]:
    """Why models could not be fitted: one finding each, empty where all could. `failed`: model → an error with `key`."""
    return [Finding(f"cannot_fit_{getattr(why, 'key', 'did_not_converge')}", {"model": f"model.{m}"}, "warn")
            for m, why in failed.items()]  # fmt: skip
