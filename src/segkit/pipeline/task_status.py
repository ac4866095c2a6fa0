"""The file in which people mark tasks: `task_id,status,until`, one line per task that is dismissed or snoozed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from segkit.errors import InputError

COLUMNS = ("task_id", "status", "until")
STATUS = ("dismissed", "snoozed")
TABLE = Path("tables") / "task_status.parquet"
"""Where the run holds it."""


def read(path: Path) -> pd.DataFrame:
    """One row per mark: task_id, status (dismissed, snoozed), until (a day; null where a dismissed task names none).

    Raises InputError with the line for a missing file or column, another status, a snoozed task without a day, or text that
    is no day (2026-07-31).
    """
    if not path.is_file():
        named = ",".join(COLUMNS)
        raise InputError(f"task_status: {path}: no such file. Write one that begins with {named}, or drop the key.")
    try:
        rows = pd.read_csv(path, dtype=str, encoding="utf-8-sig", skip_blank_lines=True)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}: not readable as CSV in UTF-8: {' '.join(str(error).split())}") from None
    absent = [name for name in COLUMNS[:2] if name not in rows.columns]
    if absent:
        raise InputError(f"{path.name}: no column {', '.join(absent)}; it has {', '.join(map(str, rows.columns))}.")
    rows = rows.reindex(columns=list(COLUMNS)).apply(lambda column: column.astype("str").str.strip())
    rows = rows[rows["task_id"].notna()]
    return rows.assign(status=_status(rows, path), until=_until(rows, path))


def _status(rows: pd.DataFrame, path: Path) -> pd.Series:
    status = rows["status"].str.lower()
    odd = rows[~status.isin(STATUS)]
    if len(odd):
        raise InputError(f'{path.name}: line {odd.index[0] + 2}: status "{odd["status"].iloc[0]}"; write dismissed or snoozed.')
    return status


def _until(rows: pd.DataFrame, path: Path) -> pd.Series:
    days = pd.to_datetime(rows["until"], format="%Y-%m-%d", errors="coerce")
    wrong = rows[(rows["until"].notna() | rows["status"].str.lower().eq("snoozed")) & days.isna()]
    if len(wrong):
        said = wrong["until"].iloc[0]
        said = "empty" if pd.isna(said) else f'"{said}"'
        raise InputError(f"{path.name}: line {wrong.index[0] + 2}: until is {said}; write a day such as 2026-07-31.")
    return days


def bring(path: Path, run: Path) -> None:
    """Write the marks as a table of the run."""
    (run / TABLE).parent.mkdir(parents=True, exist_ok=True)
    read(path).to_parquet(run / TABLE, index=False)
