"""Which past days a run looks back to: windows with a known outcome for back-tests, and the starts of past quarters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from segkit.schema import MOST_QUARTERS

QUARTERS = (90, 180, 270, 365)  # days that a horizon has where the config names none
LEAST_BEFORE = 60  # days of history that a window needs before it
LEAST_AHEAD = 30  # days below which an outcome says nothing
MOST_WINDOWS = 8
YEAR = 365  # days back to the window that tells the season
NEAR = 10  # days by which a window may miss it

Kind = Literal["window", "quarter"]


@dataclass(frozen=True)
class Look:
    """A past day: everything before `cutoff` is known, its outcome lies in the `horizon_days` from it on, before as-of."""

    cutoff: dt.date
    kind: Kind
    horizon_days: int


def horizon(median_gap_days: float | None) -> int:
    """The quarter that fits a firm: the first number of quarters in which a typical account orders twice."""
    wanted = 2 * (median_gap_days or 0)
    return next((days for days in QUARTERS if days >= wanted), QUARTERS[-1])


def looks(*, first: dt.date, as_of: dt.date, horizon_days: int, fiscal_year_start: int) -> list[Look]:
    """All past days of a run, the newest first, windows before quarters. `first`: the day of the first order."""
    windows = list(_windows(first, as_of, horizon_days))
    return [*windows, *_quarters(first, as_of, fiscal_year_start)]


def _windows(first: dt.date, as_of: dt.date, days: int) -> Iterator[Look]:
    """Windows of the full horizon, one horizon apart where the history holds five of them, else half of one, and last year's,
    which tells the season. A history too short for one has a single window of half its length."""
    history = (as_of - first).days
    least = max(LEAST_BEFORE, days // 2)
    if history < days + least:
        days = history // 2
        if days >= LEAST_AHEAD:
            yield Look(as_of - dt.timedelta(days), "window", days)
        return
    step = days if history >= 5 * days + least else max(days // 2, 1)
    backs = [days + i * step for i in range(MOST_WINDOWS)]
    if days <= YEAR and all(abs(back - YEAR) > NEAR for back in backs):
        backs = sorted([*backs, YEAR])
    for back in backs:
        if history - back >= least:
            yield Look(as_of - dt.timedelta(back), "window", days)


def _quarters(first: dt.date, as_of: dt.date, fiscal_year_start: int) -> Iterator[Look]:
    """The starts of the quarters before as-of, each with the days to the next one, the newest with those to as-of."""
    end = as_of
    for start in quarters(first, as_of, fiscal_year_start)[:MOST_QUARTERS]:
        yield Look(start, "quarter", (end - start).days)
        end = start


def quarters(first: dt.date, as_of: dt.date, fiscal_year_start: int) -> list[dt.date]:
    """The starts of all quarters between two days, the newest first, both days apart."""
    found, start = [], _quarter_before(as_of, fiscal_year_start)
    while start > first:
        found.append(start)
        start = _quarter_before(start, fiscal_year_start)
    return found


def _quarter_before(day: dt.date, fiscal_year_start: int) -> dt.date:
    """The last start of a quarter that lies before `day`."""
    last = day - dt.timedelta(1)
    months = (last.month - fiscal_year_start) % 3
    index = last.year * 12 + last.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, 1)
