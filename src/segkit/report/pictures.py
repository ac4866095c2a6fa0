"""Figures on the page: those that the run kept, or drawn anew where an edition or another language needs its own."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.report.drawn import DRAWN
from segkit.workbench import Edition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from segkit.workbench import Run


@dataclass(frozen=True)
class Picture:
    """A figure of the run, carried inside the page."""

    source: str
    alt: str
    width: int
    height: int


def picture(run: Run, name: str) -> list[Picture]:
    """The figure of that name as a page carries it, or nothing where there is none, see `figure`."""
    from PIL import Image

    found = figure(run, name)
    if found is None:
        return []
    with Image.open(io.BytesIO(found[0])) as image:
        width, height = image.size
    encoded = base64.b64encode(found[0]).decode("ascii")
    return [Picture(f"data:image/png;base64,{encoded}", found[1], width, height)]


def figure(run: Run, name: str) -> tuple[bytes, str] | None:
    """The figure of that name as PNG, and its alt text; None where there is none.

    A kept figure speaks the run's language and shows everybody's accounts. For another language and for an edition it is drawn
    anew from the tables, where `DRAWN` knows how; one that is not in there is left out.
    """
    from PIL import Image

    kept = not isinstance(run, Edition) and run.words.language == run.manifest["language"]
    path = run.folder / "figures" / f"{name}.png"
    if not kept:
        drawn = DRAWN[name](run) if name in DRAWN and _sensible(run, path.is_file()) else None
        return _drawn(run, *drawn) if drawn and drawn[0].axison else None
    if not path.is_file():
        return None
    with Image.open(path) as image:
        return path.read_bytes(), str(image.info.get("Description", ""))


def _sensible(run: Run, kept: bool) -> bool:
    """An edition may draw what the run found nothing to draw for; a translation follows the run."""
    return kept or isinstance(run, Edition)


def _drawn(run: Run, ax: Axes, key: str) -> tuple[bytes, str]:
    from segkit.charts.style import title_of
    from segkit.workbench.files import png

    alt = " ".join(f"{run.words(key)} {title_of(ax)}".split())
    return png(ax, alt), alt
