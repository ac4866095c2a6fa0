"""What was read: rows used and left out, gaps in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@house()
def rows(by_reason: pd.Series, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Rows left out, a bar per reason, most first. `by_reason`: rows, index reason; `used` is drawn as one grey line.

    Reasons count rows of one extract; the strip on top shows rows in = used + left out to scale.
    """
    lost = by_reason.drop("used", errors="ignore").sort_values(ascending=False, kind="stable")
    ax = style.canvas(ax, labels, height=0.3 * len(lost) + (1.2 if len(lost) else 0.7))
    bars = ax.barh([labels.words(f"reason.{r}") for r in lost.index], lost.to_numpy(), 0.62, color=style.ACCENT)
    ax.bar_label(bars, [labels.number(n) for n in lost], padding=4, fontsize=9, color=style.INK)
    ax.invert_yaxis()
    ax.tick_params(axis="y", labelcolor=style.INK)
    ax.margins(x=0.12, y=0.01)
    ax.set_xlabel(labels.words("axis.rows_left_out"))
    ax.xaxis.set_major_formatter(labels.number)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    if lost.empty:
        ax.set_axis_off()
    _strip(ax, int(by_reason.get("used", 0)), int(lost.sum()), labels)
    return ax


def _strip(ax: Axes, used: int, left_out: int, labels: Labels) -> None:
    """Rows in = used + left out, to scale, above the bars."""
    ratios = (0.55, 0.3 * len(ax.patches) + 0.6) if left_out else (1, 0.01)
    halves = ax.get_subplotspec().subgridspec(2, 1, height_ratios=ratios)  # type: ignore[union-attr]
    ax.set_subplotspec(halves[1])
    strip = ax.get_figure().add_subplot(halves[0])  # type: ignore[union-attr]
    strip.barh(0, used, 0.5, color=style.PALE)
    strip.barh(0, left_out, 0.5, left=used, color=style.ACCENT)
    strip.set_xlim(0, max(used + left_out, 1))
    strip.set_ylim(-0.4, 1.1)
    strip.set_axis_off()
    said = labels.words("chart.rows_balance", rows=used + left_out, used=used, left_out=left_out)
    strip.annotate(said, (0, 0.4), xycoords=strip.get_yaxis_transform(), va="bottom", fontsize=9, color=style.INK)


@house()
def gaps(columns: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Share of rows without a value, a bar per column. `columns`: column, share, in the order of the bars."""
    ax = style.canvas(ax, labels, height=0.27 * max(len(columns), 1) + 0.6)
    names = [style.short(labels.words.label("column", c), 32) for c in columns["column"]]
    bars = ax.barh(range(len(names)), columns["share"].to_numpy(), 0.62, color=style.ACCENT)
    ax.bar_label(bars, [labels.percent(s) for s in columns["share"]], padding=4, fontsize=9, color=style.INK)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.08)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.tick_params(axis="y", labelcolor=style.INK)
    ax.xaxis.set_major_formatter(labels.percent)
    ax.set_xlabel(labels.words("axis.missing"))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return ax
