"""Holidays of a customer's country and birthdays of its people: reasons to write, each with its last day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from segkit.analysis.followup.days import coming_holidays
from segkit.analysis.followup.scene import Scene, made, text
from segkit.schemes.playbooks import Step

GREETED = 3  # days before an occasion's due day from which a touch counts for it


def occasion(step: Step, rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """The last working day before a holiday; a birthday, or the last working day before it. Not after the day itself."""
    found = _holidays(rows, scene) if step.cadence.occasion == "holiday" else _birthdays(rows, scene)
    own, on = found["rows"].to_numpy(dtype=int), found["on"].to_numpy(dtype="datetime64[D]")
    holiday = step.cadence.occasion == "holiday"
    due = scene.days.preceding(scene.country[own], on - 1 if holiday else on)
    done = scene.touched.first(step.counts, own, due - GREETED)
    return made(
        own, text(on), due, done, str(step.cadence.occasion), since_on=on, latest_on=on, occasion=found["name"].to_numpy()
    )


def _holidays(rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """The next holiday of each customer within the days planned."""
    until = scene.as_of + dt.timedelta(days=scene.ahead)
    coming = coming_holidays(scene.countries.unique(), after=scene.as_of, until=until, language=scene.language)
    first = coming.drop_duplicates("country_code").rename(columns={"country_code": "code"})
    return pd.DataFrame({"rows": rows, "code": scene.countries.to_numpy()[rows]}).merge(first, on="code")


def _birthdays(rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """The birthdays within the days planned. `birthdays` of the accounts holds (day, person) pairs, see `tasks.accounts`."""
    if "birthdays" not in scene.frame:
        return pd.DataFrame({"rows": [], "on": pd.to_datetime([]), "name": []})
    own = scene.frame["birthdays"].iloc[rows].reset_index(drop=True)
    long = pd.DataFrame({"rows": rows, "pair": own}).explode("pair").dropna(subset="pair")
    born = pd.to_datetime(pd.Series([day for day, _ in long["pair"]], index=long.index, dtype="datetime64[s]"))
    on = coming_day(born, scene.as_of)
    found = long.assign(on=on, name=[person for _, person in long["pair"]])
    near = found[found["on"] < pd.Timestamp(scene.as_of) + pd.Timedelta(days=scene.ahead)]
    return near.drop(columns="pair").reset_index(drop=True)


def coming_day(born: pd.Series, as_of: dt.date) -> pd.Series:
    """The next birthday from as-of on; 29 February is kept on the 28th where there is none."""
    days = []
    for day in born:
        this = _birthday(day, as_of.year)
        days.append(this if this >= as_of else _birthday(day, as_of.year + 1))
    return pd.Series(pd.to_datetime(days), index=born.index, dtype="datetime64[s]")


def _birthday(born: pd.Timestamp, year: int) -> dt.date:
    leap = born.month == 2 and born.day == 29
    return dt.date(year, born.month, 28 if leap and not pd.Timestamp(year, 1, 1).is_leap_year else born.day)
