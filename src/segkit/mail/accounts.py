"""Whose accounts an edition shows: a team's or one salesperson's, with their alerts and tasks, and nobody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.errors import InputError
from segkit.report import worded

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
    kind, _, name = edition.partition(":")
    owners = run.optional("owners")
    known = set(owners["owner"].dropna()) | set(_owner(run.table("customers")).dropna())
    teams = owners.dropna(subset="team").groupby("team")["owner"].agg(list).to_dict()
    among = {owner: [owner] for owner in known} if kind == "owner" else teams
    if name not in among:
        there = ", ".join(sorted(map(str, among))) or "none"
        raise InputError(f'mail: edition "{edition}": the run knows no {kind} of that name. There are: {there}.')
    return sorted(map(str, among[name]))


def of(run: Run, edition: str, playbooks: Sequence[Playbook]) -> Own:
    """What the run holds for one edition."""
    names = people(run, edition)
    everybody = run.table("customers")
    customers = everybody[_owner(everybody).isin(names)]
    if run.has("churn"):
        customers = customers.merge(run.table("churn")[["customer_id", *RISK]], on="customer_id", how="left")
    customers = customers.assign(name=_names(run, customers))
    alerts, tasks = told(run.optional("alerts")), _tasks(run, names, customers, playbooks)
    alerts = alerts[alerts["owner"].isin(names) & alerts["customer_id"].isin(customers["customer_id"])]
    return Own(names, customers, alerts, tasks, _week(tasks, run.as_of))


def _owner(customers: pd.DataFrame) -> pd.Series:
    return customers.reindex(columns=["owner"])["owner"]


def _names(run: Run, customers: pd.DataFrame) -> pd.Series:
    """Names where the run shows names, else customer numbers."""
    ids = customers["customer_id"].astype(str)
    coded = run.manifest.get("privacy") == "codes"
    names = customers.reindex(columns=["name"])["name"]
    return ids if coded else names.where(names.notna(), ids)


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
