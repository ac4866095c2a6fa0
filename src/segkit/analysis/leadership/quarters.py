"""Which quarters are compared, and series of figures over them.

A series has one row per figure and day: figure, on, value. `on` is the day as of which the value holds, that day not included:
of a quarter the first day after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

QUARTER = pd.DateOffset(months=3)
COLUMNS = ("figure", "on", "value")


def whole(days: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """The past quarters that are over by `as_of`, oldest first: begin (first day), end (first day after it). `days`: past_days
    of the run (cutoff, kind), whose quarters begin with the fiscal year; without any there is none."""
    begin = pd.to_datetime(days.loc[days["kind"].eq("quarter"), "cutoff"]).sort_values(ignore_index=True)
    spans = pd.DataFrame({"begin": begin, "end": begin + QUARTER})
    return spans[spans["end"] <= pd.Timestamp(as_of)].reset_index(drop=True)


def last_two(spans: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Begin and end of the last whole quarter and of the one before it, the newer first; fewer where there are fewer."""
    newest = spans.tail(2).iloc[::-1]
    return list(zip(newest["begin"], newest["end"], strict=True))


def every(first: pd.Timestamp, *, as_of: dt.date) -> pd.DataFrame:
    """All whole quarters from the one that begins on `first` on: begin, end."""
    begin = pd.date_range(first, pd.Timestamp(as_of), freq=QUARTER)
    spans = pd.DataFrame({"begin": begin, "end": begin + QUARTER})
    return spans[spans["end"] <= pd.Timestamp(as_of)].reset_index(drop=True)


def seen_whole(spans: pd.DataFrame) -> pd.DataFrame:
    """Without the first quarter of an extract, of which its begin may be missing and in which old customers look new; alone it
    stays."""
    return spans.iloc[1:].reset_index(drop=True) if len(spans) > 1 else spans


def series(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of one day each (`on` and a value per figure) as a series. Figures that are null on every day are in no row."""
    frame = pd.DataFrame(list(rows), columns=list(rows[0]) if rows else ["on"])
    long = frame.melt(id_vars="on", var_name="figure", value_name="value").astype({"value": "float64"})
    known = long.groupby("figure")["value"].transform("count") > 0
    return long[known][list(COLUMNS)].reset_index(drop=True)
