"""Four classes of deals by three labels (key person, need, means), each with a deadline: what became of them, what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segkit.analysis.owners.signing import days_to_sign, since_contact
from segkit.schemes import Scheme
from segkit.schemes.conditions import met
from segkit.schemes.measures import derive
from segkit.schemes.view import View

DEADLINES = {"A": 10.0, "B": 20.0, "C": 30.0}
"""Days from first contact within which a deal of that class must be signed."""

LABELS = ("has_need", "can_pay", "value_accepted", "spec_known", "quantity_known")


def classes(deals: pd.DataFrame, scheme: Scheme, *, days: float = 0.0) -> pd.Series:
    """The class that each deal's labels say `days` after first contact, open or closed, by the rules of `scheme`
    (abcd_key_person). Its columns of the deal that counts (`deal_key_person`, …) are read from the deal's own."""
    fresh = deals.drop(columns=["days", "outcome"], errors="ignore").rename(columns=lambda c: f"deal_{c}")
    view = View(fresh.assign(deal_days=float(days), deal_outcome="open"))
    derive(scheme.measured, view, among=np.ones(len(deals), dtype=bool), as_of=None)
    found = np.select([met(t.when, view) for t in scheme.tiers], [t.key for t in scheme.tiers], default=scheme.otherwise)
    return pd.Series(found, index=deals.index, name="class")


def last_days(deals: pd.DataFrame, scheme: Scheme) -> pd.Series:
    """Days from first contact during which a deal may keep the class of its labels, by the deadlines of `scheme`; null where
    it has no end. Deals that the labels do not place have one too where the scheme gives up on them."""
    fresh = classes(deals, scheme)
    found = pd.Series(np.nan, index=deals.index, name="class_days")
    for limit in sorted(set(deadlines(scheme).values()), reverse=True):
        found = found.mask(classes(deals, scheme, days=limit + 1).ne(fresh), limit)
    return found


def deadlines(scheme: Scheme) -> dict[str, float]:
    """Class → days within which it must be signed: the scheme's parameters `a_days`, `b_days`, …"""
    named = {tier.key: f"{tier.key.lower()}_days" for tier in scheme.tiers}
    return {key: scheme.parameters[name] for key, name in named.items() if name in scheme.parameters}


def open_questions(deals: pd.DataFrame) -> pd.DataFrame:
    """One row per open deal and label: opportunity_id, customer_id, owner, label, answer (yes, no, unknown). The first label is
    whether a key person was met (a deal without a record of one: unknown)."""
    sheet = _answered(deals).drop(columns="amount")
    rows = sheet.melt(id_vars=["opportunity_id", "customer_id", "owner"], var_name="label", value_name="answer")
    return rows.sort_values(["customer_id", "opportunity_id"], kind="stable", ignore_index=True)


