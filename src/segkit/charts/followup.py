"""Effort against contribution, work against hours, promises kept. A table without rows is drawn as its title alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.charts import bars, style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST = 20  # rows of a chart
THICK = 0.34


@house()
def effort(rows: pd.DataFrame, labels: Labels, *, scheme: str, ax: Axes | None = None) -> Axes:
    """Each tier's share of the hours (grey) above its share of the contribution (its colour), the greatest contribution on top.

    `rows`: tier, hour_share (touch_share where no minutes are known), contribution_share, hours, contribution.
    """
    rows = rows.reset_index(drop=True).head(MOST)
    ax = style.sheet(ax, labels, rows, row=0.52)
    if rows.empty:
        return ax
    colours = style.tier_colours([str(t) for t in rows["tier"]])
    given = rows["hour_share"].fillna(rows["touch_share"])
    ax.barh(rows.index - THICK / 2, given, THICK, color=style.PALE, label=labels.words("chart.effort_hours"))
    tint = [colours[str(t)] for t in rows["tier"]]
    ax.barh(rows.index + THICK / 2, rows["contribution_share"].clip(lower=0), THICK, color=tint, label="contribution")
    for y, row in enumerate(rows.to_dict("records")):
        style.beside(
            ax, given[y], y - THICK / 2, labels.words("chart.hours_of", share=given[y], hours=row["hours"]), color=style.GREY
        )
        money = f"{labels.percent(row['contribution_share'])}  {labels.money(row['contribution'])}"
        style.beside(ax, max(row["contribution_share"], 0), y + THICK / 2, money)
    style.row_names(ax, [labels.words.label(f"tier.{scheme}", tier) for tier in rows["tier"]])
    reach = max(float(given.max()), float(rows["contribution_share"].max()))
    ax.set_xlim(0, reach * 1.3)
    ax.xaxis.set_major_formatter(labels.percent)
    ax.set_xlabel(labels.words("axis.effort"))
    ax.grid(axis="x")
    return ax


@house()
def workload(rows: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each salesperson's planned hours with prospects and growth (accent) and with customers (paler), what did not fit
    (orange), and the hours there are (a stroke).

    `rows`: owner, hours_asked, hours_there, hours_hunting, hours_farming, hours_fitted, left_out; the first 20 are drawn.
    """
    rows = rows.reset_index(drop=True).head(MOST)
    ax = style.sheet(ax, labels, rows, row=0.34)
    if rows.empty:
        return ax
    done = rows["hours_hunting"] * 0
    over = (rows["hours_asked"] - rows["hours_fitted"]).clip(lower=0)
    parts = {
        "hunting": (rows["hours_hunting"], style.ACCENT),
        "farming": (rows["hours_farming"], bars.FAINT),
        "over": (over, style.RISK),
    }
    for key, (long, colour) in parts.items():
        ax.barh(rows.index, long, 0.66, left=done, color=colour, label=labels.words(f"chart.{key}"))
        done = done + long
    there: dict[str, Any] = {"colors": style.INK, "linewidth": 1.6, "label": labels.words("chart.hours_there")}
    ax.vlines(rows["hours_there"], rows.index - 0.4, rows.index + 0.4, **there)
    for y, row in enumerate(rows.to_dict("records")):
        if row["left_out"]:
            reach = max(float(done[y]), row["hours_there"])
            style.beside(ax, reach, y, labels.words("chart.left_out", tasks=row["left_out"]), color=style.RISK)
    style.row_names(ax, [str(owner) for owner in rows["owner"]])
    ax.set_xlim(0, max(float(done.max()), float(rows["hours_there"].max())) * 1.22)
    ax.set_xlabel(labels.words("axis.hours"))
    ax.grid(axis="x")
    bars.legend_below(ax)
    return ax


@house()
def adherence(rows: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Promises of each tier (pale) and of them those kept (accent), by the share kept; the worst on top.

    `rows`: scheme, tier, promised, happened.
    """
    rows = _shares(rows)
    ax = style.sheet(ax, labels, rows, row=0.32)
    if rows.empty:
        return ax
    ax.barh(rows.index, 1.0, 0.66, color=style.RULE)
    ax.barh(rows.index, rows["happened_share"], 0.66, color=style.ACCENT)
    for y, row in enumerate(rows.to_dict("records")):
        said = labels.words("chart.kept_of", kept=row["happened"], promised=row["promised"])
        text = f"{labels.percent(row['happened_share'])}  {said}"
        ax.annotate(text, (1.01, y), va="center", fontsize=8.5, color=style.INK)
    style.row_names(ax, [labels.words.label(f"tier.{s}", t) for s, t in zip(rows["scheme"], rows["tier"], strict=True)])
    ax.set_xlim(0, 1.28)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.xaxis.set_major_formatter(labels.percent)
    ax.set_xlabel(labels.words("axis.kept"))
    return ax


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows by share kept, worst first."""
    return rows.sort_values("happened_share", kind="stable").head(MOST).reset_index(drop=True)
