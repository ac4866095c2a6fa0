"""What became abnormal and is told, and whether last quarter's lists and calls were right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.findings.finding import Finding, part_of
from segkit.findings.tiers import absent

if TYPE_CHECKING:
    import pandas as pd

FEW = 10  # customers of a list, below which its share says little


def alerts_told(alerts: pd.DataFrame) -> Finding:
    """How many alerts there are, how many are told for the first time, and the money behind them. `alerts`: customer_id,
    severity, money, new; good news is not counted."""
    bad = alerts[alerts["severity"].ne("good")]
    if bad.empty:
        return Finding("no_alerts", {}, "good")
    money = float(bad.groupby("customer_id")["money"].max().sum())
    numbers = {"alerts": len(bad), "customers": int(bad["customer_id"].nunique()), "money": money}
    fresh = bad[bad["new"]]
    return Finding("alerts_told", numbers | {"new": len(fresh)}, "risk" if fresh["severity"].eq("risk").any() else "warn")


def alerts_main_kind(by_kind: pd.DataFrame) -> Finding:
    """The kind behind which most money stands. `by_kind`: kind, alerts, money, most money first."""
    if by_kind.empty:
        return Finding("no_alert_kind", {}, "good")
    first = by_kind.iloc[0]
    numbers = {"kind": f"alert.{first['kind']}", "alerts": int(first["alerts"]), "money": float(first["money"])}
    return Finding("alerts_main_kind", numbers | {"share": part_of(first["money"], by_kind["money"].sum())})


def alerts_by_owner(by_owner: pd.DataFrame, per_owner: int) -> Finding:
    """Who has most new alerts, and what the limit per owner held back. `by_owner`: owner, new, held_back; a missing owner is
    nobody."""
    people = by_owner[by_owner["owner"].notna()]
    if by_owner.empty:
        return Finding("no_alert_owner", {}, "good")
    if people.empty:
        return Finding("alerts_no_owners", {"alerts": int(by_owner["new"].sum())})
    most = people.sort_values(["new", "owner"], ascending=[False, True]).iloc[0]
    numbers = {"owners": len(people), "owner": str(most["owner"]), "new": int(most["new"]), "limit": per_owner}
    back = int(people["held_back"].sum())
    if not back:
        return Finding("alerts_by_owner", numbers)
    return Finding("alerts_held_back", numbers | {"held_back": back}, "warn")


def alerts_remembered(*, history: bool) -> Finding:
    """Whether the firm keeps what was told, so that nothing is told twice."""
    return Finding("alerts_remembered", {}, "good") if history else Finding("alerts_not_remembered", {}, "warn")


def good_news(alerts: pd.DataFrame) -> Finding:
    """Customers that were given up almost, and order again. `alerts`: severity, money."""
    good = alerts[alerts["severity"].eq("good")]
    if good.empty:
        return Finding("no_good_news", {})
    return Finding("good_news", {"customers": int(good["customer_id"].nunique()), "money": float(good["money"].sum())}, "good")


def lists_record(record: pd.DataFrame, day: pd.Timestamp | None) -> Finding:
    """Which of last quarter's lists ordered again most and which least, beside all buyers. `record`: list, customers, share,
    base_share."""
    many = record[record["customers"] >= FEW]
    if day is None or many.empty:
        return Finding("lists_too_young" if day is None else "lists_too_small", {"least": FEW})
    ranked = many.sort_values("share", ascending=False, kind="stable")
    numbers: dict[str, Any] = {"since": day, "base": float(record["base_share"].iloc[0])}
    for word, row in (("best", ranked.iloc[0]), ("worst", ranked.iloc[-1])):
        numbers |= {word: f"list.{row['list']}", f"{word}_share": float(row["share"])}
    return Finding("lists_record" if len(many) > 1 else "lists_record_one", numbers)


def list_record(record: pd.DataFrame, name: str, day: pd.Timestamp | None) -> Finding:
    """What became of one list. `record`: list, customers, ordered_again, share, low, high, base_share, revenue_before,
    revenue_since."""
    rows = record[record["list"].eq(name)] if day is not None else record.iloc[:0]
    if rows.empty:
        return Finding("list_empty", {"list": f"list.{name}"})
    row = rows.iloc[0]
    numbers = {"list": f"list.{name}", "since": day, "customers": int(row["customers"]), "again": int(row["ordered_again"])}
    numbers |= {word: float(row[word]) for word in ("share", "low", "high", "revenue_before", "revenue_since")}
    return Finding("list_record", numbers | {"base": float(row["base_share"])})


def following_up(table: pd.DataFrame, difference: Any, *, touched: bool) -> Finding:
    """Whether those followed up ordered more often than comparable ones. `table`: list, followed, customers, share;
    `difference`: difference, low, high, compared, others."""
    if not touched:
        return absent("follow_up", "interactions")
    if not difference.compared:
        return Finding("follow_up_unknown", {})
    every = table[table["list"].eq("all")].set_index("followed")["share"]
    numbers = {"points": 100 * abs(difference.difference), "compared": difference.compared, "others": difference.others}
    numbers |= {"low": 100 * difference.low, "high": 100 * difference.high}
    numbers |= {"with_share": float(every.get(True, float("nan"))), "without_share": float(every.get(False, float("nan")))}
    if difference.low > 0:
        return Finding("follow_up_better", numbers, "good")
    if difference.high < 0:
        return Finding("follow_up_worse", numbers, "warn")
    return Finding("follow_up_alike", numbers)
