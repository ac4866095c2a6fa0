"""When each promise of a playbook is due: one function per way of a cadence, for all customers of a tier at once.

Each gives occurrences: `rows` of the accounts, `anchor` (what names the occurrence whatever the day of the run), `due_on`
(rolled to a working day of the customer), `done_on` (the touch that kept it, else NaT), `latest_on` (NaT: at any later day),
and what the reason tells: `reason` (key), `since_on`, `every`, `index` (which touch in turn), `occasion` (a holiday's name).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd

from segkit.analysis.followup import occasions
from segkit.analysis.followup.scene import Scene, made, text
from segkit.analysis.followup.touched import NAT
from segkit.schemes.playbooks import Cadence, Step

MONTH = 30.44  # days, where months are counted in days
SPREAD = 2 / 3  # of a calendar period over which its promises are spread
LEAD = 14  # days at most before a re-order is due from which a touch counts for it


def occurrences(step: Step, rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """The occurrences of a step for some customers (`rows`), open and done."""
    return _WAYS[step.cadence.way](step, rows, scene)


def every(step: Step, rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """After the last touch; without one after the last order, else the day the account was opened, else now."""
    cadence = step.cadence
    now = np.full(len(rows), scene.today)
    last = scene.touched.last(step.counts, rows, now)
    open_ = _after(step, rows, scene, _begun(rows, last, scene), np.full(len(rows), NAT))
    before = scene.touched.last(step.counts, rows, last)
    done = _after(step, rows, scene, _begun(rows, before, scene), last)
    promised = done["due_on"] <= done["done_on"] + pd.Timedelta(days=scene.ahead)
    found = pd.concat([open_, done[promised & done["done_on"].notna()]], ignore_index=True)
    return found.assign(every=float(cadence.every_days or round((cadence.every_months or 0) * MONTH)))


def _begun(rows: np.ndarray, last: np.ndarray, scene: Scene) -> np.ndarray:
    for name in ("last_order_on", "created_at"):
        last = np.where(np.isnat(last), scene.column(name, rows), last)
    return last


def _after(step: Step, rows: np.ndarray, scene: Scene, since: np.ndarray, done: np.ndarray) -> pd.DataFrame:
    cadence = step.cadence
    due = (
        since + np.timedelta64(cadence.every_days, "D")
        if cadence.every_days
        else months_later(since, cadence.every_months or 1)
    )
    due = scene.rolled(rows, np.where(np.isnat(due), scene.today, due), step)
    number = since.astype("int64") // max(int(cadence.every_days or (cadence.every_months or 1) * MONTH), 1)
    index = np.where(np.isnat(since), 0, number)
    return made(rows, text(since), due, done, "every", since_on=since, index=index)


def months_later(days: np.ndarray, months: int) -> np.ndarray:
    """The same day of the month so many months later, its last day where it is shorter."""
    month = days.astype("datetime64[M]")
    day = (days - month.astype("datetime64[D]")).astype("timedelta64[D]")
    target = month + np.timedelta64(months, "M")
    length = (target + 1).astype("datetime64[D]") - target.astype("datetime64[D]") - np.timedelta64(1, "D")
    return target.astype("datetime64[D]") + np.minimum(day, length)


def each(step: Step, rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """Once in each calendar period, due on a day of its first two thirds that stays the customer's own."""
    months = step.cadence.each_months or 1
    begin, end = period(scene.as_of, months)
    length = int((end - begin).astype(int))
    offset = np.floor(scene.share[rows] * SPREAD * length).astype("timedelta64[D]")
    due = scene.rolled(rows, begin + offset, step)
    found = scene.touched.first(step.counts, rows, np.full(len(rows), begin))
    done = np.where(found < scene.today, found, NAT)
    index = (begin.astype("datetime64[M]").astype(int)) // months
    anchor = np.full(len(rows), str(begin), dtype=object)
    return made(rows, anchor, due, done, "each", since_on=begin, every=float(months), index=index)


