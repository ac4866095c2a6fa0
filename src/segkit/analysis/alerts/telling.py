"""Rules and facts → alerts: who, which episode, with which money; and which of them were told before, and when."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from segkit.schemes.alerts import QUARTER, Alert
from segkit.schemes.conditions import met
from segkit.schemes.measures import derive
from segkit.schemes.view import View

COLUMNS = (
    "alert_id", "customer_id", "owner", "kind", "severity", "money", "numbers", "do_not_contact", "episode_on",
    "first_told_on", "new", "held_back",
)  # fmt: skip


def found(
    rules: Sequence[Alert], facts: pd.DataFrame, firm: pd.DataFrame, *, as_of: dt.date, quarter: pd.Timestamp | None
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """One row per alert, most money first: alert_id, customer_id, owner (null: nobody looks after it), kind, severity, money,
    numbers (JSON: what its reason names), do_not_contact, episode_on. Also kind → the columns that it lacks: not computed.

    `facts`: see there; `firm`: the firm's own figures with the account behind them, one row or none; `quarter`: the last
    quarter's end. An id follows from kind, customer and episode: the same in every run, whatever the order of rows.
    """
    parts, lacking = [], {}
    for rule in rules:
        frame = firm if rule.level == "firm" else facts
        absent = _absent(rule, frame)
        if absent:
            lacking[rule.name] = absent
        elif len(frame):
            parts.append(_of_rule(rule, frame, as_of=as_of, quarter=quarter))
    filled = [part for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS[:9]))
    rows = _uncovered(rows, {rule.name: rule.covered_by for rule in rules})
    return rows.sort_values(["money", "alert_id"], ascending=[False, True], ignore_index=True), lacking


def _absent(rule: Alert, frame: pd.DataFrame) -> list[str]:
    """The columns that a rule lacks, those of its tiers among them where it could be about nobody."""
    if frame.empty and rule.level == "firm":
        return []
    missing = rule.needs - set(frame.columns)
    if rule.for_ and not _places(rule, frame):
        word = "before" if rule.held == "before" else "tier"
        missing |= {f"{word}.{scheme}" for scheme in rule.for_}
    return sorted(missing)


def _places(rule: Alert, frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Column and scheme of the tiers by which accounts can count, those of today first."""
    words = {"now": ("tier",), "before": ("before",), "either": ("tier", "before")}[rule.held]
    there = [scheme for scheme in rule.for_ if f"tier.{scheme}" in frame]
    return [(f"{word}.{scheme}", scheme) for word in words for scheme in there if f"{word}.{scheme}" in frame]


def _of_rule(rule: Alert, frame: pd.DataFrame, *, as_of: dt.date, quarter: pd.Timestamp | None) -> pd.DataFrame:
    view = View(frame.reset_index(drop=True))
    derive(rule.columns, view, among=np.ones(len(frame), dtype=bool), as_of=as_of)
    rows = view.frame.assign(**view.derived())
    held, now = _held(rule, rows)
    fits = met(rule.when, view) & (held.notna().to_numpy() | (rule.level == "firm"))
    rows, held, now = rows[fits], held[fits], now[fits]
    return _described(rule, rows.assign(held=held, now=now), quarter if quarter is not None else pd.Timestamp(as_of))


