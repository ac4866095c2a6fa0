"""The risk of every customer, with its track record: from the windows that were, to the horizon ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segkit.analysis.churn import bands, choosing, features, level, models, money, reasons, record, scoring
from segkit.analysis.churn.choosing import Trial
from segkit.analysis.churn.features import Day, logit
from segkit.analysis.churn.levels import Levels
from segkit.analysis.churn.models import Array
from segkit.analysis.churn.windows import Past, Window, read

RULE = "rule"  # used where nothing can be learnt


@dataclass(frozen=True)
class Assessment:
    """Risks and their track record.

    `churn`: one row per customer with an order: customer_id, horizon_days, churn_risk (probability of no order within the
    horizon), model, band, reasons (keys, the strongest first), revenue_if_ordering (within the horizon, given that it orders;
    base currency), revenue_at_risk (churn_risk × that), and margin_at_risk where a margin is known.
    `reasons`: one row per customer and reason, see `reasons.of`; `strengths`: how much each went with churn before.
    `backtest`: one row per model and past window: model, cutoff, horizon_days, chosen, and what `scoring.scores` gives.
    `comparison`: one row per candidate, see `choosing.compare`; `calibration`, `gains`: of the chosen one over all windows.
    `past`: one row per past window and customer, as it would have been told then, and what came: see `record.past`.
    `record`: one row per past window and band (`all` for the total), see `record.sums`.
    `facts`: model, way of choosing (`windows`, `folds`, `none`), and the others a reader must know, see `_told`.
    """

    churn: pd.DataFrame
    reasons: pd.DataFrame
    strengths: pd.DataFrame
    backtest: pd.DataFrame
    comparison: pd.DataFrame
    calibration: pd.DataFrame
    gains: pd.DataFrame
    past: pd.DataFrame
    record: pd.DataFrame
    facts: Mapping[str, object]


def assess(
    customers: pd.DataFrame,
    past: Past,
    outcomes: pd.DataFrame,
    windows: pd.DataFrame,
    *,
    as_of: dt.date,
    horizon_days: int,
    seed: int = 0,
    list_length: int = bands.LIST,
) -> Assessment:
    """The risk of no order in the `horizon_days` from `as_of` on.

    `customers`: as known at as-of; `past`: the same table as known at a cut-off; `outcomes`: cutoff, kind, customer_id, orders,
    revenue, only customers that had something; `windows`: cutoff, kind, horizon_days. Prospects have no risk and no row.
    `list_length`: customers of a salesperson in the band `act`.
    """
    seen = read(past, outcomes, windows, as_of=as_of, horizon_days=horizon_days)
    span = seen[0].horizon_days if seen else horizon_days
    tried, how = choosing.trials(seen, seed=seed)
    comparison = choosing.compare(tried)
    today = features.day(customers, as_of=as_of, horizon_days=span)
    levels = Levels.of(seen, tried, comparison, how=how, as_of=as_of, horizon_days=horizon_days)
    risk, model = _risk(today, seen, comparison, levels, horizon_days=horizon_days, seed=seed)
    spend = money.errors(seen)
    value = money.if_ordering(today, horizon_days, way=money.best_way(spend))
    measured = reasons.strengths(seen)
    why = reasons.of(today.facts, measured, horizon_days=horizon_days)
    churn = _table(today, risk, value, why, model=model, horizon_days=horizon_days, list_length=list_length)
    said = [Trial(t.window, levels.applied(t.forecasts, t.window)) for t in tried]
    past_told = record.past(said, model, way=money.best_way(spend), list_length=list_length)
    return Assessment(
        churn=churn,
        reasons=why,
        strengths=measured,
        backtest=_backtest(said, model),
        comparison=comparison,
        calibration=_over_all(said, model, scoring.calibration),
        gains=_over_all(said, model, scoring.gains),
        past=past_told,
        record=record.sums(past_told),
        facts=_told(seen, today, levels, model=model, how=how, horizon_days=horizon_days, spend=money.best_way(spend)),
    )


def _risk(
    day: Day, seen: list[Window], comparison: pd.DataFrame, levels: Levels, *, horizon_days: int, seed: int
) -> tuple[Array, str]:
    """The risk of a day's customers by the chosen candidate, and its name."""
    if not len(day.facts):
        return np.empty(0), RULE
    said = _all_said(day, seen, horizon_days=horizon_days, seed=seed)
    chosen = comparison.loc[comparison["chosen"].astype(bool), "model"].tolist()
    name = next((n for n in [*chosen, "mbg_nbd", "pareto_nbd"] if n in said), RULE)
    if name == RULE:
        return rule(day.facts, horizon_days=horizon_days), RULE
    return levels.applied(said, None)[name].to_numpy(), name