def period(day: dt.date, months: int) -> tuple[np.datetime64, np.datetime64]:
    """First day of the calendar period of so many months that holds a day, and of the next one."""
    begin = dt.date(day.year, (day.month - 1) // months * months + 1, 1)
    first = np.datetime64(begin, "D")
    return first, (first.astype("datetime64[M]") + months).astype("datetime64[D]")


def own_gap(step: Step, rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """When the next order is due by the account's own gaps. A touch from a third of the gap before it (14 days at most) on
    counts. Accounts without a gap of their own have no such day."""
    upper = step.cadence.own_gap == "upper"
    gap = scene.numbers("gap_upper_days" if upper else "usual_gap_days", rows)
    ordered = scene.column("last_order_on", rows)
    known = ~np.isnan(gap) & ~np.isnat(ordered)
    rows, gap, ordered = rows[known], np.ceil(gap[known]), ordered[known]
    told = scene.frame["next_order_high_on" if upper else "next_order_on"] if "next_order_on" in scene.frame else None
    due = ordered + gap.astype("timedelta64[D]")
    if told is not None:
        own = pd.to_datetime(told).to_numpy(dtype="datetime64[D]")[rows]
        due = np.where(np.isnat(own), due, own)
    lead = np.minimum(gap // 3, LEAD).astype("timedelta64[D]")
    found = scene.touched.first(step.counts, rows, np.maximum(due - lead, ordered + 1))
    reason = "gap_upper" if upper else "gap_usual"
    return made(rows, text(ordered), scene.rolled(rows, due, step), found, reason, since_on=ordered, every=gap)


def gaps(step: Step, rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """From the day that counts: one occurrence per gap, then every so many months."""
    cadence = step.cadence
    parts = [sequence(series, since[who], rows[who], step, scene) for series, since, who in series_of(cadence, rows, scene)]
    whole = pd.concat(parts, ignore_index=True)
    if cadence.then_months is None or whole.empty:
        return whole
    over = whole.groupby("rows")["closes_on"].max()
    ended = over.index[over <= pd.Timestamp(scene.as_of)].to_numpy(dtype=int)
    later = step.model_copy(update={"cadence": Cadence(every_months=cadence.then_months)})
    return pd.concat([whole, every(later, ended, scene)], ignore_index=True)


def series_of(cadence: Cadence, rows: np.ndarray, scene: Scene) -> list[tuple[tuple[int, ...], np.ndarray, np.ndarray]]:
    """Gaps, the days they count from, and which of the rows they are for: each customer has the first that fits."""
    since = scene.column(cadence.since or "", rows)
    arrived = scene.column(cadence.instead.since, rows) if cadence.instead else np.full(len(rows), NAT)
    arrived = np.where((arrived >= since) | np.isnat(since), arrived, NAT)
    found = [(cadence.instead.gaps, arrived, ~np.isnat(arrived))] if cadence.instead else []
    left = np.isnat(arrived) & ~np.isnat(since)
    product = (
        scene.frame["deal_product"].to_numpy(dtype=object)[rows] if "deal_product" in scene.frame else np.full(len(rows), None)
    )
    for name, own in cadence.by_product.items():
        found.append((own, since, left & (product == name)))
        left = left & (product != name)
    return [*found, (cadence.gaps or (), since, left)]


def sequence(series: tuple[int, ...], since: np.ndarray, rows: np.ndarray, step: Step, scene: Scene) -> pd.DataFrame:
    """The occurrences of one series of gaps. Those that fall on one working day are one. A touch belongs to the occurrence
    whose day it is nearest to: from half a gap before it until half a gap before the next."""
    blank = np.full(len(rows), NAT)
    due, opens, kept, raw = blank, [], [], since
    days = []
    for gap in series:
        raw = raw + np.timedelta64(gap, "D")
        rolled = scene.rolled(rows, raw, step)
        fresh = np.isnat(due) | (rolled > due)
        begin = np.where(np.isnat(due), since + 1, due + 1)
        opens.append(np.maximum(rolled - np.timedelta64(gap // 2, "D"), begin))
        due = np.where(fresh, rolled, due)
        days.append(rolled)
        kept.append(fresh)
    closes = _until(opens, kept, days[-1] + np.timedelta64(series[-1], "D"))
    parts = []
    for i, (on, begin, end, fresh) in enumerate(zip(days, opens, closes, kept, strict=True)):
        found = scene.touched.first(step.counts, rows, begin)
        done = np.where((found < end) & (found < scene.today), found, NAT)
        anchor = text(since) + f"+{i}"
        part = made(rows, anchor, on, done, "gaps", since_on=since, every=float(len(series)), index=i).assign(closes_on=end)
        parts.append(part[fresh])
    return pd.concat(parts, ignore_index=True).astype({"closes_on": "datetime64[s]"})


def _until(opens: list[np.ndarray], kept: list[np.ndarray], last: np.ndarray) -> list[np.ndarray]:
    """Where each occurrence's time ends: where that of the next one that is kept begins."""
    closes, end = [], last
    for begin, fresh in zip(reversed(opens), reversed(kept), strict=True):
        closes.append(end)
        end = np.where(fresh, begin, end)
    return closes[::-1]


def once(step: Step, rows: np.ndarray, scene: Scene) -> pd.DataFrame:
    """Once, so many days after a day of the account; customers without that day have none."""
    since = scene.column(step.cadence.once_after or "", rows)
    rows, since = rows[~np.isnat(since)], since[~np.isnat(since)]
    opens = since + np.timedelta64(step.cadence.days, "D")
    due = scene.rolled(rows, opens, step)
    done = scene.touched.first(step.counts, rows, opens)
    return made(rows, text(since), due, done, "once", since_on=since, every=float(step.cadence.days))


_WAYS: dict[str, Callable[[Step, np.ndarray, Scene], pd.DataFrame]] = {
    "every_days": every,
    "every_months": every,
    "each_months": each,
    "own_gap": own_gap,
    "gaps": gaps,
    "once_after": once,
    "occasion": occasions.occasion,
}
