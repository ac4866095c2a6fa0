"""All schemes on a million made-up customers, against the same rules as plain NumPy masks. `python -m bench.tiers [N]`.

The masks are given every column as a NumPy array beforehand, and end with a code per customer and scheme; segkit starts
from the table and ends with the table of tiers and reasons. What schemes derive (ranks, quantiles, points) counts in both.
"""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from segkit.schemes import Condition, Scheme
    from segkit.schemes.view import View

AS_OF = dt.date(2026, 7, 1)
MOST = 3.0  # times the masks
CUSTOMERS = 1_000_000


def customers(n: int, *, seed: int = 1) -> pd.DataFrame:
    """One row per customer with every column of the customers table, a fifth of each unknown; a third never ordered."""
    import numpy as np
    import pandas as pd

    from segkit.schema import customer_columns

    rng = np.random.default_rng(seed)
    table: dict[str, Any] = {name: _column(column, n, rng) for name, column in customer_columns().items()}
    table["customer_id"] = pd.array([f"C{i:07d}" for i in range(n)], dtype="str")
    frame = pd.DataFrame(table)
    orders = rng.geometric(0.2, n) * (rng.random(n) < 0.67)
    money = np.round(rng.lognormal(8, 1.3, n) * orders, 2)
    return frame.assign(frequency=orders, monetary=money, touches=rng.poisson(3, n), deals=rng.poisson(1, n))


def _column(column: Any, n: int, rng: np.random.Generator) -> Any:
    import numpy as np
    import pandas as pd

    unknown = rng.random(n) < 0.2
    if column.kind in ("number", "money"):
        high = {"1-5": 6, "share": 2, "0-1": 2, "0-10": 11}.get(column.unit, 600)
        return np.where(unknown, np.nan, rng.integers(0, high, n).astype("float64"))
    if column.kind == "flag":
        return pd.arrays.BooleanArray(rng.random(n) < 0.5, unknown)
    if column.kind in ("day", "moment"):
        days = np.datetime64(AS_OF, "s") - rng.integers(0, 900, n).astype("timedelta64[D]")
        return np.where(unknown, np.datetime64("NaT"), days)
    words = np.array([*column.choices, *(f"{column.name} {i}" for i in range(24)), "positive", "later"], dtype=object)
    chosen = words[rng.integers(0, len(words), n)]
    chosen[unknown] = None
    return pd.array(chosen, dtype="str")


