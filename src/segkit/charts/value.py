"""What segments bring now and are expected to bring, and how past forecasts compare with what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@house()
def expected(segments: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Of each segment the revenue expected within the horizon (its colour), the range of past errors around it (line), and
    below it the pace of the last twelve months (grey).

    `segments`: scheme, tier, customers, revenue_rate, expected_revenue, expected_low, expected_high; the greatest first.
    """
    ax = style.sheet(ax, labels, segments, row=0.56)
    if segments.empty:
        return ax
    rows = segments.reset_index(drop=True)
    colours = style.tier_colours([str(t) for t in rows["tier"]])
    at = rows.index.to_numpy()
    shown = [colours[str(t)] for t in rows["tier"]]
    ax.barh(at - 0.17, rows["expected_revenue"], 0.36, color=shown)
    ax.barh(at + 0.2, rows["revenue_rate"], 0.2, color=style.PALE)
    ax.hlines(at - 0.17, rows["expected_low"], rows["expected_high"], color=style.INK, linewidth=1)
    for y, row in enumerate(rows.to_dict("records")):
        end = max(row["expected_revenue"], row["expected_high"] if row["expected_high"] > 0 else 0)
        _after(ax, end, y - 0.17, labels.money(row["expected_revenue"]), color=style.INK, fontsize=9)
        pace = labels.money(row["revenue_rate"]) + ("" if y else f"  {labels.words('chart.pace')}")
        _after(ax, row["revenue_rate"], y + 0.2, pace, color=style.GREY, fontsize=8)
    names = [labels.words.label(f"tier.{s}", t) for s, t in zip(rows["scheme"], rows["tier"], strict=True)]
    ax.set_yticks(at, names)
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, ax.get_xlim()[1] * 1.4)
    ax.xaxis.set_major_formatter(labels.money)
    ax.set_xlabel(labels.words("axis.expected_revenue", currency_code=labels.currency))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return ax


def _after(ax: Axes, x: float, y: float, text: str, **look: object) -> None:
    ax.annotate(text, (max(x, 0), y), (4, 0), textcoords="offset points", va="center", **look)  # type: ignore[arg-type]


@house()
def against(track: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Window by window: what was forecast (grey) and what came (colour), with the share of the forecast that came.

    `track`: cutoff, forecast_revenue, revenue, ratio of the whole firm, in any order.
    """
    ax = style.sheet(ax, labels, track, row=max(0.42, 1.1 / max(len(track), 1)))
    if track.empty:
        return ax
    rows = track.sort_values("cutoff").reset_index(drop=True)
    ax.hlines(rows.index, rows["forecast_revenue"], rows["revenue"], color=style.PALE, linewidth=2.5)
    ax.scatter(rows["forecast_revenue"], rows.index, s=46, color=style.GREY, zorder=3, label=labels.words("chart.forecast"))
    ax.scatter(rows["revenue"], rows.index, s=46, color=style.ACCENT, zorder=3, label=labels.words("chart.came"))
    for y, row in enumerate(rows.to_dict("records")):
        end = max(row["forecast_revenue"], row["revenue"])
        _after(ax, end, y, f"  {labels.percent(row['ratio'])}", color=style.INK, fontsize=9)
    ax.set_yticks(rows.index, [labels.words("chart.from_day", day=day) for day in rows["cutoff"]])
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    top = float(rows[["forecast_revenue", "revenue"]].max(axis=None))
    ax.set_xlim(0, top * 1.18 if top > 0 else 1)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.xaxis.set_major_formatter(labels.money)
    ax.set_xlabel(labels.words("axis.revenue", currency_code=labels.currency))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.1 - 0.6 / len(rows)), ncols=2, handletextpad=0.1, borderpad=0)
    return ax
