"""Orders: how often customers order, what an order is worth, months."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.charts import style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@house()
def frequency(counts: pd.Series, labels: Labels, *, rest: int, ax: Axes | None = None) -> Axes:
    """Customers by number of orders. `counts`: customers, index orders; the bar at `rest` holds that many and more."""
    ax = style.canvas(ax, labels, height=2.7)
    more = labels.words("chart.or_more", orders=rest)
    names = [more if orders == rest else labels.number(orders) for orders in counts.index]
    colours = [style.ACCENT if orders == 1 else style.PALE for orders in counts.index]
    bars = ax.bar(names, counts.to_numpy(), 0.8, color=colours)
    ax.bar_label(bars, [labels.number(c) for c in counts], padding=2, fontsize=8, color=style.GREY)
    ax.set_xlabel(labels.words("axis.frequency"))
    ax.set_ylabel(labels.words("axis.customers"))
    ax.set_xlim(-0.6, max(len(counts), 8) - 0.4)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    return ax


@house()
def value(months: pd.DataFrame, labels: Labels, *, ax: Axes | None = None) -> Axes:
    """Median order value per month within its middle half, and below it the revenue that these orders make.

    `months`: order_months (month, amount_q1, amount_median, amount_q3, revenue).
    """
    ax = style.canvas(ax, labels, height=3.6)
    months = months.set_index("month").asfreq("MS").reset_index()
    at = months["month"]
    ax.fill_between(at, months["amount_q1"], months["amount_q3"], color=style.ACCENT, alpha=0.16, linewidth=0)
    ax.plot(at, months["amount_median"], color=style.ACCENT, marker="o", markersize=3)
    for quartile, said in _QUARTILES.items():
        text = f"{labels.words(said)} {labels.money(months[quartile].iloc[-1])}"
        ink = style.ACCENT if quartile == "amount_median" else style.GREY
        point = (at.iloc[-1], months[quartile].iloc[-1])
        ax.annotate(text, point, (6, 0), textcoords="offset points", va="center", fontsize=8.5, color=ink)
    ax.set_ylim(bottom=0)
    _money_axis(ax, labels, "axis.order_value")
    below = _panel_below(ax, labels)
    below.bar(at, months["revenue"], 24, color=style.PALE)
    _money_axis(below, labels, "axis.revenue")
    return ax


_QUARTILES = {
    "amount_q3": "chart.upper_quartile",
    "amount_median": "chart.median",
    "amount_q1": "chart.lower_quartile",
}


@house()
def months(table: pd.DataFrame, labels: Labels, *, whole_until: pd.Timestamp, ax: Axes | None = None) -> Axes:
    """Revenue per month, and orders below. Months that begin on or after `whole_until` are not over: drawn paler.

    `table`: order_months (month, orders, revenue).
    """
    from matplotlib.ticker import MaxNLocator

    ax = style.canvas(ax, labels, height=3.4)
    at, whole = table["month"], table["month"] < whole_until
    ax.bar(at, table["revenue"], 24, color=[style.ACCENT if w else "#9cc4de" for w in whole])
    _money_axis(ax, labels, "axis.revenue")
    below = _panel_below(ax, labels)
    below.bar(at, table["orders"], 24, color=[style.GREY if w else style.PALE for w in whole])
    below.set_ylabel(labels.words("axis.orders"))
    below.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    below.yaxis.set_major_formatter(labels.number)
    below.grid(axis="y")
    if not whole.all():
        said = labels.words("chart.month_not_over")
        ax.annotate(said, (1, 1), xycoords="axes fraction", ha="right", va="bottom", fontsize=8, color=style.GREY)
    return ax


def _money_axis(ax: Axes, labels: Labels, key: str) -> None:
    ax.set_ylabel(labels.words(key, currency_code=labels.currency))
    ax.yaxis.set_major_formatter(labels.money)
    ax.grid(axis="y")


def _panel_below(ax: Axes, labels: Labels) -> Axes:
    """A lower panel on the same dates."""
    from matplotlib.ticker import MaxNLocator

    halves = ax.get_subplotspec().subgridspec(2, 1, height_ratios=(2.4, 1))  # type: ignore[union-attr]
    ax.set_subplotspec(halves[0])
    below = ax.get_figure().add_subplot(halves[1], sharex=ax)  # type: ignore[union-attr]
    ax.tick_params(axis="x", labelbottom=False, length=0)
    _dates_axis(below, labels)
    below.yaxis.set_major_locator(MaxNLocator(3))
    return below


def _dates_axis(ax: Axes, labels: Labels) -> None:
    from matplotlib.dates import AutoDateLocator, num2date

    ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
    ax.xaxis.set_major_formatter(lambda x, _: labels.words.month(num2date(x)))
