"""Who may not order again within the horizon, the money behind them, and how far such forecasts could be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segkit.findings.finding import Finding, part_of

if TYPE_CHECKING:
    import pandas as pd

OFF = 0.25  # of the money at risk: from here on a past error worth a warning


def at_risk(churn: pd.DataFrame, *, horizon_days: int) -> Finding:
    """The money at risk and the accounts to act on. `churn`: churn_risk, band, revenue_if_ordering, revenue_at_risk."""
    if churn.empty:
        return Finding("nobody_at_risk", {"horizon_days": horizon_days}, "warn")
    act = churn[churn["band"].astype("str") == "act"]
    numbers = {"horizon_days": horizon_days, "money": float(churn["revenue_at_risk"].sum()), "customers": len(act)}
    if act.empty:
        return Finding("at_risk_nobody_acts", numbers, "info")
    share = part_of(act["revenue_at_risk"].sum(), churn["revenue_at_risk"].sum())
    return Finding("at_risk", numbers | {"act_money": float(act["revenue_at_risk"].sum()), "share": share}, "risk")


def churn_model(facts: Mapping[str, Any], backtest: pd.DataFrame) -> Finding:
    """Which forecast is used, how it was chosen and how well it ranked. `backtest`: chosen, roc_auc."""
    rows = backtest[backtest["chosen"].astype(bool)] if len(backtest) else backtest
    numbers = {"model": f"model.{facts['model']}", "windows": int(rows["cutoff"].nunique()) if len(rows) else 0}
    if facts["how"] == "none" or rows.empty:
        return Finding("churn_untested", numbers, "warn")
    numbers |= {"auc": float(rows["roc_auc"].mean()), "ece": float(rows["ece_levelled"].mean())}
    short = {"trained_days": facts["trained_days"], "horizon_days": facts["horizon_days"]}
    if facts["trained_days"] < facts["horizon_days"]:
        return Finding("churn_short_history", numbers | short, "warn")
    by_windows = facts["how"] == "windows"
    return Finding("churn_model" if by_windows else "churn_model_folds", numbers, "info" if by_windows else "warn")


def churn_level(facts: Mapping[str, Any]) -> Finding:
    """How the level of the risk was set: by last year's season, by MBG/NBD, or by the windows' own, which may be off."""
    if facts["level"] == "season":
        return Finding("churn_level_season", {})
    mbg = facts["level"] == "mbg"
    return Finding("churn_level_mbg" if mbg else "churn_level_own", {}, "warn")


def churn_record(backtest: pd.DataFrame) -> Finding:
    """By how much the level was off in past windows. `backtest`: chosen, level_error (mean forecast less what came)."""
    rows = backtest[backtest["chosen"].astype(bool)] if len(backtest) else backtest
    if rows.empty:
        return Finding("no_churn_record", {}, "warn")
    worst = float(rows.loc[rows["level_error"].abs().idxmax(), "level_error"])
    return Finding("churn_record_high" if worst > 0 else "churn_record_low", {"points": abs(worst), "windows": len(rows)})


def churn_against_rule(comparison: pd.DataFrame) -> Finding:
    """Whether the chosen forecast beats the recency rule. `comparison`: model, log_loss_levelled, chosen."""
    by_model = comparison.set_index("model")["log_loss_levelled"] if len(comparison) else comparison
    chosen = comparison.loc[comparison["chosen"].astype(bool), "model"].tolist() if len(comparison) else []
    if not chosen or "recency" not in by_model:
        return Finding("churn_no_comparison", {})
    numbers = {"model": f"model.{chosen[0]}", "loss": float(by_model[chosen[0]]), "rule": float(by_model["recency"])}
    rule_kept = chosen[0] == "recency"
    return Finding("churn_rule_kept" if rule_kept else "churn_beats_rule", numbers)


def at_risk_range(track: pd.DataFrame) -> Finding:
    """How much of the money said to be at risk belonged to customers who then did not order, over past windows. `track`: the
    whole of each window: ratio."""
    ratios = track["ratio"].dropna()
    if ratios.empty:
        return Finding("at_risk_untested", {}, "warn")
    numbers = {"windows": len(ratios), "low": float(ratios.min()), "high": float(ratios.max())}
    return Finding("at_risk_range", numbers, "warn" if ratios.min() < 1 - OFF or ratios.max() > 1 + OFF else "info")
