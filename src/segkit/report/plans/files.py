"""`plans/` of a run: a CSV, an ICS calendar and a page for each salesperson, the common pool and the mailings as CSV."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from segkit.report.plans.calendar import calendar
from segkit.report.plans.page import Beside, owner_page
from segkit.report.plans.worded import known_text
from segkit.report.spreadsheet import write_csv

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

    from segkit.workbench import Run

FOLDER = "plans"
POOL, MAILINGS = "pool", "mailings"
CONTACT = ("contact_name", "contact_email", "contact_phone", "country", "city")
SHOWN = (
    "task_id", "status", "fits", "urgent", "due_local", "zone", "due_on", "customer_id", "name", *CONTACT, "kind", "subject",
    "reason", "minutes", "value", "tier",
)  # fmt: skip


def write_plans(run: Run, tasks: pd.DataFrame, accounts: pd.DataFrame, owners: pd.DataFrame, beside: Beside) -> pd.DataFrame:
    """Write the plans of worded tasks (see `worded`) and return the names of the files, a table of one column.

    `<owner>.csv`, `.ics`, `.html` for everybody with a task; `pool.csv`: tasks of accounts without a salesperson;
    `mailings.csv`: automated touches. Tasks that did not fit stand at the end of the CSV and on the page, not in the calendar.
    """
    folder = run.output / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    shown = tasks.merge(accounts[["customer_id", *(c for c in CONTACT if c in accounts)]], on="customer_id", how="left")
    automated = shown["automated"].astype(bool)
    slugs = slugs_of(shown.loc[~automated, "owner"].dropna().unique())
    zones = owners.set_index("owner")["time_zone"]
    for owner, own in shown[~automated].groupby("owner", sort=True):
        place, zone = folder / slugs[str(owner)], known_text(zones.get(owner)) or "UTC"
        _csv(run, own, place.with_name(f"{place.name}.csv"))
        place.with_name(f"{place.name}.ics").write_bytes(calendar(run, str(owner), own))
        page = owner_page(run, str(owner), own, beside, zone=zone)
        place.with_name(f"{place.name}.html").write_text(page, encoding="utf-8")
    for name, part in ((POOL, shown[~automated & shown["owner"].isna()]), (MAILINGS, shown[automated])):
        if len(part):
            _csv(run, part, folder / f"{name}.csv")
    return _listed(folder)


def calendars(run: Run, tasks: pd.DataFrame, accounts: pd.DataFrame) -> dict[str, bytes]:
    """The calendar of each salesperson with a task, by file name without ending. `tasks`: worded, of people alone."""
    contacts = accounts[["customer_id", *(c for c in CONTACT if c in accounts)]]
    slugs = slugs_of(tasks["owner"].dropna().unique())
    parts = tasks.merge(contacts, on="customer_id", how="left").groupby("owner", sort=True) if len(tasks) else []
    return {slugs[str(owner)]: calendar(run, str(owner), own) for owner, own in parts}


def _listed(folder: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"files": sorted(f"{FOLDER}/{file.name}" for file in folder.iterdir())})


def slugs_of(owners: Iterable[str]) -> dict[str, str]:
    """A file name for each salesperson: its name in small letters, words joined by hyphens, numbered where two are alike."""
    taken, found = {POOL, MAILINGS, ""}, {}
    for owner in sorted(map(str, owners)):
        plain = "".join(c for c in unicodedata.normalize("NFKD", owner).casefold() if not unicodedata.combining(c))
        base = re.sub(r"[\W_]+", "-", plain).strip("-")[:60] or "owner"
        slug, number = base, 2
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        taken.add(slug)
        found[owner] = slug
    return found


def _csv(run: Run, tasks: pd.DataFrame, path: Path) -> None:
    """Open tasks that fit first, in the order of the day, then those that did not, then done and marked ones."""
    words = run.words
    rank = tasks["status"].map({"open": 0, "snoozed": 2, "dismissed": 2, "done": 3}).fillna(2)
    rank += tasks["fits"].eq(False).fillna(False).astype(int)
    rows = tasks.assign(rank=rank).sort_values(["rank", "due_at", "task_id"], kind="stable")
    rows["tier"] = [words.label(f"tier.{s}", t) for s, t in zip(rows["scheme"], rows["tier"], strict=True)]
    rows["kind"] = [words.label("task_kind", kind) for kind in rows["kind"]]
    rows["status"] = [words.label("task_status", status) for status in rows["status"]]
    yes = {True: words("plan.yes"), False: words("plan.no")}
    rows = rows.assign(fits=rows["fits"].astype(object).map(yes), urgent=rows["urgent"].map(yes))
    columns = [c for c in SHOWN if c in rows]
    write_csv(rows[columns].rename(columns={c: words.label("column", c) for c in columns}), path)
