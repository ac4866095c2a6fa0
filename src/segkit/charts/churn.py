"""Churn risk: which forecast ranks and calibrates best, how well it is calibrated, what a list of the riskiest holds, and
where the money at risk lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

BANDS = {"act": style.RISK, "high": "#e69f00", "watch": "#f5d38b", "low": style.ACCENT, "new": "#cc79a7", "lost": style.PALE}


@house()
def candidates(comparison: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Each candidate's mean log loss in windows that its training had not seen, the level taken out; the line is the standard
    error of its difference to the best. The chosen one is in colour, the best stands on top.

    `comparison`: model, log_loss_levelled, standard_error, chosen.
    """
    rows = comparison.sort_values("log_loss_levelled").reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.34)
    if rows.empty:
        return ax
    colours = [style.ACCENT if taken else style.GREY for taken in rows["chosen"]]
    low, high = rows["log_loss_levelled"] - rows["standard_error"], rows["log_loss_levelled"] + rows["standard_error"]
    ax.hlines(rows.index, low, high, color=colours, linewidth=2.2, alpha=0.45)
    ax.scatter(rows["log_loss_levelled"], rows.index, s=46, color=colours, zorder=3)
    for y, row in enumerate(rows.to_dict("records")):
        text = labels.words.number(row["log_loss_levelled"], 3)
        ax.annotate(text, (high[y], y), (6, 0), textcoords="offset points", va="center", fontsize=8.5)
    ax.set_yticks(rows.index, [labels.words.label("model", name) for name in rows["model"]])
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(right=float(high.max()) + 0.12 * float(high.max() - low.min() + 0.01))
    ax.set_xlabel(labels.words("axis.log_loss"))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return ax


@house()
def calibration(table: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """What was forecast against the share that churned, in bins of equal size, each with its 90 % interval; on the diagonal
    the forecast is right. `table`: forecast, share, low, high, customers."""
    if table.empty:
        return style.sheet(ax, labels, table, row=0.3)
    ax = style.canvas(ax, labels, height=3.4)
    ax.plot([0, 1], [0, 1], color=style.PALE, linewidth=1.2)
    ax.vlines(table["forecast"], table["low"], table["high"], color=style.ACCENT, alpha=0.45, linewidth=2.2)
    ax.scatter(table["forecast"], table["share"], s=34, color=style.ACCENT, zorder=3)
    ax.annotate(labels.words("chart.forecast_is_right"), (0.6, 0.5), fontsize=8.5, color=style.GREY)
    _shares(ax, labels, "axis.churn_forecast", "axis.churn_share")
    return ax


@house()
def gains(table: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Of all who churned, the share held by the riskiest customers, the riskiest first; the grey line is chance.

    `table`: taken (share of customers), found (share of those who churned)."""
    if table.empty:
        return style.sheet(ax, labels, table, row=0.3)
    ax = style.canvas(ax, labels, height=3.2)
    ax.plot([0, 1], [0, 1], color=style.PALE, linewidth=1.2)
    ax.plot(table["taken"], table["found"], color=style.ACCENT)
    at = table.iloc[(table["taken"] - 0.2).abs().argsort().iloc[0]]
    ax.scatter([at["taken"]], [at["found"]], s=34, color=style.ACCENT, zorder=3)
    point = (at["taken"], at["found"])
    ax.annotate(labels.words("chart.riskiest_hold", taken=at["taken"], found=at["found"]), point, (8, -10),
                textcoords="offset points", fontsize=8.5)  # fmt: skip
    _shares(ax, labels, "axis.riskiest", "axis.churned_found")
    return ax


def _shares(ax: Axes, labels: Labels, x: str, y: str) -> None:
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.02)
    for axis, key in ((ax.xaxis, x), (ax.yaxis, y)):
        axis.set_major_formatter(labels.percent)
        axis.set_label_text(labels.words(key))
    ax.grid(axis="both")


@house()
def bands(table: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Money at risk by band, with its customers. `table`: band, customers, revenue_at_risk, in the order of the bands."""
    rows = table.reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.4)
    if rows.empty:
        return ax
    ax.barh(rows.index, rows["revenue_at_risk"], 0.66, color=[BANDS[str(band)] for band in rows["band"]])
    for y, row in enumerate(rows.to_dict("records")):
        text = labels.words(
            "chart.band_holds", money=row["revenue_at_risk"], customers=row["customers"], currency=labels.currency
        )
        ax.annotate(text, (row["revenue_at_risk"], y), (5, 0), textcoords="offset points", va="center", fontsize=8.5)
    ax.set_yticks(rows.index, [labels.words.label("band", band) for band in rows["band"]])
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, max(float(rows["revenue_at_risk"].max()) * 1.4, 1.0))
    ax.xaxis.set_major_formatter(labels.money)
    ax.set_xlabel(labels.words("axis.revenue_at_risk", currency_code=labels.currency))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return ax


