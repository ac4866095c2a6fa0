"""Concentration: the curve of the biggest customers first, its change over time, and what hangs on one account."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST = 15
LINES = {"top_20": style.ACCENT, "top_4": "#56b4e9", "top_1": style.GREY}


@house()
def curve(points: pd.DataFrame, measures: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Share of revenue of the biggest customers up to each share of customers, the top shares marked; the diagonal is where all
    are equal. `points`: customer_share, revenue_share, customers; `measures`: measure, top, value (null `top`: not marked)."""
    ax = style.canvas(ax, labels, height=3.5)
    ax.plot([0, 1], [0, 1], color=style.PALE, linewidth=1, gid="equal")
    ax.fill_between(points["customer_share"], points["revenue_share"], color=style.ACCENT, alpha=0.1, linewidth=0)
    ax.plot(points["customer_share"], points["revenue_share"], color=style.ACCENT, gid="curve")
    marked = measures[measures["top"].notna()]
    ax.scatter(marked["top"], marked["value"], s=34, color=style.ACCENT, zorder=3, gid="tops")
    for row in marked.to_dict("records"):
        said = labels.words("chart.top_brings", top=row["top"], share=row["value"])
        ax.annotate(said, (row["top"], row["value"]), (9, -3), textcoords="offset points", va="top", fontsize=9)
    equal = labels.words("chart.all_equal")
    ax.annotate(equal, (0.62, 0.6), va="top", fontsize=8.5, color=style.GREY)
    ax.set_xlim(-0.01, 1.01)
    ax.set_ylim(0, 1.02)
    ax.set_xlabel(labels.words("axis.customers_biggest_first"))
    ax.set_ylabel(labels.words("axis.revenue_share"))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(labels.percent)
    ax.grid(True)
    return ax


