"""Which forecast to trust: the one that erred least in the last windows, with last year's season where it is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from segkit.analysis.btyd import CannotFit, OrderModel
from segkit.analysis.value.forecasting import RULE, YEAR, Forecasts, forecasts
from segkit.analysis.value.lifetime import lifetime

JUDGED = 3  # windows by which forecasts are chosen, the newest ones
NEAR = 10  # days by which last year's window may miss the day
SEASON_NEEDS = 182  # days of history before last year's window
LEAST_SHARE, MOST_SHARE = 0.5, 2.0  # within which a season moves a forecast
PREFERRED = "mbg_nbd"  # where no window can tell


@dataclass(frozen=True)
class Valuation:
    """`table`: what `estimate` says per customer; `backtest`: one row per forecast and window; `windows`: per window the
    buyers with forecast and actual orders and revenue; `chosen`: the forecasts taken for orders and revenue; `season`: by
    what orders and revenue were multiplied, None where the season is not known; `failed`: model → why it could not be
    fitted; `alive_by`: the model behind p_alive and clv."""

    table: pd.DataFrame
    backtest: pd.DataFrame
    windows: pd.DataFrame
    chosen: dict[str, str]
    season: dict[str, float] | None
    failed: dict[str, CannotFit] = field(default_factory=dict)
    alive_by: str | None = None


def estimate(
    customers: pd.DataFrame,
    past: Callable[[pd.Timestamp], pd.DataFrame],
    outcomes: pd.DataFrame,
    windows: pd.DataFrame,
    *,
    as_of: dt.date,
    horizon_days: int,
    years: float = 3.0,
    discount: float = 0.1,
) -> Valuation:
    """`table`: one row per customer with an order: customer_id, horizon_days, p_alive, p_order (of an order within the
    horizon), expected_orders and expected_revenue (net, base currency) within the horizon, expected_spend per order, clv
    (discounted revenue, or profit where the margin is known, of the next `years`), clv_low, clv_high (it falls below or above
    in one of ten cases each), model.

    `past`: customers as of a cut-off; `outcomes`: cutoff, customer_id, orders, revenue; `windows`: cutoff, horizon_days.
    `discount`: per year. p_alive and clv are missing where no model can be fitted.
    """
    seen = {cutoff: _window(past, cutoff, int(days)) for cutoff, days in _days(windows)}
    held = {cutoff: _held(found, outcomes, cutoff, int(days)) for (cutoff, days), found in _paired(windows, seen)}
    backtest = pd.DataFrame([row for cutoff, (rows, _) in held.items() for row in _rows(rows, cutoff)], columns=COLUMNS)
    now = forecasts(customers, as_of=as_of, horizon_days=horizon_days)
    chosen = {what: _chosen(backtest, getattr(now, what), what) for what in ("orders", "revenue")}
    season = _season(held, chosen, as_of=as_of, horizon_days=horizon_days, first=now.buyers["first_order_on"].min())
    backtest["chosen"] = [row.model == chosen[row.what] for row in backtest.itertuples()]
    every = [_checked(frame, cutoff, chosen) for cutoff, (_, frame) in held.items()]
    table, by = valued(now, chosen, season, horizon_days=horizon_days, years=years, discount=discount)
    return Valuation(table, backtest, _stacked(every), chosen, season, now.failed, by)


COLUMNS = ["what", "model", "cutoff", "horizon_days", "customers", "rmse", "mae", "forecast_ratio", "top_fifth"]
CHECKED = ["customer_id", "cutoff", "horizon_days", "forecast_orders", "orders", "forecast_revenue", "revenue"]


def _days(windows: pd.DataFrame) -> Iterator[tuple[pd.Timestamp, int]]:
    newest = windows.sort_values("cutoff", ascending=False)
    yield from zip(newest["cutoff"], newest["horizon_days"], strict=True)


def _window(past: Callable[[pd.Timestamp], pd.DataFrame], cutoff: pd.Timestamp, days: int) -> Forecasts:
    return forecasts(past(cutoff), as_of=cutoff.date(), horizon_days=days)


def _paired(windows: pd.DataFrame, seen: dict[pd.Timestamp, Forecasts]) -> Iterator[tuple[tuple[pd.Timestamp, int], Forecasts]]:
    yield from (((cutoff, days), seen[cutoff]) for cutoff, days in _days(windows))


def _held(
    found: Forecasts, outcomes: pd.DataFrame, cutoff: pd.Timestamp, days: int
) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Forecasts of a window against what came: the figures of each, and the buyers with all of them."""
    after = outcomes[outcomes["cutoff"] == cutoff].set_index("customer_id")
    actual = after[["orders", "revenue"]].reindex(found.buyers["customer_id"]).fillna(0.0)
    rows = []
    for what in ("orders", "revenue"):
        true = actual[what].to_numpy(dtype=float)
        for model, forecast in getattr(found, what).items():
            rows.append({"what": what, "model": model, "horizon_days": days} | errors(forecast.to_numpy(), true))
    frame = found.orders.add_prefix("orders.").join(found.revenue.add_prefix("revenue."))
    frame = frame.assign(customer_id=actual.index.to_numpy(), cutoff=cutoff, horizon_days=days)
    return rows, frame.assign(orders=actual["orders"].to_numpy(), revenue=actual["revenue"].to_numpy())


