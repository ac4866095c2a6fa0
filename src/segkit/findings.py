"""What a table says: tables → `Finding(key, numbers, severity)`. The sentence is `finding.<key>` in `locales/`.

Money is in the base currency, shares are between 0 and 1, and customers are those with an order unless said.
Every function returns a finding; where a table cannot tell, the finding says what is missing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from segkit.schema import REASONS

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["good", "info", "warn", "risk"]

TOP_SHARE = 0.2  # of customers; "about 20 % of customers bring about 80 % of profit"
CONCENTRATED = 0.8  # of revenue from the top share: from here on it is a risk to watch
ONE_ACCOUNT = 0.1  # of revenue from a single customer: from here on it is a risk
SILENT_DAYS = 365  # without an order
SILENT_REVENUE = 0.2  # of revenue once brought by the silent: from here on it is a risk
SILENT_TOP = 0.1  # of the biggest customers: from here on it is a risk
ACTIVE_DAYS = 90
ONE_ORDER = 0.5  # of customers who never came back: from here on worth a warning
TREND_MONTHS = 3
STEADY = 0.03  # a change of revenue below this is called steady
FALLING = 0.1  # a fall of revenue from here on is a risk
NEAR_LIMIT = 0.5  # of max_left_out: from here on worth a warning
GOOD_USE = 0.95  # of rows used


@dataclass(frozen=True)
class Finding:
    """One thing worth saying: the key of its sentence, the raw numbers in it, and how much it matters."""

    key: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "info"


# what was read ------------------------------------------------------------------------------------------------


def rows_used(quality: pd.DataFrame, extract: str = "orders") -> Finding:
    """Share of an extract's rows that reached the result. `quality`: extract, part, reason, rows."""
    by_reason = _reasons(quality, extract)
    rows, used = int(by_reason.sum()), int(by_reason.get("used", 0))
    share = used / rows if rows else math.nan
    numbers = {"extract": f"extract.{extract}", "rows": rows, "used": used, "share": share}
    return Finding("rows_used", numbers, "good" if share >= GOOD_USE else "info")


def main_loss(quality: pd.DataFrame, extract: str = "orders") -> Finding:
    """The reason for which most rows of an extract were left out."""
    lost = _reasons(quality, extract).drop("used", errors="ignore")
    lost = lost[lost > 0].sort_values(ascending=False, kind="stable")
    if lost.empty:
        return Finding("no_loss", {"extract": f"extract.{extract}"}, "good")
    numbers = {"extract": f"extract.{extract}", "reason": f"reason.{lost.index[0]}"}
    return Finding("main_loss", numbers | {"rows": int(lost.iloc[0]), "left_out": int(lost.sum())})


def limit_distance(quality: pd.DataFrame, limit: float, extract: str = "orders") -> Finding:
    """How near the unreadable and unvalued rows come to `max_left_out`, above which the run stops."""
    by_reason = _reasons(quality, extract)
    bad = int(sum(rows for reason, rows in by_reason.items() if REASONS.get(str(reason), False)))
    if not bad:
        return Finding("all_readable", {"extract": f"extract.{extract}"}, "good")
    share = bad / (bad + int(by_reason.get("used", 0)))
    numbers = {"extract": f"extract.{extract}", "rows": bad, "share": share, "limit": limit}
    return Finding("limit_distance", numbers, "warn" if share >= NEAR_LIMIT * limit else "good")


def gaps(columns: pd.DataFrame, extract: str = "orders") -> Finding:
    """The column of an extract that misses most. `columns`: extract, column, kind, rows, missing, distinct."""
    own = columns[(columns["extract"] == extract) & (columns["rows"] > 0)]
    worst = own.assign(share=own["missing"] / own["rows"]).sort_values("share", ascending=False, kind="stable")
    if worst.empty or not worst["missing"].iloc[0]:
        return Finding("no_gaps", {"extract": f"extract.{extract}", "columns": len(own)}, "good")
    first = worst.iloc[0]
    return Finding("gaps", {"extract": f"extract.{extract}", "column": str(first["column"]), "share": first["share"]})


# the customers ------------------------------------------------------------------------------------------------


