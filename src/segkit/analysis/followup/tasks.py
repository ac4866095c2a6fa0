"""Playbooks and accounts → tasks: ids that stay, one regular touch at a time, fitted to people's hours, at local times."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segkit.analysis.followup import fitting
from segkit.analysis.followup.days import WorkingDays, instants, local_texts
from segkit.analysis.followup.due import occurrences
from segkit.analysis.followup.scene import Scene, made, weekdays
from segkit.analysis.followup.touched import Touched, unanswered
from segkit.analysis.followup.worth import weights, worth
from segkit.schemes.conditions import met
from segkit.schemes.playbooks import Play, Playbook, Step, zone_of
from segkit.schemes.view import View

COLUMNS = (
    "task_id", "customer_id", "owner", "due_at", "due_local", "zone", "until_at", "due_on", "kind", "step", "turn",
    "reason_key", "since_on", "every", "occasion", "latest_on", "status", "done_on", "scheme", "tier", "work", "urgent",
    "automated", "minutes", "value", "fits",
)  # fmt: skip
OPEN, DONE, DISMISSED, SNOOZED = "open", "done", "dismissed", "snoozed"


@dataclass(frozen=True)
class Options:
    """What a firm decides about its plan: days planned from as-of on (`ahead`) and told back (`behind`), the share of a week
    that is for planned touches, hours where none are recorded, the share of hunters' and farmers' hours that goes to prospects
    and growth (a director's: half), the zone of customers whose country is unknown, the language of holidays' names."""

    ahead: int = 14
    behind: int = 14
    planned_share: float = 0.6
    hours_per_week: float = 40.0
    hunting: tuple[tuple[str, float], ...] = (("hunter", 0.8), ("farmer", 0.2), ("director", 0.5))
    home_zone: str = "UTC"
    language: str = "en"


def accounts(
    known: pd.DataFrame,
    interactions: pd.DataFrame,
    *,
    contacts: pd.DataFrame | None = None,
    rhythm: pd.DataFrame | None = None,
    value: pd.DataFrame | None = None,
    home_zone: str = "UTC",
) -> pd.DataFrame:
    """What a plan reads, one row per customer: the columns of `known` (customers with `tier.<scheme>`), unanswered (touches
    since the last reply), worth (money at stake in a year, base currency; see `worth`), zone (IANA), and where they are known
    birthdays (list of (day, person)), next_order_on, next_order_high_on, overdue_days, expected_revenue."""
    found = known.reset_index(drop=True)
    if value is not None and "expected_revenue" in value and "expected_revenue" not in found:
        found = found.merge(value[["customer_id", "expected_revenue"]], on="customer_id", how="left")
    if rhythm is not None and len(rhythm):
        fresh = [c for c in ("next_order_on", "next_order_high_on", "overdue_days") if c in rhythm and c not in found]
        found = found.merge(rhythm[["customer_id", *fresh]], on="customer_id", how="left")
    born = _birthdays(found, contacts)
    if born is not None:
        found["birthdays"] = born
    return found.assign(unanswered=unanswered(found, interactions), worth=worth(found), zone=_zones(found, home_zone))


def _birthdays(customers: pd.DataFrame, contacts: pd.DataFrame | None) -> pd.Series | None:
    """Each customer's (day, person) pairs: of its contacts, and its own with the contact's name."""
    parts = []
    if contacts is not None and "birthday" in contacts:
        parts.append(contacts[["customer_id", "birthday", "name"]])
    if "birthday" in customers:
        own = customers.reindex(columns=["customer_id", "birthday", "contact_name"])
        parts.append(own.rename(columns={"contact_name": "name"}))
    if not parts:
        return None
    long = pd.concat(parts, ignore_index=True)
    long = long[long["birthday"].notna()].drop_duplicates(["customer_id", "birthday"])
    names = long["name"].astype(object).where(long["name"].notna(), "")
    pairs: dict[str, list[tuple[pd.Timestamp, str]]] = {}
    for one, day, name in zip(long["customer_id"], pd.to_datetime(long["birthday"]), names, strict=True):
        pairs.setdefault(one, []).append((day, name))
    return customers["customer_id"].map(pairs).astype(object)


def _zones(customers: pd.DataFrame, home: str) -> pd.Series:
    """Each country and province is looked up once."""
    if "country_code" not in customers:
        return pd.Series(home, index=customers.index, dtype=object)
    province = customers["province"] if "province" in customers else [None] * len(customers)
    pairs = [
        (c if isinstance(c, str) else None, p if isinstance(p, str) else None)
        for c, p in zip(customers["country_code"], province, strict=True)
    ]
    zones = {pair: zone_of(*pair) or home for pair in set(pairs)}
    return pd.Series([zones[pair] for pair in pairs], index=customers.index, dtype=object)


def plan(
    accounts: pd.DataFrame,
    playbooks: Sequence[Playbook],
    interactions: pd.DataFrame,
    owners: pd.DataFrame,
    *,
    as_of: dt.date,
    options: Options | None = None,
    status: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row per task, the most pressing first: see `COLUMNS`.

    `accounts`: see `accounts`; `interactions`: customer_id, on, channel, direction, kind; `owners`: owner, role, team,
    hours_per_week, active; `status`: task_id, status (dismissed or snoozed), until. `due_at` (UTC) and `due_local` (with its
    offset) lie within the step's hours on the customer's clock, never on its weekends or public holidays; `until_at`: the end
    of those hours. `due_on`: the day it was due, which may be past. `owner` is null for the common pool (no owner, or one who
    left). `fits`: within the person's hours; null for the pool and for automated tasks. `value`: worth times the plays'
    weights. Customers that must not be contacted have none.
    """
    options = options or Options()
    frame = _reachable(accounts)
    scene = scene_of(frame, interactions, as_of=as_of, options=options)
    tasks = _described(_due(playbooks, scene), playbooks, frame)
    tasks = _marked(tasks, status, scene)
    tasks["owner"] = responsible(frame, owners)[tasks["rows"]]
    tasks["owner"] = _directed(tasks, frame, owners)
    tasks["value"] = (frame["worth"].to_numpy(dtype=float) * weights(playbooks, frame))[tasks["rows"]].round(2)
    return _timed(fitting.fit(tasks, owners, scene, options=options), frame)


def _reachable(accounts: pd.DataFrame) -> pd.DataFrame:
    if "do_not_contact" not in accounts:
        return accounts.reset_index(drop=True)
    barred = accounts["do_not_contact"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    return accounts[~barred].reset_index(drop=True)


def scene_of(frame: pd.DataFrame, interactions: pd.DataFrame, *, as_of: dt.date, options: Options) -> Scene:
    """The scene of a plan for accounts with a plain index."""
    codes = frame["country_code"].dropna().unique() if "country_code" in frame else []
    first, last = as_of - dt.timedelta(days=460), as_of + dt.timedelta(days=max(400, options.ahead + 60))
    touched = Touched(frame, interactions, as_of=pd.Timestamp(as_of))
    days = WorkingDays(sorted(str(code) for code in codes), first=first, last=last)
    return Scene(frame, touched, days, as_of, options.ahead, options.behind, options.language)


def steps_of(playbooks: Sequence[Playbook]) -> dict[str, tuple[Playbook, Play, Step]]:
    """Every step by its place, `book.play.step`."""
    return {
        f"{b}.{p}.{s}": (book, play, step)
        for b, book in enumerate(playbooks)
        for p, play in enumerate(book.plays)
        for s, step in enumerate(play.steps)
    }


def members(scheme: str, tier: str, step: Step, view: View) -> np.ndarray:
    """The rows of the accounts to whom a step is promised: in the tier, and where the step's own rule holds."""
    column = f"tier.{scheme}"
    if column not in view.frame:
        return np.zeros(0, dtype=int)
    fits = view.frame[column].eq(tier).fillna(False).to_numpy(dtype=bool)
    return np.flatnonzero(fits & met(step.when, view))


def _due(playbooks: Sequence[Playbook], scene: Scene) -> pd.DataFrame:
    """The occurrences of every step that are open and due within the days planned, or were done lately; `day`: the first day
    from as-of on that suits the customer."""
    view, parts = View(scene.frame), [_nothing()]
    for place, (book, play, step) in steps_of(playbooks).items():
        rows = members(book.scheme, play.tier, step, view)
        if len(rows):
            found = occurrences(step, rows, scene)
            due = np.maximum(found["due_on"].to_numpy(dtype="datetime64[D]"), scene.today)
            day = scene.rolled(found["rows"].to_numpy(dtype=int), due, step)
            parts.append(_near(found.assign(day=day.astype("datetime64[s]"), place=place), scene))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _nothing() -> pd.DataFrame:
    nobody, never = np.zeros(0, dtype=int), np.zeros(0, dtype="datetime64[D]")
    found = made(nobody, np.zeros(0, dtype=object), never, never, "")
    return found.assign(day=never.astype("datetime64[s]"), place=pd.Series(dtype=object))


def _near(found: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    today = pd.Timestamp(scene.as_of)
    open_ = found["done_on"].isna() & (found["day"] < today + pd.Timedelta(days=scene.ahead))
    open_ &= found["latest_on"].isna() | (found["day"] <= found["latest_on"])
    if "closes_on" in found:
        open_ &= found["closes_on"].isna() | (found["closes_on"] > today)
    return found[open_ | (found["done_on"] >= today - pd.Timedelta(days=scene.behind))]


def _described(found: pd.DataFrame, playbooks: Sequence[Playbook], frame: pd.DataFrame) -> pd.DataFrame:
    """Occurrences with what their step says and their id."""
    said = {place: _said(book, play, step) for place, (book, play, step) in steps_of(playbooks).items()}
    table = pd.DataFrame.from_dict(said, orient="index", columns=list(SAID))
    tasks = found.join(table, on="place")
    tasks["customer_id"] = frame["customer_id"].to_numpy(dtype=object)[tasks["rows"]]
    tasks["turn"] = (tasks["index"] % tasks.pop("texts")).astype("int64")
    tasks["task_id"] = _ids(tasks)
    tasks["status"] = np.where(tasks["done_on"].notna(), DONE, OPEN)
    return _one_of_a_group(tasks).drop_duplicates("task_id", ignore_index=True)


SAID = (
    "scheme",
    "tier",
    "step",
    "kind",
    "group",
    "work",
    "urgent",
    "automated",
    "minutes",
    "for_whom",
    "begin",
    "end",
    "weekdays",
    "texts",
)


def _said(book: Playbook, play: Play, step: Step) -> tuple[object, ...]:
    who = (book.scheme, play.tier, step.key, step.kind, step.group, play.work, step.urgent, step.automated)
    return (*who, step.minutes, step.for_whom, *step.hours, weekdays(step), len(step.en))


def _ids(tasks: pd.DataFrame) -> list[str]:
    """Twelve letters out of customer, playbook, step and what names the occurrence: the same in every run."""
    names = zip(*(tasks[c].astype(str) for c in ("customer_id", "scheme", "tier", "step", "anchor")), strict=True)
    return [hashlib.sha256("|".join(parts).encode()).hexdigest()[:12] for parts in names]


def _one_of_a_group(tasks: pd.DataFrame) -> pd.DataFrame:
    """Done tasks, and of each customer's open steps of one group (one regular touch, one review …) the most pressing: urgent
    first, then the earliest day, then the order of the playbooks. All near occurrences of that step stay."""
    open_ = tasks[tasks["status"].eq(OPEN)]
    first = open_.sort_values(["urgent", "day"], ascending=[False, True], kind="stable").drop_duplicates(["rows", "group"])
    chosen = pd.MultiIndex.from_frame(first[["rows", "place"]])
    kept = pd.MultiIndex.from_frame(tasks[["rows", "place"]]).isin(chosen)
    return tasks[kept | tasks["status"].eq(DONE)]


def _marked(tasks: pd.DataFrame, status: pd.DataFrame | None, scene: Scene) -> pd.DataFrame:
    """Open tasks dismissed or snoozed by hand. A snoozed one is open again from its day on; without a day it stays snoozed."""
    if status is None or status.empty:
        return tasks
    told = status.drop_duplicates("task_id", keep="last").set_index("task_id")
    word = tasks["task_id"].map(told["status"])
    until = pd.to_datetime(tasks["task_id"].map(told["until"]))
    over = word.eq(SNOOZED) & (until <= pd.Timestamp(scene.as_of))
    marked = word.isin([DISMISSED, SNOOZED]) & tasks["status"].eq(OPEN) & ~over
    return tasks.assign(status=tasks["status"].mask(marked, word))


def responsible(frame: pd.DataFrame, owners: pd.DataFrame) -> np.ndarray:
    """The owner of each account; None where it has none or the owner has left: its tasks are the pool's."""
    if "owner" not in frame:
        return np.full(len(frame), None, dtype=object)
    left = owners.loc[~owners["active"].astype("boolean").fillna(True), "owner"]
    owner = frame["owner"].astype(object)
    return owner.where(owner.notna() & ~owner.isin(left), None).to_numpy(dtype=object)


def _directed(tasks: pd.DataFrame, frame: pd.DataFrame, owners: pd.DataFrame) -> np.ndarray:
    """The owner, or for a director's task the director of the owner's team, else any; the owner where there is none."""
    active = owners[owners["active"].astype("boolean").fillna(True) & owners["role"].eq("director").fillna(False)]
    own = tasks["owner"].to_numpy(dtype=object)
    if active.empty or "owner" not in frame:
        return own
    teams = owners.set_index("owner")["team"]
    by_team = active.drop_duplicates("team").set_index("team")["owner"]
    director = frame["owner"].map(teams).map(by_team).fillna(active["owner"].iloc[0]).to_numpy(dtype=object)
    return np.where(tasks["for_whom"].eq("director"), director[tasks["rows"]], own)


def _timed(tasks: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """With instants: the planned day at the step's hours on the customer's clock, a person's tasks of one day after another."""
    tasks["zone"] = frame["zone"].to_numpy(dtype=object)[tasks["rows"]]
    tasks["until_at"] = instants(tasks["day"], tasks["end"], tasks["zone"])
    begin = instants(tasks["day"], tasks["begin"], tasks["zone"])
    tasks["due_at"] = fitting.one_after_another(tasks.assign(begin_at=begin))
    tasks["due_local"] = local_texts(tasks["due_at"], tasks["zone"])
    tasks = tasks.rename(columns={"reason": "reason_key"})
    pressing = ["urgent", "value", "due_at", "task_id"]
    tasks = tasks.sort_values(pressing, ascending=[False, False, True, True], kind="stable", ignore_index=True)
    return tasks[list(COLUMNS)]