@house()
def over_time(series: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Revenue share of the top customers of each period with its interval, and below it the Gini coefficient. A period that is
    not over is a ring. `series`: period, measure, value, low, high, whole."""
    ax = style.canvas(ax, labels, height=3.6)
    shown = [m for m in LINES if m in set(series["measure"])]
    for measure in shown:
        _line(ax, series[series["measure"] == measure], LINES[measure], labels.words.label("measure", measure))
    ax.set_ylabel(labels.words("axis.revenue_share"))
    ax.yaxis.set_major_formatter(labels.percent)
    ax.set_ylim(bottom=0)
    below = _panel_below(ax)
    _line(below, series[series["measure"] == "gini"], style.INK, labels.words("measure.gini"))
    below.set_ylabel(labels.words("measure.gini"))
    below.yaxis.set_major_formatter(lambda x, _: labels.words.number(x, 2))
    for panel in (ax, below):
        panel.grid(axis="y")
    _dates(below, labels)
    if not series["whole"].all():
        said = labels.words("chart.period_not_over")
        ax.annotate(said, (1, 1), xycoords="axes fraction", ha="right", va="bottom", fontsize=8, color=style.GREY)
    return ax


def _line(ax: Axes, rows: pd.DataFrame, colour: str, name: str) -> None:
    ax.fill_between(
        rows["period"], rows["low"].astype(float), rows["high"].astype(float), color=colour, alpha=0.14, linewidth=0
    )
    ax.plot(rows["period"], rows["value"], color=colour, label=name)
    faces = [colour if whole else style.PAPER for whole in rows["whole"]]
    ax.scatter(rows["period"], rows["value"], s=20, c=faces, edgecolor=colour, linewidth=1.2, zorder=3)
    if len(rows) and ax.get_ylabel() != name:
        end = (rows["period"].iloc[-1], rows["value"].iloc[-1])
        ax.annotate(name, end, (8, 0), textcoords="offset points", va="center", fontsize=8.5, color=colour)


def _panel_below(ax: Axes) -> Axes:
    from matplotlib.ticker import MaxNLocator

    halves = ax.get_subplotspec().subgridspec(2, 1, height_ratios=(2, 1))  # type: ignore[union-attr]
    ax.set_subplotspec(halves[0])
    below = ax.get_figure().add_subplot(halves[1], sharex=ax)  # type: ignore[union-attr]
    ax.tick_params(axis="x", labelbottom=False, length=0)
    below.yaxis.set_major_locator(MaxNLocator(3))
    return below


def _dates(ax: Axes, labels: Labels) -> None:
    from matplotlib.dates import AutoDateLocator, num2date

    ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
    ax.xaxis.set_major_formatter(lambda x, _: labels.words.month(num2date(x)))


@house()
def dependency(rows: pd.DataFrame, labels: Labels, *, group: str = "owner", ax: Axes | None = None) -> Axes:
    """The share of each group's revenue that its largest account brings (orange) within the whole (grey), and that account.

    `rows`: the group as first column, largest, largest_share, largest_revenue, name where known, the first `MOST` of
    them drawn. `group`: whose words name the first column (`owner`, `tier.pyramid`).
    """
    shown = rows.head(MOST).reset_index(drop=True)
    ax = style.sheet(ax, labels, shown, row=0.34)
    if shown.empty:
        return ax
    ax.barh(shown.index, 1, 0.64, color=style.RULE)
    ax.barh(shown.index, shown["largest_share"], 0.64, color=style.RISK, label="largest")
    for y, row in enumerate(shown.to_dict("records")):
        who = row.get("name")
        named = shorten(who if isinstance(who, str) else str(row["largest"]), 32, placeholder="…")
        said = f"{labels.percent(row['largest_share'])}  {labels.money(row['largest_revenue'])} · {named}"
        _within(ax, row["largest_share"], y, said)
    ax.set_yticks(shown.index, [style.wrap(labels.words.label(group, name), 24) for name in shown.iloc[:, 0]])
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.tick_params(axis="y", labelcolor=style.INK)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(labels.words("axis.largest_share"))
    ax.xaxis.set_major_formatter(labels.percent)
    if len(rows) > len(shown):
        said = labels.words("chart.first_of", shown=len(shown), of=len(rows))
        ax.annotate(said, (1, 1.01), xycoords="axes fraction", ha="right", va="bottom", fontsize=8, color=style.GREY)
    return ax


def _within(ax: Axes, share: float, y: float, text: str) -> None:
    """Text beside the end of a bar: to its right, or inside it where there is no room."""
    inside = share > 0.5
    place = (-5, 0) if inside else (5, 0)
    ink = style.PAPER if inside else style.INK
    ha = "right" if inside else "left"
    ax.annotate(text, (share, y), place, textcoords="offset points", ha=ha, va="center", fontsize=8.5, color=ink)


@house()
def by_dimension(table: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """The Herfindahl index by customer, country, product, … with its interval: the last 12 months in colour, earlier whole
    years paler, and the largest group. `table`: dimension, years_back, herfindahl, low, high, largest, largest_share, whole."""
    shown = table[table["whole"].astype(bool) | table["years_back"].eq(0)]
    newest = shown[shown["years_back"] == 0].reset_index(drop=True)
    ax = style.sheet(ax, labels, newest, row=0.55)
    if newest.empty:
        return ax
    at = {name: y for y, name in enumerate(newest["dimension"])}
    for back, rows in shown.groupby("years_back"):
        _year(ax, rows[rows["dimension"].isin(at)], at, int(back), labels)
    for y, row in enumerate(newest.to_dict("records")):
        if row["dimension"] != "customer_id":
            said = f"{style.short(str(row['largest']), 22)} {labels.percent(row['largest_share'])}"
            ax.annotate(said, (1.01, y), xycoords=ax.get_yaxis_transform(), va="center", fontsize=8.5)
    ax.annotate(labels.words("column.largest"), (1.01, 1), xycoords="axes fraction", va="bottom", fontsize=8, color=style.GREY)
    ax.set_xscale("log")
    ax.set_xlim(right=min(1.3, ax.get_xlim()[1]))
    ax.xaxis.set_major_formatter(lambda x, _: labels.words.number(x, 3 if x < 0.01 else 2))
    ax.set_yticks(list(at.values()), [labels.words.label("dimension", name) for name in at])
    ax.set_ylim(len(at) - 0.5, -0.6)
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(labels.words("axis.herfindahl"))
    ax.grid(axis="x")
    return ax


def _year(ax: Axes, rows: pd.DataFrame, at: dict[str, int], back: int, labels: Labels) -> None:
    colour = style.ACCENT if back == 0 else style.GREY
    y = rows["dimension"].map(at) + 0.17 * back
    ax.hlines(y, rows["low"], rows["high"], linewidth=1.6, color=colour, alpha=0.4)
    name = labels.words("chart.years_back" if back else "axis.revenue_12m", years=back)
    ax.scatter(
        rows["herfindahl"], y, s=34 if back == 0 else 18, zorder=3, color=colour, alpha=0.9 if back < 2 else 0.45, gid="year"
    )
    if len(rows):
        first = rows.assign(y=y).iloc[0]
        ax.annotate(
            name,
            (first["high"], first["y"]),
            (6, 6 if back == 0 else -7),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=colour,
        )


@house()
def tail(parts: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """What share of customers, revenue and contacts the long tail has (colour) beside the top customers (grey). `parts`:
    value_part (top, tail), customer_share, revenue_share, touch_share where known."""
    shares = [c for c in ("customer_share", "revenue_share", "touch_share") if c in parts.columns and parts[c].notna().all()]
    rows = parts.set_index(parts["value_part"].astype(str)).loc["tail", shares]
    ax = style.sheet(ax, labels, parts, row=0.8)
    at = range(len(shares))
    ax.barh(at, 1, 0.6, color=style.RULE)
    ax.barh(at, rows.astype(float), 0.6, color=style.ACCENT)
    for y, share in enumerate(rows):
        _within(ax, float(share), y, labels.percent(share))
    ax.set_yticks(list(at), [labels.words(f"chart.of_{c}") for c in shares])
    ax.set_ylim(len(shares) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(labels.words("axis.tail_share"))
    ax.xaxis.set_major_formatter(labels.percent)
    return ax
