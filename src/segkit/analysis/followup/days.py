"""Working days of each country, its public holidays by name, and instants from a local clock.

Holidays and weekends: library `holidays`, public holidays of the whole country. Days on which a weekend is worked instead
stay closed: nobody is called on a Sunday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from holidays import HolidayBase

WEEKEND = frozenset({5, 6})
UNKNOWN = ""  # the code of customers whose country is not known: Saturdays and Sundays are closed
LANGUAGES = {"en": ("en_US", "en_GB", "en"), "zh": ("zh_CN", "zh_TW", "en_US", "en")}


class WorkingDays:
    """Which days are open in which country, from `first` to `last`; days beyond are taken as the nearest of them."""

    def __init__(self, countries: Iterable[str], *, first: dt.date, last: dt.date) -> None:
        self.first, self.days = np.datetime64(first, "D"), (last - first).days + 1
        self.codes = {code: i for i, code in enumerate(dict.fromkeys([UNKNOWN, *countries]))}
        self.weekday = (np.arange(self.days) + first.weekday()) % 7
        years = tuple(range(first.year, last.year + 1))
        self.open = np.array([self._open(code, years) for code in self.codes])
        self._next: dict[tuple[int, ...], np.ndarray] = {}

    def _open(self, country: str, years: tuple[int, ...]) -> np.ndarray:
        found = ~np.isin(self.weekday, list(weekend(country)))
        closed = [(np.datetime64(day, "D") - self.first).astype(int) for day in public_holidays(country, years)]
        found[[at for at in closed if 0 <= at < self.days]] = False
        return found

    def rows(self, countries: pd.Series) -> np.ndarray:
        """The number of each customer's country here; that of the unknown where it is not among them."""
        return countries.map(self.codes).fillna(0).to_numpy(dtype=int)

    def place(self, days: np.ndarray) -> np.ndarray:
        """Days as numbers from `first`; unknown ones as 0."""
        numbers = (days - self.first).astype("timedelta64[D]")
        return np.clip(np.where(np.isnat(numbers), 0, numbers.astype("int64")), 0, self.days - 1)

    def allowed(self, countries: np.ndarray, days: np.ndarray, weekdays: Sequence[int] = range(7)) -> np.ndarray:
        """Whether a country works on that day, and it is one of the weekdays."""
        at = self.place(days)
        return self.open[countries, at] & np.isin(self.weekday[at], list(weekdays))

    def following(self, countries: np.ndarray, days: np.ndarray, weekdays: Sequence[int] = range(7)) -> np.ndarray:
        """The first allowed day from each day on, itself included; unknown days stay unknown."""
        table = self._reach(tuple(weekdays))
        found = self.first + table[countries, self.place(days)].astype("timedelta64[D]")
        return np.where(np.isnat(days), np.datetime64("NaT", "D"), found)

    def preceding(self, countries: np.ndarray, days: np.ndarray) -> np.ndarray:
        """The last working day up to each day, itself included."""
        at = self.place(days)
        last = np.maximum.accumulate(np.where(self.open, np.arange(self.days), 0), axis=1)
        found = self.first + last[countries, at].astype("timedelta64[D]")
        return np.where(np.isnat(days), np.datetime64("NaT", "D"), found)

    def _reach(self, weekdays: tuple[int, ...]) -> np.ndarray:
        """For every country and day the number of the next allowed day; the last day where none comes."""
        if weekdays not in self._next:
            fits = self.open & np.isin(self.weekday, list(weekdays))
            numbers = np.where(fits, np.arange(self.days), self.days - 1)
            self._next[weekdays] = np.minimum.accumulate(numbers[:, ::-1], axis=1)[:, ::-1]
        return self._next[weekdays]


@cache
def weekend(country: str) -> frozenset[int]:
    """Weekdays (Monday 0) on which a country does not work; Saturday and Sunday where the library does not know it."""
    calendar = _calendar(country, (2026,), None)
    return frozenset(calendar.weekend) if calendar is not None else WEEKEND


@cache
def public_holidays(country: str, years: tuple[int, ...], language: str = "en") -> dict[dt.date, str]:
    """Day → name of a country's public holidays, in the language where the library has it, else in English, else in the
    country's own; empty for a country that it does not know."""
    calendar = _calendar(country, years, language)
    return {} if calendar is None else dict(calendar.items())


def _calendar(country: str, years: tuple[int, ...], language: str | None) -> HolidayBase | None:
    import holidays

    if country not in _supported():
        return None
    spoken = getattr(holidays, country, None)
    known = getattr(spoken, "supported_languages", ()) if spoken else ()
    chosen = next((code for code in LANGUAGES.get(language or "", ()) if code in known), None)
    return holidays.country_holidays(country, years=list(years), language=chosen)


@cache
def _supported() -> frozenset[str]:
    import holidays

    return frozenset(holidays.list_supported_countries(include_aliases=False))


def coming_holidays(countries: Iterable[str], *, after: dt.date, until: dt.date, language: str) -> pd.DataFrame:
    """One row per country and holiday after a day and up to another: country_code, on, name. Of holidays without a
    working day between them the first stands for all."""
    years = tuple(range(after.year, until.year + 1))
    rows = []
    for country in sorted(set(countries) - {UNKNOWN}):
        named = public_holidays(country, years, language)
        days = sorted(day for day in named if after < day <= until and not _continued(day, named, weekend(country)))
        rows += [(country, pd.Timestamp(day), named[day]) for day in days]
    return pd.DataFrame(rows, columns=["country_code", "on", "name"])


def _continued(day: dt.date, named: Mapping[dt.date, str], rest: frozenset[int]) -> bool:
    """Whether a holiday goes on from an earlier one, with nothing but weekend days between."""
    before = day - dt.timedelta(days=1)
    while before.weekday() in rest and before not in named:
        before -= dt.timedelta(days=1)
    return before in named


def instants(days: pd.Series, clock: pd.Series, zones: pd.Series) -> pd.Series:
    """UTC instants of a local day and clock time (`13:00`) in an IANA zone. A time that the change to daylight saving skips
    moves forward; of one that comes twice the first is meant."""
    local = pd.to_datetime(days) + pd.to_timedelta(clock.astype(str) + ":00")
    found = pd.Series(pd.NaT, index=days.index, dtype="datetime64[us, UTC]")
    for zone, part in local.groupby(zones, sort=False):
        there = part.dt.tz_localize(str(zone), ambiguous=np.ones(len(part), dtype=bool), nonexistent="shift_forward")
        found.loc[part.index] = there.dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    return found


def local_texts(moments: pd.Series, zones: pd.Series) -> pd.Series:
    """The instants on the clock of each zone, with its offset: `2026-10-08T13:00+03:00`."""
    found = pd.Series("", index=moments.index, dtype=object)
    for zone, part in moments.groupby(zones, sort=False):
        there = part.dt.tz_convert(str(zone))
        text = there.dt.strftime("%Y-%m-%dT%H:%M%z")
        found.loc[part.index] = (text.str[:-2] + ":" + text.str[-2:]).to_numpy()
    return found
