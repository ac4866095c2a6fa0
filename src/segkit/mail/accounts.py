"""Whose accounts an edition shows: a team's or one salesperson's, with their alerts and tasks, and nobody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.report import worded
from segkit.workbench import Edition, edition_of

if TYPE_CHECKING:
    import pandas as pd

    from segkit.schemes.playbooks import Playbook
    from segkit.workbench import Run

WEEK = 7  # days from as-of on
RISK = ("churn_risk", "band", "revenue_at_risk")


@dataclass(frozen=True)
class Own:
    """Tables of one edition. `customers`, with their chance of no order and the money at risk; `alerts`, `tasks`
    (worded): rows of these customers and salespeople; `week`: the open tasks of the next seven days that fit."""

    people: list[str]
    customers: pd.DataFrame
    alerts: pd.DataFrame
    tasks: pd.DataFrame
    week: pd.DataFrame


def people(run: Run, edition: str) -> list[str]:
    """The salespeople of an edition. Raises InputError, naming those there are, for a name that the run does not know."""
    seen = edition_of(run, edition)
    return sorted(map(str, seen.people)) if isinstance(seen, Edition) else []


def of(run: Run, edition: str, playbooks: Sequence[Playbook]) -> Own:
    """What the run holds for one edition."""
    own, names = edition_of(run, edition), people(run, edition)
    customers = own.table("customers")
    if own.has("churn"):
        customers = customers.merge(own.table("churn")[["customer_id", *RISK]], on="customer_id", how="left")
    ids = customers["customer_id"].astype(str)
    customers = customers.assign(name=customers.reindex(columns=["name"])["name"].fillna(ids))
    alerts = told(run.optional("alerts"))
    alerts = alerts[alerts["owner"].isin(names) & alerts["customer_id"].isin(customers["customer_id"])]
    tasks = _tasks(run, names, customers, playbooks)
    return Own(names, customers, alerts, tasks, _week(tasks, run.as_of))


def told(alerts: pd.DataFrame) -> pd.DataFrame:
    """The alerts that this run tells, the most money first: each is told once, so neither those of earlier runs (not `new`) nor
    those that wait for the next one (`held_back`)."""
    flags = alerts.reindex(columns=["new", "held_back"]).astype("boolean")
    now = flags["new"].fillna(True) & ~flags["held_back"].fillna(False)
    return alerts[now.astype(bool)].sort_values("money", ascending=False, kind="stable")


def _tasks(run: Run, names: list[str], customers: pd.DataFrame, playbooks: Sequence[Playbook]) -> pd.DataFrame:
    """Tasks of these people on their accounts, in the reader's language; none of customers who are not to be contacted."""
    import pandas as pd

    if not run.has("tasks"):
        return pd.DataFrame(columns=["owner", "customer_id", "status", "fits", "automated", "due_at", "due_local", "urgent"])
    barred = customers.reindex(columns=["do_not_contact"])["do_not_contact"].astype("boolean").fillna(False)
    allowed = customers.loc[~barred.astype(bool)]
    tasks = run.table("tasks")
    own = tasks["owner"].isin(names) & tasks["customer_id"].isin(allowed["customer_id"]) & ~tasks["automated"].astype(bool)
    return worded(tasks[own].drop(columns=["name", "subject", "reason"], errors="ignore"), customers, playbooks, run.words)


def _week(tasks: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    planned = tasks[tasks["status"].eq("open") & tasks["fits"].fillna(False).astype(bool)]
    days = planned["due_local"].astype(str).str[:10]
    first, last = as_of.isoformat(), (as_of + dt.timedelta(days=WEEK)).isoformat()
    return planned[(days >= first) & (days < last)].sort_values(["urgent", "due_at"], ascending=[False, True], kind="stable")