def _held(rule: Alert, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The key of the tier by which each account counts (null: it does not), and of its tier in that scheme today."""
    held, now = (pd.Series(None, index=rows.index, dtype=object) for _ in range(2))
    for column, scheme in _places(rule, rows):
        fits = rows[column].isin(rule.for_[scheme]).fillna(False) & held.isna()
        held[fits] = f"tier.{scheme}." + rows.loc[fits, column].astype(str)
        now[fits] = f"tier.{scheme}." + rows.loc[fits, f"tier.{scheme}"].astype(str)
    return held, now


def _described(rule: Alert, rows: pd.DataFrame, quarter: pd.Timestamp) -> pd.DataFrame:
    day = pd.Series(quarter, index=rows.index) if rule.episode == QUARTER else pd.to_datetime(rows[rule.episode])
    owner = rows["owner"].astype(object) if "owner" in rows else pd.Series(None, index=rows.index, dtype=object)
    barred = rows["do_not_contact"] if "do_not_contact" in rows else pd.Series(False, index=rows.index)
    described = pd.DataFrame(
        {
            "alert_id": [_id(rule.name, one, on) for one, on in zip(rows["customer_id"], day, strict=True)],
            "customer_id": rows["customer_id"].astype(object),
            "owner": owner.where(owner.notna(), None),
            "kind": rule.name,
            "severity": rule.severity,
            "money": rows[rule.money].astype(float).round(2),
            "do_not_contact": barred.astype("boolean").fillna(False).astype(bool),
            "episode_on": day.astype("datetime64[us]"),
        }
    )
    said = rows.assign(money=described["money"])[sorted({*rule.told, "money", "held", "now", *({"since"} & set(rows))})]
    return described.assign(numbers=[_numbers(row) for row in said.to_dict("records")])


def _id(kind: str, customer: Any, episode: pd.Timestamp) -> str:
    """Twelve letters out of kind, customer and episode."""
    named = json.dumps([kind, str(customer), str(episode)[:10]], ensure_ascii=False)
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def _numbers(row: Mapping[Any, Any]) -> str:
    """Values as JSON: days as ISO text, unknown ones null."""
    plain = {str(k): None if pd.isna(v) else v.item() if hasattr(v, "item") else v for k, v in row.items()}
    return json.dumps(plain, ensure_ascii=False, default=lambda day: day.isoformat()[:10])


def _uncovered(rows: pd.DataFrame, covered_by: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Without the alerts that another one of the same account covers."""
    kinds = rows.groupby("customer_id")["kind"].agg(set).to_dict() if len(rows) else {}
    covered = [bool(kinds[one] & set(covered_by[kind])) for one, kind in zip(rows["customer_id"], rows["kind"], strict=True)]
    return rows[~np.array(covered, dtype=bool)].reset_index(drop=True)


def tell(
    rows: pd.DataFrame, rules: Sequence[Alert], told: pd.DataFrame, *, as_of: dt.date, per_owner: int | None = None
) -> pd.DataFrame:
    """The alerts with first_told_on (the as-of of the run that told it first), new (told first in this run) and held_back.

    `told`: what earlier runs told: alert_id, customer_id, kind, first_told_on; rows of later days than as-of are not heeded,
    those of as-of itself are this run's own, so that a repeated run says the same. An alert of a kind that lasts takes the id
    that the customer's alert of that kind was last told under. Of the new ones of one owner the `per_owner` with most money
    are told; the others are held back: without first_told_on, and new again in the next run. Accounts that nobody looks after
    have no such limit.
    """
    before = told.assign(first_told_on=pd.to_datetime(told["first_told_on"]))
    before = before[before["first_told_on"] <= pd.Timestamp(as_of)].sort_values("first_told_on", kind="stable")
    rows = _same_episode(rows, before, {rule.name: rule.lasts_days for rule in rules}, as_of=pd.Timestamp(as_of))
    known = before.drop_duplicates("alert_id").set_index("alert_id")["first_told_on"]
    day = pd.Series(known.reindex(rows["alert_id"]).to_numpy(), index=rows.index, dtype="datetime64[us]")
    fresh = day.isna()
    place = rows[fresh | day.eq(pd.Timestamp(as_of))].groupby("owner", dropna=False).cumcount().reindex(rows.index)
    limit = np.inf if per_owner is None else per_owner
    back = fresh & rows["owner"].notna() & (place >= limit)
    day = day.mask(fresh & ~back, pd.Timestamp(as_of)).astype("datetime64[us]")
    rows = rows.assign(first_told_on=day, new=day.eq(pd.Timestamp(as_of)), held_back=back.astype(bool))
    return rows[list(COLUMNS)].reset_index(drop=True)


def _same_episode(rows: pd.DataFrame, told: pd.DataFrame, lasts: Mapping[str, int], *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Alerts of a kind that lasts under the id that they were last told under, where that is not too long ago."""
    if rows.empty or told.empty:
        return rows
    age = (as_of - told["first_told_on"]).dt.days
    lasting = told[age < told["kind"].map(dict(lasts)).fillna(0)].drop_duplicates(["customer_id", "kind"], keep="last")
    known = lasting.set_index(["customer_id", "kind"])["alert_id"].to_dict()
    pairs = zip(rows["customer_id"], rows["kind"], rows["alert_id"], strict=True)
    return rows.assign(alert_id=[known.get((one, kind), own) for one, kind, own in pairs])
