"""Where the notebooks and the demo extract lie: in the clone, else in the installed package."""

from __future__ import annotations

from pathlib import Path

import segkit
from segkit.errors import InputError

_PACKAGE = Path(segkit.__file__).resolve().parent


def _first(wanted: str, remedy: str) -> Path:
    """The first of: here, in the installed package, in the clone of an editable install."""
    for root in (Path(), _PACKAGE, _PACKAGE.parents[1]):
        if (root / wanted).is_file():
            return root / wanted
    raise InputError(f"{wanted}: found neither here nor in the installed package. {remedy}")


def notebooks() -> Path:
    """The folder that holds `pipeline.yaml` and the notebooks it names."""
    return _first("notebooks/pipeline.yaml", "Reinstall segkit, or name a folder with --notebooks.").resolve().parent


def demo_config() -> Path:
    """The config that `segkit run` takes when none is named."""
    return _first("data/demo/segkit.yaml", "Name a config: segkit run CONFIG.")


def short(path: Path) -> str:
    """A path as a reader here would type it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
