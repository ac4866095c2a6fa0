"""Who the accounts are: country, interest, owner, and the hidden traits of the known process. One row per account."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.demo.process import Process, traits, workday
from segkit.demo.words import countries, owners, pick, words


def draw(process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """One row per account, those that ordered before the leads' time first. `first_day` is null until a deal is won.

    `quality` (standard normal) drives the labels of deals and the fields filled in; `neglected`, `late_payer`,
    `concession` (share given off the list price) and `diligence` (touches against the usual) are plain habits.
    """
    n = process.old_accounts + process.leads
    place = countries()
    frame = traits(process, n, rng)
    frame["origin"] = np.where(np.arange(n) < process.old_accounts, "old", "lead")
    frame["country"] = pick(rng, list(place.index), n, place.weight)
    frame["region"] = frame.country.map(place.region)
    frame["currency"] = np.where(rng.random(n) < 0.8, frame.country.map(place.currency), "USD")
    shares = [c[2] for c in words()["categories"].values()]
    frame["category"] = pick(rng, list(words()["categories"]), n, shares)
    frame["channel"] = pick(rng, list(words()["channels"]), n, [c[0] for c in words()["channels"].values()])
    frame["quality"] = rng.normal(0, 1, n)
    return frame.join(_days(process, frame, rng)).join(_habits(frame, rng))


def _days(process: Process, frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """`created_day` (old accounts: before day 0) and `first_day` (old accounts: soon after day 0)."""
    n, old = len(frame), frame.origin == "old"
    first = workday(np.floor(rng.exponential(75, n) % 270).astype(int))
    arrival = np.floor((process.days + 30) * rng.random(n) ** 0.85).astype(int) - 40  # a few more leads each year
    created = np.where(old, first - rng.integers(60, 2000, n), arrival)
    return pd.DataFrame({"created_day": created, "first_day": np.where(old, first, np.nan)})


def _habits(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What the process gives an account beside its orders; important accounts are neglected one time in eight."""
    n = len(frame)
    important = (frame.rate * frame.value).rank(pct=True) > 0.8
    conceding = rng.random(n) < 0.1
    return pd.DataFrame(
        {
            "owner": _hand_out(frame.region, {"farmer": 5, "hunter": 2, "director": 1}, rng),
            "hunter": _hand_out(frame.region, {"hunter": 1}, rng),
            "neglected": important & (rng.random(n) < 0.125),
            "late_payer": rng.random(n) < 0.14,
            "concession": np.where(conceding, rng.uniform(0.14, 0.24, n), rng.uniform(0, 0.07, n)).round(3),
            "diligence": rng.gamma(4, 0.25, n),
        }
    )


def _hand_out(region: pd.Series, roles: dict[str, int], rng: np.random.Generator) -> list[str]:
    """A salesperson per account by the weights of `roles`, four times in five out of the region's own team."""
    people = owners()
    people = people[people.role.isin(list(roles))]
    home = {r: team for team, regions in words()["teams"].items() for r in regions}
    chosen: list[str] = []
    for team, stays in zip(region.map(home), rng.random(len(region)) < 0.8, strict=True):
        pool = people[people.team == team] if stays else people
        chosen += pick(rng, list(pool.owner), 1, pool.role.map(roles))
    return chosen
