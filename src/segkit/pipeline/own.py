"""What of the firm's own lies beside its config and travels with the run: schemes, audiences, playbooks, alerts, task marks."""

from __future__ import annotations

import shutil
from pathlib import Path

from segkit import schemes
from segkit.pipeline import task_status
from segkit.schemes import alerts, audiences, playbooks
from segkit.settings import Settings

PLACES = {
    "schemes": Path("schemes"),
    "audiences": Path("schemes") / "audiences",
    "playbooks": Path("schemes") / "playbooks",
    "alerts": Path("schemes") / "alerts",
}
"""Folder beside the config → folder in the run."""


def files(settings: Settings) -> list[Path]:
    """The firm's own scheme, audience, playbook and alert files and its task marks, in a fixed order."""
    return [*_brought(settings), *([settings.path(settings.task_status)] if settings.task_status else [])]


def _brought(settings: Settings) -> list[Path]:
    return [file for place in PLACES for file in sorted((settings.folder / place).glob("*.yaml"))]


def check(settings: Settings) -> None:
    """Prove them, and the schemes that the config names, before anything runs. Raises InputError."""
    for name in settings.schemes if settings.schemes is not None else schemes.names(settings.folder):
        schemes.load(name, settings.folder)
    for name in audiences.names(settings.folder):
        audiences.load(name, settings.folder)
    playbooks.load_all(settings.folder)
    alerts.load_all(settings.folder)
    if settings.task_status:
        task_status.read(settings.path(settings.task_status))


def bring(settings: Settings, run: Path) -> None:
    """Copy them into the run, where its notebooks find them."""
    if settings.task_status:
        task_status.bring(settings.path(settings.task_status), run)
    for file in _brought(settings):
        target = run / PLACES[file.parent.name] / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
