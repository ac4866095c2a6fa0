"""Lists beside the plan: sleepers to revive, important accounts left alone, targets and how far they are met."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from segkit import schema
from segkit.analysis.followup.days import UNKNOWN, coming_holidays
from segkit.analysis.followup.occasions import coming_day

IMPORTANT: Mapping[str, Mapping[str, int]] = {
    "trade_tier": {"KA": 45, "A": 7},
    "rfm_matrix": {"core": 60, "save": 60, "growth": 60},
    "lead_value": {"high": 60},
}
"""Scheme → tier → days without a touch from which an important account is left alone."""

QUIET = 30  # days without a touch from which a prospect that once asked is worth a revival
SLEEPING = ("dormant", "churned")


def revival(
    accounts: pd.DataFrame, proposed: pd.DataFrame, *, as_of: dt.date, ahead: int = 30, language: str = "en"
) -> pd.DataFrame:
    """One row per customer worth waking, most worth first: customer_id, owner, who (`sleeping` buyer, or prospect that `asked`
    and never ordered), worth, quiet_days, unanswered, reason (key: birthday, holiday, or news), reason_on, reason_name, hand_to
    (a salesperson, where the owner's touches stay unanswered).

    `reason`: within `ahead` days a birthday, else a public holiday of the country, else news of product or factory.
    """
    frame = _open_to_contact(accounts)
    silent = _days_since(frame, "last_touch_on", as_of)
    sleeping = frame["tier.lifecycle"].isin(SLEEPING) if "tier.lifecycle" in frame else pd.Series(False, index=frame.index)
    asked = frame["inquiries"].fillna(0).gt(0) if "inquiries" in frame else pd.Series(False, index=frame.index)
    asked &= frame["frequency"].fillna(0).eq(0) & ~(silent < QUIET)
    who = np.select([sleeping, asked], ["sleeping", "asked"], default="")
    rows = frame.assign(who=who, quiet_days=silent)[(who != "").tolist()]
    rows = rows.join(_reasons(rows, as_of=as_of, ahead=ahead, language=language))
    handed = proposed[proposed["why"].eq("unanswered")].set_index("customer_id")["proposed"] if len(proposed) else {}
    rows["hand_to"] = rows["customer_id"].map(handed)
    asked_for = [
        "customer_id",
        "owner",
        "who",
        "worth",
        "quiet_days",
        "unanswered",
        "reason",
        "reason_on",
        "reason_name",
        "hand_to",
    ]
    return rows.reindex(columns=asked_for).sort_values("worth", ascending=False, kind="stable", ignore_index=True)


_REASON = ("reason", "reason_on", "reason_name")


def _open_to_contact(accounts: pd.DataFrame) -> pd.DataFrame:
    if "do_not_contact" not in accounts:
        return accounts
    return accounts[~accounts["do_not_contact"].astype("boolean").fillna(False).astype(bool)]


def _days_since(frame: pd.DataFrame, column: str, as_of: dt.date) -> pd.Series:
    if column not in frame:
        return pd.Series(np.nan, index=frame.index)
    return (pd.Timestamp(as_of) - pd.to_datetime(frame[column])).dt.days.astype(float)


def _reasons(rows: pd.DataFrame, *, as_of: dt.date, ahead: int, language: str) -> pd.DataFrame:
    until = as_of + dt.timedelta(days=ahead)
    country = (
        rows["country_code"].astype(object).fillna(UNKNOWN) if "country_code" in rows else pd.Series(UNKNOWN, index=rows.index)
    )
    coming = coming_holidays(country.unique(), after=as_of, until=until, language=language).drop_duplicates("country_code")
    coming = coming.set_index("country_code")
    holiday, holiday_name = (
        pd.to_datetime(country.map(coming["on"].to_dict())),
        country.map(coming["name"].to_dict()).astype(object),
    )
    birthday, person = _birthday(rows, as_of, until)
    reason = np.select([birthday.notna(), holiday.notna()], ["birthday", "holiday"], default="news")
    return pd.DataFrame(
        {"reason": reason, "reason_on": birthday.fillna(holiday), "reason_name": person.where(birthday.notna(), holiday_name)},
        index=rows.index,
    )


def _birthday(rows: pd.DataFrame, as_of: dt.date, until: dt.date) -> tuple[pd.Series, pd.Series]:
    """The next birthday of each account's people up to a day, and whose it is."""
    never = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"), pd.Series(None, index=rows.index, dtype=object)
    if "birthdays" not in rows:
        return never
    long = rows["birthdays"].explode().dropna()
    if long.empty:
        return never
    on = coming_day(pd.Series([day for day, _ in long], index=range(len(long))), as_of)
    found = pd.DataFrame({"row": long.index, "on": on.to_numpy(), "person": [person for _, person in long]})
    first = found[found["on"] <= pd.Timestamp(until)].sort_values("on", kind="stable").drop_duplicates("row").set_index("row")
    return first["on"].reindex(rows.index), first["person"].reindex(rows.index)


def neglected(
    accounts: pd.DataFrame, *, as_of: dt.date, important: Mapping[str, Mapping[str, int]] = IMPORTANT
) -> pd.DataFrame:
    """One row per important account that was not touched for longer than its tier allows, most worth first: customer_id,
    owner, scheme, tier, worth, last_touch_on, quiet_days (null: never touched), allowed_days. Of several tiers the strictest
    counts. Empty where no touches are measured."""
    frame = _open_to_contact(accounts)
    columns = ["customer_id", "owner", "scheme", "tier", "worth", "last_touch_on", "quiet_days", "allowed_days"]
    if "last_touch_on" not in frame:
        return pd.DataFrame(columns=columns)
    parts = []
    for scheme, tiers in important.items():
        if f"tier.{scheme}" in frame:
            tier = frame[f"tier.{scheme}"].astype(object)
            parts.append(frame.assign(scheme=scheme, tier=tier, allowed_days=tier.map(tiers)).dropna(subset="allowed_days"))
    if not parts:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(parts).sort_values("allowed_days", kind="stable").drop_duplicates("customer_id")
    rows["quiet_days"] = _days_since(rows, "last_touch_on", as_of)
    rows = rows[~(rows["quiet_days"] <= rows["allowed_days"])]
    return rows.reindex(columns=columns).sort_values("worth", ascending=False, kind="stable", ignore_index=True)


def attainment(
    targets: pd.DataFrame, customers: pd.DataFrame, orders: pd.DataFrame, owners: pd.DataFrame, *, as_of: dt.date
) -> pd.DataFrame:
    """One row per owner of the newest period that has begun: owner, team, period, revenue_target, revenue, target_share (of
    the target), new_target, new_customers, new_share, elapsed (share of the period that is over).

    Revenue (net, base currency) and first orders of the customers that the owner has today, also of those taken over since.
    `targets`: owner, period (2026, 2026-Q2, 2026-H1, 2026-06), revenue, new_customers; `orders`: customer_id, ordered_on,
    amount. A period that cannot be read is in no row; `attrs["unread"]` holds such.
    """
    spans = {str(p): span_of(str(p)) for p in targets["period"].dropna().unique()}
    begun = {p: span for p, span in spans.items() if span and span[0] < pd.Timestamp(as_of)}
    unread = sorted(p for p, span in spans.items() if span is None)
    if not begun or "owner" not in customers:
        rows = pd.DataFrame(columns=list(_MET))
        rows.attrs["unread"] = unread
        return rows
    period = max(begun, key=lambda p: (begun[p][1], begun[p][0]))
    first, last = begun[period]
    rows = targets[targets["period"].eq(period)].rename(columns={"revenue": "revenue_target", "new_customers": "new_target"})
    owner = customers.set_index("customer_id")["owner"]
    within = orders[(orders["ordered_on"] >= first) & (orders["ordered_on"] < last)]
    rows["revenue"] = rows["owner"].map(within["amount"].groupby(within["customer_id"].map(owner)).sum()).fillna(0.0)
    fresh = customers[(customers["first_order_on"] >= first) & (customers["first_order_on"] < last)]
    rows["new_customers"] = rows["owner"].map(fresh["owner"].value_counts()).fillna(0).astype("int64")
    rows["target_share"] = rows["revenue"] / rows["revenue_target"].astype(float).where(rows["revenue_target"] > 0)
    rows["new_share"] = rows["new_customers"] / rows["new_target"].astype(float).where(rows["new_target"] > 0)
    rows["team"] = rows["owner"].map(owners.set_index("owner")["team"])
    rows["elapsed"] = min(max((pd.Timestamp(as_of) - first) / (last - first), 0.0), 1.0)
    rows = rows[list(_MET)].sort_values("target_share", ascending=False, kind="stable", ignore_index=True)
    rows.attrs["unread"] = unread
    return rows


_MET = (
    "owner", "team", "period", "revenue_target", "revenue", "target_share", "new_target", "new_customers", "new_share",
    "elapsed",
)  # fmt: skip


def span_of(period: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First day of a period and of the next one: `2026`, `2026-Q2`, `2026-H1`, `2026-06`; None for any other text."""
    found = re.fullmatch(schema.PERIOD, period.strip(), flags=re.IGNORECASE)
    if not found:
        return None
    year, quarter, half, month = int(found[1]), found[3], found[5], found[6]
    begin, months = (int(month), 1) if month else (1, 12)
    begin, months = (3 * int(quarter) - 2, 3) if quarter else (6 * int(half) - 5, 6) if half else (begin, months)
    if not 1 <= begin <= 12:
        return None
    first = pd.Timestamp(year, begin, 1)
    return first, first + pd.DateOffset(months=months)
