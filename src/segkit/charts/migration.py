"""Movement between tiers: streams from quarter to quarter, who went where, and why. A table without rows is drawn as its title
alone, which says what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.charts import style
from segkit.charts.style import Labels, house
from segkit.i18n import Words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NEW, LOST = "(new)", "(lost)"
ENDS = {NEW: "chart.came_in", LOST: "chart.went_out"}
GAP = 0.022  # between the tiers of one day, as a share of the height
BAR = 0.05  # half the width of a day's bar
LEAST_NAMED = 0.02  # share of the height below which a number finds no room
MOST_CAUSES = 9


def tier_name(words: Words, scheme: str, tier: str) -> str:
    """A tier in words, the two ends of a flow among them."""
    return words(ENDS[tier]) if tier in ENDS else words.label(f"tier.{scheme}", tier)


@dataclass(frozen=True)
class Stack:
    """One day's tiers, the first on top: where each begins (shares of the height), what it holds, how high one of that is."""

    top: Mapping[str, float]
    holds: Mapping[str, float]
    scale: float

    def middle(self, tier: str) -> float:
        return self.top[tier] - self.holds[tier] * self.scale / 2


@house()
def alluvial(
    steps: pd.DataFrame, labels: Labels, *, scheme: str, order: Sequence[str], value: str = "customers", ax: Axes | None = None
) -> Axes:
    """Streams of customers from tier to tier, from each day to the next; those that moved are stronger than those that stayed.

    `steps`: since, until, from_tier, to_tier, customers, revenue_then, revenue; `order`: the tiers, the first on top; `value`:
    what the width of a stream holds, customers or revenue (that of either day at its end).
    """
    ax = style.canvas(ax, labels, height=0.3 if steps.empty else 3.9)
    ax.set_axis_off() if steps.empty else None
    if steps.empty:
        return ax
    days = sorted({*steps["since"], *steps["until"]})
    tiers = [t for t in order if t in {*steps["from_tier"], *steps["to_tier"]}]
    colours = {**style.tier_colours(list(order)), NEW: style.PALE, LOST: style.PALE}
    steps = _ended(steps, value)
    stacks = _stacks(steps, days, [*tiers, NEW, LOST])
    for x, since in enumerate(days[:-1]):
        _streams(ax, steps[steps["since"] == since], (x, stacks[x], stacks[x + 1]), [*tiers, NEW, LOST], colours)
    said = labels.money if value == "revenue" else labels.number
    for x, day in enumerate(days):
        _bars(ax, x, stacks[x], colours, said)
        ax.annotate(labels.words.date(day), (x, 1.02), ha="center", va="bottom", fontsize=8.5, color=style.GREY)
    _names(ax, labels, scheme, len(days) - 1, stacks[-1])
    _name_came_in(ax, labels, stacks)
    ax.set_xlim(-0.16 * (len(days) - 1), (len(days) - 1) * 1.02)
    ax.set_ylim(-0.02, 1.08)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    return ax


def _ended(steps: pd.DataFrame, value: str) -> pd.DataFrame:
    """The steps with what each stream holds where it begins (`out`) and where it ends (`into`); the same where it came in."""
    then = "revenue_then" if value == "revenue" else value
    into, out = steps[value].clip(lower=0), steps[then].clip(lower=0)
    return steps.assign(into=into, out=out.where(steps["from_tier"] != NEW, into))


def _stacks(steps: pd.DataFrame, days: Sequence[Any], tiers: Sequence[str]) -> list[Stack]:
    """Where the tiers of each day lie; all days on one scale. Who came in stands below the day before, who went below the day
    after."""
    sizes = []
    for day in days:
        out = steps[steps["since"] == day].groupby("from_tier")["out"].sum()
        into = steps[steps["until"] == day].groupby("to_tier")["into"].sum()
        both = out.combine(into, max, fill_value=0.0)
        sizes.append({t: float(both[t]) for t in tiers if t in both.index and both[t] > 0})
    full = max((sum(found.values()) for found in sizes), default=0.0) or 1.0
    most = max(len(found) for found in sizes)
    scale = (1 - GAP * (most - 1)) / full
    return [_stack(found, scale) for found in sizes]


