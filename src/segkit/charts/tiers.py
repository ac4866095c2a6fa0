"""Tiers of all schemes: the contribution pyramid, the ladder from prospect to key account, how two schemes cross. A table
without rows is drawn as its title alone, which says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.charts import bars, style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@house()
def pyramid(sizes: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each tier's share of customers to the left (grey) and of revenue to the right (its colour), the best tier on top.

    `sizes`: scheme, tier, customers, customer_share, revenue, revenue_share, in the scheme's order.
    """
    ax = style.sheet(ax, labels, sizes, row=0.52)
    if sizes.empty:
        return ax
    rows = sizes.reset_index(drop=True)
    colours = style.tier_colours([str(t) for t in rows["tier"]])
    ax.barh(rows.index, -rows["customer_share"], 0.72, color=style.PALE, label="customers")
    ax.barh(rows.index, rows["revenue_share"], 0.72, color=[colours[str(t)] for t in rows["tier"]], label="revenue")
    for y, row in enumerate(rows.to_dict("records")):
        many = labels.words("chart.customers_of", share=row["customer_share"], customers=row["customers"])
        bars.beside(ax, -row["customer_share"], y, many, left=True, color=style.GREY)
        bars.beside(ax, row["revenue_share"], y, f"{labels.percent(row['revenue_share'])}  {labels.money(row['revenue'])}")
    _tier_names(ax, labels, rows)
    reach = float(rows[["customer_share", "revenue_share"]].max(axis=None))
    ax.set_xlim(-reach * 1.35, reach * 1.35)
    ax.axvline(0, color=style.PAPER, linewidth=2)
    _two_heads(ax, labels)
    return ax


def _two_heads(ax: Axes, labels: Labels) -> None:
    """What stands to the left and to the right of the middle, in place of ticks."""
    for x, key, ha in ((-6, "axis.customers_share", "right"), (6, "axis.revenue_share", "left")):
        place: dict[str, Any] = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points"}
        ax.annotate(labels.words(key), (0, 0), (x, -10), ha=ha, va="top", fontsize=8.5, color=style.GREY, **place)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)


@house()
def ladder(cells: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Customers of each tier of a first scheme, split by the tiers of a second one: prospects and buyers on one ladder.

    `cells`: the two schemes' names as columns of tiers (categories in the schemes' order), customers. The best stands on top.
    """
    wide = _wide(cells, "customers")
    ax = style.sheet(ax, labels, wide, row=0.36)
    if wide.empty:
        return ax
    first, second = (str(c) for c in cells.columns[:2])
    parts = [str(part) for part in wide.columns]
    colours = style.tier_colours(parts)
    done = wide.sum(axis=1).to_numpy() * 0
    for part in parts:
        long = wide[part].to_numpy()
        name = labels.words.label(f"tier.{second}", part)
        ax.barh(range(len(wide)), long, 0.72, left=done, color=colours[part], label=name)
        done = done + long
    for y, many in enumerate(done):
        bars.beside(ax, many, y, labels.number(many))
    bars.names(ax, [labels.words.label(f"tier.{first}", tier) for tier in wide.index])
    bars.number_axis(ax, labels, "axis.customers", float(done.max()))
    bars.legend_below(ax)
    return ax


def _wide(cells: pd.DataFrame, value: str) -> pd.DataFrame:
    """A row per tier of the first scheme, a column per tier of the second, in their order."""
    first, second = cells.columns[:2]
    wide = cells.pivot_table(index=first, columns=second, values=value, aggfunc="sum", observed=True).fillna(0)
    return wide.set_axis([str(t) for t in wide.index]).set_axis([str(t) for t in wide.columns], axis=1)


@house()
def cross(cells: pd.DataFrame, labels: Labels, *, value: str = "customers", ax: Axes | None = None) -> Axes:
    """How two schemes cross: a tier of the first per row, of the second per column; each cell holds `value`, which colours it.

    `cells`: the two schemes' names as columns of tiers (categories in the schemes' order), customers, revenue.
    """
    from matplotlib.colors import LinearSegmentedColormap

    wide = _wide(cells, value)
    ax = style.sheet(ax, labels, wide, row=0.36)
    if wide.empty:
        return ax
    shades = LinearSegmentedColormap.from_list("share", [style.PAPER, bars.FAINT, style.ACCENT, "#003a5d"])
    top = max(float(wide.max(axis=None)), 1e-9)
    ax.pcolormesh(wide.clip(lower=0).to_numpy(), cmap=shades, vmin=0, vmax=top, edgecolor=style.RULE, linewidth=0.6)
    said = labels.money if value == "revenue" else labels.number
    for y, row in enumerate(wide.to_numpy()):
        for x, number in enumerate(row):
            ink = style.PAPER if number > 0.6 * top else style.INK
            text = said(number) if number else "·"
            ax.annotate(text, (x + 0.5, y + 0.5), ha="center", va="center", fontsize=8.5, color=ink if number else style.PALE)
    first, second = (str(c) for c in cells.columns[:2])
    _cell_names(ax, labels, (first, list(wide.index)), (second, list(wide.columns)))
    return ax


def _cell_names(ax: Axes, labels: Labels, rows: tuple[str, list[str]], columns: tuple[str, list[str]]) -> None:
    down = [labels.words.label(f"tier.{rows[0]}", tier) for tier in rows[1]]
    along = [labels.words.label(f"tier.{columns[0]}", tier) for tier in columns[1]]
    width = 9 if len(along) > 6 else 14
    ax.set_yticks([y + 0.5 for y in range(len(down))], [bars.lines(t, 24) for t in down])
    ax.set_xticks([x + 0.5 for x in range(len(along))], [bars.lines(t, width) for t in along])
    ax.tick_params(length=0, labelcolor=style.INK, labelsize=8.5, labeltop=True, labelbottom=False)
    ax.set_ylabel(labels.words.label("scheme", rows[0]))
    ax.set_xlabel(labels.words.label("scheme", columns[0]))
    ax.spines[:].set_visible(False)
    ax.invert_yaxis()


def _tier_names(ax: Axes, labels: Labels, rows: pd.DataFrame) -> None:
    bars.names(ax, [labels.words.label(f"tier.{s}", t) for s, t in zip(rows["scheme"], rows["tier"], strict=True)])
