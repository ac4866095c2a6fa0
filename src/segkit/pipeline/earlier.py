"""Models that an earlier run left, brought into a run so that what they numbered keeps its numbers, and kept for the next.

They lie under `models/<name>/<as-of>.json` of the firm's history; a firm without one has those of the run that is replaced.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

from segkit.errors import InputError
from segkit.pipeline.places import short
from segkit.settings import Settings

MODELS, EARLIER = "models", "earlier"


def bring(settings: Settings, run: Path, *, as_of: dt.date, replaced: Path) -> None:
    """Copy the newest model of each name from before `as_of` to `models/earlier/` of the run. `replaced`: the folder whose
    run makes room for this one. Raises InputError where a file cannot be read."""
    for name, file in _found(settings, as_of, replaced).items():
        try:
            json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{short(file)}: not readable as JSON: {error}. Remove it, and ids are given anew.") from None
        target = run / MODELS / EARLIER / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _found(settings: Settings, as_of: dt.date, replaced: Path) -> dict[str, Path]:
    """The name of each model → its newest file."""
    if settings.snapshots:
        folders = sorted((settings.snapshots / MODELS).glob("*/"))
        days = {one.name: [file for file in sorted(one.glob("*.json")) if _before(file.stem, as_of)] for one in folders}
        return {name: files[-1] for name, files in days.items() if files}
    manifest = replaced / "manifest.json"
    if not manifest.is_file() or not _before(str(json.loads(manifest.read_text(encoding="utf-8")).get("as_of")), as_of):
        return {}
    return {file.stem: file for file in sorted((replaced / MODELS).glob("*.json"))}


def _before(day: str, as_of: dt.date) -> bool:
    try:
        return dt.date.fromisoformat(day) < as_of
    except ValueError:
        return False


def keep(settings: Settings, run: Path, *, as_of: dt.date) -> None:
    """Keep the models of a whole run in the firm's history, where it keeps one; those of the same day are replaced."""
    if not settings.snapshots:
        return
    for file in sorted((run / MODELS).glob("*.json")):
        target = settings.snapshots / MODELS / file.stem / f"{as_of}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".new")
        shutil.copyfile(file, fresh)
        fresh.replace(target)
