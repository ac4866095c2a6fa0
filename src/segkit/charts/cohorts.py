"""Cohorts by the quarter of the first order, and how many of them come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.charts import bars, style
from segkit.charts.style import Labels, house

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes

MOST = 16  # cohorts, the newest


@house()
def retention(cells: pd.DataFrame, labels: Labels, *, value: str = "share", ax: Axes | None = None) -> Axes:
    """A row per cohort with its customers, a column per quarter after the first; each cell holds the share of the cohort that
    ordered in it (per cent), or `value="revenue_per_customer"`. A quarter that is not over is grey.

    `cells`: cohort, age, customers, whole, and the value; age 0 is left out, since there all are there.
    """
    newest = sorted(cells["cohort"].unique())[-MOST:]
    later = cells[(cells["age"] > 0) & cells["cohort"].isin(newest)]
    wide = later.pivot_table(index="cohort", columns="age", values=value)
    ax = style.sheet(ax, labels, wide, row=0.3)
    if wide.empty:
        return ax
    over = later.pivot_table(index="cohort", columns="age", values="whole", aggfunc="first").to_numpy()
    _cells(ax, labels, wide.to_numpy(), over == 1, value)
    sizes = later.drop_duplicates("cohort").set_index("cohort")["customers"]
    names = [labels.words("chart.cohort", cohort=c, customers=int(sizes[c])) for c in wide.index]
    ax.set_yticks([y + 0.5 for y in range(len(names))], names)
    ax.set_xticks([x + 0.5 for x in range(len(wide.columns))], [labels.number(age) for age in wide.columns])
    ax.tick_params(length=0, labelcolor=style.INK, labeltop=True, labelbottom=False)
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(labels.words(f"axis.cohort_{value}"))
    ax.spines[:].set_visible(False)
    ax.invert_yaxis()
    return ax


def _cells(ax: Axes, labels: Labels, wide: np.ndarray, over: np.ndarray, value: str) -> None:
    """Colours by the value, each cell with its number."""
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("share", [style.PAPER, bars.FAINT, style.ACCENT, "#003a5d"])
    whole = [x for x, done in zip(wide.ravel(), over.ravel(), strict=True) if done]
    top = max([*whole, 1e-9])
    ax.pcolormesh(wide, cmap=shades, vmin=0, vmax=top, edgecolor=style.PAPER, linewidth=1)
    money = value != "share"
    size = 6.5 if money and wide.shape[1] > 9 else 8
    for (y, x), number in np.ndenumerate(wide):
        if np.isnan(number):
            continue
        said = labels.money(number) if money else labels.words.number(100 * number)
        if not over[y, x]:
            ax.fill_between([x, x + 1], y, y + 1, color=style.RULE, linewidth=0)
        ink = style.PAPER if number > 0.6 * top else style.INK
        ax.annotate(said, (x + 0.5, y + 0.5), ha="center", va="center", fontsize=size, color=ink if over[y, x] else style.GREY)
