"""The firm's history: a finished run keeps a snapshot of its customers, whole or not at all, replacing its own date's only.

A snapshot is written beside its place first, and moved there once the run stands under its final name.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segkit.errors import InputError, StepError
from segkit.pipeline.places import demo_config, short
from segkit.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from segkit.workbench import Run

log = logging.getLogger(__name__)

PLACE = "as_of="
SCORES = ("r_score", "f_score", "m_score")
ALWAYS = ("customer_id", "recency_days", "frequency", "monetary", "tenure_days", "first_order_on", "last_order_on")
WAIT = 60  # seconds for another run that moves its snapshot into place
STALE = 86_400  # seconds after which a draft is what a killed run left


def placed(settings: Settings, *, keep: bool = True) -> Settings:
    """The settings with the place of the history said: segkit's own demo keeps its snapshots where the reports lie, so that
    neither the clone nor the installed package changes; without `keep` nothing is read or kept."""
    if not keep:
        return settings.model_copy(update={"history": False})
    if settings.history is None and settings.folder == _demo():
        settings = settings.model_copy(update={"history": str(Path("snapshots", settings.name).resolve())})
    elif settings.history is None and not _writable(settings.snapshots):
        log.warning(
            "No snapshot is kept: %s cannot be written. Name a folder under history.",
            short(settings.snapshots or settings.folder),
        )
        return settings.model_copy(update={"history": False})
    return settings


def _writable(place: Path | None) -> bool:
    """Whether a folder can be made or written there."""
    there = next((one for one in [place, *place.parents] if one.exists()), None) if place else None
    return there is not None and there.is_dir() and os.access(there, os.W_OK)


def _demo() -> Path | None:
    try:
        return demo_config().resolve().parent
    except InputError:
        return None


def check(settings: Settings) -> None:
    """Before anything runs: the place can hold a history, and what an interrupted replacement moved aside is put back.
    Raises InputError with the remedy."""
    from segkit.crm import snapshots

    place = settings.snapshots
    if place is None:
        return
    if place.exists() and not place.is_dir():
        raise InputError(f"history: {short(place)} is a file. Name a folder under history.")
    for old in place.glob(f".{PLACE}*.old"):
        final = place / old.name.removeprefix(".").removesuffix(".old")
        shutil.rmtree(old) if final.exists() else old.rename(final)
    for left in place.glob(f".{PLACE}*.draft"):
        if time.time() - left.stat().st_mtime > STALE:
            shutil.rmtree(left, ignore_errors=True)
    snapshots.kept(place, name=settings.name)


@dataclass(frozen=True)
class Draft:
    """A snapshot that is written, but not in its place yet; each process has a draft of its own."""

    final: Path

    @property
    def folder(self) -> Path:
        return self.final.with_name(f".{self.final.name}.{os.getpid()}.draft")

    @property
    def _old(self) -> Path:
        return self.final.with_name(f".{self.final.name}.old")

    def place(self) -> None:
        """Take the place of the snapshot of the same date; the earlier one is moved aside first and removed last."""
        from filelock import FileLock

        with FileLock(self.final.with_name(".lock"), timeout=WAIT):
            shutil.rmtree(self._old, ignore_errors=True)
            if self.final.exists():
                self.final.rename(self._old)
            self.folder.rename(self.final)
            shutil.rmtree(self._old, ignore_errors=True)


def draft(settings: Settings, run_dir: Path) -> Draft | None:
    """Write the snapshot of a run that is about to be final; None where nothing is kept or the run has no tiers.
    Raises StepError where it cannot be written."""
    from segkit.workbench import open_run

    if settings.snapshots is None or not (run_dir / "tables" / "tiers.parquet").is_file():
        return None
    run = open_run(run_dir, "history")
    made = Draft(settings.snapshots / f"{PLACE}{run.as_of}")
    try:
        shutil.rmtree(made.folder, ignore_errors=True)
        made.folder.mkdir(parents=True)
        _write(run, made.folder, settings)
    except OSError as error:
        shutil.rmtree(made.folder, ignore_errors=True)
        said = f"{short(settings.snapshots)}: the snapshot of this run cannot be written: {error.strerror or error}"
        raise StepError(f"{said}. Make room or name another folder under history, then run again with --resume.") from None
    return made


def _write(run: Run, folder: Path, settings: Settings) -> None:
    """The files that `crm.snapshots` reads."""
    from segkit.crm import snapshots

    _customers(run).to_parquet(folder / "customers.parquet", index=False, compression="zstd")
    snapshots.write_tiers(run.folder / "tables", folder / "tiers.parquet")
    for ours, theirs in {"tier_cuts": "cuts", "rates": "rates"}.items():
        if run.has(ours):
            shutil.copyfile(run.folder / "tables" / f"{ours}.parquet", folder / f"{theirs}.parquet")
    about = {"name": settings.name, "as_of": str(run.as_of), "currency": run.currency}
    about["segkit"] = run.manifest["versions"].get("segkit", "")
    (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _customers(run: Run) -> pd.DataFrame:
    """What the schemes read of each customer, and its R, F and M with their scores."""
    customers = run.customers()
    wanted = {*ALWAYS, *(column for scheme in run.schemes() for column in scheme.used)}
    found = customers[[c for c in customers.columns if c in wanted]]
    if run.has("rfm"):
        found = found.merge(run.table("rfm")[["customer_id", *SCORES]], on="customer_id", how="left")
    return found.sort_values("customer_id", ignore_index=True)
