"""Leadership's key figures: what each is, in which unit, which way is better, and its change since last quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from segkit.analysis.leadership.quarters import QUARTER, series

Unit = Literal["money", "count", "share", "days"]
Better = Literal["up", "down", ""]


@dataclass(frozen=True)
class Figure:
    """One figure. `notebook`: where more of it stands; `needs`: what a run without it lacks, as a key of words; `apart`: days
    by which the earlier value may lie off a quarter before the newer one."""

    unit: Unit
    better: Better
    notebook: str
    needs: str
    apart: int = 3


FIGURES = {
    "revenue_quarter": Figure("money", "up", "85_leadership", "needs.past_quarter"),
    "profit_quarter": Figure("money", "up", "85_leadership", "column.margin"),
    "orders_quarter": Figure("count", "up", "85_leadership", "needs.past_quarter"),
    "average_order_value": Figure("money", "up", "85_leadership", "needs.past_quarter"),
    "customers_active": Figure("count", "up", "20_rfm", "extract.orders"),
    "new_customers": Figure("count", "up", "50_value", "needs.past_quarter"),
    "second_order_rate": Figure("share", "up", "50_value", "needs.past_quarter"),
    "core_customers": Figure("count", "up", "30_tiers", "extract.orders"),
    "core_repurchase_rate": Figure("share", "up", "85_leadership", "needs.past_quarter"),
    "prospects_conversion": Figure("share", "up", "85_leadership", "extract.customers"),
    "win_rate": Figure("share", "up", "35_deals", "extract.opportunities"),
    "customers_at_risk": Figure("count", "down", "60_churn", "extract.orders", apart=15),
    "revenue_at_risk": Figure("money", "down", "60_churn", "extract.orders", apart=15),
    "overdue_accounts": Figure("count", "down", "50_value", "extract.orders"),
    "revenue_share_top20": Figure("share", "down", "50_value", "extract.orders"),
    "gini": Figure("share", "down", "50_value", "extract.orders"),
    "touches": Figure("count", "", "80_followup", "extract.interactions"),
    "hours": Figure("count", "", "80_followup", "extract.interactions"),
    "mailings": Figure("count", "", "80_followup", "extract.interactions"),
    "leads_neglected": Figure("count", "down", "80_followup", "extract.interactions"),
    "attainment": Figure("share", "up", "80_followup", "extract.targets", apart=280),  # a period may be a year
}
"""Every key figure, in the order in which a page shows them."""

COLUMNS = (
    "figure", "value", "before", "year_before", "unit", "better", "as_of", "since", "notebook", "note", "before_note",
)  # fmt: skip
DRAWN = 12  # figures of the chart
NEAR = 15  # days by which the value of a year before may miss its day
NOT_KNOWN_THEN = "key_note.not_known_then"


def together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Series of figures as one, in the order of `FIGURES` and days, with the unit of each: figure, on, value, unit."""
    known = pd.concat([part for part in parts if len(part)] or [series([])], ignore_index=True)
    known = known[known["value"].notna()].assign(unit=lambda d: d["figure"].map({n: one.unit for n, one in FIGURES.items()}))
    order = known["figure"].map({name: place for place, name in enumerate(FIGURES)})
    return known.assign(_order=order).sort_values(["_order", "on"], kind="stable", ignore_index=True).drop(columns="_order")


def shown(known: pd.DataFrame, most: int = DRAWN) -> pd.DataFrame:
    """The series of the first `most` figures that have an earlier value, in the order of `FIGURES`."""
    several = known[known.groupby("figure")["on"].transform("size") > 1]
    names = list(dict.fromkeys(several["figure"]))[:most]
    return several[several["figure"].isin(names)].reset_index(drop=True)


def key_figures(known: pd.DataFrame) -> pd.DataFrame:
    """One row per figure that the run can tell, in the order of `FIGURES`: figure, value, before (a quarter earlier),
    year_before (four quarters earlier), unit (`money` in the base currency, `count`, `share`, `days`), better (`up`, `down`, or
    neither: empty), as_of and since (the days as of which value and before hold, these days not included: of a quarter's figure
    the day after it), notebook (where more of it stands), note (key of the words that define it), before_note (key of why
    there is no earlier value; null where there is one).

    An earlier value is never guessed: where nothing tells it, before, since and year_before are null. `known`: series of
    figures, see `together`; target attainment is compared with the period before it.
    """
    rows = [_row(name, part) for name in FIGURES if len(part := known[known["figure"].eq(name)])]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = dict.fromkeys(("value", "before", "year_before"), "float64")
    return frame.astype({**numbers, "as_of": "datetime64[us]", "since": "datetime64[us]"})


def _row(name: str, known: pd.DataFrame) -> dict[str, object]:
    figure, last = FIGURES[name], known.iloc[-1]
    earlier = known.iloc[:-1]
    before = earlier.iloc[-1] if len(earlier) and _next(earlier["on"].iloc[-1], last["on"], figure.apart) else None
    year = earlier[(earlier["on"] - (last["on"] - pd.DateOffset(years=1))).abs() <= pd.Timedelta(days=min(figure.apart, NEAR))]
    return {
        "figure": name,
        "value": last["value"],
        "before": None if before is None else before["value"],
        "year_before": year["value"].iloc[-1] if len(year) else None,
        "unit": figure.unit,
        "better": figure.better,
        "as_of": last["on"],
        "since": pd.NaT if before is None else before["on"],
        "notebook": figure.notebook,
        "note": f"key_note.{name}",
        "before_note": NOT_KNOWN_THEN if before is None else None,
    }


def _next(earlier: pd.Timestamp, later: pd.Timestamp, apart: int) -> bool:
    """Whether a value is the one before: at most a quarter earlier (and `apart` days), however short the running one is."""
    return later - QUARTER - pd.Timedelta(days=apart) <= earlier


def left_out(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures that a run cannot tell, and the key of what it lacks: figure, needs."""
    missing = [(name, one.needs) for name, one in FIGURES.items() if name not in set(figures["figure"])]
    return pd.DataFrame(missing, columns=["figure", "needs"])
