"""Accounts against their own rhythm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST = 10


@house()
def overdue(accounts: pd.DataFrame, labels: Labels, *, money: str = "revenue_12m", ax: Axes | None = None) -> Axes:
    """The first `MOST` accounts: the interval of its usual gap as a bar with the median in it, days since the last order as a
    dot (orange past the bar), and what the account brings to the right.

    `accounts`: customer_id, recency_days, usual_gap_days, gap_low_days, gap_upper_days, `money`, name where known.
    """
    rows = accounts.head(MOST).reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.34)
    if rows.empty:
        return ax
    at = list(rows.index)
    ax.barh(at, rows["gap_upper_days"] - rows["gap_low_days"], 0.5, left=rows["gap_low_days"], color=style.PALE)
    ax.vlines(rows["usual_gap_days"], [y - 0.25 for y in at], [y + 0.25 for y in at], color=style.GREY, linewidth=1.6)
    late = (rows["recency_days"] > rows["gap_upper_days"]).tolist()
    for y, gone, upper, is_late in zip(at, rows["recency_days"], rows["gap_upper_days"], late, strict=True):
        if is_late:
            ax.plot([upper, gone], [y, y], color=style.RISK, linewidth=1.2, zorder=2)
    ax.scatter(rows["recency_days"], at, s=38, color=[style.RISK if x else style.ACCENT for x in late], zorder=3, gid="since")
    for y, worth in zip(at, rows[money], strict=True):
        said = labels.money(worth)
        ax.annotate(said, (1.01, y), xycoords=ax.get_yaxis_transform(), va="center", fontsize=8.5, color=style.INK)
    ax.annotate(labels.words(f"axis.{money}"), (1.01, 1), xycoords="axes fraction", va="bottom", fontsize=8, color=style.GREY)
    names = rows["name"].fillna(rows["customer_id"]) if "name" in rows.columns else rows["customer_id"]
    ax.set_yticks(at, [style.wrap(str(name), 26) for name in names])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.tick_params(axis="y", labelcolor=style.INK)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(labels.words("axis.gap_days"))
    ax.xaxis.set_major_formatter(labels.number)
    ax.grid(axis="x")
    return ax