def _stack(sizes: Mapping[str, float], scale: float) -> Stack:
    top, tops = 1.0, {}
    for tier, size in sizes.items():
        tops[tier] = top
        top -= size * scale + GAP
    return Stack(tops, sizes, scale)


def _streams(
    ax: Axes, rows: pd.DataFrame, place: tuple[int, Stack, Stack], tiers: Sequence[str], colours: Mapping[str, str]
) -> None:
    """The streams between two days, in the order of the tiers on both sides, so that none crosses without need."""
    x, left, right = place
    ranks = {tier: i for i, tier in enumerate(tiers)}
    rows = rows[(rows["into"] > 0) | (rows["out"] > 0)]
    rows = rows.assign(f=rows["from_tier"].map(ranks), t=rows["to_tier"].map(ranks))
    rows = rows.assign(out=rows["out"] * left.scale, into=rows["into"] * right.scale)
    begins, ends, from_ = dict(left.top), dict(right.top), {}
    for i, row in rows.sort_values(["f", "t"]).iterrows():
        from_[i] = begins[row["from_tier"]]
        begins[row["from_tier"]] -= row["out"]
    for i, row in rows.sort_values(["t", "f"]).iterrows():
        a, b = row["from_tier"], row["to_tier"]
        look = {"color": colours[b if a == NEW else a], "alpha": 0.22 if a == b else 0.55}
        _stream(ax, (x + BAR, from_[i], row["out"]), (x + 1 - BAR, ends[b], row["into"]), look)
        ends[b] -= row["into"]


Edge = tuple[float, float, float]
"""Where a stream begins or ends: x, the height of its top, how high it is."""


def _stream(ax: Axes, start: Edge, end: Edge, look: Mapping[str, Any]) -> None:
    """A band from one place to another, level where it begins and ends."""
    import numpy as np

    along = np.linspace(0, 1, 40)
    bend = along**2 * (3 - 2 * along)
    top = start[1] + (end[1] - start[1]) * bend
    low = start[1] - start[2] + (end[1] - end[2] - start[1] + start[2]) * bend
    ax.fill_between(start[0] + (end[0] - start[0]) * along, low, top, linewidth=0, **look)


def _bars(ax: Axes, x: int, stack: Stack, colours: Mapping[str, str], said: Callable[[float], str]) -> None:
    """The tiers of one day, and to the left of each what it holds, where there is room."""
    for tier, top in stack.top.items():
        high = stack.holds[tier] * stack.scale
        ax.bar(x, high, 2 * BAR, bottom=top - high, color=colours[tier], label=tier)
        if tier not in ENDS and high >= LEAST_NAMED:
            place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "center"}
            ax.annotate(said(stack.holds[tier]), (x - BAR, stack.middle(tier)), (-3, 0), fontsize=7.5, **place)


def _names(ax: Axes, labels: Labels, scheme: str, x: int, stack: Stack) -> None:
    """The names beside the last day's bars, kept apart where bars are low."""
    places = style.parted([stack.middle(tier) for tier in stack.top], least=0.052)
    for tier, y in zip(stack.top, places, strict=True):
        name = style.short(tier_name(labels.words, scheme, tier), 26)
        ink = style.GREY if tier in ENDS else style.INK
        ax.annotate(name, (x + BAR, y), (4, 0), textcoords="offset points", va="center", fontsize=8.5, color=ink)


def _name_came_in(ax: Axes, labels: Labels, stacks: Sequence[Stack]) -> None:
    """Who came in is named once, beside the first day on which somebody did."""
    x = next((x for x, stack in enumerate(stacks) if NEW in stack.top), None)
    if x is not None:
        place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "center"}
        ax.annotate(labels.words(ENDS[NEW]), (x - BAR, stacks[x].middle(NEW)), (-3, 0), fontsize=8, color=style.GREY, **place)


