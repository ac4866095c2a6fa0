"""k-means for k 2 to 10 with silhouettes and stability, against scikit-learn's bare fits. `python -m bench.clusters [N]`.

Both cluster the same million customers by the same three scaled features in this one process, turn by turn. segkit's sweep
begins at the customers table, tries ten starts on a sample, and measures silhouettes and stability; scikit-learn fits once for
each k, by its defaults, and does nothing else. The sampled silhouettes are held against scikit-learn's on the same sample.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench import measure

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from segkit.analysis.clusters import Sweep

CUSTOMERS = 1_000_000
MOST = 2.0  # times the bare fits
KS = range(2, 11)


def customers(n: int, *, seed: int = 1) -> pd.DataFrame:
    """Made-up customers of five kinds that overlap: recency_days, frequency, monetary."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    kind = rng.choice(5, n, p=[0.05, 0.15, 0.3, 0.2, 0.3])
    recency = np.array([12, 30, 60, 250, 500])[kind] * rng.lognormal(0, 0.7, n)
    frequency = 1 + rng.poisson(np.array([40, 12, 4, 6, 1])[kind] * rng.gamma(4, 0.25, n))
    monetary = frequency * np.array([900, 300, 150, 300, 80])[kind] * rng.lognormal(0, 0.6, n)
    ids = np.arange(n).astype("str")
    days = np.rint(recency).astype("int64")
    return pd.DataFrame({"customer_id": ids, "recency_days": days, "frequency": frequency, "monetary": monetary})


def bare(points: np.ndarray) -> None:
    """scikit-learn's fits alone, by its defaults: one start of k-means++ each."""
    from sklearn.cluster import KMeans

    for k in KS:
        KMeans(k, random_state=1).fit(points)


def largest_difference(trial: Sweep, *, seed: int = 1) -> float:
    """Between segkit's silhouettes and scikit-learn's, on the sample that segkit draws."""
    from sklearn.metrics import silhouette_score

    from segkit.analysis.clusters.choosing import SAMPLE
    from segkit.analysis.clusters.fitting import sample_of
    from segkit.analysis.clusters.model import nearest

    drawn = trial.prepared.points[sample_of(trial.prepared.points, SAMPLE, seed=seed + 1)]
    ours = trial.table.set_index("k")["silhouette"]
    return max(abs(ours[k] - float(silhouette_score(drawn, nearest(drawn, c)))) for k, c in trial.centres.items())


def worse_fit(trial: Sweep, points: np.ndarray) -> float:
    """By how much segkit's greatest k leaves more of the squared distances than scikit-learn's fit, as a share of its own."""
    from sklearn.cluster import KMeans

    from segkit.analysis.clusters.model import nearest

    centres = trial.centres[max(trial.centres)]
    ours = float(((points - centres[nearest(points, centres)]) ** 2).sum())
    return ours / float(KMeans(len(centres), n_init=1, random_state=1).fit(points).inertia_) - 1


def _timed(step: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = step()
    return time.perf_counter() - start, result


def report(n: int = CUSTOMERS, *, rounds: int = 3) -> list[str]:
    """What was measured and whether it met the target, in lines."""
    from segkit.analysis import clusters
    from segkit.analysis.clusters.fitting import prepare

    table = customers(n)
    clusters.sweep(table.head(2_000), ks=[2], seed=1)  # what is imported at first is no part of a sweep
    points = prepare(table, seed=1).points
    turns = [(_timed(lambda: clusters.sweep(table, seed=1)), _timed(lambda: bare(points))) for _ in range(rounds)]
    ours, theirs = [a[0] for a, _ in turns], [b[0] for _, b in turns]
    trial = turns[-1][0][1]
    ratio = statistics.median(measure.ratios(ours, theirs))
    return [
        f"{n:,} customers, 3 features, k {min(KS)} to {max(KS)}: segkit with silhouettes and stability "
        f"{measure.spread(ours)} s, scikit-learn's fits alone {measure.spread(theirs)} s",
        f"silhouettes against scikit-learn's on the same sample: {largest_difference(trial):.1e} apart at most; squared "
        f"distances of the greatest k {worse_fit(trial, points):+.2%} of scikit-learn's",
        measure.verdict("segkit's sweep to scikit-learn's bare fits", ratio, most=MOST),
    ]


def main() -> None:
    n = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else CUSTOMERS
    sys.stdout.write("\n".join(report(n)) + "\n")


if __name__ == "__main__":
    main()
