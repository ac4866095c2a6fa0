"""Touches with accounts: mailings, calls, quotes, the steps of samples, complaints. One row per touch."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.demo.process import Process
from segkit.demo.words import owners, pick, words

FEEDBACK = ("ready_to_order", "asked_price", "asked_sample", "positive", "neutral", "later", "no_reply", "not_interested")
SAMPLE_STEPS = {
    "price_day": "sample_price_confirmed",
    "asked_day": "sample_requested",
    "sent_day": "sample_sent",
    "received_day": "sample_received",
}
LEFT_DAYS_AGO = 76  # the salesperson who is not active any more left then; nobody took the accounts over
CHANNELS = ["email", "phone", "chat", "meeting", "visit", "demo"]


def draw(
    accounts: pd.DataFrame, orders: pd.DataFrame, deals: pd.DataFrame, process: Process, rng: np.random.Generator
) -> pd.DataFrame:
    """Every touch before as-of, in time order: `account`, `day`, `minute` of the Shanghai day, and what was said."""
    kinds = [
        _around_orders(orders, rng),
        _of_deals(deals, rng),
        _follow_ups(accounts, process, rng),
        _mailings(accounts, process, rng),
        _complaints(accounts, orders, process, rng),
        _other(orders, rng),
    ]
    frame = pd.concat(kinds, ignore_index=True)
    frame = frame[frame.day.between(0, process.days - 1)]
    frame = frame.assign(minute=_minutes(len(frame), rng), owner=_owner(frame, accounts))
    gone = frame.owner.isin(owners().query("active == 'N'").owner) & (frame.day >= process.days - LEFT_DAYS_AGO)
    frame = frame[~gone].sort_values(["day", "minute", "account", "kind"], kind="stable", ignore_index=True)
    return _told(frame, accounts, rng)


def _minutes(n: int, rng: np.random.Generator) -> np.ndarray:
    """Office hours in Shanghai; one touch in fourteen is a night chat, whose UTC date is the day before."""
    office = rng.integers(108, 220, n) * 5
    return np.where(rng.random(n) < 0.07, rng.integers(2, 90, n) * 5, office)


def _touch(account: pd.Series, day: pd.Series, kind: str, channel: object = "email", direction: object = "out") -> pd.DataFrame:
    columns = {"account": np.asarray(account), "day": np.asarray(day).astype(int), "kind": kind}
    return pd.DataFrame(columns).assign(channel=channel, direction=direction)


def _around_orders(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """An inquiry before two orders in five, a quote before one in three."""
    asked, quoted = (orders[rng.random(len(orders)) < share] for share in (0.4, 0.33))
    inquiry = _touch(asked.account, asked.day - rng.integers(3, 15, len(asked)), "inquiry", direction="in")
    return pd.concat([inquiry, _touch(quoted.account, quoted.day - rng.integers(1, 4, len(quoted)), "quote")])


def _of_deals(deals: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """First inquiry, quote and the sample's four steps of each deal, and the talk with the key person."""
    sampled = deals[deals["sample"]]
    steps = [
        _touch(sampled.account, sampled[day], kind, direction="out" if day == "sent_day" else "in")
        for day, kind in SAMPLE_STEPS.items()
    ]
    met = deals[deals.key_person.ne("none")]
    quoted = deals[rng.random(len(deals)) < 0.7]
    talk = _touch(met.account, met.contact_day, "demo_attended", pick(rng, ["meeting", "demo", "visit", "phone"], len(met)))
    quote = _touch(quoted.account, (quoted.contact_day + quoted.closed_day) / 2, "quote")
    return pd.concat([_touch(deals.account, deals.created_day, "inquiry", direction="in"), talk, quote, *steps])


