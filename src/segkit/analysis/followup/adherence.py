"""Which promised touches happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from segkit.analysis.followup.due import months_later, period, sequence, series_of
from segkit.analysis.followup.scene import Scene
from segkit.analysis.followup.tasks import Options, members, responsible, scene_of, steps_of
from segkit.analysis.followup.touched import NAT
from segkit.schemes.playbooks import Playbook, Step
from segkit.schemes.view import View

COLUMNS = ("scheme", "tier", "owner", "step", "promised", "happened", "happened_share")


def adherence(
    accounts: pd.DataFrame,
    playbooks: Sequence[Playbook],
    interactions: pd.DataFrame,
    owners: pd.DataFrame,
    *,
    as_of: dt.date,
    days: int = 91,
) -> pd.DataFrame:
    """One row per scheme, tier, owner and step by a person: promised, happened (promises with a touch that counts),
    happened_share.

    Looks at the last `days` before as-of, at a longer cadence once. An `every` promise: each stretch of the cadence's latest
    day (a quarter longer than the cadence where it names none) should hold a touch. `each`: the last whole calendar period.
    `gaps`: every occurrence whose time is over. Stretches before the account was opened (an open deal, for tier A) are no
    promises. Tiers are today's, also for touches long past. Steps by their own gap, once, on an occasion or with a rule of
    their own are not judged, nor are automated ones.
    """
    frame = accounts.reset_index(drop=True)
    scene = scene_of(frame, interactions, as_of=as_of, options=Options())
    view, owner, parts = View(frame), responsible(frame, owners), []
    for book, play, step in steps_of(playbooks).values():
        if step.automated or step.when is not None or step.cadence.way not in _JUDGED:
            continue
        rows = members(book.scheme, play.tier, step, view)
        who, kept = _JUDGED[step.cadence.way](step, rows, _since(rows, play.tier, scene), scene, days)
        part = pd.DataFrame({"owner": owner[who], "happened": kept})
        parts.append(part.assign(scheme=book.scheme, tier=play.tier, step=step.key))
    whole = (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["scheme", "tier", "owner", "step", "happened"])
    )
    by = ["scheme", "tier", "owner", "step"]
    summed = whole.groupby(by, dropna=False, sort=False, as_index=False).agg(
        promised=("happened", "size"), happened=("happened", "sum")
    )
    return summed.assign(happened=summed["happened"].astype("int64"), happened_share=summed["happened"] / summed["promised"])[
        list(COLUMNS)
    ]


def _since(rows: np.ndarray, tier: str, scene: Scene) -> np.ndarray:
    """The day from which an account can have been promised anything; the beginning of time where none is known."""
    found = scene.column("deal_since", rows) if tier == "A" else np.full(len(rows), NAT)
    for name in ("first_order_on", "created_at"):
        found = np.where(np.isnat(found), scene.column(name, rows), found)
    return np.where(np.isnat(found), np.datetime64("1970-01-01", "D"), found)


def _every(step: Step, rows: np.ndarray, since: np.ndarray, scene: Scene, days: int) -> tuple[np.ndarray, np.ndarray]:
    cadence = step.cadence
    usual = cadence.every_days or int((cadence.every_months or 1) * 30.44)
    long = cadence.latest_days or int(np.ceil(usual * 1.25))
    who, kept = [], []
    for stretch in range(max(days // long, 1)):
        end = scene.today - np.timedelta64(stretch * long, "D")
        begin = end - np.timedelta64(long, "D")
        there = since <= begin
        found = scene.touched.first(step.counts, rows[there], np.full(there.sum(), begin))
        who.append(rows[there])
        kept.append(found < end)
    return np.concatenate(who), np.concatenate(kept)


def _each(step: Step, rows: np.ndarray, since: np.ndarray, scene: Scene, _days: int) -> tuple[np.ndarray, np.ndarray]:
    months = step.cadence.each_months or 1
    end, _ = period(scene.as_of, months)
    begin = months_later(np.array([end]), -months)[0]
    there = since <= begin
    found = scene.touched.first(step.counts, rows[there], np.full(there.sum(), begin))
    return rows[there], found < end


def _gaps(step: Step, rows: np.ndarray, _since: np.ndarray, scene: Scene, days: int) -> tuple[np.ndarray, np.ndarray]:
    who, kept = [np.zeros(0, dtype=int)], [np.zeros(0, dtype=bool)]
    for series, since, chosen in series_of(step.cadence, rows, scene):
        found = sequence(series, since[chosen], rows[chosen], step, scene)
        over = (found["closes_on"] <= pd.Timestamp(scene.as_of)) & (
            found["due_on"] >= pd.Timestamp(scene.as_of) - pd.Timedelta(days=days)
        )
        who.append(found.loc[over, "rows"].to_numpy(dtype=int))
        kept.append(found.loc[over, "done_on"].notna().to_numpy())
    return np.concatenate(who), np.concatenate(kept)


_JUDGED = {"every_days": _every, "every_months": _every, "each_months": _each, "gaps": _gaps}


def by(adherence: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Promises summed by some of scheme, tier, owner, step: `names`, promised, happened, happened_share, in the order given."""
    rows = adherence.groupby(list(names), dropna=False, sort=False, as_index=False)[["promised", "happened"]].sum()
    return rows.assign(happened_share=rows["happened"] / rows["promised"])