@house()
def at_risk(segments: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """The money at risk of each segment (its colour) and the range of past errors around it (line). `segments`: scheme, tier,
    customers, revenue_at_risk, at_risk_low, at_risk_high; the greatest first."""
    rows = segments.reset_index(drop=True)
    ax = style.sheet(ax, labels, rows, row=0.4)
    if rows.empty:
        return ax
    colours = style.tier_colours([str(t) for t in rows["tier"]])
    ax.barh(rows.index, rows["revenue_at_risk"], 0.62, color=[colours[str(t)] for t in rows["tier"]])
    ax.hlines(rows.index, rows["at_risk_low"], rows["at_risk_high"], color=style.INK, linewidth=1)
    ends = rows[["revenue_at_risk", "at_risk_high"]].max(axis=1)
    for y, row in enumerate(rows.to_dict("records")):
        said = labels.money(row["revenue_at_risk"])
        ax.annotate(said, (ends[y], y), (5, 0), textcoords="offset points", va="center", fontsize=8.5)
    names = [labels.words.label(f"tier.{s}", t) for s, t in zip(rows["scheme"], rows["tier"], strict=True)]
    ax.set_yticks(rows.index, [style.wrap(name, 24) for name in names])
    ax.tick_params(axis="y", labelcolor=style.INK, labelsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, max(float(ends.max()) * 1.15, 1.0))
    ax.xaxis.set_major_formatter(labels.money)
    ax.set_xlabel(labels.words("axis.revenue_at_risk_range", currency_code=labels.currency))
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return ax


@house()
def risk_value(customers: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """The risk–value map: each customer by its risk and the revenue it would bring if it ordered; the first `NAMED` rows are
    named. `customers`: churn_risk, revenue_if_ordering, band, customer_id, name where known; most revenue at risk first."""
    rows = customers[customers["revenue_if_ordering"] > 0]
    if rows.empty:
        return style.sheet(ax, labels, rows, row=0.3)
    from matplotlib.ticker import NullFormatter

    ax = style.canvas(ax, labels, height=4.0)
    for band, colour in BANDS.items():
        part = rows[rows["band"].astype("str") == band]
        ax.scatter(part["churn_risk"], part["revenue_if_ordering"], s=16, color=colour, alpha=0.8, linewidths=0,
                   label=labels.words.label("band", band))  # fmt: skip
    _name_the_first(ax, rows)
    ax.set_yscale("log")
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(labels.percent)
    ax.yaxis.set_major_formatter(labels.money)
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(labels.words("axis.churn_risk"))
    ax.set_ylabel(labels.words("axis.revenue_if_ordering", currency_code=labels.currency))
    ax.grid(axis="both")
    ax.get_figure().legend(loc="outside lower left", ncols=6, handletextpad=0.1, columnspacing=1.0)  # type: ignore[union-attr]
    return ax


def _name_the_first(ax: Axes, rows: pd.DataFrame) -> None:
    """The names of the first rows, `NAMED` at most, that do not run into one another."""
    taken: list[tuple[float, float]] = []
    for row in rows.head(6 * NAMED).to_dict("records"):
        x, y = float(row["churn_risk"]), float(row["revenue_if_ordering"])
        if len(taken) == NAMED or any(abs(x - a) < APART and 1 / APART_TIMES < y / b < APART_TIMES for a, b in taken):
            continue
        taken.append((x, y))
        said = str(row["name"]) if isinstance(row.get("name"), str) else str(row["customer_id"])
        side = -1 if x > 0.6 else 1
        look: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7.5, "ha": "left" if side > 0 else "right"}
        ax.annotate(said[:26], (x, y), (4 * side, 4), **look)


NAMED = 7
APART, APART_TIMES = 0.45, 1.35  # names nearer than that in risk and in money would overlap
