"""Alerts by kind, what came of last quarter's lists, and those followed up beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SEVERITIES = {"risk": style.RISK, "warn": "#e69f00", "good": style.GOOD}


@house()
def kinds(table: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """The money behind each kind of alert, with its number. `table`: kind, severity, alerts, money, most money first."""
    rows = table.reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.36)
    if rows.empty:
        return ax
    ax.barh(rows.index, rows["money"], 0.62, color=[SEVERITIES[str(s)] for s in rows["severity"]])
    for y, row in enumerate(rows.to_dict("records")):
        text = labels.words("chart.alerts_hold", money=row["money"], alerts=row["alerts"], currency=labels.currency)
        ax.annotate(text, (max(row["money"], 0), y), (5, 0), textcoords="offset points", va="center", fontsize=8.5)
    ax.set_yticks(rows.index, [style.wrap(labels.words.label("alert", kind), 26) for kind in rows["kind"]])
    _rows_down(ax, len(rows))
    ax.set_xlim(0, max(float(rows["money"].max()) * 1.4, 1.0))
    ax.xaxis.set_major_formatter(labels.money)
    ax.set_xlabel(labels.words("axis.alert_money", currency_code=labels.currency))
    return ax


@house()
def track_record(record: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """The share of each list that ordered again as a dot with its 90 % interval, and the firm's base rate as a grey line; to
    the right how many did. `record`: list, customers, ordered_again, share, low, high, base_share."""
    rows = record.reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.42)
    if rows.empty:
        return ax
    base = float(rows["base_share"].iloc[0])
    ax.axvline(base, color=style.GREY, linewidth=1.2, zorder=1)
    said = labels.words("chart.all_buyers", share=base)
    side = -1 if base > 0.5 else 1
    ax.annotate(said, (base, -0.62), (4 * side, 0), textcoords="offset points", fontsize=8, color=style.GREY, va="center",
                ha="left" if side > 0 else "right")  # fmt: skip
    ax.hlines(rows.index, rows["low"], rows["high"], color=style.ACCENT, linewidth=2.4, alpha=0.45)
    ax.scatter(rows["share"], rows.index, s=48, color=style.ACCENT, zorder=3)
    for y, row in enumerate(rows.to_dict("records")):
        text = labels.words("chart.of_customers", n=row["ordered_again"], of=row["customers"], share=row["share"])
        ax.annotate(text, (1.02, y), xycoords=ax.get_yaxis_transform(), va="center", fontsize=8.5)
    ax.set_yticks(rows.index, [labels.words.label("list", name) for name in rows["list"]])
    _rows_down(ax, len(rows), top=-0.9)
    _share_axis(ax, labels, "axis.ordered_again")
    return ax


@house()
def followed_up(table: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Of each list, the share that ordered later among those followed up (coloured) and not (grey), with 90 % intervals and the
    number of customers. `table`: list, followed, customers, share, low, high."""
    names = list(dict.fromkeys(table["list"]))
    ax = style.sheet(ax, labels, table.drop_duplicates("list"), row=0.52)
    if not names:
        return ax
    for followed, colour, shift in ((True, style.ACCENT, -0.15), (False, style.GREY, 0.15)):
        rows = table[table["followed"].eq(followed)]
        at = [names.index(name) + shift for name in rows["list"]]
        ax.hlines(at, rows["low"], rows["high"], color=colour, linewidth=2.2, alpha=0.45)
        key = "followed" if followed else "not_followed"
        ax.scatter(rows["share"], at, s=38, color=colour, zorder=3, label=labels.words(f"chart.{key}"))
        for y, share, n in zip(at, rows["share"], rows["customers"], strict=True):
            text = labels.words("chart.share_of", share=share, of=n)
            ax.annotate(text, (1.02, y), xycoords=ax.get_yaxis_transform(), va="center", fontsize=8, color=colour)
    ax.set_yticks(range(len(names)), [labels.words.label("list", name) for name in names])
    _rows_down(ax, len(names))
    _share_axis(ax, labels, "axis.ordered_later")
    ax.get_figure().legend(loc="outside lower left", ncols=2, handletextpad=0.1)  # type: ignore[union-attr]
    return ax


def _rows_down(ax: Axes, rows: int, *, top: float = -0.6) -> None:
    ax.set_ylim(rows - 0.4, top)
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")


def _share_axis(ax: Axes, labels: Labels, key: str) -> None:
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(labels.percent)
    ax.set_xlabel(labels.words(key))
