"""How a run's files are written and read: whole or not at all, dates as datetime64, pictures in the same bytes each time."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

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


def read(path: Path, **how: Any) -> pd.DataFrame:
    """A table of a run; dates as datetime64 in seconds, never as objects."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = pd.read_parquet(path, to_pandas_kwargs={"date_as_object": False}, **how)
    days = [field.name for field in pq.read_schema(path) if pa.types.is_date(field.type) and field.name in frame]
    return frame.assign(**{name: frame[name].astype("datetime64[s]") for name in days})  # astype would split all columns


def png(ax: Axes, alt: str) -> bytes:
    """The chart as PNG, the same bytes each time, with the alt text inside as its description."""
    from PIL.PngImagePlugin import PngInfo

    figure, small, info = ax.get_figure(root=True), io.BytesIO(), PngInfo()
    assert figure is not None
    info.add_itxt("Description", alt)
    _packed(_drawn(figure)).save(small, format="PNG", pnginfo=info)
    return small.getvalue()


FREQUENT = 128


def _packed(picture: Image) -> Image:
    """At most 256 colours: the frequent ones as they are, so that no area changes its hue; for the others such as come near to
    all, also to few strong dots."""
    from PIL import Image

    found: Any = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)
    others = picture.quantize(FREQUENT, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).getpalette() or []
    palette, every = Image.new("P", (1, 1)), Image.new("RGB", (len(found), 1))
    palette.putpalette([*(channel for _, colour in found[:FREQUENT] for channel in colour), *others])
    every.putdata([colour for _, colour in found])
    packed, places = (each.quantize(palette=palette, dither=Image.Dither.NONE) for each in (picture, every))
    told = packed.getpalette() or []  # near to what was asked for: Pillow looks colours up in steps of four
    for (_, colour), place in reversed([*zip(found, places.tobytes(), strict=True)]):
        told[3 * place : 3 * place + 3] = colour
    packed.putpalette(told)
    return packed


def _drawn(figure: Figure) -> Image:
    """The picture of a figure. `savefig` would draw it twice, once for its layout, and pack it as a file in between."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    from segkit.charts.style import house

    shown, dpi = figure.canvas, figure.dpi
    try:
        with house():
            canvas, figure.dpi = FigureCanvasAgg(figure), DPI
            canvas.draw()
        pixels, size = canvas.buffer_rgba(), canvas.get_width_height()
        return Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")
    finally:
        figure.set_canvas(shown)
        figure.dpi = dpi
