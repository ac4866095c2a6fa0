"""CDNOW's tenth as published, and customers made by each model with known parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

CUT = pd.Timestamp("1997-09-30")  # the last day of the calibration


@dataclass(frozen=True)
class Histories:
    """x, t_x, T of customers, the orders that followed, and the mean spend of their repeat orders."""

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    later: np.ndarray
    spend: np.ndarray

    @property
    def rows(self):
        return self.x, self.t_x, self.T


@cache
def cdnow() -> Histories:
    """The 2,357 customers in weeks, orders of a day merged (Fader, Hardie & Lee 2005)."""
    found = find_spec("lifetimes")
    path = Path(found.origin).parent / "datasets" / "CDNOW_sample.txt"
    names = ["master", "id", "on", "cds", "spend"]
    table = pd.read_csv(path, sep=r"\s+", header=None, names=names, dtype={"id": str})
    table["on"] = pd.to_datetime(table["on"].astype(str))
    days = table.groupby(["id", "on"], as_index=False)["spend"].sum()
    days["first"] = days.groupby("id")["on"].transform("min")
    seen = days[days["on"] <= CUT]
    per = seen.groupby("id").agg(n=("on", "size"), first=("on", "min"), last=("on", "max"))
    repeats = seen[seen["on"] > seen["first"]].groupby("id")["spend"].mean()
    later = days[days["on"] > CUT].groupby("id").size()
    return Histories(
        (per["n"] - 1).to_numpy(),
        ((per["last"] - per["first"]).dt.days / 7).to_numpy(),
        ((CUT - per["first"]).dt.days / 7).to_numpy(),
        later.reindex(per.index).fillna(0).to_numpy(),
        repeats.reindex(per.index).fillna(0.0).to_numpy(),
    )


def made(model, n: int, *, T, later: float, seed: int) -> Histories:
    """n customers who live as the model says, order by order, seen until T and then for the time `later`."""
    rng = np.random.default_rng(seed)
    seen = np.broadcast_to(np.asarray(T, dtype=float), n)
    rate = rng.gamma(model.r, 1 / model.alpha, n)
    end, stop, first = np.full(n, np.inf), np.zeros(n), 0
    if hasattr(model, "s"):
        end = rng.exponential(1 / rng.gamma(model.s, 1 / model.beta, n))
    else:
        stop, first = rng.beta(model.a, model.b, n), model._first
    x, t_x, after, now = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    going = rng.random(n) >= stop * first
    while going.any():
        now = now + np.where(going, rng.exponential(1.0, n) / rate, 0.0)
        going &= now < np.minimum(end, seen + later)
        before = going & (now <= seen)
        x, t_x, after = x + before, np.where(before, now, t_x), after + (going & ~before)
        going &= rng.random(n) >= stop
    return Histories(x, t_x, seen, after, np.zeros(n))
