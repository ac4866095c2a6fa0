"""A salesperson's page: the day, the week, what did not fit, alerts, neglected accounts, targets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.report.plans.worded import clock, known_text
from segkit.report.templating import environment, stylesheet

if TYPE_CHECKING:
    import pandas as pd

    from segkit.charts.tables import Written
    from segkit.workbench import Run

LISTED = 20  # rows of each list beside the plan


@dataclass(frozen=True)
class Beside:
    """What stands beside the tasks on each page, for all salespeople: neglected (customer_id, owner, scheme, tier, worth,
    last_touch_on, quiet_days), attainment (owner, period, revenue, revenue_target, …), revival, workload, alerts."""

    neglected: pd.DataFrame
    attainment: pd.DataFrame
    revival: pd.DataFrame
    workload: pd.DataFrame
    alerts: pd.DataFrame
    names: pd.Series


def beside(customers: pd.DataFrame, **lists: pd.DataFrame) -> Beside:
    """The lists of a run beside its tasks, with the customers' names. `lists`: see `Beside`."""
    named = customers.reindex(columns=["customer_id", "name"]).set_index("customer_id")["name"].dropna()
    return Beside(names=named, **lists)


@dataclass(frozen=True)
class Item:
    """One task as the page shows it."""

    time: str
    own_time: str
    subject: str
    place: str
    reason: str
    contact: str
    minutes: int
    value: str
    kind: str
    urgent: bool


def owner_page(run: Run, owner: str, tasks: pd.DataFrame, beside: Beside, *, zone: str) -> str:
    """The page as HTML, everything escaped. `tasks`: worded, of this salesperson; `zone`: of its own clock."""
    words = run.words
    open_ = tasks[tasks["status"].eq("open")]
    fits = open_["fits"].fillna(False).astype(bool)
    context: dict[str, Any] = {
        "run": run,
        "words": words,
        "style": stylesheet(),
        "owner": owner,
        "zone": zone,
        "tiles": _tiles(run, owner, tasks.assign(fitting=fits), beside),
        "days": _days(run, open_[fits], zone),
        "left_out": _left_out(run, open_[~fits]),
        "left_out_more": max(int((~fits).sum()) - LISTED, 0),
        "tables": _tables(run, owner, beside),
        "version": run.manifest["versions"].get("segkit", ""),
    }
    return environment().get_template("plan.html.j2").render(context)


def _tiles(run: Run, owner: str, tasks: pd.DataFrame, beside: Beside) -> list[tuple[str, str, str]]:
    """Value, name and a line more of each key figure. `fitting` of an open task: whether it fits; null for the others."""
    words = run.words
    planned, left = (tasks[tasks["fitting"].eq(fits).fillna(False).astype(bool)] for fits in (True, False))
    done = int(tasks["status"].eq("done").sum())
    there = beside.workload.set_index("owner")["hours_there"].get(owner)
    hours = planned["minutes"].sum() / 60
    found = [
        (words.number(len(planned)), words("plan.tasks"), words("plan.tasks_more", urgent=int(planned["urgent"].sum()))),
        (words.number(hours, 1), words("plan.hours"), words("plan.hours_more", hours=there)),
        (
            words.number(len(left)),
            words("plan.left_out"),
            words("plan.left_out_more", value=left["value"].sum(), currency=run.currency),
        ),
        (words.number(done), words("plan.done"), words("plan.done_more")),
    ]
    own = beside.attainment[beside.attainment["owner"].eq(owner)]
    if len(own):
        row = own.iloc[0]
        numbers = {
            "period": row["period"],
            "elapsed": row["elapsed"],
            "target": row["revenue_target"],
            "currency": run.currency,
        }
        found.append((words.percent(row["target_share"]), words("plan.target"), words("plan.target_more", **numbers)))
    return found


def _days(run: Run, tasks: pd.DataFrame, zone: str) -> list[tuple[str, str, list[Item]]]:
    """The planned tasks by day of the customer: heading, a line on its hours, the items by time."""
    rows = tasks.assign(day=tasks["due_local"].str[:10]).sort_values(["due_at", "task_id"], kind="stable")
    found = []
    for day, part in rows.groupby("day", sort=True):
        date = dt.date.fromisoformat(str(day))
        name = run.words("plan.today", day=date) if date == run.as_of else run.words(f"plan.weekday_{date.weekday()}", day=date)
        more = run.words("plan.day_more", tasks=len(part), hours=part["minutes"].sum() / 60)
        found.append((name, more, [_item(run, task, zone) for task in part.to_dict("records")]))
    return found


def _item(run: Run, task: dict[Any, Any], zone: str) -> Item:
    local, own = clock(task["due_at"], task["zone"]), clock(task["due_at"], zone)
    apart = (own.date() - local.date()).days
    shown = f"{own:%H:%M}" + ("" if not apart else f" ({apart:+d})")
    same = own.utcoffset() == local.utcoffset()
    return Item(
        time=f"{local:%H:%M}",
        own_time="" if same else run.words("plan.own_time", time=shown),
        subject=task["subject"],
        place=", ".join(filter(None, (known_text(task.get("city")), known_text(task.get("country"))))),
        reason=task["reason"],
        contact=" · ".join(filter(None, (known_text(task.get(c)) for c in ("contact_name", "contact_email", "contact_phone")))),
        minutes=int(task["minutes"]),
        value=run.words.money(task["value"], run.currency),
        kind=run.words.label("task_kind", task["kind"]),
        urgent=bool(task["urgent"]),
    )


def _left_out(run: Run, tasks: pd.DataFrame) -> list[Item]:
    rows = tasks.sort_values(["urgent", "value", "task_id"], ascending=[False, False, True], kind="stable").head(LISTED)
    return [_item(run, task, task["zone"]) for task in rows.to_dict("records")]


def _tables(run: Run, owner: str, beside: Beside) -> list[tuple[str, Written]]:
    """The lists beside the plan that have a row for this salesperson, as key and table in words."""
    from segkit.charts.tables import written

    parts = {
        "alerts": (beside.alerts, ["customer", "kind", "money", "reason"]),
        "neglected": (beside.neglected, ["customer", "scheme", "tier", "worth", "last_touch_on", "quiet_days"]),
        "revival": (beside.revival, ["customer", "who", "worth", "quiet_days", "reason_said", "hand_to"]),
    }
    kinds = {
        "money": "short_money",
        "worth": "short_money",
        "last_touch_on": "date",
        "who": "revival",
        "kind": "alert",
        "reason": "text",
    }
    found = []
    for key, (frame, columns) in parts.items():
        own = frame[frame["owner"].eq(owner)]
        if len(own):
            named = own.assign(customer=own["customer_id"].map(beside.names).fillna(own["customer_id"]))
            found.append((key, written(named.reindex(columns=columns), run.words, run.currency, rows=LISTED, kinds=kinds)))
    return found
