"""Who came and who went between two days, by orders alone: new, returned, active, silent and lost customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.analysis.migration.then import Known

STATES = ("active", "new", "returned", "lost", "silent", "gone")
COLUMNS = ["since", "state", "customers", "revenue"]


def of(then: Known, now: Known, *, silent_days: int = 365) -> pd.DataFrame:
    """One row per state that occurs: state, customers, revenue (today's; of the gone that of then).

    Of customers with an order: `new`: none before `then`; `returned`: silent for over `silent_days` then, ordered since;
    `lost`: silent for over that today, not then; `silent`: on both days; `gone`: no longer among the customers; else `active`.
    """
    columns = ["customer_id", "frequency", "recency_days", "monetary"]
    sides = [known.customers[columns].set_index("customer_id") for known in (then, now)]
    both = sides[0].join(sides[1], how="outer", lsuffix="_then", rsuffix="_now")
    bought, buys = (both[f"frequency_{day}"].fillna(0) > 0 for day in ("then", "now"))
    quiet, quiet_now = (both[f"recency_days_{day}"] > silent_days for day in ("then", "now"))
    since = both["recency_days_now"] <= (now.as_of - then.as_of).days
    gone = bought & ~buys
    cases = [gone, ~bought, quiet & since, quiet, quiet_now]
    state = np.select([c.to_numpy() for c in cases], ["gone", "new", "returned", "silent", "lost"], "active")
    money = both["monetary_now"].where(~gone, both["monetary_then"])
    rows = pd.DataFrame({"state": state, "revenue": money})[bought | buys]
    table = rows.groupby("state")["revenue"].agg(["size", "sum"]).reindex([s for s in STATES if s in set(rows["state"])])
    return table.set_axis(["customers", "revenue"], axis=1).rename_axis("state").reset_index()
