"""How a run's files are written and read: whole or not at all, dates as datetime64, pictures in the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

DPI = 160


def place(path: Path, content: bytes) -> None:
    """Write a file whole: beside its place first, then moved there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def dates_as_datetime(frame: pd.DataFrame) -> pd.DataFrame:
    """Parquet's dates arrive as objects; as datetime64 they can be computed with."""
    import pandas as pd

    days = {
        name: pd.to_datetime(frame[name])
        for name, kind in frame.dtypes.items()
        if pd.api.types.is_object_dtype(kind)
        and (first := frame[name].first_valid_index()) is not None
        and isinstance(frame.at[first, name], dt.date)
    }
    return frame.assign(**days)


def png(ax: Axes, alt: str) -> bytes:
    """The chart as PNG, the same bytes each time, with the alt text inside as its description."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from segkit.charts.style import house

    figure, drawn, small, info = ax.get_figure(root=True), io.BytesIO(), io.BytesIO(), PngInfo()
    assert figure is not None
    with house():
        figure.savefig(drawn, format="rgba", dpi=DPI)
    width, height = (int(side * DPI) for side in figure.get_size_inches())
    whole = Image.frombuffer("RGBA", (width, height), drawn.getvalue(), "raw", "RGBA", 0, 1).convert("RGB")
    info.add_itxt("Description", alt)
    # Of the ways to choose colours this one is the fastest that keeps the few strong ones as they are.
    palette = whole.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette.save(small, format="PNG", pnginfo=info)
    return small.getvalue()
