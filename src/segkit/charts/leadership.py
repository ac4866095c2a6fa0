"""Leadership's numbers drawn: key figures over quarters, channels, salespeople."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ACROSS = 3  # panels in a row
POINTS = 9  # quarters of a panel: two years and the one to compare
MOST = 20  # rows of a chart


@house()
def quarters(series: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """A panel for each figure, in the order of the rows: its value at the ends of the last quarters, the newest in colour and
    written out. Each panel has a scale of its own, which begins at nought.

    `series`: figure, on, value, unit (`money`, `count`, `share`).
    """
    names = list(dict.fromkeys(series["figure"]))
    down = -(-len(names) // ACROSS)
    if not names:
        return style.sheet(ax, labels, series, row=0.3)
    ax = style.canvas(ax, labels, height=0.15 + 1.22 * down)
    _blank(ax)
    for place, name in enumerate(names):
        across, row = place % ACROSS, place // ACROSS
        box = (across / ACROSS + 0.005, 1 - (row + 1) / down + 0.16 / down, 1 / ACROSS - 0.045, 0.56 / down)
        part = series[series["figure"].eq(name)].tail(POINTS)
        _panel(ax.inset_axes(box), part, labels, labels.words(f"key_figure.{name}"))
    return ax


def _blank(ax: Axes) -> None:
    """The ground that panels stand on."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def _panel(ax: Axes, part: pd.DataFrame, labels: Labels, name: str) -> None:
    said = {"money": labels.money, "share": labels.percent}.get(str(part["unit"].iloc[0]), labels.words.number)
    at = range(len(part))
    ax.plot(at, part["value"], color=style.PALE, linewidth=1.6)
    ax.scatter(at, part["value"], s=12, color=style.PALE)
    ax.scatter([at[-1]], part["value"].iloc[-1:], s=30, color=style.ACCENT, zorder=3)
    high, low = max(float(part["value"].max()), 1e-9), min(float(part["value"].min()), 0.0)
    ax.set_ylim(low * 1.1, high * 1.12)
    ax.set_xlim(-0.4, max(len(part) - 0.6, 0.6))
    ax.set_xticks([at[0], at[-1]], [labels.words.month(part["on"].iloc[i] - _day()) for i in (0, -1)])
    for text, side in zip(ax.get_xticklabels(), ("left", "right"), strict=True):
        text.set(horizontalalignment=side, fontsize=7.5)
    if len(part) == 1:
        ax.set_xticks([0], [labels.words.month(part["on"].iloc[0] - _day())], fontsize=7.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_title(style.wrap(name, 32), loc="left", fontsize=8.5, color=style.GREY, pad=3)
    ax.set_title(said(float(part["value"].iloc[-1])), loc="right", fontsize=9.5, color=style.INK, pad=3)


def _day() -> Any:
    """A figure's day is the first after its quarter: the day before it lies in the quarter's last month."""
    import pandas as pd

    return pd.Timedelta(days=1)


@house()
def channels(rows: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """What each source channel brought (profit, else revenue) in colour above what it cost in orange, with its new customers
    and what each of them cost. Most brought on top. `rows`: of one year: source_channel, profit, revenue, cost, new_customers,
    cost_per_new_customer."""
    rows = rows.head(MOST).reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.52)
    if rows.empty:
        return ax
    profit = rows["profit"].notna().any()
    brought = rows["profit" if profit else "revenue"].fillna(0)
    ax.barh(rows.index - 0.17, brought.clip(lower=0), 0.34, color=style.ACCENT)
    ax.barh(rows.index + 0.17, rows["cost"].fillna(0), 0.34, color=style.RISK)
    reach = float(max(brought.max(), rows["cost"].fillna(0).max(), 1e-9))
    for y, row in enumerate(rows.to_dict("records")):
        style.beside(ax, max(float(brought[y]), 0), y - 0.17, labels.money(brought[y]))
        key = "chart.channel_new" if row["cost"] == row["cost"] else "chart.channel_new_alone"
        said = {"new": row["new_customers"], "each": row["cost_per_new_customer"], "cost": row["cost"]}
        text = labels.words(key, currency=labels.currency, **said)
        style.beside(ax, float(row["cost"]) if row["cost"] == row["cost"] else 0.0, y + 0.17, text, color=style.GREY)
    style.row_names(ax, [labels.words.label("channel", name) for name in rows["source_channel"]])
    ax.set_xlim(0, reach * 1.18)
    ax.xaxis.set_major_formatter(labels.money)
    ax.set_xlabel(labels.words("axis.channel_profit" if profit else "axis.channel_revenue", currency_code=labels.currency))
    ax.grid(axis="x")
    return ax


@house()
def salespeople(people: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each salesperson's repurchase rate of core customers, conversion of prospects, and both weighted alike: a dot for what
    can be expected, a line that holds the truth with 90 %, a stroke for what all reach; in colour whose line lies clear of it.
    Best on top.

    `people`: owner, repurchase_expected, _low, _high, _common, core, core_ordered, the same of conversion with prospects and
    converted, balanced_index, balanced_low, balanced_high; the first 20 are drawn.
    """
    rows = people[people["balanced_index"].notna()].head(MOST).reset_index(drop=True)
    if rows.empty:
        return style.sheet(ax, labels, rows, row=0.3)
    ax = style.canvas(ax, labels, height=0.75 + 0.3 * len(rows))
    style.row_names(ax, [style.short(str(owner), 22) for owner in rows["owner"]])
    ax.set_xticks([])
    ax.spines[:].set_visible(False)
    for place, (key, columns) in enumerate(PANELS.items()):
        inset = ax.inset_axes((place * 0.345, 0, 0.31, 1))
        said: Callable[..., str] = labels.percent if place < len(PANELS) - 1 else _times(labels)
        _dots(inset, rows, columns, said)
        inset.set_xlabel(labels.words(key), fontsize=8.5)
        inset.set_ylim(ax.get_ylim())
    return ax


PANELS: Mapping[str, tuple[str, ...]] = {
    "axis.core_repurchase": ("repurchase_expected", "repurchase_low", "repurchase_high", "repurchase_common"),
    "axis.prospects_conversion": ("conversion_expected", "conversion_low", "conversion_high", "conversion_common"),
    "axis.both_alike": ("balanced_index", "balanced_low", "balanced_high", ""),
}
"""Axis label → columns of the dot, the ends of its line, and of what all reach (1 where there is none)."""


def _times(labels: Labels) -> Callable[..., str]:
    def said(value: float, _: Any = None) -> str:
        return labels.words.number(value, 1)

    return said


def _dots(ax: Axes, rows: pd.DataFrame, columns: tuple[str, ...], said: Callable[..., str]) -> None:
    middle, low, high, common = columns
    known = rows[rows[middle].notna()]
    level = float(rows[common].max()) if common else 1.0
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    if known.empty:
        ax.set_xticks([])
        return
    clear = (known[low] > level) | (known[high] < level)
    colours = [style.ACCENT if one else style.GREY for one in clear]
    ax.axvline(level, color=style.PALE, linewidth=1.2, zorder=0)
    ax.hlines(known.index, known[low], known[high], color=colours, linewidth=2.2, alpha=0.45)
    ax.scatter(known[middle], known.index, s=30, color=colours, zorder=3)
    ax.xaxis.set_major_formatter(said)
    ax.locator_params(axis="x", nbins=4, steps=[1, 2, 5, 10])
    ax.grid(axis="x")
