"""Tables as CSV files that are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings of a text that a spreadsheet may take for a formula (OWASP, CSV Injection)."""


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table: a header, then one record per row; RFC 4180 quoting, UTF-8 with a byte order mark.

    A text, header or list that begins like a formula gets a leading apostrophe, so that it is shown and never computed; so
    do `+49 555 …` and `-`. Numbers stay numbers; unknown values are empty; days are written as 2026-06-30.
    """
    safe = frame.rename(columns=defused)
    for place in range(frame.shape[1]):
        safe.isetitem(place, _column(frame.iloc[:, place]))
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)


def _column(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return values
    return values.astype(object).map(defused, na_action="ignore")


def defused(value: Any) -> Any:
    """A text that begins like a formula, blanks aside, with an apostrophe before it; everything else as it is."""
    if isinstance(value, list | tuple | set | dict):
        value = str(value)
    if isinstance(value, str) and (value.startswith(RISKY) or value.lstrip().startswith(RISKY)):
        return f"'{value}"
    return value
