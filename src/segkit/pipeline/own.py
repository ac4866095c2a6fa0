"""The firm's own schemes and audiences, which lie beside its config and travel with the run."""

from __future__ import annotations

import shutil
from pathlib import Path

from segkit import schemes
from segkit.schemes import audiences
from segkit.settings import Settings

PLACES = {"schemes": Path("schemes"), "audiences": Path("schemes") / "audiences"}
"""Folder beside the config → folder in the run."""


def files(settings: Settings) -> list[Path]:
    """The firm's own scheme and audience files, in a fixed order."""
    return [file for place in PLACES for file in sorted((settings.folder / place).glob("*.yaml"))]


def check(settings: Settings) -> None:
    """Prove them, and the schemes that the config names, before anything runs. Raises InputError."""
    for name in settings.schemes if settings.schemes is not None else schemes.names(settings.folder):
        schemes.load(name, settings.folder)
    for name in audiences.names(settings.folder / "audiences"):
        audiences.load(name, settings.folder / "audiences")


def bring(settings: Settings, run: Path) -> None:
    """Copy them into the run, where its notebooks find them."""
    for file in files(settings):
        target = run / PLACES[file.parent.name] / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
