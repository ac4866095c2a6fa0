"""Which earlier runs stay when a new one is whole (`keep_runs`). Nothing but runs of the same config is ever removed."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import shutil
from pathlib import Path

from segkit.errors import LockedError
from segkit.pipeline.folder import Folder, named
from segkit.settings import KeepRuns, Settings

log = logging.getLogger(__name__)
LEAVING = ".leaving"  # at the end of a name: a run on its way out, which no crash can make half a run under a run's name
DAY = r"\d{4}-\d\d-\d\d"


def clear(settings: Settings, newest: Path) -> list[Path]:
    """Remove the runs beside `newest` that the rule does not keep, what failed or broke off before the oldest one kept, and
    what an interrupted clearing left. Returns what was removed; mail ledgers stay.

    A run is of the config when its folder is called `<name>-<as-of>` after its own manifest, which says the same name and
    that it is done. The newest whole run, links, other folders, and what another process holds are never touched.
    """
    if settings.keep_runs is None or not re.fullmatch(_pattern(settings.name), newest.name):
        return []
    runs = {folder: day for folder in sorted(newest.parent.iterdir()) if (day := _day(folder, settings.name))}
    kept = keep(runs, settings.keep_runs) | {newest}
    remains = _remains(newest.parent, settings.name, before=min(runs[folder] for folder in kept if folder in runs))
    return [folder for folder in (*(run for run in runs if run not in kept), *remains) if _remove(folder)]


def keep(runs: dict[Path, dt.date], rule: KeepRuns) -> set[Path]:
    """The newest runs, and the last one of each of the newest months. `runs`: folder → as-of."""
    ordered = sorted(runs, key=runs.__getitem__, reverse=True)
    last_of_month: dict[tuple[int, int], Path] = {}
    for folder in ordered:
        last_of_month.setdefault((runs[folder].year, runs[folder].month), folder)
    return {*ordered[: rule.newest], *list(last_of_month.values())[: rule.months]}


def _pattern(name: str) -> str:
    return re.escape(named(name, "").name) + f"({DAY})"


def _day(folder: Path, name: str) -> dt.date | None:
    """The as-of of a whole run of that name; None for everything else."""
    match = re.fullmatch(_pattern(name), folder.name)
    if not match or folder.is_symlink() or not folder.is_dir():
        return None
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        same = (manifest["name"], manifest["as_of"], manifest["status"]) == (name, match[1], "done")
        return dt.date.fromisoformat(match[1]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remains(parent: Path, name: str, *, before: dt.date) -> list[Path]:
    """Failed and unfinished attempts of days before that one, and runs on their way out."""
    found = []
    for folder in sorted(parent.iterdir()):
        match = re.fullmatch(_pattern(name) + r"\.(failed|partial|leaving)", folder.name)
        if match and folder.is_dir() and not folder.is_symlink() and (match[2] == "leaving" or match[1] < before.isoformat()):
            found.append(folder)
    return found


def _remove(folder: Path) -> bool:
    """Rename, then delete. What another process holds is left to it."""
    leaving = folder if folder.name.endswith(LEAVING) else folder.with_name(folder.name + LEAVING)
    final = folder.with_name(re.sub(r"\.(failed|partial|leaving)$", "", folder.name))
    try:
        with Folder(final).lock():
            if leaving != folder:
                shutil.rmtree(leaving, ignore_errors=True)
                folder.rename(leaving)
            shutil.rmtree(leaving)
    except (LockedError, OSError) as error:
        log.warning("keep_runs: %s stays: %s", folder.name, error)
        return False
    log.info("keep_runs: %s removed", folder.name)
    return True
