"""Deals: labels of key persons, samples, and outcomes by a stated logistic process. One row per deal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.demo.process import Process, workday
from segkit.demo.words import owners, words

LABELS = ("has_need", "can_pay", "value_accepted", "spec_known", "quantity_known")
BARS = {"has_need": -0.8, "can_pay": -1.3, "value_accepted": -0.6, "spec_known": -0.3, "quantity_known": -0.1}
SAMPLE_SHARE = {"A": 0.14, "B": 0.42, "C": 0.42, "D": 0.2, "-": 0.05}
DAYS_TO_SIGN = {"A": (4.0, 1.5), "B": (4.0, 4.2), "C": (4.0, 6.5), "D": (2.5, 18.0), "-": (2.5, 18.0)}
STAGES = ("lead", "opportunity", "need", "quote", "negotiation", "contract")


def strengths(rng: np.random.Generator) -> pd.DataFrame:
    """One row per salesperson: what their hand adds to a deal's logit, by product category and by region."""
    people = owners().set_index("owner")
    table = pd.DataFrame(index=people.index)
    for group, column, bonus in (("category", "products", 0.6), ("region", "regions", 0.3)):
        names = (
            list(words()["categories"]) if group == "category" else [*words()["teams"]["Asia & Africa"], "Americas", "Europe"]
        )
        for name in names:
            good = people[column].str.split("; ").map(lambda own, name=name: name in own)
            table[f"{group}:{name}"] = (bonus * good + rng.normal(0, 0.25, len(people))).round(3)
    return table


