"""The known process behind the demo extract: how accounts order, grow and fall silent. Days count from `start`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Process:
    """Every parameter of the simulation. Orders are Pareto/NBD in weeks, but for the regular accounts.

    An account's rate is gamma(`rate_shape`) / `rate_weeks` orders a week, its dropout rate gamma(`dropout_shape`) /
    `dropout_weeks`, its lifetime exponential with that rate. Its order value is lognormal over accounts, independent of
    the rate, grows by `growth` a year (log), and varies from order to order as a gamma of shape `value_shape`.
    """

    seed: int = 20260630
    start: dt.date = dt.date(2023, 7, 3)
    as_of: dt.date = dt.date(2026, 7, 1)
    old_accounts: int = 400
    leads: int = 1000
    rate_shape: float = 1.2
    rate_weeks: float = 10.0
    dropout_shape: float = 0.9
    dropout_weeks: float = 70.0
    value_log_mean: float = 8.1
    value_log_sd: float = 1.0
    value_shape: float = 4.0
    growth_mean: float = 0.03
    growth_sd: float = 0.2
    regular_share: float = 0.3
    regular_shape: float = 5.0
    season: tuple[float, ...] = (1.0, 0.72, 1.05, 1.0, 1.0, 0.96, 0.93, 0.95, 1.07, 1.07, 1.14, 1.11)
    deal_intercept: float = -4.75
    deal_effects: tuple[tuple[str, float], ...] = (
        ("key_person_first", 1.7),
        ("key_person_second", 1.0),
        ("key_person_third", 0.4),
        ("has_need", 1.2),
        ("can_pay", 0.9),
        ("value_accepted", 1.0),
        ("spec_known", 0.5),
        ("quantity_known", 0.4),
        ("sample", 0.5),
    )

    @property
    def days(self) -> int:
        """Days of history: day 0 is `start`, day `days` is as-of and not seen any more."""
        return (self.as_of - self.start).days

    @property
    def overlap(self) -> tuple[int, int]:
        """First and last day of March 2025, which stands in both files of orders."""
        return (dt.date(2025, 3, 1) - self.start).days, (dt.date(2025, 3, 31) - self.start).days

    def generator(self, part: int) -> np.random.Generator:
        """An own stream of chance per part of the simulation, so that one part's draws do not move another's."""
        return np.random.default_rng([self.seed, part])


def workday(day: np.ndarray) -> np.ndarray:
    """Saturday and Sunday go back to Friday; day 0 is a Monday."""
    return day - np.clip(day % 7 - 4, 0, None)


def traits(process: Process, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per account: `rate` (orders a week), `lifetime_days`, `value` (USD an order), `growth`, `regularity`."""
    rate = rng.gamma(process.rate_shape, 1 / process.rate_weeks, n)
    dropout = rng.gamma(process.dropout_shape, 1 / process.dropout_weeks, n)
    lifetime = rng.exponential(1, n) / np.maximum(dropout, 1e-6) * 7
    return pd.DataFrame(
        {
            "rate": rate,
            "lifetime_days": np.minimum(lifetime, 36500).round(1),
            "value": rng.lognormal(process.value_log_mean, process.value_log_sd, n),
            "growth": rng.normal(process.growth_mean, process.growth_sd, n),
            "regularity": np.where(rng.random(n) < process.regular_share, process.regular_shape, 1.0),
        }
    )


def season_clock(process: Process) -> np.ndarray:
    """Business days elapsed at the start of each calendar day: a busy month's days count for more, the mean is one."""
    month = pd.date_range(process.start, periods=process.days).month.to_numpy()
    weight = np.asarray(process.season) / np.mean(process.season)
    return np.concatenate([[0.0], np.cumsum(weight[month - 1])])


def order_days(accounts: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """One row per order (`account`, `day`): the first on `first_day`, gamma gaps in business time until dropout."""
    clock = season_clock(process)
    rows = []
    for account in accounts.dropna(subset="first_day").itertuples():
        first, end = int(account.first_day), min(process.days, account.first_day + account.lifetime_days)
        mean_gap = 7 / account.rate
        expected = int(process.days / mean_gap * 1.5 + 40)
        gaps = rng.gamma(account.regularity, mean_gap / account.regularity, expected)
        days = np.searchsorted(clock, clock[first] + np.cumsum(gaps), side="right") - 1
        days = np.concatenate([[first], workday(days[days < end])])
        rows.append(pd.DataFrame({"account": account.Index, "day": days}))
    return pd.concat(rows, ignore_index=True)
