"""What was told, and when: `alerts.parquet` in the firm's history, so that no alert is told twice.

A run reads it at its start and adds what it told once it stands under its final name; a run that fails adds nothing. Rows are
never changed: whatever a repeated run of the same or an earlier day adds, an alert keeps the day on which it was first told.
Should the machine stop between the two steps, the next run tells these alerts again rather than never.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from segkit.errors import InputError
from segkit.settings import Settings

FILE = "alerts.parquet"
TABLE = Path("tables") / "told_alerts.parquet"
"""Where the run holds what was told before it."""
ALERTS = Path("tables") / "alerts.parquet"
COLUMNS = ("alert_id", "customer_id", "kind", "first_told_on")


def read(file: Path) -> pd.DataFrame:
    """One row per alert told: alert_id, customer_id, kind, first_told_on; none where there is no file yet. Raises InputError
    where the file is something else."""
    if not file.is_file():
        kinds = {**dict.fromkeys(COLUMNS[:3], "object"), COLUMNS[3]: "datetime64[us]"}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    try:
        return pd.read_parquet(file, columns=list(COLUMNS))
    except (OSError, ValueError) as error:
        remedy = "Put back a sound copy, or move it away: then every open alert is told anew."
        raise InputError(f"history: {file.name}: not readable: {' '.join(str(error).split())}. {remedy}") from None


def check(settings: Settings) -> None:
    """Prove that the ledger can be read before anything runs. Raises InputError."""
    if settings.snapshots is not None:
        read(settings.snapshots / FILE)


def bring(settings: Settings, run: Path) -> None:
    """Write what was told before as a table of the run; none where the firm keeps no history."""
    (run / TABLE).unlink(missing_ok=True)
    if settings.snapshots is not None:
        read(settings.snapshots / FILE).to_parquet(run / TABLE, index=False)


def keep(settings: Settings, run: Path) -> None:
    """Add what a finished run told to the ledger, whole or not at all. A run without alerts adds nothing."""
    if settings.snapshots is None or not (run / ALERTS).is_file():
        return
    from filelock import FileLock

    alerts = pd.read_parquet(run / ALERTS, columns=list(COLUMNS))
    folder = settings.snapshots
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{FILE}.lock"):
        known = read(folder / FILE)
        fresh = alerts[alerts["first_told_on"].notna() & ~alerts["alert_id"].isin(known["alert_id"])]
        parts = [part for part in (known, fresh) if len(part)]
        if not len(fresh):
            return
        draft = folder / f".{FILE}.part"
        pd.concat(parts, ignore_index=True).to_parquet(draft, index=False)
        draft.replace(folder / FILE)
