"""Recency, frequency, monetary: distributions, the R × F grid, segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

TAIL = 20  # times the median: where the largest value lies beyond it, the axis is logarithmic
BINS = 40


@house()
def distribution(values: pd.Series, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """How `recency_days`, `frequency` or `monetary` (the Series' name) spreads over customers, with the finding's median.

    A column with a heavy tail stands on a logarithmic axis; how many customers are at or below zero, and so
    cannot be shown there, is written into the chart.
    """
    from matplotlib.ticker import MaxNLocator

    ax = style.canvas(ax, labels, height=2.7)
    positive = values[values > 0]
    logarithmic = values.name != "recency_days" and _heavy_tail(positive)
    shown = positive if logarithmic else values
    if logarithmic:
        ax.set_xscale("log")
    ax.hist(shown, bins=_edges(shown, logarithmic), color=style.ACCENT, edgecolor=style.PAPER, linewidth=0.4)
    _median_line(ax, labels, labels.numbers["median"], str(values.name))
    _axis_of(ax.xaxis, labels, str(values.name))
    ax.set_ylabel(labels.words("axis.customers"))
    ax.yaxis.set_major_formatter(labels.number)
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.grid(axis="y")
    if len(shown) < len(values):
        hidden = labels.words("chart.not_positive", customers=len(values) - len(shown))
        ax.annotate(hidden, (1, 0.99), xycoords="axes fraction", ha="right", va="top", fontsize=8, color=style.GREY)
    return ax


def _heavy_tail(positive: pd.Series) -> bool:
    return len(positive) > 1 and bool(positive.max() > TAIL * positive.median())


def _edges(values: pd.Series, logarithmic: bool) -> Any:
    """Edges of about `BINS` bars, even on the axis drawn; between whole numbers where the values are whole."""
    import numpy as np

    whole = bool((values % 1 == 0).all())
    low, high = values.min() - 0.5 * whole, values.max() + 0.5 * whole
    if not whole:
        return np.geomspace(low, high, BINS + 1) if logarithmic else np.linspace(low, high, BINS + 1)
    if logarithmic:
        return np.unique(np.ceil(np.geomspace(values.min(), high, BINS))) - 0.5
    step = np.ceil((high - low) / BINS)
    return np.arange(low, high + step, step)


def _median_line(ax: Axes, labels: Labels, mark: float, column: str) -> None:
    ax.axvline(mark, color=style.INK, linewidth=1.2)
    said = labels.money(mark) if column == "monetary" else labels.words.number(mark)
    text = f" {labels.words('chart.median')} {said} "
    low, high = ax.get_xlim()
    scale = ax.transData.transform
    left = scale((mark, 0))[0] < (scale((low, 0))[0] + scale((high, 0))[0]) * 0.5
    box = {"boxstyle": "square,pad=0.12", "facecolor": style.PAPER, "alpha": 0.85}
    ha = "left" if left else "right"
    where = ax.get_xaxis_transform()
    ax.annotate(text, (mark, 0.97), xycoords=where, ha=ha, va="top", fontsize=9, color=style.INK, bbox=box)


def _axis_of(axis: Any, labels: Labels, column: str) -> None:
    """Label and tick format of an axis that shows one of the three measures."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_label_text(labels.words(f"axis.{column}", currency_code=labels.currency))
    if axis.get_scale() == "log":
        axis.set_major_locator(LogLocator(10, numticks=8))
    axis.set_major_formatter(labels.money if column == "monetary" else labels.number)
    axis.set_minor_formatter(NullFormatter())


@house()
def grid(cells: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """The R × F grid: each cell holds its customers, and below them its revenue, which also colours it.

    `cells`: r_score, f_score, customers, revenue. R grows to the right, F upwards; a cell without customers is empty.
    """
    from matplotlib.colors import LinearSegmentedColormap

    ax = style.canvas(ax, labels, height=3.7)
    shades = LinearSegmentedColormap.from_list("money", [style.PAPER, "#9cc4de", style.ACCENT, "#003a5d"])
    money = cells.pivot_table(index="f_score", columns="r_score", values="revenue", aggfunc="sum", observed=True)
    money = money.reindex(index=_scores(money.index), columns=_scores(money.columns))
    top = max(float(cells["revenue"].max()), 1e-9)
    ax.pcolormesh(_edges_of(money.columns), _edges_of(money.index), money.clip(lower=0), cmap=shades, vmin=0, vmax=top)
    for r, f, customers, revenue in cells[["r_score", "f_score", "customers", "revenue"]].itertuples(index=False):
        if customers:
            ink = style.PAPER if revenue > 0.6 * top else style.INK
            _in_cell(ax, (r, f), labels.number(customers), up=7, color=ink, fontsize=11, gid="customers")
            _in_cell(ax, (r, f), labels.money(revenue), up=-7, color=ink, fontsize=8.5, gid="revenue")
    _score_axis(ax.xaxis, labels.words("axis.r_score"), money.columns)
    _score_axis(ax.yaxis, labels.words("axis.f_score"), money.index)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return ax


def _in_cell(ax: Axes, cell: tuple[int, int], text: str, *, up: float, **look: Any) -> None:
    """Text in the middle of a cell, `up` points above it."""
    ax.annotate(text, cell, (0, up), textcoords="offset points", ha="center", va="center", **look)


def _edges_of(scores: pd.Index) -> list[float]:
    return [scores[0] - 0.5, *(score + 0.5 for score in scores)]


def _scores(found: pd.Index) -> list[int]:
    """1 to the best score found, so that one that nobody has leaves an empty row."""
    return list(range(1, int(found.max()) + 1))


def _score_axis(axis: Any, label: str, scores: Any) -> None:
    axis.set_label_text(label)
    axis.labelpad = 8
    axis.set_ticks(list(scores))
    axis.set_ticks([s + 0.5 for s in list(scores)[:-1]], minor=True)
    axis.grid(True, which="minor", color=style.PAPER, linewidth=2)
    axis.set_tick_params(which="both", length=0)


@house()
def sizes(table: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each tier's share of revenue (its colour) above its share of customers (grey), most revenue first.

    `table`: scheme, tier, customers, customer_share, revenue, revenue_share.
    """
    ax = style.sheet(ax, labels, table, row=0.42)
    if table.empty:
        return ax
    colours = style.tier_colours(list(table["tier"]))
    rows = table.sort_values("revenue_share", ascending=False, kind="stable").reset_index(drop=True)
    at = rows.index
    ax.barh(at - 0.19, rows["revenue_share"], 0.38, color=[colours[t] for t in rows["tier"]], label="revenue")
    ax.barh(at + 0.17, rows["customer_share"], 0.26, color=style.PALE, label="customers")
    reach = float(rows[["revenue_share", "customer_share"]].max(axis=None))
    for y, row in enumerate(rows.to_dict("records")):
        said = f"{labels.percent(row['revenue_share'])}  {labels.money(row['revenue'])}"
        _after(ax, row["revenue_share"], y - 0.19, said, color=style.INK, fontsize=9)
        many = labels.words("chart.customers_share", share=row["customer_share"], customers=row["customers"])
        _after(ax, row["customer_share"], y + 0.17, many, color=style.GREY, fontsize=8)
    ax.set_yticks(at, [labels.words.label(f"tier.{s}", t) for s, t in zip(rows["scheme"], rows["tier"], strict=True)])
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    _shares_axis(ax, labels, reach)
    return ax


def _after(ax: Axes, x: float, y: float, text: str, **look: Any) -> None:
    ax.annotate(text, (max(x, 0), y), (4, 0), textcoords="offset points", va="center", **look)


def _shares_axis(ax: Axes, labels: Labels, reach: float) -> None:
    ax.invert_yaxis()
    ax.set_xlim(min(0, ax.get_xlim()[0]), reach * 1.3)
    ax.set_xlabel(labels.words("axis.shares"))
    ax.xaxis.set_major_formatter(labels.percent)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")


@house()
def recency_monetary(customers: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each customer by days since the last order and revenue (logarithmic), in its tier's colour.

    `customers`: recency_days, monetary, scheme, tier (its categories in the scheme's order). Big tiers are drawn first.
    """
    ax = style.canvas(ax, labels, height=4.0)
    tiers = [str(t) for t in customers["tier"].cat.categories]
    colours = style.tier_colours(tiers)
    shown = customers[customers["monetary"] > 0]
    thin = max(5.0, min(22.0, 9000 / max(1, len(shown))))
    many = shown["tier"].value_counts()
    for tier in many.index[many > 0]:
        part = shown[shown["tier"] == tier]
        name = labels.words.label(f"tier.{part['scheme'].iloc[0]}", tier)
        look: dict[str, Any] = {"s": thin, "color": colours[tier], "alpha": 0.75, "linewidths": 0}
        ax.scatter(part["recency_days"], part["monetary"], label=name, gid=str(tier), **look)
    ax.set_yscale("log")
    _axis_of(ax.xaxis, labels, "recency_days")
    _axis_of(ax.yaxis, labels, "monetary")
    ax.grid(axis="y")
    ax.set_xlim(left=0)
    _legend(ax, tiers)
    if len(shown) < len(customers):
        hidden = labels.words("chart.not_positive", customers=len(customers) - len(shown))
        ax.annotate(hidden, (1, 0.99), xycoords="axes fraction", ha="right", va="top", fontsize=8, color=style.GREY)
    return ax


def _legend(ax: Axes, tiers: list[str]) -> None:
    """The tiers in the scheme's order, row by row, below the chart, as full dots."""
    handles = {str(h.get_gid()): h for h in ax.collections}
    drawn = [handles[t] for t in tiers if t in handles]
    columns = 4 if all(len(str(h.get_label())) < 22 for h in drawn) else 3
    by_column = [h for c in range(columns) for h in drawn[c::columns]]
    legend = ax.get_figure().legend(  # type: ignore[union-attr]
        handles=by_column, loc="outside lower left", ncols=columns, handletextpad=0.1, columnspacing=1.0, borderpad=0.1
    )
    for handle in legend.legend_handles:
        handle.set_sizes([26])  # type: ignore[union-attr]
        handle.set_alpha(1)  # type: ignore[union-attr]