def totals(customers: pd.DataFrame, months: pd.DataFrame, as_of: dt.date) -> Finding:
    """How many customers, orders and how much revenue there are, from when to when. `months`: order_months.

    `year_share`: share of revenue from the twelve months before as-of's month.
    """
    buyers = _buyers(customers)
    revenue, month = months["revenue"], _moment(as_of).replace(day=1)
    in_year = (months["month"] >= month - 12 * _month()) & (months["month"] < month)
    numbers: dict[str, Any] = {"customers": len(buyers), "prospects": len(customers) - len(buyers)}
    numbers |= {"orders": int(buyers["frequency"].sum()), "median_orders": buyers["frequency"].median()}
    numbers |= {"revenue": buyers["monetary"].sum(), "year_share": _part(revenue[in_year].sum(), revenue.sum())}
    first, last = buyers["first_order_on"].min(), buyers["last_order_on"].max()
    return Finding("totals", numbers | {"first": first.date(), "last": last.date()})


def concentration(customers: pd.DataFrame, share: float = TOP_SHARE) -> Finding:
    """Revenue share of the top `share` of customers, rank ≤ ceil(share × n)."""
    money = _buyers(customers)["monetary"].sort_values(ascending=False)
    top = math.ceil(share * len(money))
    part = _part(money.head(top).sum(), money.sum())
    numbers = {"top": share, "customers": top, "revenue_share": part, "revenue": money.head(top).sum()}
    return Finding("concentration", numbers, "risk" if part >= CONCENTRATED else "info")


def biggest_account(customers: pd.DataFrame) -> Finding:
    """Revenue share of the one biggest customer."""
    money = _buyers(customers)["monetary"]
    part = _part(money.max(), money.sum())
    return Finding("biggest_account", {"revenue_share": part}, "risk" if part >= ONE_ACCOUNT else "good")


def silent(customers: pd.DataFrame, days: int = SILENT_DAYS) -> Finding:
    """Customers without an order for over `days` days, and the revenue they once brought."""
    buyers = _buyers(customers)
    gone = buyers[buyers["recency_days"] > days]
    part = _part(gone["monetary"].sum(), buyers["monetary"].sum())
    numbers = {"days": days, "customers": len(gone), "share": _part(len(gone), len(buyers))}
    numbers |= {"revenue": gone["monetary"].sum(), "revenue_share": part}
    return Finding("silent", numbers, "risk" if part >= SILENT_REVENUE else "info")


def silent_top(customers: pd.DataFrame, share: float = TOP_SHARE, days: int = SILENT_DAYS) -> Finding:
    """Of the top `share` of customers by revenue, those without an order for over `days` days."""
    buyers = _buyers(customers).sort_values("monetary", ascending=False)
    top = buyers.head(math.ceil(share * len(buyers)))
    gone = top[top["recency_days"] > days]
    numbers = {"top": share, "days": days, "customers": len(gone), "of": len(top), "revenue": gone["monetary"].sum()}
    severity: Severity = "warn" if len(gone) else "good"
    return Finding("silent_top", numbers, "risk" if len(gone) >= SILENT_TOP * len(top) else severity)


def active(customers: pd.DataFrame, days: int = ACTIVE_DAYS) -> Finding:
    """Share of customers with an order within the last `days` days."""
    buyers = _buyers(customers)
    now = int((buyers["recency_days"] <= days).sum())
    return Finding("active", {"days": days, "customers": now, "share": _part(now, len(buyers))})


def one_order(customers: pd.DataFrame) -> Finding:
    """Share of customers who ordered exactly once."""
    buyers = _buyers(customers)
    once = int((buyers["frequency"] == 1).sum())
    share = _part(once, len(buyers))
    return Finding("one_order", {"customers": once, "share": share}, "warn" if share >= ONE_ORDER else "info")


def typical(customers: pd.DataFrame, column: str) -> Finding:
    """Median (and mean) of `recency_days`, `frequency` or `monetary`."""
    values = _buyers(customers)[column]
    return Finding(f"typical_{column}", {"median": values.median(), "mean": values.mean()})


# scores and segments ------------------------------------------------------------------------------------------


def bins(made: Mapping[str, int], possible: Mapping[str, int]) -> Finding:
    """Whether R, F and M make as many groups as they could. Both: letter → groups, {"r": 5, "f": 4, "m": 5}."""
    short = [letter for letter in ("r", "f", "m") if made[letter] < possible[letter]]
    if not short:
        return Finding("bins_made", dict(possible), "good")
    least = max(short, key=lambda letter: possible[letter] - made[letter])
    return Finding("bins_short", {"bins": possible[least], "measure": f"measure.{least}", "made": made[least]}, "warn")


