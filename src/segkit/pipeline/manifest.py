"""`manifest.json`: what a run read, left out, was asked for, ran with and took. No paths of the machine, no secrets."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import re
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from segkit.pipeline import own
from segkit.settings import Settings

_LIBRARIES = """
    segkit pandas numpy scipy scikit-learn duckdb ibis-framework pyarrow matplotlib seaborn papermill nbconvert
"""

Content = dict[str, Any]


class Manifest:
    """The manifest of one run, on disk after every change."""

    def __init__(self, file: Path, content: Content) -> None:
        self.file = file
        self.content = content
        self._lock = threading.Lock()

    def update(self, **changes: Any) -> None:
        """Set keys and write."""
        with self._lock:
            self.content |= changes
            self._write()

    def step(self, name: str, **changes: Any) -> None:
        """Set what is known of a step and write; steps stand in the order in which they were first named."""
        with self._lock:
            self.content["steps"].setdefault(name, {}).update(changes)
            self._write()

    def _write(self) -> None:
        fresh = self.file.with_suffix(".json.new")
        fresh.write_text(json.dumps(self.content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
        fresh.replace(self.file)


def content(settings: Settings, *, summary: Any, config: str, started: dt.datetime) -> Content:
    """A manifest at the start of a run. `summary` is the extract's, `config` the digest of what was asked for."""
    return {
        "name": settings.name,
        "title": settings.title,
        "as_of": summary.as_of.isoformat(),
        "currency": settings.currency,
        "language": settings.language,
        "horizon_days": summary.horizon_days,
        "fiscal_year_start": settings.fiscal_year_start,
        "max_left_out": settings.max_left_out,
        "schemes": settings.schemes,
        "privacy": settings.privacy,
        "status": "running",
        "started_at": started.isoformat(timespec="seconds"),
        "rows": summary.rows,
        "notes": summary.notes,
        "inputs": summary.inputs,
        "config_sha256": config,
        "parameters": {},
        "versions": versions(),
        "timings": {},
        "steps": {},
    }


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries whose change could change a result."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES.split():
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def load(file: Path) -> Content | None:
    """A manifest left by an earlier run; None where there is none that can be read."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"config_sha256", "inputs", "steps"} <= found.keys() else None


_NO_PART = {"folder", "file", "parameters", "as_of", "title", "mail", "keep_runs"}
"""Of the config, what no table of the extract depends on, or what is added by hand."""


def config_digest(settings: Settings, *, as_of: dt.date | None) -> str:
    """Changes with anything in the config that changes the extract. Notebook parameters belong to their steps."""
    asked = settings.model_dump(mode="json", exclude=_NO_PART, by_alias=True)
    asked["engine"] = re.sub(r"//[^/@]*@", "//", settings.engine)  # a password is no part of the question
    asked["as_of"] = str(as_of)
    files = [settings.accounts.alias, settings.accounts.exclude, settings.regions]
    asked["accounts"] = [file_digest(settings.path(name)) for name in files if name]
    asked["own"] = {f"{file.parent.name}/{file.name}": file_digest(file) for file in own.files(settings)}
    asked["segkit"] = versions()["segkit"]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def file_digest(file: Path) -> str:
    """SHA-256 of a file; of nothing where it is not there."""
    if not file.is_file():
        return "missing"
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def changed_inputs(settings: Settings, recorded: list[dict[str, Any]]) -> str:
    """Why the inputs of an earlier run cannot be taken for today's; empty where they are the same files."""
    behind = [name for name, extract in settings.extracts.items() if any(source.table for source in extract.sources)]
    if behind:
        return f"{', '.join(behind)} lies in a database, where a change cannot be seen"
    now = sorted((name, file_digest(file)) for name in settings.extracts for file in _files(settings, name))
    then = sorted((one["extract"], one["sha256"]) for one in recorded if one["extract"] in settings.extracts)
    differing = sorted({name for name, _ in set(now) ^ set(then)})
    return f"the files of {', '.join(differing)} have changed" if differing else ""


def _files(settings: Settings, name: str) -> list[Path]:
    """Files that an extract's sources name now, each once."""
    found: set[Path] = set()
    for source in (file for extract in settings.extracts[name].sources for file in extract.source):
        path = settings.path(source)
        pattern = os.path.relpath(path, path.anchor)
        found |= {path} if path.is_file() else set(Path(path.anchor).glob(pattern))
    return sorted(found)