def question_sheet(deals: pd.DataFrame) -> pd.DataFrame:
    """One row per open deal, by money times labels to ask for, most first: opportunity_id, customer_id, owner, amount (base
    currency), a column per label with its answer (see `open_questions`), to_ask (how many are unknown)."""
    sheet = _answered(deals)
    sheet["to_ask"] = sheet[["key_person", *LABELS]].eq("unknown").sum(axis=1)
    asked = sheet["amount"].fillna(0.0) * sheet["to_ask"]
    return sheet.loc[asked.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _answered(deals: pd.DataFrame) -> pd.DataFrame:
    waiting = deals[deals["outcome"].eq("open")]
    person = waiting["key_person"].astype(object)
    answers = {"key_person": person.where(person.isna(), person.ne("none")), **{label: waiting[label] for label in LABELS}}
    said = {True: "yes", False: "no"}
    worded = {k: v.astype("boolean").map(said).astype(object).fillna("unknown") for k, v in answers.items()}
    return waiting[["opportunity_id", "customer_id", "owner", "amount"]].assign(**worded)


def by_class(
    deals: pd.DataFrame,
    *,
    as_of: object,
    per: Sequence[str] = (),
    touches: pd.DataFrame | None = None,
    deadlines: Mapping[str, float] = DEADLINES,
    visit_hours: float = 3.0,
) -> pd.DataFrame:
    """One row per class (column `class` of deals, see `classes`) and `per` (e.g. owner): deals, open, won, lost, win_rate,
    signed, days, days_low, days_high, overdue, decided, kept, kept_share, and with `touches` hours and hours_astray.

    `overdue`: share of the deals with a deadline that are past it, open or closed; `decided`: closed, or open past the
    deadline; `kept`: won within it, `kept_share` of the decided: how often an A was really an A. `hours`: minutes of touches
    in the months of a deal, a visit at `visit_hours`, shared evenly among a customer's deals of that month; `hours_astray`:
    those spent on decided deals that were not kept. `win_rate` is of closed deals.
    """
    keys = ["class", *per]
    judged = _judged(deals, as_of=pd.Timestamp(as_of), deadlines=deadlines)  # type: ignore[arg-type]
    summed = {"deals": ("open", "size"), **{c: (c, "sum") for c in ("open", "won", "lost", "decided", "kept")}}
    summed["overdue"] = ("overdue", "mean")
    if touches is not None:
        judged["hours"] = hours(judged, touches, as_of=pd.Timestamp(as_of), visit_hours=visit_hours)  # type: ignore[arg-type]
        judged["hours_astray"] = judged["hours"].where(judged["decided"] & ~judged["kept"], 0.0)
        summed |= {c: (c, "sum") for c in ("hours", "hours_astray")}
    rows = judged.groupby(keys, dropna=False, observed=True, as_index=False).agg(**summed)
    rows["win_rate"] = rows["won"] / (rows["won"] + rows["lost"]).replace(0, np.nan)
    rows["kept_share"] = (rows["kept"] / rows["decided"].replace(0, np.nan)).where(rows["class"].isin(list(deadlines)))
    speed = days_to_sign(deals, keys)
    return rows.merge(speed, on=keys, how="left").sort_values(keys, kind="stable", ignore_index=True)


def _judged(deals: pd.DataFrame, *, as_of: pd.Timestamp, deadlines: Mapping[str, float]) -> pd.DataFrame:
    """Deals with open, won, lost, overdue (null without a deadline or a first day), decided and kept."""
    closed = deals["outcome"].isin(["won", "lost"])
    age = since_contact(deals, pd.to_datetime(deals["closed_on"]).where(closed, as_of))
    limit = deals["class"].map(deadlines).astype(float)
    dated = limit.notna() & age.notna()
    late = age > limit
    return deals.assign(
        **{word: deals["outcome"].eq(word) for word in ("open", "won", "lost")},
        overdue=late.astype(float).where(dated),
        decided=closed | (dated & late),
        kept=deals["outcome"].eq("won") & dated & ~late,
    )


def hours(deals: pd.DataFrame, touches: pd.DataFrame, *, as_of: pd.Timestamp, visit_hours: float = 3.0) -> pd.Series:
    """Hours spent on each deal (index of `deals`): touches of its customer in the months from its first day to its last,
    minutes as recorded, a visit at `visit_hours`; months that several deals of a customer share are split evenly."""
    visit = touches["channel"].eq("visit")
    spent = touches.assign(hours=np.where(visit, touches["touches"] * visit_hours, touches["minutes"].fillna(0) / 60))
    months = spent.assign(month=_month(spent["month"])).groupby(["customer_id", "month"], as_index=False)["hours"].sum()
    begun = pd.to_datetime(deals["created_on"]).fillna(pd.to_datetime(deals["first_contact_on"]))
    spans = pd.DataFrame({"customer_id": deals["customer_id"], "first": _month(begun)})
    spans["last"] = _month(pd.to_datetime(deals["closed_on"]).fillna(as_of))
    met_in = spans.reset_index(names="_deal").merge(months, on="customer_id")
    met_in = met_in[met_in["month"].between(met_in["first"], met_in["last"])]
    sharing = met_in.groupby(["customer_id", "month"])["_deal"].transform("size")
    total = (met_in["hours"] / sharing).groupby(met_in["_deal"]).sum()
    return total.reindex(deals.index, fill_value=0.0)


def _month(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days).dt.to_period("M").dt.to_timestamp()
