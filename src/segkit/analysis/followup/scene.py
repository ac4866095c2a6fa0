"""What is known on the day of a plan, and the form of what is due."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from segkit.analysis.followup.days import UNKNOWN, WorkingDays
from segkit.analysis.followup.touched import NAT, Touched
from segkit.schemes.playbooks import Step
from segkit.schemes.playbooks.model import WEEKDAYS


@dataclass(frozen=True)
class Scene:
    """What is known on the day of a plan. `frame`: one row per customer; `ahead`: days that are planned, as-of included;
    `behind`: days for which what was done is told."""

    frame: pd.DataFrame
    touched: Touched
    days: WorkingDays
    as_of: dt.date
    ahead: int
    behind: int
    language: str = "en"

    @cached_property
    def today(self) -> np.datetime64:
        return np.datetime64(self.as_of, "D")

    @cached_property
    def country(self) -> np.ndarray:
        """The number of each customer's country among the working days."""
        return self.days.rows(self.countries)

    @cached_property
    def countries(self) -> pd.Series:
        if "country_code" not in self.frame.columns:
            return pd.Series(UNKNOWN, index=self.frame.index)
        return self.frame["country_code"].astype(object).fillna(UNKNOWN)

    @cached_property
    def share(self) -> np.ndarray:
        """A share of its own for each customer, the same on every day: spreads what many are promised in one period."""
        ids = self.frame["customer_id"].astype(str)
        return np.array([zlib.crc32(one.encode()) % 1000 / 1000 for one in ids])

    def column(self, name: str, rows: np.ndarray) -> np.ndarray:
        """A column of days; NaT where it is unknown, throughout where there is none of that name or it lies after as-of."""
        if name not in self.frame.columns:
            return np.full(len(rows), NAT)
        days = pd.to_datetime(self.frame[name]).dt.tz_localize(None).to_numpy(dtype="datetime64[D]")[rows]
        return np.where(days < self.today, days, NAT)

    def numbers(self, name: str, rows: np.ndarray) -> np.ndarray:
        if name not in self.frame.columns:
            return np.full(len(rows), np.nan)
        return self.frame[name].to_numpy(dtype=float, na_value=np.nan)[rows]

    def rolled(self, rows: np.ndarray, days: np.ndarray, step: Step) -> np.ndarray:
        """The first day from each on that the customer works and the step allows."""
        return self.days.following(self.country[rows], days, weekdays(step))


def weekdays(step: Step) -> tuple[int, ...]:
    """The step's weekdays, Monday 0."""
    return tuple(WEEKDAYS.index(day) for day in step.weekdays)


def made(rows: np.ndarray, anchor: np.ndarray, due: np.ndarray, done: np.ndarray, reason: str, **more: object) -> pd.DataFrame:
    """Occurrences as a frame; `more`: what the reason tells beyond its key."""
    base = {"rows": rows, "anchor": anchor, "due_on": due, "done_on": done, "latest_on": NAT, "reason": reason}
    told = base | {"since_on": NAT, "every": np.nan, "index": 0, "occasion": None} | more
    days = {c: np.full(len(rows), told[c], dtype="datetime64[s]") for c in ("due_on", "done_on", "latest_on", "since_on")}
    return pd.DataFrame(told | days)


def text(days: np.ndarray) -> np.ndarray:
    """Days as text that names an occurrence; `first` where there is no day."""
    return np.where(np.isnat(days), "first", np.datetime_as_string(days, unit="D")).astype(object)
