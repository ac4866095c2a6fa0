"""What charts of horizontal rows share: names down the side, a text beside a bar, the axis of counts, a legend below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.charts import style
from segkit.charts.style import Labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FAINT = "#9cc4de"
"""The accent, paler: what is still open."""


def beside(ax: Axes, x: float, y: float, text: str, *, left: bool = False, color: str = style.INK) -> None:
    place: dict[str, Any] = {"textcoords": "offset points", "ha": "right" if left else "left", "va": "center"}
    ax.annotate(text, (x, y), (-4 if left else 4, 0), fontsize=8.5, color=color, **place)


def lines(name: str, width: int) -> str:
    lines = style.wrap(style.short(name, 2 * width), width).split("\n")
    return "\n".join(style.short(line, width) for line in lines)


def names(ax: Axes, names: list[str]) -> None:
    """Names of the rows, the first on top; a name too long for two lines is cut."""
    ax.set_yticks(range(len(names)), [lines(str(name), 30) for name in names])
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.spines["left"].set_visible(False)


def number_axis(ax: Axes, labels: Labels, key: str, reach: float, *, room: float = 1.15) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.set_xlim(0, max(reach, 1) * room)
    ax.set_xlabel(labels.words(key))
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_formatter(labels.number)
    ax.grid(axis="x")


def legend_below(ax: Axes) -> None:
    figure = ax.get_figure()
    handles, names = ax.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower left", ncols=4, handlelength=1, handleheight=0.9)  # type: ignore[union-attr]
