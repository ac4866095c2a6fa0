"""The bake-off: how well each segmentation separated what customers did next, with its spread over past windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST = 16


@house()
def separation(table: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each segmentation's separation over past windows: mean (dot) between its worst and best window (line), the best on top;
    those within noise of it in colour, the others grey.

    `table`: scheme, separation, separation_low, separation_high, within_noise, the best first; the first `MOST` are drawn.
    """
    rows = table.head(MOST).reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.3)
    if rows.empty:
        return ax
    colours = [style.ACCENT if near else style.GREY for near in rows["within_noise"]]
    ax.hlines(rows.index, rows["separation_low"], rows["separation_high"], color=colours, linewidth=2.2, alpha=0.45)
    ax.scatter(rows["separation"], rows.index, s=44, color=colours, zorder=3)
    for y, row in enumerate(rows.to_dict("records")):
        end = (row["separation_high"], y)
        ax.annotate(labels.percent(row["separation"]), end, (6, 0), textcoords="offset points", va="center", fontsize=8.5)
    ax.set_yticks(rows.index, [style.wrap(labels.words.label("scheme", name), 34) for name in rows["scheme"]])
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.set_ylim(len(rows) - 0.5, -0.6)
    low, high = float(rows["separation_low"].min()), float(rows["separation_high"].max())
    ax.set_xlim(max(0.0, low - 0.05), high + 0.07)
    ax.xaxis.set_major_formatter(labels.percent)
    ax.set_xlabel(labels.words("axis.separation"))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    if len(table) > len(rows):
        said = labels.words("chart.first_of", shown=len(rows), of=len(table))
        ax.annotate(said, (1, 0), (0, -38), xycoords="axes fraction", textcoords="offset points", ha="right", va="top",
                    fontsize=8, color=style.GREY)  # fmt: skip
    return ax
