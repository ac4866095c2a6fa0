"""What will be done, by whom, and who is good at what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.i18n import MISSING
from segkit.report.grid import Cell, Grid, cash, count, heads, part
from segkit.report.parts.section import Section, sayings, section
from segkit.report.pictures import picture
from segkit.report.plans.worded import known_text, worded
from segkit.workbench import Edition

if TYPE_CHECKING:
    import pandas as pd

    from segkit.workbench import Run

DAYS = 7  # the week ahead
PEOPLE = 12  # salespeople that are listed
LISTED = 10  # tasks that an edition lists


def week(run: Run) -> Section:
    """The tasks of the week: by kind, by salesperson; an edition's own one by one."""
    from segkit.analysis import followup

    tasks = run.table("tasks") if run.has("tasks") else None
    if tasks is None or tasks.empty:
        return section(run, "week", lead="")
    ahead = followup.ahead(tasks, as_of=run.as_of, days=DAYS)
    own = ahead[ahead["owner"].isin(run.people)] if isinstance(run, Edition) else ahead
    people = followup.by_owner(own)
    grids = [_kinds(run, followup.by_kind(ahead))] if len(ahead) else []
    grids += [_people(run, people)] if len(people) > 1 else []
    grids += [_tasks(run, ahead)] if isinstance(run, Edition) and len(ahead) else []
    said = sayings(run, ["plan_size", "plan_left_out", "plan_fits", "plan_pool"])
    return section(run, "week", "80_followup", sentences=said, grids=grids)


def _kinds(run: Run, rows: pd.DataFrame) -> Grid:
    words, most = run.words, rows["tasks"].max()
    cells = [
        [Cell(words.label("task_kind", row["kind"])), Cell(words.number(row["tasks"]), bar=part(row["tasks"], most)),
         count(run, row["urgent"]), count(run, row["hours"], 1)]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    names = ("tasks", "urgent", "hours")
    return Grid(words("page.week_kinds"), heads(run, "kind", *names, right=names), cells, classes="narrow")


def _people(run: Run, rows: pd.DataFrame) -> Grid:
    """With what did not fit into the days planned, where the run knows people's hours."""
    words, load = run.words, run.table("workload") if run.has("workload") else None
    if load is not None:
        rows = rows.merge(load[["owner", "hours_asked", "hours_there", "value_left_out"]], on="owner", how="left")
    full = load is not None
    cells = [
        [Cell(row["owner"]), count(run, row["tasks"]), count(run, row["urgent"]), count(run, row["hours"], 1),
         *(_load(run, row) if full else [])]
        for row in rows.head(PEOPLE).to_dict("records")
    ]  # fmt: skip
    names = ("tasks", "urgent", "hours", *(("load", "value_left_out") if full else ()))
    rest = words("table.shown", shown=len(cells), rows=len(rows)) if len(rows) > len(cells) else ""
    return Grid(words("page.week_people"), heads(run, "owner", *names, right=names), cells, rest=rest)


def _load(run: Run, row: dict[Any, Any]) -> list[Cell]:
    """Hours asked of hours there in the days planned, and the money behind what does not fit."""
    load = row["hours_asked"] / row["hours_there"] if row["hours_there"] else float("nan")
    over = load > 1
    return [
        Cell(run.words.percent(load), bar=part(load, 2.0), tone="risk" if over else ""),
        cash(run, row["value_left_out"]) if row["value_left_out"] else Cell(MISSING, tone="quiet"),
    ]


def _tasks(run: Run, ahead: pd.DataFrame) -> Grid:
    """The first tasks of the week: when, what, for whom, why."""
    rows = ahead.sort_values(["due_at", "task_id"], kind="stable").head(LISTED)
    said = rows
    if run.words.language != run.manifest["language"]:
        said = worded(rows, run.table("customers"), run.playbooks(), run.words)
    words = run.words
    cells = [
        [_when(run, str(row["due_local"])), Cell(words.label("task_kind", row["kind"])),
         Cell(known_text(row["subject"]), more=known_text(row["reason"])), cash(run, row["value"])]
        for row in said.to_dict("records")
    ]  # fmt: skip
    rest = words("table.shown", shown=len(cells), rows=len(ahead)) if len(ahead) > len(cells) else ""
    head = heads(run, "due_on", "kind", "subject", "value", right=("value",), wide="subject")
    return Grid(words("page.week_tasks"), head, cells, cards=True, rest=rest)


def _when(run: Run, due_local: str) -> Cell:
    """Day and time on the customer's clock."""
    return Cell(run.words.date(due_local[:10]), more=due_local[11:16])


def people(run: Run) -> Section:
    """How salespeople and channels do. It compares all of them, so an edition has none of it."""
    if isinstance(run, Edition):
        return section(run, "people", lead="")
    pictures = [*picture(run, "salespeople"), *picture(run, "channels")] or picture(run, "owners")
    said = sayings(run, ["win_rate", "owner_ahead"]) if pictures else []
    return section(run, "people", "35_deals", sentences=said, pictures=[*pictures, *picture(run, "funnel")])
