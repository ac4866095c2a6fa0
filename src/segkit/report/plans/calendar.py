"""A salesperson's planned tasks as an ICS calendar."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from segkit.report.plans.worded import clock, known_text

if TYPE_CHECKING:
    import pandas as pd
    from icalendar import Event

    from segkit.workbench import Run

LEAST = 5  # minutes that an event lasts at least, so that it can be seen


def calendar(run: Run, owner: str, tasks: pd.DataFrame) -> bytes:
    """One event per open task that fits, under the task's id, so that a second import changes it and adds none; tasks that were
    dismissed or snoozed are cancelled. Times are UTC; the customer's own clock stands in the text."""
    from icalendar import Calendar

    found = Calendar()
    found.add("prodid", "-//segkit//follow-up plan//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", f"{run.title}: {owner}")
    planned = tasks["status"].eq("open") & tasks["fits"].fillna(False).astype(bool)
    marked = tasks["status"].isin(["dismissed", "snoozed"])
    for task in tasks[planned | marked].sort_values(["due_at", "task_id"], kind="stable").to_dict("records"):
        found.add_component(_event(run, task))
    return found.to_ical()


def _event(run: Run, task: dict) -> Event:
    from icalendar import Event

    event, stamp = Event(), dt.datetime.combine(run.as_of, dt.time(), dt.UTC)
    start = task["due_at"].to_pydatetime()
    event.add("uid", f"{task['task_id']}@segkit")
    event.add("dtstamp", stamp)
    event.add("sequence", (run.as_of - dt.date(2000, 1, 1)).days)
    event.add("dtstart", start)
    event.add("dtend", start + dt.timedelta(minutes=max(int(task["minutes"]), LEAST)))
    event.add("summary", task["subject"])
    event.add("description", _description(run, task))
    event.add("categories", [run.words.label("task_kind", task["kind"])])
    event.add("status", "CONFIRMED" if task["status"] == "open" else "CANCELLED")
    event.add("priority", 1 if task["urgent"] else 5)
    place = ", ".join(filter(None, (known_text(task.get("city")), known_text(task.get("country")))))
    if place:
        event.add("location", place)
    return event


def _description(run: Run, task: dict) -> str:
    """Why, when on the customer's clock, and whom to reach."""
    local = clock(task["due_at"], task["zone"])
    until = clock(task["until_at"], task["zone"])
    lines = [task["reason"], run.words("plan.local_hours", begin=f"{local:%H:%M}", end=f"{until:%H:%M}", zone=task["zone"])]
    lines += [known_text(task.get(name)) for name in ("contact_name", "contact_email", "contact_phone")]
    return "\n".join(line for line in (*lines, task["customer_id"]) if line)
