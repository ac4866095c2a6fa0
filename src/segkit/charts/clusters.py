"""Clusters: the curves by which their number is chosen, their profiles, where they lie, and how far tiers agree with them.
A table without rows is drawn as its title alone, which says what is missing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_SCHEMES = 12
COLOURS = (*style.CATEGORIES, "#8fc1e0", "#a3abb2")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h")
COLUMN_OF = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}


@house()
def sweep(table: pd.DataFrame, labels: Labels, *, chosen: int, ax: Axes | None = None) -> Axes:
    """Silhouette, stability and least cluster for every number of clusters, one below the other; the chosen one is marked.

    `table`: k, silhouette, stability, stability_low, stability_high, smallest_share, passes. A k that does not pass is pale.
    """
    ax = style.canvas(ax, labels, height=0.3 if table.empty else 4.6)
    if table.empty:
        ax.set_axis_off()
        return ax
    panels = _panels(ax, 3)
    colours = [_ink(k == chosen, ok) for k, ok in zip(table["k"], table["passes"], strict=True)]
    for panel, name in zip(panels, ("silhouette", "stability", "smallest_share"), strict=True):
        panel.plot(table["k"], table[name], color=style.PALE, zorder=1)
        if name == "stability":
            panel.vlines(table["k"], table["stability_low"], table["stability_high"], colors=style.PALE, linewidth=3)
        panel.scatter(table["k"], table[name], color=colours, s=34, zorder=3, gid=name)
        panel.axvline(chosen, color=style.RULE, linewidth=8, zorder=0)
        panel.set_ylabel(labels.words(f"axis.{name}"))
        panel.set_ylim(0, 1.15 * panel.get_ylim()[1] if name != "stability" else 1.15)
        panel.grid(axis="y")
        _say_chosen(panel, table, name, chosen, labels)
    panels[2].yaxis.set_major_formatter(labels.percent)
    panels[2].set_xlabel(labels.words("axis.clusters"))
    panels[2].set_xticks(list(table["k"]))
    return ax


def _ink(chosen: bool, passes: bool) -> str:
    return style.RISK if chosen else style.ACCENT if passes else style.PALE


def _panels(ax: Axes, count: int) -> list[Axes]:
    """The Axes as the first of several below each other, with one x axis."""
    rows = ax.get_subplotspec().subgridspec(count, 1)  # type: ignore[union-attr]
    ax.set_subplotspec(rows[0])
    others = [ax.get_figure().add_subplot(rows[i], sharex=ax) for i in range(1, count)]  # type: ignore[union-attr]
    for panel in [ax, *others[:-1]]:
        panel.tick_params(axis="x", labelbottom=False, length=0)
    return [ax, *others]


def _say_chosen(panel: Axes, table: pd.DataFrame, name: str, chosen: int, labels: Labels) -> None:
    row = table[table["k"] == chosen]
    if len(row):
        value = float(row[name].iloc[0])
        said = labels.percent(value) if name == "smallest_share" else labels.words.number(value, 2)
        place: dict[str, Any] = {"textcoords": "offset points", "ha": "left", "va": "bottom", "fontsize": 8.5}
        panel.annotate(said, (chosen, value), (6, 4), color=style.RISK, **place)


@house()
def profile(profiles: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each cluster's features against the average customer, in standard deviations: blue above, orange below; the number in
    the cell carries its sign. `profiles`: cluster, name, customers, `z_<feature>`; the most valuable on top."""
    from matplotlib.colors import LinearSegmentedColormap

    ax = style.sheet(ax, labels, profiles, row=0.42)
    if profiles.empty:
        return ax
    names = [c for c in profiles.columns if c.startswith("z_")]
    z = profiles[names].to_numpy(dtype=float)
    shades = LinearSegmentedColormap.from_list("apart", ["#d9773f", "#f3d3bf", style.PAPER, "#bcd9ea", "#3f8fc0"])
    ax.pcolormesh(z, cmap=shades, vmin=-1.6, vmax=1.6, edgecolor=style.PAPER, linewidth=1.5)
    for y, x in itertools.product(range(len(z)), range(len(names))):
        said = f"{'+' if z[y, x] > 0 else '−'}{labels.words.number(abs(z[y, x]), 1)}"
        ax.annotate(said, (x + 0.5, y + 0.5), ha="center", va="center", fontsize=9.5, color=style.INK)
    rows = [_cluster_name(labels, row) for row in profiles.to_dict("records")]
    ax.set_yticks([y + 0.5 for y in range(len(rows))], [style.wrap(row, 36) for row in rows])
    ax.set_xticks([x + 0.5 for x in range(len(names))], [labels.words(f"feature.{n.removeprefix('z_')}") for n in names])
    ax.tick_params(length=0, labelcolor=style.INK, labelsize=9, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.invert_yaxis()
    return ax


@house()
def snake(profiles: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each cluster as a line over its features, in standard deviations from the average customer, named at its right end.

    `profiles`: cluster, name, `z_<feature>`, the most valuable first.
    """
    ax = style.canvas(ax, labels, height=0.3 if profiles.empty else max(3.0, 1.2 + 0.3 * len(profiles)))
    if profiles.empty:
        ax.set_axis_off()
        return ax
    names = [c for c in profiles.columns if c.startswith("z_")]
    ax.axhline(0, color=style.GREY, linewidth=0.8, zorder=0)
    for row in profiles.to_dict("records"):
        at = (int(row["cluster"]) - 1) % len(COLOURS)
        ax.plot(
            range(len(names)), [row[n] for n in names], color=COLOURS[at], marker=MARKS[at], gid=f"cluster {row['cluster']}"
        )
    ends = style.parted(profiles[names[-1]].tolist(), least=0.075 * _reach(profiles[names]))
    for row, y in zip(profiles.to_dict("records"), ends, strict=True):
        said = style.short(_cluster_name(labels, row), 46)
        ax.annotate(said, (len(names) - 1, y), (8, 0), textcoords="offset points", va="center", fontsize=8.5, color=style.INK)
    ax.set_xticks(range(len(names)), [labels.words(f"feature.{n.removeprefix('z_')}") for n in names])
    ax.set_xlim(-0.15, len(names) - 1 + 0.95 * max(1, len(names) - 1))
    ax.set_ylabel(labels.words("axis.deviations"))
    ax.tick_params(length=0, labelcolor=style.INK)
    ax.grid(axis="y")
    return ax


def _reach(z: pd.DataFrame) -> float:
    """From the least to the greatest value, at least one."""
    return max(1.0, float(z.max(axis=None) - z.min(axis=None)))


def _cluster_name(labels: Labels, row: dict[Any, Any]) -> str:
    return f"{row['cluster']}  {labels.words.label('cluster', row['name'])}"


@house()
def pairs(points: pd.DataFrame, labels: Labels, *, features: Sequence[str], ax: Axes | None = None) -> Axes:
    """Customers by each pair of the first three features, in their clusters' colours; a number stands on each middle.

    `points`: cluster and a column per feature in its own unit; `attrs["centroids"]`: cluster and the middle of each column.
    """
    couples = list(itertools.combinations(list(features)[:3], 2))
    ax = style.canvas(ax, labels, height=0.3 if points.empty or not couples else 3.0)
    if points.empty or not couples:
        ax.set_axis_off()
        return ax
    columns = ax.get_subplotspec().subgridspec(1, len(couples))  # type: ignore[union-attr]
    ax.set_subplotspec(columns[0])
    panels = [ax, *(ax.get_figure().add_subplot(columns[i]) for i in range(1, len(couples)))]  # type: ignore[union-attr]
    for panel, (across, up) in zip(panels, couples, strict=True):
        _dots(panel, points, across, up)
        for axis, name in ((panel.xaxis, across), (panel.yaxis, up)):
            _feature_axis(axis, labels, name, points[name])
        _numbers(panel, points.attrs["centroids"], across, up)
    return ax


def _dots(ax: Axes, points: pd.DataFrame, across: str, up: str) -> None:
    """A colour and a shape per cluster, so that they part in grey too."""
    for cluster, part in points.groupby("cluster"):
        at = (int(str(cluster)) - 1) % len(COLOURS)
        look: dict[str, Any] = {"s": 9, "alpha": 0.6, "linewidths": 0, "color": COLOURS[at], "marker": MARKS[at]}
        ax.scatter(part[across], part[up], gid=f"cluster {cluster}", **look)


def _numbers(ax: Axes, centroids: Sequence[dict[str, Any]], across: str, up: str) -> None:
    for row in centroids:
        ring = {"boxstyle": "circle,pad=0.22", "facecolor": style.PAPER, "edgecolor": style.INK, "linewidth": 0.9, "alpha": 0.9}
        place: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8, "color": style.INK, "bbox": ring}
        ax.annotate(f"{int(row['cluster'])}", (row[across], row[up]), **place)


def _feature_axis(axis: Any, labels: Labels, name: str, values: pd.Series) -> None:
    """Orders and money on logarithmic axes, days and shares on plain ones."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    column = COLUMN_OF.get(name)
    axis.set_label_text(
        labels.words(f"axis.{column}", currency_code=labels.currency) if column else labels.words(f"feature.{name}")
    )
    if name in ("frequency", "monetary"):
        shown = values[values > 0]
        axis._set_axes_scale("log")
        getattr(axis.axes, f"set_{axis.axis_name}lim")(shown.min() * 0.8, shown.max() * 1.25)
        axis.set_major_locator(LogLocator(10, numticks=5))
        axis.set_minor_formatter(NullFormatter())
    else:
        axis.set_major_locator(MaxNLocator(4))
    axis.set_major_formatter(labels.money if name == "monetary" else labels.percent if name == "margin" else labels.number)


@house()
def components(points: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Customers on the two axes along which they differ most, with an arrow for the weight of each feature.

    `points`: cluster, x, y; `attrs`: `loadings` (feature, x, y), `explained` (share of each axis), `centroids`.
    """
    ax = style.canvas(ax, labels, height=0.3 if points.empty else 3.9)
    if points.empty:
        ax.set_axis_off()
        return ax
    _dots(ax, points, "x", "y")
    reach = 0.9 * float(points[["x", "y"]].abs().max(axis=None))
    for one in points.attrs["loadings"]:
        end = (one["x"] * reach, one["y"] * reach)
        arrow = {"arrowstyle": "-|>", "color": style.INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", end, (0, 0), arrowprops=arrow)
        ha, va = ("left" if end[0] >= 0 else "right"), ("bottom" if end[1] >= 0 else "top")
        box = {"boxstyle": "square,pad=0.1", "facecolor": style.PAPER, "alpha": 0.85}
        ax.annotate(labels.words(f"feature.{one['feature']}"), end, ha=ha, va=va, fontsize=9, color=style.INK, bbox=box)
    _numbers(ax, points.attrs["centroids"], "x", "y")
    for axis, number, share in zip((ax.xaxis, ax.yaxis), (1, 2), points.attrs["explained"], strict=True):
        axis.set_label_text(labels.words("axis.component", number=number, share=share))
    ax.margins(x=0.12, y=0.1)
    ax.axhline(0, color=style.RULE, zorder=0)
    ax.axvline(0, color=style.RULE, zorder=0)
    return ax


@house()
def agreement(indices: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """How far each scheme agrees with the clusters, the nearest on top: to the left corrected for chance, to the right each
    way round; a dot (first index) and a ring (second) with their intervals. `indices`: scheme, index, value, low, high."""
    schemes = list(dict.fromkeys(indices["scheme"]))[:MOST_SCHEMES]
    rows = indices[indices["scheme"].isin(schemes)]
    ax = style.canvas(ax, labels, height=0.3 if rows.empty else 1.05 + 0.3 * len(schemes))
    if rows.empty:
        ax.set_axis_off()
        return ax
    columns = ax.get_subplotspec().subgridspec(1, 2)  # type: ignore[union-attr]
    ax.set_subplotspec(columns[0])
    right = ax.get_figure().add_subplot(columns[1], sharey=ax)  # type: ignore[union-attr]
    for panel, names in ((ax, ("adjusted_mutual_information", "adjusted_rand")), (right, ("homogeneity", "completeness"))):
        for name, shift, filled in zip(names, (-0.13, 0.13), (True, False), strict=True):
            _index(panel, rows[rows["index"] == name], schemes, labels, shift=shift, filled=filled)
        panel.legend(
            loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=1, handletextpad=0.2, borderpad=0.1, labelspacing=0.25
        )
        panel.grid(axis="x")
        panel.set_xlim(min(0.0, float(rows["low"].min())) - 0.03, 1.03)
        panel.spines["left"].set_visible(False)
    ax.set_yticks(range(len(schemes)), [style.wrap(labels.words.label("scheme", s), 30) for s in schemes])
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.set_ylim(len(schemes) - 0.5, -0.5)
    right.tick_params(axis="y", labelleft=False)
    if indices["scheme"].nunique() > len(schemes):
        said = labels.words("chart.schemes_of", shown=len(schemes), of=indices["scheme"].nunique())
        right.annotate(said, (1, 0), (0, -22), xycoords="axes fraction", textcoords="offset points", ha="right", va="top",
                       fontsize=8, color=style.GREY)  # fmt: skip
    return ax


def _index(ax: Axes, rows: pd.DataFrame, schemes: Sequence[str], labels: Labels, *, shift: float, filled: bool) -> None:
    at = [schemes.index(s) + shift for s in rows["scheme"]]
    ink = style.ACCENT if filled else style.GREY
    face = ink if filled else style.PAPER
    name = labels.words(f"index.{rows['index'].iloc[0]}")
    ax.hlines(at, rows["low"], rows["high"], colors=ink, linewidth=1.8)
    ax.scatter(
        rows["value"], at, s=24, facecolor=face, edgecolor=ink, linewidth=1.1, zorder=3, label=name, gid=rows["index"].iloc[0]
    )
