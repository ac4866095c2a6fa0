"""Tiers of all schemes: the contribution pyramid, the ladder from prospect to key account, how two schemes cross, the
funnel of deals, and who wins. A table without rows is drawn as its title alone, which says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

FAINT = "#9cc4de"
MOST_OWNERS = 15


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
        _beside(ax, -row["customer_share"], y, many, left=True, color=style.GREY)
        _beside(ax, row["revenue_share"], y, f"{labels.percent(row['revenue_share'])}  {labels.money(row['revenue'])}")
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
        _beside(ax, many, y, labels.number(many))
    _names(ax, [labels.words.label(f"tier.{first}", tier) for tier in wide.index])
    _number_axis(ax, labels, "axis.customers", float(done.max()))
    _legend_below(ax)
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
    shades = LinearSegmentedColormap.from_list("share", [style.PAPER, FAINT, style.ACCENT, "#003a5d"])
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
    ax.set_yticks([y + 0.5 for y in range(len(down))], [_lines(t, 24) for t in down])
    ax.set_xticks([x + 0.5 for x in range(len(along))], [_lines(t, width) for t in along])
    ax.tick_params(length=0, labelcolor=style.INK, labelsize=8.5, labeltop=True, labelbottom=False)
    ax.set_ylabel(labels.words.label("scheme", rows[0]))
    ax.set_xlabel(labels.words.label("scheme", columns[0]))
    ax.spines[:].set_visible(False)
    ax.invert_yaxis()


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
    for part, colour in (("went_on", style.ACCENT), ("standing", FAINT), ("died", style.RISK)):
        ax.barh(rows.index, rows[part], 0.7, left=done, color=colour, label=labels.words(f"chart.{part}"))
        done = done + rows[part]
    if (rows["reached"] > done).any():
        ax.barh(rows.index, rows["reached"] - done, 0.7, left=done, color=style.GOOD, label=labels.words("chart.won"))
    for y, row in enumerate(rows.to_dict("records")):
        _beside(ax, row["reached"], y, _stage_said(labels, row))
    names = [labels.words.label("stage", stage) for stage in rows["stage"]]
    _names(ax, names)
    _number_axis(ax, labels, "axis.deals", float(rows["reached"].max()), room=1.55)
    _legend_below(ax)
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
    _names(ax, [labels.words.label("owner", name) for name in rows["owner"].fillna("unknown")])
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


def _beside(ax: Axes, x: float, y: float, text: str, *, left: bool = False, color: str = style.INK) -> None:
    place: dict[str, Any] = {"textcoords": "offset points", "ha": "right" if left else "left", "va": "center"}
    ax.annotate(text, (x, y), (-4 if left else 4, 0), fontsize=8.5, color=color, **place)


def _lines(name: str, width: int) -> str:
    lines = style.wrap(style.short(name, 2 * width), width).split("\n")
    return "\n".join(style.short(line, width) for line in lines)


def _tier_names(ax: Axes, labels: Labels, rows: pd.DataFrame) -> None:
    _names(ax, [labels.words.label(f"tier.{s}", t) for s, t in zip(rows["scheme"], rows["tier"], strict=True)])


def _names(ax: Axes, names: list[str]) -> None:
    """Names of the rows, the first on top; a name too long for two lines is cut."""
    ax.set_yticks(range(len(names)), [_lines(str(name), 30) for name in names])
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.spines["left"].set_visible(False)


def _number_axis(ax: Axes, labels: Labels, key: str, reach: float, *, room: float = 1.15) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.set_xlim(0, max(reach, 1) * room)
    ax.set_xlabel(labels.words(key))
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_formatter(labels.number)
    ax.grid(axis="x")


def _legend_below(ax: Axes) -> None:
    figure = ax.get_figure()
    handles, names = ax.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower left", ncols=4, handlelength=1, handleheight=0.9)  # type: ignore[union-attr]
