"""Saved filters → lists of customers, each with its reason; who must not be contacted (again) is left out and counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from string import Formatter

import numpy as np
import pandas as pd

from segkit.schemes.audiences import Audience
from segkit.schemes.conditions import met
from segkit.schemes.measures import derive
from segkit.schemes.view import View

LEFT_OUT = ("do_not_contact", "cap")
"""Why a customer that fits is not on the list, in the order in which it is looked for."""


def frame(customers: pd.DataFrame, tiers: pd.DataFrame) -> pd.DataFrame:
    """What audiences read, one row per customer: the columns of customers, `tier.<scheme>` for each scheme of `tiers`, and
    `firm_gap_days`, the median over customers of their usual gap (null where nobody has one)."""
    wide = customers.reset_index(drop=True)
    for scheme, rows in tiers.groupby("scheme", observed=True):
        found = rows.set_index("customer_id")["tier"].astype(object)
        wide[f"tier.{scheme}"] = wide["customer_id"].map(found)
    if "usual_gap_days" in wide.columns:
        wide["firm_gap_days"] = wide["usual_gap_days"].median()
    return wide


def contacts_this_month(touches: pd.DataFrame, *, as_of: dt.date) -> pd.Series:
    """Touches that went out in as-of's calendar month, by customer_id. `touches`: customer_id, month, direction, touches."""
    out = touches["direction"].eq("out")
    month = pd.to_datetime(touches["month"]).eq(pd.Timestamp(as_of).replace(day=1))
    return touches[out & month].groupby("customer_id")["touches"].sum()


def members(
    audience: Audience,
    customers: pd.DataFrame,
    *,
    as_of: dt.date,
    reason: str,
    contacts: pd.Series | None = None,
    cap: int | None = None,
) -> pd.DataFrame:
    """One row per customer that fits: customer_id, audience, reason, left_out (null: on the list; else do_not_contact or cap).

    `customers`: see `frame`; `reason`: a text with columns in braces, filled with the customer's own; `contacts`: contacts of
    the month by customer_id; `cap`: how many a customer may have in a month, this one included. Neither leaves out anybody
    from a worklist. Raises KeyError for a column that the audience needs, ValueError for a cap without contacts.
    """
    absent = sorted(audience.needs - set(customers.columns))
    if absent:
        raise KeyError(f"{audience.name} needs {', '.join(absent)}")
    if cap is not None and contacts is None:
        raise ValueError(f"a cap of {cap} contacts a month needs the contacts of the month")
    view = View(customers)
    derive(audience.columns, view, among=np.ones(len(customers), dtype=bool), as_of=as_of)
    found = met(audience.when, view)
    fitting = customers.assign(**view.derived())[found]
    mailed = audience.purpose == "mailing"
    left_out = _left_out(fitting, contacts, cap) if mailed else [None] * len(fitting)
    return pd.DataFrame(
        {
            "customer_id": fitting["customer_id"],
            "audience": audience.name,
            "reason": filled(reason, fitting),
            "left_out": pd.Categorical(left_out, categories=list(LEFT_OUT)),
        }
    ).reset_index(drop=True)


def _left_out(fitting: pd.DataFrame, contacts: pd.Series | None, cap: int | None) -> np.ndarray:
    barred = np.zeros(len(fitting), dtype=bool)
    if "do_not_contact" in fitting.columns:
        barred = fitting["do_not_contact"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    often = np.zeros(len(fitting), dtype=bool)
    if cap is not None and contacts is not None:
        often = fitting["customer_id"].map(contacts).fillna(0).to_numpy() >= cap
    left_out = np.where(often, "cap", None)  # type: ignore[call-overload]
    left_out[barred] = "do_not_contact"
    return left_out


def filled(text: str, rows: pd.DataFrame) -> pd.Series:
    """The text for each row, `{column}` replaced by its value: numbers whole, dates as 2026-06-30, unknown as –."""
    parts = [(literal, name) for literal, name, _, _ in Formatter().parse(text)]
    said = pd.Series("", index=rows.index, dtype=object)
    for literal, name in parts:
        said = said + literal + (_written(rows[name]) if name else "")
    return said


def _written(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        words = values.map(lambda v: f"{v:.0f}", na_action="ignore")
    elif pd.api.types.is_datetime64_any_dtype(values):
        words = values.dt.strftime("%Y-%m-%d")
    else:
        words = values.map(str, na_action="ignore")
    return words.astype(object).where(values.notna(), "–")


def lists(
    audiences: Sequence[Audience],
    customers: pd.DataFrame,
    *,
    as_of: dt.date,
    reasons: Mapping[str, str],
    contacts: pd.Series | None = None,
    cap: int | None = None,
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """The members of all audiences, earlier ones first served: being on a list counts towards the cap of the lists after it.

    Also by audience the columns it lacks; those are not computed. `reasons`: audience → text, see `members`.
    """
    used = pd.Series(dtype=float) if contacts is None else contacts.astype(float)
    found, lacking = [], {}
    for audience in audiences:
        absent = sorted(audience.needs - set(customers.columns))
        if absent:
            lacking[audience.name] = absent
            continue
        rows = members(audience, customers, as_of=as_of, reason=reasons[audience.name], contacts=used, cap=cap)
        found.append(rows)
        if audience.purpose == "mailing":
            used = used.add(listed(rows)["customer_id"].value_counts().astype(float), fill_value=0)
    empty = pd.DataFrame(columns=["customer_id", "audience", "reason", "left_out"])
    return (pd.concat(found, ignore_index=True) if found else empty), lacking


def listed(rows: pd.DataFrame) -> pd.DataFrame:
    """The members that are on their list: customer_id, audience, reason."""
    return rows[rows["left_out"].isna()].drop(columns="left_out").reset_index(drop=True)


def counts(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per audience: audience, fitting, listed, and how many are left out by reason; they sum up to fitting."""
    left = {reason: rows["left_out"].eq(reason) for reason in LEFT_OUT}
    marked = rows.assign(listed=rows["left_out"].isna(), **left)
    sums = marked.groupby("audience", sort=False)[["listed", *LEFT_OUT]].sum().astype("int64")
    sums.insert(0, "fitting", marked.groupby("audience", sort=False).size())
    return sums.reset_index()