def _follow_ups(accounts: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """Calls and mails by the salesperson: more to bigger accounts, few to neglected ones after their first half year."""
    size = (accounts.rate * accounts.value).rank(pct=True) * accounts.first_day.notna()
    per_year = (2.2 + 7 * size**3) * accounts.diligence
    since = accounts.created_day.clip(lower=0)
    count = rng.poisson(per_year * (process.days - since).clip(lower=0) / 365.25)
    who = np.repeat(accounts.index.to_numpy(), count)
    start = since.loc[who].to_numpy()
    day = start + np.floor(rng.random(len(who)) * (process.days - start)).astype(int)
    silent = accounts.neglected.loc[who].to_numpy() & (day > start + 180) & (rng.random(len(who)) < 0.92)
    channel = pick(rng, CHANNELS, len(who), [0.5, 0.24, 0.15, 0.05, 0.04, 0.02])
    written = np.isin(channel, ["email", "phone", "chat"])
    inbound = np.where(written & (rng.random(len(who)) < 0.33), "in", "out")
    return _touch(who, day, "follow_up", channel, inbound)[~silent]


def _mailings(accounts: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """A mailing each quarter to a third of the accounts that are known by then."""
    rows = []
    for day in range(40, process.days, 91):
        known = accounts.index[(accounts.created_day < day) & (rng.random(len(accounts)) < 0.34)]
        rows.append(_touch(known, np.full(len(known), day), "mailing"))
    return pd.concat(rows)


def _complaints(accounts: pd.DataFrame, orders: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """A complaint shortly before two dropouts in five, and after one order in a hundred."""
    end = accounts.first_day + accounts.lifetime_days
    leaving = accounts[(end < process.days) & (rng.random(len(accounts)) < 0.4)]
    before = (end[leaving.index] - rng.integers(2, 45, len(leaving))).clip(lower=leaving.first_day + 1)
    plain = orders[rng.random(len(orders)) < 0.01]
    return pd.concat(
        [
            _touch(leaving.index, before, "complaint", pick(rng, ["email", "phone"], len(leaving)), "in"),
            _touch(plain.account, plain.day + 12, "complaint", direction="in"),
        ]
    )


def _other(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Tickets, returns asked for, feedback on deliveries."""
    parts = []
    for kind, share, delay in (("ticket", 0.02, 20), ("return", 0.006, 18), ("feedback", 0.05, 30)):
        some = orders[rng.random(len(orders)) < share]
        parts.append(_touch(some.account, some.day + delay, kind, direction="in"))
    return pd.concat(parts)


def _owner(touches: pd.DataFrame, accounts: pd.DataFrame) -> pd.Series:
    """The hunter until the first order, the account's owner from then on."""
    first = touches.account.map(accounts.first_day)
    hunted = (first.isna() | (touches.day <= first)) & touches.account.map(accounts.origin).eq("lead")
    return touches.account.map(accounts.hunter).where(hunted, touches.account.map(accounts.owner))


def _told(touches: pd.DataFrame, accounts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Feedback codes, quality of inquiries (1 to 5), minutes spent, the product spoken of, a few notes."""
    n, quality = len(touches), touches.account.map(accounts.quality).to_numpy()
    mood = np.clip((3.6 - 1.3 * quality + rng.normal(0, 1.6, n)).round(), 0, 7).astype(int)
    answered = (touches.kind.isin(["follow_up", "feedback", "demo_attended"]) & (rng.random(n) < 0.75)).to_numpy()
    spent = touches.channel.map({"email": 10, "phone": 15, "chat": 10, "meeting": 60, "visit": 180, "demo": 45})
    graded = touches.kind.isin(["inquiry", "follow_up"]) & (rng.random(n) < 0.5)
    return touches.assign(
        feedback=np.where(answered, np.asarray(FEEDBACK)[mood], ""),
        inquiry_quality=pd.Series(np.clip(np.round(3 + quality + rng.normal(0, 0.7, n)), 1, 5)).where(graded.to_numpy()),
        minutes=(spent * rng.choice([0.5, 1, 1, 1.5], n)).round().where(touches.kind.ne("mailing"), 0),
        product=touches.account.map(accounts.category).where(touches.kind.isin(["inquiry", "quote", "sample_requested"]), ""),
        note=np.where(rng.random(n) < 0.03, pick(rng, words()["notes"], n), ""),
        interaction_id=np.arange(1, n + 1),
    )