@house()
def matrix(cells: pd.DataFrame, labels: Labels, *, scheme: str, value: str = "customers", ax: Axes | None = None) -> Axes:
    """Who went where: a tier then per row, a tier today per column. Those who stayed are grey; the colour tells the moves.

    `cells`: from_tier, to_tier (categories in order), customers, revenue.
    """
    from matplotlib.colors import LinearSegmentedColormap

    wide = cells.pivot_table(index="from_tier", columns="to_tier", values=value, aggfunc="sum", observed=True).fillna(0)
    ax = style.sheet(ax, labels, wide, row=0.34)
    if wide.empty:
        return ax
    stayed = [[a == b for b in wide.columns] for a in wide.index]
    moves = wide.clip(lower=0).mask(stayed, 0.0)
    top = max(float(moves.max(axis=None)), 1e-9)
    shades = LinearSegmentedColormap.from_list("moves", [style.PAPER, "#9cc4de", style.ACCENT])
    ax.pcolormesh(moves.to_numpy(), cmap=shades, vmin=0, vmax=top, edgecolor=style.RULE, linewidth=0.6)
    said = labels.money if value == "revenue" else labels.number
    for y, row in enumerate(wide.to_numpy()):
        for x, number in enumerate(row):
            ink = style.GREY if stayed[y][x] else style.PAPER if number > 0.6 * top else style.INK
            place: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8.5}
            ax.annotate(said(number) if number else "·", (x + 0.5, y + 0.5), color=ink if number else style.PALE, **place)
    _cell_names(ax, labels, scheme, wide)
    return ax


def _cell_names(ax: Axes, labels: Labels, scheme: str, wide: pd.DataFrame) -> None:
    down, along = ([tier_name(labels.words, scheme, str(t)) for t in side] for side in (wide.index, wide.columns))
    ax.set_yticks([y + 0.5 for y in range(len(down))], [style.short(t, 26) for t in down])
    ax.set_xticks([x + 0.5 for x in range(len(along))], [_lines(t, 11 if len(along) > 6 else 14) for t in along])
    ax.tick_params(length=0, labelcolor=style.INK, labelsize=8, labeltop=True, labelbottom=False)
    ax.set_ylabel(labels.words("axis.tier_then"))
    ax.set_xlabel(labels.words("axis.tier_today"))
    ax.spines[:].set_visible(False)
    ax.invert_yaxis()


def _lines(name: str, width: int) -> str:
    lines = style.wrap(style.short(name, 3 * width), width).split("\n")
    return "\n".join(style.short(line, width) for line in lines)


@house()
def causes(by_cause: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Why customers changed their tier: a bar a cause, most first; grey where the customer itself did nothing.

    `by_cause`: cause, marked, customers, revenue.
    """
    rows = by_cause.head(MOST_CAUSES)
    ax = style.sheet(ax, labels, rows, row=0.36)
    if rows.empty:
        return ax
    colours = [style.PALE if marked else style.ACCENT for marked in rows["marked"]]
    ax.barh(range(len(rows)), rows["customers"], 0.68, color=colours)
    for y, (customers, revenue) in enumerate(zip(rows["customers"], rows["revenue"], strict=True)):
        said = labels.words("chart.customers_and_money", customers=customers, money=revenue, currency=labels.currency)
        ax.annotate(said, (customers, y), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
    names = [labels.words.joined("cause", str(cause)) for cause in rows["cause"]]
    ax.set_yticks(range(len(rows)), [_lines(name, 30) for name in names])
    ax.set_ylim(len(rows) - 0.45, -0.55)
    ax.set_xlim(0, float(rows["customers"].max()) * 1.3)
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.set_xticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    if len(by_cause) > len(rows):
        said = labels.words("chart.first_of", shown=len(rows), of=len(by_cause))
        ax.annotate(said, (1, 1.01), xycoords="axes fraction", ha="right", va="bottom", fontsize=8, color=style.GREY)
    return ax