def touches(table: pd.DataFrame, *, seed: int = 2) -> pd.DataFrame:
    """About two rows per customer: customer_id, month, kind, feedback, touches."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    rows = rng.integers(0, len(table), 2 * len(table))
    pick = lambda words: pd.Categorical.from_codes(rng.integers(0, len(words), len(rows)), categories=words)  # noqa: E731
    return pd.DataFrame({
        "customer_id": table["customer_id"].to_numpy()[rows],
        "month": np.datetime64("2024-07-01", "s") + rng.integers(0, 700, len(rows)).astype("timedelta64[D]"),
        "kind": pick(["inquiry", "follow_up", "mailing", "complaint"]),
        "feedback": pick(["positive", "neutral", "later", "asked_price", "not_interested"]),
        "touches": rng.integers(1, 4, len(rows)),
    })  # fmt: skip


def by_segkit(schemes: Sequence[Scheme], table: pd.DataFrame, touched: pd.DataFrame) -> pd.DataFrame:
    """Tiers of all schemes with their reasons in words."""
    from segkit import schemes as files
    from segkit.analysis import tiers
    from segkit.i18n import Words

    words = Words("en")

    def said(scheme: Scheme, cuts: Mapping[str, Any]) -> Mapping[str, str]:
        return files.reasons(scheme, words, cuts)

    return tiers.assign_all(schemes, table, as_of=AS_OF, touches=touched, reasons=said)[0]


def by_masks(schemes: Sequence[Scheme], base: View, touched: pd.DataFrame) -> list[np.ndarray]:
    """A code per customer and scheme: `np.select` over one mask per rule, every condition a NumPy comparison."""
    import numpy as np

    from segkit.analysis.tiers.scoring import events, points
    from segkit.schemes.measures import derive

    found = []
    for scheme in schemes:
        view = base.layer()
        among = np.logical_or.reduce([_all(w.when, view) for w in scheme.among]) if scheme.among else np.ones(len(base), bool)
        derive(scheme.measured, view, among=among, as_of=AS_OF)
        if scheme.kind == "points":
            view.add("score", points(scheme, view)[0])
        if scheme.kind == "events":
            view.add("score", events(scheme, base.frame["customer_id"], touched, as_of=AS_OF))
        if scheme.open:
            found.append(view.codes(str(scheme.of))[0])
            continue
        masks = [_all(rule.when, view) & among for rule in scheme.rules]
        found.append(np.select(masks, list(range(len(masks))), default=-1))
    return found


def _all(when: Mapping[str, Condition], view: View) -> np.ndarray:
    mask = None
    for column, condition in when.items():
        one = _plain(condition, view, column)
        mask = one if mask is None else mask & one
    assert mask is not None
    return mask


def _plain(condition: Condition, view: View, column: str) -> np.ndarray:
    """One condition as one would write it over arrays; of text the codes are compared."""
    import numpy as np

    if condition.known is not None:
        return view.known(column) == condition.known
    if condition.in_ is not None:
        codes, values = view.codes(column)
        wanted = [values.index(v) for v in condition.in_ if v in values]
        return codes == wanted[0] if len(wanted) == 1 else np.isin(codes, wanted)
    x = view.numbers(column)
    if condition.equals is not None:
        return x == float(condition.equals)
    ends = [
        (condition.min, np.greater_equal),
        (condition.max, np.less_equal),
        (condition.above, np.greater),
        (condition.below, np.less),
    ]
    return np.logical_and.reduce([compare(x, end) for end, compare in ends if end is not None])


def prepared(schemes: Sequence[Scheme], table: pd.DataFrame) -> View:
    """Every column that a scheme reads, as arrays already."""
    from segkit.schema import customer_columns
    from segkit.schemes.view import View

    view = View(table)
    kinds = {name: column.kind for name, column in customer_columns().items()}
    for name in {c for s in schemes for c in s.used} & set(table.columns):
        if kinds[name] in ("number", "money", "flag"):
            view.numbers(name)
        elif kinds[name] not in ("day", "moment"):
            view.codes(name)
    return view


def _timed(step: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = step()
    return time.perf_counter() - start, result


class Watched(threading.Thread):
    """The most resident memory of this process while it runs, in MB; 0 where the system does not tell (/proc)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done, self.most, self.first = threading.Event(), 0.0, _resident()

    def __enter__(self) -> Watched:
        self.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.done.set()
        self.join()

    def run(self) -> None:
        while not self.done.wait(0.005):
            self.most = max(self.most, _resident() - self.first)


def _resident() -> float:
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * resource.getpagesize() / 1e6 if told.exists() else 0.0


def measured(n: int = CUSTOMERS, *, rounds: int = 3) -> dict[str, float]:
    """customers, schemes, seconds of segkit and of the masks (medians of interleaved rounds), their ratio; MB of the customer
    table, of the tiers, and of the most memory that segkit took on top of the table (first round, before the masks)."""
    from segkit import schemes as files

    schemes = [files.load(name) for name in files.names()]
    table = customers(n)
    touched = touches(table)
    held = table.memory_usage(deep=True).sum() / 1e6
    with Watched() as watched:
        seconds, result = _timed(lambda: by_segkit(schemes, table, touched))
    on_top, size = watched.most, result.memory_usage(deep=True).sum() / 1e6
    base = prepared(schemes, table)
    ours, masks = [seconds], [_timed(lambda: by_masks(schemes, base, touched))[0]]
    for _ in range(rounds - 1):
        ours.append(_timed(lambda: by_segkit(schemes, table, touched))[0])
        masks.append(_timed(lambda: by_masks(schemes, base, touched))[0])
    ratio = statistics.median(a / b for a, b in zip(ours, masks, strict=True))
    return {
        "customers": n, "schemes": len(schemes), "segkit_s": statistics.median(ours), "masks_s": statistics.median(masks),
        "ratio": ratio, "table_mb": held, "tiers_mb": size, "on_top_mb": on_top,
    }  # fmt: skip


def report(n: int = CUSTOMERS, *, rounds: int = 3) -> list[str]:
    """What was measured, in lines."""
    m = measured(n, rounds=rounds)
    return [
        f"{m['schemes']} schemes, {m['customers']:,} customers: segkit {m['segkit_s']:.2f} s, masks {m['masks_s']:.2f} s",
        f"segkit's time to the masks': {m['ratio']:.2f} × (target: at most {MOST:g})",
        f"memory: customer table {m['table_mb']:,.0f} MB, tiers {m['tiers_mb']:,.0f} MB, most on top of the table "
        f"{m['on_top_mb']:,.0f} MB ({m['on_top_mb'] / m['table_mb']:.2f} × the table; target: at most 2)",
    ]


def main() -> None:
    n = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else CUSTOMERS
    sys.stdout.write("\n".join(report(n)) + "\n")


if __name__ == "__main__":
    main()
