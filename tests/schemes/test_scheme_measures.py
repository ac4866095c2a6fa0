"""Each word of the derived columns on a table small enough to work out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segkit.schemes import Derived
from segkit.schemes.measures import derive
from segkit.schemes.view import View

TABLE = pd.DataFrame(
    {
        "a": [4.0, 2.0, None, 0.0],
        "b": [2.0, 0.0, 1.0, 4.0],
        "text": ["x", None, "y", "x"],
        "other": ["z", "x", "z", None],
        "day": pd.to_datetime(["2026-06-30", None, "2026-07-01", "2025-07-01"]),
    }
)


def derived(table=TABLE, as_of=dt.date(2026, 7, 1), **word):
    view = View(table)
    derive({"new": Derived(**word)}, view, among=np.ones(len(table), dtype=bool), as_of=as_of)
    values = pd.Series(view.derived()["new"]).astype(object)
    return [None if missing else value for value, missing in zip(values, values.isna(), strict=True)]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ({"ratio": ["a", "b"]}, [2.0, None, None, 0.0]),
        ({"difference": ["a", "b"]}, [2.0, 2.0, None, -4.0]),
        ({"sum": ["a", "b", "absent"]}, [6.0, 2.0, 1.0, 4.0]),
        ({"weighted": {"a": 10, "b": 1}}, [42.0, 20.0, 1.0, 4.0]),
        ({"first_of": ["a", "b"]}, [4.0, 2.0, 1.0, 0.0]),
        ({"first_of": ["text", "other", "absent"]}, ["x", "x", "y", "x"]),
        ({"estimated": {"of": "a", "by": "b"}}, [4.0, 2.0, 1.0, 0.0]),  # 6 for 6 where both are known
        ({"estimated": {"of": "absent", "by": "b"}}, [2.0, 0.0, 1.0, 4.0]),
        ({"days_since": "day"}, [1.0, None, 0.0, 365.0]),
        ({"rank_share": "b"}, [0.25, 0.75, 0.5, 0.0]),
        ({"cumulative_share": "b"}, [4 / 7, 1.0, 6 / 7, 0.0]),
        ({"known_share": ["a", "text", "absent"]}, [1.0, 0.5, 0.5, 1.0]),
        ({"count_of": "text"}, [2.0, None, 1.0, 2.0]),
        ({"signs": [{"a": {"min": 2}}, {"text": "x"}, {"absent": {"min": 1}}]}, [2.0, 1.0, 0.0, 1.0]),
        ({"score": {"of": "b", "bins": 2}}, [2.0, 1.0, 1.0, 2.0]),
        ({"score": {"of": "b", "bins": 2, "best": "low"}}, [1.0, 2.0, 2.0, 1.0]),
        ({"band": {"of": "a", "cuts": [2], "names": ["low", "high"]}}, ["high", "low", None, "low"]),
        ({"band": {"of": "a", "at": "mean", "names": ["low", "high"], "equal": "upper"}}, ["high", "high", None, "low"]),
        ({"band": {"of": "a", "cuts": [2], "names": ["low", "high"], "missing": "high"}}, ["high", "low", "high", "low"]),
        (
            {"band": {"of": "b", "quantiles": 2, "names": ["low", "high"]}, "over": {"b": {"min": 2}}},
            ["low", None, None, "high"],
        ),
        ({"rank_share": "b", "over": {"text": "x"}}, [0.5, None, None, 0.0]),
    ],
)
def test_each_word_says_what_it_measures(word, expected):
    assert derived(**word) == [None if x is None else pytest.approx(x) if isinstance(x, float) else x for x in expected]


def test_days_since_needs_the_day_as_of_which():
    with pytest.raises(ValueError, match="as_of is needed for the days since day"):
        derived(as_of=None, days_since="day")


def test_nothing_is_measured_of_an_empty_table():
    assert derived(TABLE.iloc[:0], cumulative_share="b") == []
    assert derived(TABLE.iloc[:0], score={"of": "b"}) == []


def test_a_column_that_the_table_brings_is_taken_as_it_stands():
    view = View(TABLE.assign(new=[9, 9, 9, 9]))
    derive({"new": Derived(sum=("a",))}, view, among=np.ones(4, dtype=bool), as_of=None)
    assert view.numbers("new").tolist() == [9.0, 9.0, 9.0, 9.0]
    assert view.derived() == {}