def _all_said(day: Day, seen: list[Window], *, horizon_days: int, seed: int) -> pd.DataFrame:
    """What every candidate says of the full horizon; one that learnt from a shorter is moved by the customer's own difference
    in logit between the two horizons, as MBG/NBD has it."""
    span = seen[0].horizon_days if seen else horizon_days
    said = choosing.forecast(choosing.learn(seen, seed=seed), day, span)
    if span == horizon_days:
        return said
    full, short = day.no_order("mbg_nbd", horizon_days), day.no_order("mbg_nbd", span)
    if full is None or short is None:
        return said[[]]
    own = choosing.direct(day, horizon_days)
    learnt = [name for name in said if name not in (*own, "blend")]
    longer = {name: level.moved(said[name], logit(full) - logit(short)) for name in learnt} | own
    return models.predict({}, day.features, longer)


def rule(facts: pd.DataFrame, *, horizon_days: int) -> Array:
    """The risk where nothing can be learnt: recency / (recency + horizon), so that who has been silent for as long as the
    horizon is taken at evens."""
    silent = facts["recency_days"].to_numpy(float)
    return features.within(silent / (silent + horizon_days))


def _table(
    day: Day, risk: Array, value: Array, why: pd.DataFrame, *, model: str, horizon_days: int, list_length: int
) -> pd.DataFrame:
    ids = day.facts["customer_id"]
    at_risk = risk * value
    table = pd.DataFrame({
        "customer_id": ids,
        "horizon_days": horizon_days,
        "churn_risk": risk,
        "model": model,
        "band": bands.of(risk, at_risk, day.facts, list_length=list_length),
        "reasons": reasons.joined(why, ids),
        "revenue_if_ordering": value,
        "revenue_at_risk": at_risk,
    })  # fmt: skip
    rate = day.facts["margin_rate_12m"]
    return table.assign(margin_at_risk=at_risk * rate) if rate.notna().any() else table


def _backtest(said: list[Trial], model: str) -> pd.DataFrame:
    """Every candidate's scores at every past window, each at the level that it would have been given then."""
    rows = [
        {"model": name, "cutoff": pd.Timestamp(t.window.cutoff), "horizon_days": t.window.horizon_days, "chosen": name == model}
        | scoring.scores(t.forecasts[name], t.window.churned)
        for t in said
        for name in t.forecasts
    ]
    columns = ["model", "cutoff", "horizon_days", "chosen", *scoring.NAMES]
    return pd.DataFrame(rows, columns=columns).astype({"cutoff": "datetime64[us]", "chosen": bool})


def _over_all(said: list[Trial], model: str, measure: Callable[[Array, Array], pd.DataFrame]) -> pd.DataFrame:
    """A measure of the chosen candidate over the customers of all past windows."""
    used = [t for t in said if model in t.forecasts]
    if not used:
        return measure(np.array([0.5, 0.5]), np.array([0.0, 1.0])).iloc[:0]
    return measure(
        np.concatenate([t.forecasts[model].to_numpy() for t in used]), np.concatenate([t.window.churned for t in used])
    )


def _told(
    seen: list[Window], day: Day, levels: Levels, *, model: str, how: str, horizon_days: int, spend: str
) -> dict[str, object]:
    """model; how it was chosen; windows learnt from, and how long they are; how the level was set (`own`, `mbg`, `season`),
    the window of last year that says so, and the days of history that it lacks; which models of orders could not be fitted."""
    return {
        "model": model,
        "how": how,
        "windows": len(seen),
        "trained_days": seen[0].horizon_days if seen else 0,
        "horizon_days": horizon_days,
        "level": levels.way,
        "season_from": levels.season_from,
        "season_shift": levels.season_shift,
        "without": dict(day.without),
        "spend": spend,
    }