def best_cell(grid: pd.DataFrame) -> Finding:
    """What customers with the best R and the best F bring. `grid`: r_score, f_score, customers, revenue."""
    best = grid[(grid["r_score"] == grid["r_score"].max()) & (grid["f_score"] == grid["f_score"].max())]
    count, money = int(best["customers"].sum()), best["revenue"].sum()
    numbers = {"customers": count, "share": _part(count, grid["customers"].sum()), "revenue": money}
    return Finding("best_cell", numbers | {"revenue_share": _part(money, grid["revenue"].sum())})


def strongest_tier(sizes: pd.DataFrame) -> Finding:
    """The tier with most revenue beside its share of customers. `sizes`: scheme, tier, …, revenue_share."""
    first = sizes.sort_values("revenue_share", ascending=False, kind="stable").iloc[0]
    return Finding("strongest_tier", _tier(first))


def largest_tier(sizes: pd.DataFrame) -> Finding:
    """The tier with most customers beside its share of revenue."""
    first = sizes.sort_values("customers", ascending=False, kind="stable").iloc[0]
    return Finding("largest_tier", _tier(first))


# orders over time ---------------------------------------------------------------------------------------------


def trend(months: pd.DataFrame, as_of: dt.date, span: int = TREND_MONTHS) -> Finding:
    """Revenue of the last `span` full months against the same months a year before. `months`: order_months."""
    revenue = _full_months(months, as_of)["revenue"]
    if len(revenue) < 12 + span:
        return Finding("trend_unknown", {"months": len(revenue), "needed": 12 + span})
    now, before = revenue.iloc[-span:].sum(), revenue.iloc[-span - 12 : -12].sum()
    change = _part(now - before, before)
    numbers = {"months": span, "revenue": now, "before": before, "change": abs(change)}
    numbers |= {"since": revenue.index[-span].date(), "until": revenue.index[-1].date()}
    if math.isnan(change) or abs(change) < STEADY:
        return Finding("trend_steady", numbers)
    if change > 0:
        return Finding("trend_up", numbers, "good")
    return Finding("trend_down", numbers, "risk" if -change >= FALLING else "warn")


def new_customers(months: pd.DataFrame, as_of: dt.date) -> Finding:
    """First orders of the last 12 full months against the 12 before.

    In the first year of an extract old customers look new, so that a comparison needs 36 months.
    """
    first = _full_months(months, as_of)["new_customers"]
    if len(first) < 36:
        return Finding("new_customers", {"customers": int(first.iloc[-12:].sum()), "months": min(12, len(first))})
    now, before = int(first.iloc[-12:].sum()), int(first.iloc[-24:-12].sum())
    fewer = before > 0 and now < before * (1 - FALLING)
    return Finding("new_customers_year", {"customers": now, "before": before}, "warn" if fewer else "info")


def order_value(months: pd.DataFrame, as_of: dt.date) -> Finding:
    """Median order value of the last full month against the same month a year before. `months`: order_months."""
    median = months.set_index("month")["amount_median"].dropna()
    ended = median.index + _month() <= _moment(as_of)
    median = median[ended] if ended.any() else median
    numbers = {"last": median.iloc[-1], "until": median.index[-1].date()}
    before = median.get(median.index[-1] - 12 * _month())
    return Finding("order_value_one", numbers) if before is None else Finding("order_value", numbers | {"first": before})


def _tier(row: pd.Series) -> dict[str, Any]:
    numbers = {"tier": f"tier.{row['scheme']}.{row['tier']}", "customers": int(row["customers"])}
    return numbers | {k: row[k] for k in ("customer_share", "revenue", "revenue_share")}


def _reasons(quality: pd.DataFrame, extract: str) -> pd.Series:
    return quality[quality["extract"] == extract].groupby("reason", sort=False)["rows"].sum()


def _buyers(customers: pd.DataFrame) -> pd.DataFrame:
    return customers[customers["frequency"] > 0]


def _full_months(months: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Months wholly before as-of, without gaps: a month without orders counts 0."""
    by_month = months.set_index("month")[["revenue", "new_customers"]].resample("MS").sum()
    return by_month[by_month.index + _month() <= _moment(as_of)]


def _month() -> pd.offsets.MonthBegin:
    import pandas as pd

    return pd.offsets.MonthBegin(1)


def _moment(day: dt.date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(day)


def _part(part: float, whole: float) -> float:
    """`part / whole`; not a number where the whole is not positive."""
    return float(part) / float(whole) if whole > 0 else math.nan
