"""Deals: the funnel, which classes they enter and leave, and who wins them. A table without rows is drawn as its title alone,
which says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.charts import bars, style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_OWNERS = 15


@house()
def funnel(stages: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Deals that reached each stage: those that went on, those still there (paler) and those that died there (orange).

    `stages`: stage, reached, went_on, standing, died, conversion, conversion_low, conversion_high, days_waiting.
    """
    ax = style.sheet(ax, labels, stages, row=0.44)
    if stages.empty:
        return ax
    rows = stages.reset_index(drop=True)
    done = rows["reached"] * 0
    for part, colour in (("went_on", style.ACCENT), ("standing", bars.FAINT), ("died", style.RISK)):
        ax.barh(rows.index, rows[part], 0.7, left=done, color=colour, label=labels.words(f"chart.{part}"))
        done = done + rows[part]
    if (rows["reached"] > done).any():
        ax.barh(rows.index, rows["reached"] - done, 0.7, left=done, color=style.GOOD, label=labels.words("chart.won"))
    for y, row in enumerate(rows.to_dict("records")):
        bars.beside(ax, row["reached"], y, _stage_said(labels, row))
    names = [labels.words.label("stage", stage) for stage in rows["stage"]]
    bars.names(ax, names)
    bars.number_axis(ax, labels, "axis.deals", float(rows["reached"].max()), room=1.55)
    bars.legend_below(ax)
    return ax


def _stage_said(labels: Labels, row: dict[Any, Any]) -> str:
    """How many came, which share goes on, and how long the open ones have waited."""
    words, parts = labels.words, [labels.number(row["reached"])]
    if row["conversion"] == row["conversion"]:
        parts.append(words("chart.goes_on", share=row["conversion"]))
    if row["days_waiting"] == row["days_waiting"]:
        parts.append(words("chart.waiting", days=row["days_waiting"]))
    return words("why.joint").join(parts)


@house()
def owners(rates: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Win rate of each salesperson as a dot within its interval, beside the common rate (line) and the counted rate (ring).

    `rates`: owner, deals, won, win_rate, common_rate, expected_rate, low, high; the first `MOST_OWNERS` of them are drawn.
    Coloured where the whole interval lies above the common rate (accent) or below it (orange).
    """
    rows = rates.head(MOST_OWNERS).reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.3)
    if rows.empty:
        return ax
    colours = [_sure(row) for row in rows.to_dict("records")]
    ax.hlines(rows.index, rows["low"], rows["high"], colors=colours, linewidth=2.4)
    ax.scatter(rows["expected_rate"], rows.index, s=34, color=colours, zorder=3, gid="expected")
    ring: dict[str, Any] = {"facecolor": style.PAPER, "edgecolor": style.GREY, "linewidth": 0.9}
    ax.scatter(rows["win_rate"], rows.index, s=26, zorder=2, gid="counted", **ring)
    for y, row in enumerate(rows.to_dict("records")):
        said = labels.words("chart.won_of", won=row["won"], deals=row["deals"])
        ax.annotate(said, (1.01, y), xycoords=ax.get_yaxis_transform(), va="center", fontsize=8, color=style.GREY)
    ax.axvline(rows["common_rate"].iloc[0], color=style.INK, linewidth=1)
    bars.names(ax, [labels.words.label("owner", name) for name in rows["owner"].fillna("unknown")])
    if len(rates) > len(rows):
        said = labels.words("chart.first_of", shown=len(rows), of=len(rates))
        ax.annotate(said, (1, 1.01), xycoords="axes fraction", ha="right", va="bottom", fontsize=8, color=style.GREY)
    ax.set_xlabel(labels.words("axis.win_rate"))
    ax.xaxis.set_major_formatter(labels.percent)
    ax.grid(axis="x")
    return ax


def _sure(row: dict[Any, Any]) -> str:
    if row["low"] > row["common_rate"]:
        return style.ACCENT
    return style.RISK if row["high"] < row["common_rate"] else style.GREY


@house()
def flows(flows: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Deals that came into the classes with a deadline (upward) and left them (downward: signed, lost, out of time), by period.

    `flows`: from_on, entered, signed, lost, expired, one row per period or several, which are summed.
    """
    from matplotlib.ticker import MaxNLocator

    ax = style.canvas(ax, labels, height=0.3 if flows.empty else 3.0)
    if flows.empty:
        ax.set_axis_off()
        return ax
    rows = flows.groupby("from_on", as_index=False)[["entered", "signed", "lost", "expired"]].sum()
    ax.bar(rows.index, rows["entered"], 0.72, color=style.PALE, label=labels.words("chart.entered"))
    down = rows["signed"] * 0
    for way, colour in (("signed", style.ACCENT), ("lost", style.GREY), ("expired", style.RISK)):
        ax.bar(rows.index, -rows[way], 0.72, bottom=-down, color=colour, label=labels.words(f"chart.{way}"))
        down = down + rows[way]
    ax.axhline(0, color=style.INK, linewidth=0.8)
    every = max(1, -(-len(rows) // 7))
    shown = rows.iloc[::every]
    ax.set_xticks(shown.index, [labels.words.date(day) for day in shown["from_on"]])
    ax.set_xlabel(labels.words("axis.from_on"))
    ax.set_ylabel(labels.words("axis.deals"))
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.yaxis.set_major_formatter(lambda y, _: labels.number(abs(y)))
    ax.grid(axis="y")
    bars.legend_below(ax)
    return ax
