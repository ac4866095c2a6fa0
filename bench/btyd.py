"""Fits of the buy-till-you-die models against `lifetimes`, and against `np.unique` for many customers. `python -m bench.btyd`.

Both get the same arrays and both start from nothing; the peer's log-likelihood is taken by segkit's function, so that the
two optima can be compared. CDNOW comes in the package `lifetimes`: 23,570 customers to 1998-06-30, in days.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import measure

if TYPE_CHECKING:
    import numpy as np

    Columns = tuple[np.ndarray, ...]

LEAST = {"BG/NBD": 5, "MBG/NBD": 5, "Pareto/NBD": 10, "Gamma-Gamma": 2}  # times faster than the peer, all customers
MOST = 10  # times np.unique
MANY = 10_000_000
SPANS = {"CDNOW_master.txt": ("id", "on", "cds", "spend"), "CDNOW_sample.txt": ("master", "id", "on", "cds", "spend")}


def cdnow(file: str) -> tuple[Columns, Columns]:
    """x, t_x, T (days) of all customers, and x and mean repeat spend of those for whom it is positive."""
    import pandas as pd

    package = find_spec("lifetimes")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("lifetimes: the peer and its copy of CDNOW; it is in the group dev")
    names, skip = SPANS[file], int("master" in file)
    path = Path(package.origin).parent / "datasets" / file
    lines = pd.read_csv(path, sep=r"\s+", header=None, names=names, skiprows=skip, dtype={"id": str})
    lines["on"] = pd.to_datetime(lines["on"].astype(str))
    days = lines.groupby(["id", "on"], as_index=False)["spend"].sum()
    days["first"] = days.groupby("id")["on"].transform("min")
    per = days.groupby("id").agg(n=("on", "size"), first=("on", "min"), last=("on", "max"))
    mean = days[days["on"] > days["first"]].groupby("id")["spend"].mean().reindex(per.index).fillna(0.0)
    x, spend = (per["n"] - 1).to_numpy(), mean.to_numpy()
    rows = (x, (per["last"] - per["first"]).dt.days.to_numpy(), (days["on"].max() - per["first"]).dt.days.to_numpy())
    return rows, (x[spend > 0], spend[spend > 0])


def many(n: int, *, seed: int = 1) -> Columns:
    """x, t_x, T of n customers seen for up to three years, in whole days: orders at a rate of their own until they stop."""
    import numpy as np

    rng = np.random.default_rng(seed)
    seen = rng.integers(1, 1096, n)
    life = np.minimum(rng.exponential(400, n) * rng.gamma(2.0, 0.5, n), seen)
    x = rng.poisson(rng.gamma(0.6, 1 / 60, n) * life)
    last = np.ceil(life * rng.beta(np.maximum(x, 1), 1)).astype(np.int64)
    x = np.minimum(x, last)
    return x, np.where(x > 0, np.minimum(last, seen), 0), seen


def models() -> dict[str, tuple[Any, Any]]:
    """segkit's model and the peer's, by name."""
    import lifetimes

    from segkit.analysis import btyd

    peers = (lifetimes.BetaGeoFitter, lifetimes.ModifiedBetaGeoFitter, lifetimes.ParetoNBDFitter, lifetimes.GammaGammaFitter)
    return dict(zip(LEAST, zip((btyd.BgNbd, btyd.MbgNbd, btyd.ParetoNbd, btyd.GammaGamma), peers, strict=True), strict=True))


def _timed(step: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = step()
    return time.perf_counter() - start, result


def against_peer(file: str, *, rounds: int) -> dict[str, tuple[list[float], list[float], float]]:
    """Per model segkit's seconds and the peer's, turn by turn, and by how much segkit's log-likelihood is higher."""
    rows, spent = cdnow(file)
    found = {}
    for name, (ours, peer) in models().items():
        given = spent if name == "Gamma-Gamma" else rows
        ours.fit(*given)  # what is imported and cached at first is no part of a fit
        turns = [(_timed(partial(ours.fit, *given)), _timed(partial(peer().fit, *given))) for _ in range(rounds)]
        (_, mine), (_, other) = turns[-1]
        gain = mine.log_likelihood - float(mine.with_values(list(other.params_)).log_likelihoods(*given).sum())
        found[name] = ([a[0] for a, _ in turns], [b[0] for _, b in turns], gain)
    return found


def against_unique(n: int) -> tuple[float, dict[str, float]]:
    """Seconds of np.unique on the rows of n customers, and of each model's fit."""
    import numpy as np

    rows = many(n)
    table = np.column_stack(rows)
    unique = _timed(lambda: np.unique(table, axis=0, return_counts=True))[0]
    fits = {name: _timed(partial(ours.fit, *rows))[0] for name, (ours, _) in models().items() if name != "Gamma-Gamma"}
    return unique, fits


def report(n: int = MANY, *, rounds: int = 3) -> list[str]:
    """What was measured and whether it met the targets, in lines."""
    lines, judged = [f"{'':<34} {'segkit, s':>24} {'lifetimes, s':>24} {'higher log-likelihood':>24}"], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer's, at overflows on its way
        for file, of in (("CDNOW_master.txt", "23,570"), ("CDNOW_sample.txt", "2,357")):
            for name, (ours, peer, gain) in against_peer(file, rounds=rounds).items():
                what = f"{name}, {of} customers"
                lines.append(
                    f"{what:<34} {measure.spread(ours, digits=3):>24} {measure.spread(peer, digits=3):>24} {gain:>24.1e}"
                )
                ratio = statistics.median(measure.ratios(peer, ours))
                least = LEAST[name] if "master" in file else 1
                judged.append(measure.verdict(f"lifetimes' time to segkit's, {what}", ratio, least=least))
    unique, fits = against_unique(n)
    lines += ["", f"np.unique on the rows of {n:,} customers: {unique:.2f} s"]
    lines += [f"{name} fitted to them: {seconds:.2f} s" for name, seconds in fits.items()]
    judged += [measure.verdict(f"{name} to np.unique, {n:,} customers", s / unique, most=MOST) for name, s in fits.items()]
    return [*lines, *judged]


def main() -> None:
    n = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else MANY
    sys.stdout.write("\n".join(report(n)) + "\n")


if __name__ == "__main__":
    main()