def draw(
    accounts: pd.DataFrame, start: np.ndarray, process: Process, hands: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """One deal for each row of `accounts`, created about `start` (day): labels, probability, and how it ends.

    `probability` is the logistic of the sum of `Process.deal_effects`, the salesperson's strength and the channel;
    `won` is drawn from it; `closed_day` may lie after as-of, which leaves the deal open in the extract.
    """
    deals = _labels(accounts, rng)
    deals["class"] = _class(deals)
    deals["sample"] = rng.random(len(deals)) < deals["class"].map(SAMPLE_SHARE)
    deals["probability"] = _probability(deals, process, hands).round(4)
    deals["won"] = rng.random(len(deals)) < deals.probability
    return deals.join(_dates(deals, start, rng))


def _labels(accounts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The open questions of a deal, all answered better where the account's hidden quality is high."""
    n, quality = len(accounts), accounts.quality.to_numpy()
    met = 0.6 * quality + rng.normal(0, 0.8, n)
    deals = pd.DataFrame({"account": accounts.index.to_numpy(), "owner": accounts.hunter.to_numpy()})
    for name in ("category", "region", "channel", "value", "currency"):
        deals[name] = accounts[name].to_numpy()
    deals["key_person"] = np.select([met > 0.4, met > -0.3, met > -0.9], ["first", "second", "third"], "none")
    deals["levels_above"] = deals.key_person.map({"first": 0.0, "second": 1.0, "third": 2.0})
    for name in LABELS:
        deals[name] = 0.7 * quality + rng.normal(0, 1, n) > BARS[name]
    return deals


def _class(deals: pd.DataFrame) -> np.ndarray:
    """The four classes by key person: what the labels say on the day the deal was made."""
    sound = deals.has_need & deals.can_pay & deals.value_accepted
    met = [deals.key_person.eq("none"), ~sound, *(deals.key_person.eq(k) for k in ("first", "second", "third"))]
    return np.select(met, ["-", "D", "A", "B", "C"], "-")


def _probability(deals: pd.DataFrame, process: Process, hands: pd.DataFrame) -> pd.Series:
    effects = dict(process.deal_effects)
    logit = process.deal_intercept + deals.key_person.map(lambda k: effects.get(f"key_person_{k}", 0.0))
    for name in (*LABELS, "sample"):
        logit = logit + effects[name] * deals[name]
    logit = logit + deals.channel.map(lambda c: words()["channels"][c][3])
    pairs = zip(deals.owner, deals.category, deals.region, strict=True)
    logit = logit + [hands.at[h, f"category:{c}"] + hands.at[h, f"region:{r}"] for h, c, r in pairs]
    return 1 / (1 + np.exp(-logit))


def _dates(deals: pd.DataFrame, start: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Days: created, first contact with the key person, the steps of the sample, closed. A class closes fastest."""
    n = len(deals)
    shape, scale = (deals["class"].map(lambda c, i=i: DAYS_TO_SIGN[c][i]).to_numpy() for i in (0, 1))
    created = np.maximum(start, 0)
    contact = created + rng.integers(0, 9, n)
    length = np.ceil(rng.gamma(shape, scale) * np.where(deals.won, 1.0, 1.6)).astype(int) + 1
    price_ok = contact + rng.integers(1, 5, n)
    asked = price_ok + rng.integers(0, 4, n)
    sent = asked + rng.integers(2, 6, n)
    received = sent + rng.integers(4, 13, n)
    decided = received + np.ceil(rng.gamma(3, 4, n)).astype(int)
    closed = np.where(deals["sample"], np.maximum(contact + length, decided), contact + length)
    steps = {"price_day": price_ok, "asked_day": asked, "sent_day": sent, "received_day": received}
    frame = pd.DataFrame({"created_day": created, "contact_day": contact, "closed_day": closed})
    return frame.assign(**{k: np.where(deals["sample"], v, np.nan) for k, v in steps.items()})


def of_leads(accounts: pd.DataFrame, process: Process, hands: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Deals of the leads: four leads in five get to a deal, two in five of the lost ones try a second time."""
    leads = accounts[accounts.origin.eq("lead")]
    tried = leads[rng.random(len(leads)) < 0.75 + 0.1 * np.tanh(leads.quality)]
    first = draw(tried, tried.created_day.to_numpy() + rng.integers(0, 15, len(tried)), process, hands, rng)
    lost = first[~first.won & (first.closed_day < process.days - 120) & (rng.random(len(first)) < 0.4)]
    later = lost.closed_day.to_numpy() + rng.integers(60, 200, len(lost))
    again = draw(accounts.loc[lost.account], later, process, hands, rng)
    both = pd.concat([first, again], ignore_index=True)
    return both[both.created_day < process.days].reset_index(drop=True).assign(kind="first order")


def of_customers(
    accounts: pd.DataFrame, orders: pd.DataFrame, process: Process, hands: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Deals of accounts that order already: a won one closes on an order of the account, so orders stay the process's."""
    repeats = orders[orders.day > orders.account.map(accounts.first_day) + 40]
    chosen = repeats.iloc[np.sort(rng.choice(len(repeats), 420, replace=False))]
    own = accounts.assign(hunter=accounts.owner)
    deals = draw(own.loc[chosen.account], np.zeros(len(chosen), int), process, hands, rng)
    shift = chosen.day.to_numpy() - deals.closed_day
    days = [c for c in deals.columns if c.endswith("_day")]
    deals[days] = deals[days].add(shift, axis=0)
    deals = deals[deals.created_day > deals.account.map(accounts.first_day)]
    return pd.concat([deals, _running(own, process, hands, rng)]).assign(kind="repeat")


def _running(accounts: pd.DataFrame, process: Process, hands: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Deals of living accounts that began in the last weeks and close after as-of."""
    alive = accounts[(accounts.first_day < process.days - 60) & (accounts.first_day + accounts.lifetime_days > process.days)]
    chosen = alive.iloc[np.sort(rng.choice(len(alive), 60, replace=False))]
    deals = draw(chosen, process.days - rng.integers(2, 40, len(chosen)), process, hands, rng)
    return deals[deals.closed_day >= process.days]


def first_days(accounts: pd.DataFrame, deals: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.Series:
    """First order of each lead that won a deal: up to three days after it closed, on a weekday, before as-of."""
    won = deals[deals.won].groupby("account").closed_day.min()
    day = won + rng.integers(0, 4, len(won))
    day = day + np.where(day % 7 > 4, 7 - day % 7, 0)
    return accounts.first_day.fillna(day[day < process.days])


def known(deals: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """Deals as the extract knows them at as-of: `outcome`, `stage`, `stage_day`; open deals keep open questions."""
    n = len(deals)
    is_open = deals.closed_day >= process.days
    span = (deals.closed_day - deals.created_day).clip(lower=1)
    done = np.where(is_open, (process.days - deals.created_day) / span, rng.beta(2, 1.6, n)).clip(0, 0.99)
    after = np.select(
        [process.days - deals.closed_day > 75, process.days - deals.closed_day > 40], ["invoice", "payment"], "contract"
    )
    reached = np.asarray(STAGES)[(done * len(STAGES)).astype(int)]
    frame = deals.assign(
        outcome=np.where(is_open, "open", np.where(deals.won, "won", "lost")),
        stage=np.where(deals.won & ~is_open, after, reached),
        stage_day=np.where(is_open, process.days - 1 - rng.integers(0, 12, n), deals.closed_day),
    )
    frame["stage_day"] = np.maximum(frame.stage_day, frame.created_day)
    frame["key_person"] = frame.key_person.where(frame.contact_day < process.days, "none")
    frame["levels_above"] = frame.levels_above.mask(frame.key_person.eq("none"))
    for name in LABELS:
        hidden = rng.random(n) < np.where(is_open, 0.3, 0.05)
        frame[name] = frame[name].astype("boolean").mask(hidden)
    return frame.sort_values(["created_day", "account"], kind="stable", ignore_index=True)


def closed_workday(deals: pd.DataFrame) -> pd.DataFrame:
    """Deals close on weekdays, never before their first contact."""
    return deals.assign(closed_day=np.maximum(workday(deals.closed_day.to_numpy()), deals.contact_day))
