"""The follow-up plan of 100,000 made-up customers for 50 salespeople. `python -m bench.followup [CUSTOMERS]`.

From the tables of a run (customers with tiers, interactions, owners) to the finished tasks in words; a second plan of the same
day must have the same ids.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

AS_OF = dt.date(2026, 7, 1)
CUSTOMERS, PEOPLE = 100_000, 50
MOST = 20.0  # seconds
COUNTRIES = (
    "US", "CN", "DE", "GB", "FR", "JP", "IN", "MX", "BR", "NL", "AE", "AU", "IT", "CA", "SA", "VN", "TR", "ES", "KR", "ZA",
    "PL", "CL", "NG", "SE", "EG", "IL", "TH", "ID", "AR", "CO",
)  # fmt: skip
TIERS = {
    "trade_tier": {"KA": 0.03, "ordered": 0.47, "A": 0.005, "B": 0.02, "C": 0.05, "D": 0.225, "E": 0.2},
    "rfm_matrix": {
        "core": 0.1,
        "growth": 0.07,
        "loyal": 0.04,
        "save": 0.06,
        "developing": 0.06,
        "new": 0.02,
        "reactivate": 0.15,
    },
    "lead_temperature": {"hot": 0.02, "warm": 0.18, "cold": 0.3},
    "lead_value": {"high": 0.1, "low": 0.4},
    "lifecycle": {"dormant": 0.1, "mature": 0.4},
}


def customers(n: int, *, seed: int = 1) -> pd.DataFrame:
    """One row per customer with the columns that playbooks read, and `tier.<scheme>`."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)

    def days(last: int) -> pd.Series:
        return pd.Series(np.datetime64(AS_OF, "s") - rng.integers(1, last, n).astype("timedelta64[D]"))

    frame = pd.DataFrame({"customer_id": [f"C{i:06d}" for i in range(n)], "name": [f"Customer {i}" for i in range(n)]})
    frame = frame.assign(
        owner=rng.choice([f"Owner {i:02d}" for i in range(PEOPLE)], n),
        country_code=rng.choice(COUNTRIES, n),
        frequency=rng.poisson(4, n),
        recency_days=rng.integers(1, 800, n),
        revenue_12m=rng.lognormal(8, 1.5, n),
        average_order_value=rng.lognormal(7, 1, n),
        usual_gap_days=rng.integers(10, 120, n).astype(float),
        gap_upper_days=rng.integers(60, 300, n).astype(float),
        birthday=pd.Timestamp("1980-01-01") + pd.to_timedelta(rng.integers(0, 9000, n), unit="D"),
        **{name: days(800) for name in ("last_order_on", "first_order_on", "created_at", "last_reply_on")},
        **{name: days(60) for name in ("sample_requested_on", "sample_received_on", "deal_since")},
    )
    for scheme, shares in TIERS.items():
        names, weight = [*shares, "not_placed"], [*shares.values(), max(1 - sum(shares.values()), 0)]
        frame[f"tier.{scheme}"] = rng.choice(names, n, p=np.array(weight) / sum(weight))
    return frame


def interactions(known: pd.DataFrame, *, per: int = 6, seed: int = 2) -> pd.DataFrame:
    """Touches of 400 days, six a customer on average."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    n = per * len(known)
    on = pd.Series(np.datetime64(AS_OF, "s") - rng.integers(1, 400, n).astype("timedelta64[D]"))
    words = {"channel": ["email", "phone", "visit"], "direction": ["out", "in"], "kind": ["follow_up", "quote", "mailing"]}
    picked = {name: rng.choice(choices, n) for name, choices in words.items()}
    return pd.DataFrame({"customer_id": rng.choice(known["customer_id"], n), "at": on, "on": on, **picked})


def people() -> pd.DataFrame:
    import pandas as pd

    rows = [(f"Owner {i:02d}", ("hunter", "farmer")[i % 2] if i else "director", f"Team {i % 5}") for i in range(PEOPLE)]
    frame = pd.DataFrame(rows, columns=["owner", "role", "team"])
    return frame.assign(hours_per_week=40.0, active=True)


def report(n: int = CUSTOMERS) -> list[str]:
    """What was measured, line by line."""
    from bench import measure
    from segkit.analysis import followup
    from segkit.i18n import Words
    from segkit.report import worded
    from segkit.schemes import playbooks

    known, owners, books = customers(n), people(), playbooks.load_all()
    seen, seconds, ids = interactions(known), [], []
    for _ in range(2):
        start = time.perf_counter()
        accounts = followup.accounts(known, seen)
        tasks = followup.plan(accounts, books, seen, owners, as_of=AS_OF)
        tasks = worded(tasks, known, books, Words("en"))
        seconds.append(time.perf_counter() - start)
        ids.append(set(tasks["task_id"]))
    said = f"{len(tasks):,} tasks, {int(tasks['fits'].sum()):,} of them fit; the first plan took {seconds[0]:.1f} s"
    changed = f"{len(ids[0] ^ ids[1])} task ids changed on the second plan"
    return [said, changed, measure.verdict("the plan", max(seconds), most=MOST, unit="s")]


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS)) + "\n")