def errors(forecast: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """customers, rmse, mae, forecast_ratio (sum of the forecast over the sum of what came), top_fifth (of what the best fifth
    brought, the share that the fifth forecast best brought)."""
    if not len(true):
        return {"customers": 0} | dict.fromkeys(("rmse", "mae", "forecast_ratio", "top_fifth"), float("nan"))
    fifth = max(1, round(len(true) / 5))
    best, guessed = np.sort(true)[::-1][:fifth].sum(), true[np.argsort(-forecast, kind="stable")[:fifth]].sum()
    return {
        "customers": len(true),
        "rmse": float(np.sqrt(np.mean((forecast - true) ** 2))),
        "mae": float(np.mean(np.abs(forecast - true))),
        "forecast_ratio": float(forecast.sum() / true.sum()) if true.sum() > 0 else float("nan"),
        "top_fifth": float(guessed / best) if best > 0 else float("nan"),
    }


def _rows(rows: list[dict[str, Any]], cutoff: pd.Timestamp) -> Iterator[dict[str, Any]]:
    yield from (row | {"cutoff": cutoff} for row in rows)


def _chosen(backtest: pd.DataFrame, there: pd.DataFrame, what: str) -> str:
    """The forecast with the least mean error over the newest windows, each measured against the rule's in its window."""
    rows = backtest[(backtest["what"] == what) & backtest["model"].isin(there.columns)]
    judged = sorted(rows["cutoff"].unique(), reverse=True)[:JUDGED]
    wide = rows[rows["cutoff"].isin(judged)].pivot_table(index="cutoff", columns="model", values="rmse")
    wide = wide.dropna(axis="columns")
    if wide.empty or RULE not in wide or not (wide[RULE] > 0).all():
        return PREFERRED if PREFERRED in there else RULE
    return str(wide.div(wide[RULE], axis="index").mean().idxmin())


def _season(
    held: dict[pd.Timestamp, tuple[list[dict[str, Any]], pd.DataFrame]],
    chosen: dict[str, str],
    *,
    as_of: dt.date,
    horizon_days: int,
    first: pd.Timestamp,
) -> dict[str, float] | None:
    """What came over what the forecast said, in the window of a year ago; None where it is not there or too early."""
    a_year_ago = pd.Timestamp(as_of) - pd.Timedelta(days=YEAR)
    for cutoff, (_, frame) in held.items():
        near = abs((cutoff - a_year_ago).days) <= NEAR and (frame["horizon_days"] == horizon_days).all()
        if near and (cutoff - first).days >= SEASON_NEEDS:
            shares = {what: _share(frame[what], frame.get(f"{what}.{chosen[what]}")) for what in chosen}
            return {what: float(np.clip(share, LEAST_SHARE, MOST_SHARE)) for what, share in shares.items()}
    return None


def _share(true: pd.Series, forecast: pd.Series | None) -> float:
    known = forecast is not None and forecast.sum() > 0 and true.sum() > 0
    return float(true.sum() / forecast.sum()) if known and forecast is not None else 1.0


def _checked(frame: pd.DataFrame, cutoff: pd.Timestamp, chosen: dict[str, str]) -> pd.DataFrame:
    """The buyers of a window with the chosen forecasts beside what came. Where that model could not be fitted, the rule's."""
    said = {
        f"forecast_{what}": frame.get(f"{what}.{model}", frame[f"{what}.{RULE}"]).to_numpy() for what, model in chosen.items()
    }
    return frame.assign(**said, cutoff=cutoff)[CHECKED]


def _stacked(every: list[pd.DataFrame]) -> pd.DataFrame:
    nothing = pd.DataFrame({c: pd.Series(dtype="float64") for c in CHECKED})
    nothing = nothing.astype({"customer_id": "str", "cutoff": "datetime64[us]"})
    return pd.concat(every, ignore_index=True) if every else nothing


def valued(
    now: Forecasts,
    chosen: dict[str, str],
    season: dict[str, float] | None,
    *,
    horizon_days: int,
    years: float,
    discount: float,
) -> tuple[pd.DataFrame, str | None]:
    """The table of `estimate`, and the model behind p_alive and clv."""
    table, by = expected(now, chosen, season, horizon_days=horizon_days)
    worth = lifetime(now, now.models.get(by or ""), years=years, discount=discount)
    return table.assign(**{c: worth[c].to_numpy() for c in worth}, model=chosen["revenue"]), by


def expected(
    now: Forecasts, chosen: dict[str, str], season: dict[str, float] | None, *, horizon_days: int
) -> tuple[pd.DataFrame, str | None]:
    """The table of `estimate` without lifetime value, and the model behind p_alive."""
    moved = season or {"orders": 1.0, "revenue": 1.0}
    by = next((key for key in (chosen["orders"], PREFERRED, *now.models) if key in now.models), None)
    model: OrderModel | None = now.models.get(by) if by else None
    x, t_x, T = (now.histories[c].to_numpy() for c in ("x", "t_x", "T"))  # noqa: N806
    table = pd.DataFrame(
        {
            "customer_id": now.buyers["customer_id"],
            "horizon_days": horizon_days,
            "p_alive": model.p_alive(x, t_x, T) if model else np.nan,
            "p_order": 1 - model.p_no_order(horizon_days, x, t_x, T) if model else np.nan,
            "expected_orders": now.orders[chosen["orders"]].to_numpy() * moved["orders"],
            "expected_revenue": now.revenue[chosen["revenue"]].to_numpy() * moved["revenue"],
            "expected_spend": now.spend,
        }
    )
    return table, by
