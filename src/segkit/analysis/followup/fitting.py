"""Tasks into people's hours: the most valuable first, day by day; what does not fit is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segkit.analysis.followup.scene import Scene

if TYPE_CHECKING:
    from segkit.analysis.followup.tasks import Options

WORKED = 5  # days of a salesperson's week, Monday to Friday
OVER = 7  # days after those planned on which what fell due near their end may still be done
LATE = 4  # last days planned, whose tasks those are
BOTH = 0.5  # share of hours for prospects and growth where a role is not known


def fit(tasks: pd.DataFrame, owners: pd.DataFrame, scene: Scene, *, options: Options) -> pd.DataFrame:
    """Tasks with `fits` and the `day` they are planned for.

    Each person has `hours_per_week` × `planned_share` minutes, a fifth of them a day; of a day hunters' and farmers' shares go
    to their own kind of work first, then what is left to any. Urgent tasks come first, then those that cannot wait (a greeting
    has its day), then by value. A task that is too long for any day gets one of its own. One that does not fit on its first day
    is tried on every later day planned that suits the customer (what fell due in the last of them in the week after, too), and
    keeps its first day where none has room. Only open tasks of a person that cost time are fitted.
    """
    tasks = tasks.reset_index(drop=True)
    asked = tasks["status"].eq("open") & tasks["owner"].notna() & ~tasks["automated"].astype(bool)
    tasks["fits"] = pd.Series(pd.NA, index=tasks.index, dtype="boolean")
    tasks.loc[asked, "fits"] = False
    first = pd.Timestamp(scene.as_of)
    dates = [day for day in pd.date_range(first, periods=scene.ahead + OVER) if day.weekday() < WORKED]
    rows = np.flatnonzero(asked)
    suits = _suits(tasks.iloc[rows], dates, scene)
    hours = budgets(owners, options=options)
    placed = np.full(len(tasks), -1)
    for owner, part in tasks.iloc[rows].groupby("owner", sort=False):
        own = np.searchsorted(rows, part.index.to_numpy())
        placed[part.index] = _place(
            part, suits[own], hours.get(str(owner), _budget(options.hours_per_week, BOTH, options)), len(dates)
        )
    found = placed >= 0
    chosen = np.array(dates, dtype="datetime64[s]")[np.maximum(placed, 0)] if dates else tasks["day"].to_numpy()
    return tasks.assign(
        fits=tasks["fits"].mask(found, True), day=np.where(found, chosen, tasks["day"].to_numpy(dtype="datetime64[s]"))
    )


@dataclass(frozen=True)
class Budget:
    """Minutes of one day for planned touches, of them those for prospects and growth (`hunt`), for customers (`farm`)."""

    day: float
    hunt: float
    farm: float


def budgets(owners: pd.DataFrame, *, options: Options) -> dict[str, Budget]:
    """Each salesperson's minutes a day."""
    shares = dict(options.hunting)
    hours = owners["hours_per_week"].astype(float).fillna(options.hours_per_week)
    return {
        str(owner): _budget(week, shares.get(str(role), BOTH), options)
        for owner, role, week in zip(owners["owner"], owners["role"], hours, strict=True)
    }


def _budget(week: float, hunting: float, options: Options) -> Budget:
    day = week * 60 * options.planned_share / WORKED
    return Budget(day, day * hunting, day * (1 - hunting))


def _suits(tasks: pd.DataFrame, dates: list[pd.Timestamp], scene: Scene) -> np.ndarray:
    """Tasks × days: whether the customer works, the step allows the weekday, and the day is not before the task's first or
    after its last. Days after those planned are for what fell due in the last four of them."""
    end = np.datetime64(scene.as_of, "D") + scene.ahead
    country = scene.country[tasks["rows"].to_numpy(dtype=int)]
    days = tasks["day"].to_numpy(dtype="datetime64[D]")
    last = tasks["latest_on"].to_numpy(dtype="datetime64[D]")
    found = np.zeros((len(tasks), len(dates)), dtype=bool)
    for allowed, part in tasks.reset_index(drop=True).groupby("weekdays", sort=False):
        at = part.index.to_numpy()
        for d, date in enumerate(dates):
            day = np.full(len(at), np.datetime64(date, "D"))
            works = scene.days.allowed(country[at], day, allowed)  # type: ignore[arg-type]
            found[at, d] = works & (day >= days[at]) & (np.isnat(last[at]) | (day <= last[at]))
            found[at, d] &= (day < end) | (days[at] >= end - LATE)
    return found


def _place(tasks: pd.DataFrame, suits: np.ndarray, budget: Budget, days: int) -> np.ndarray:
    """The number of the day of each task, -1 where it fits on none."""
    fixed = tasks["latest_on"].notna().to_numpy()
    rank = np.where(tasks["urgent"].to_numpy(dtype=bool), 0, np.where(fixed, 1, 2))
    order = np.lexsort((tasks["task_id"].to_numpy(dtype=str), -tasks["value"].to_numpy(), rank))
    minutes = tasks["minutes"].to_numpy(dtype=float)
    hunting = tasks["work"].eq("hunt").to_numpy()
    placed = np.full(len(tasks), -1)
    waiting = list(order)
    for day in range(days):
        there = [i for i in waiting if suits[i, day]]
        taken = _fill_day(there, minutes, hunting, budget)
        placed[list(taken)] = day
        waiting = [i for i in waiting if i not in taken]
    return placed


def _fill_day(there: list[int], minutes: np.ndarray, hunting: np.ndarray, budget: Budget) -> set[int]:
    """Own shares first, then what is left of the day to any."""
    left, side = budget.day, {True: budget.hunt, False: budget.farm}
    taken: set[int] = set()
    for own_share in (True, False):
        for i in there:
            kind, long = bool(hunting[i]), minutes[i]
            room = left if not own_share else min(left, side[kind])
            alone = not taken and long > budget.day
            if i not in taken and (long <= room or alone):
                taken.add(i)
                left -= long
                side[kind] -= long
    return taken


def one_after_another(tasks: pd.DataFrame) -> pd.Series:
    """`due_at`: a person's fitting tasks of a day follow each other from the beginning of each one's hours (`begin_at`), as far
    as its hours (`until_at`) allow; all others begin with their hours."""
    at = tasks["begin_at"].copy()
    fitting = tasks[tasks["fits"].fillna(False).astype(bool)].sort_values(
        ["begin_at", "value", "task_id"], ascending=[True, False, True]
    )
    begin = fitting["begin_at"].astype("int64").to_numpy() // 60_000_000
    until = fitting["until_at"].astype("int64").to_numpy() // 60_000_000
    long = fitting["minutes"].to_numpy(dtype="int64")
    starts = begin.copy()
    free: dict[tuple[object, object], int] = {}
    for i, key in enumerate(zip(fitting["owner"], fitting["day"], strict=True)):
        start = max(begin[i], free.get(key, begin[i]))
        starts[i] = start if start + long[i] <= until[i] else begin[i]
        free[key] = max(free.get(key, 0), starts[i] + long[i])
    at.loc[fitting.index] = pd.to_datetime(starts * 60_000_000, unit="us", utc=True).astype("datetime64[us, UTC]")
    return at
