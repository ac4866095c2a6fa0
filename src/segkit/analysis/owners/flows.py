"""Which deals entered and left each class, day by day and week by week.

One row per deal tells its labels as they are today, so a deal counts in the class that they say from its first contact on:
what a salesperson learnt on the way is not dated.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from segkit.analysis.owners.signing import begun

WEEK = 7
STOPPED = "D"
"""The class of what passed its deadline."""

WAYS = ("entered", "signed", "lost", "expired")


def flows(
    deals: pd.DataFrame,
    *,
    as_of: object,
    days: int = WEEK,
    per: Sequence[str] = (),
) -> pd.DataFrame:
    """One row per `per` (e.g. owner), class and period of `days` days, the last of which ends on the day before `as_of`:
    from_on (first day), entered, signed, lost, expired (its deadline passed: it is D from then on, whatever comes after),
    standing (deals in the class when the period ended).

    `deals`: class (see `classes`), class_days (see `last_days`), outcome and the days. Standing deals are those before, plus
    the entered, less the rest. `attrs["undated"]`: deals without a first day, or closed without a last, which are in no row.
    """
    today = pd.Timestamp(as_of)  # type: ignore[arg-type]
    spans = _spans(deals, today, list(per))
    keys = [*per, "class"]
    moves = pd.concat([_counted(spans, way, keys, today, days) for way in WAYS], axis=1)
    if moves.empty:
        return pd.DataFrame(columns=[*keys, "from_on", *WAYS, "standing"])
    rows = moves.fillna(0).astype("int64").rename_axis(index=[*keys, "period"]).reset_index()
    rows = _every_period(rows, keys)
    net = rows["entered"] - rows["signed"] - rows["lost"] - rows["expired"]
    rows["standing"] = net.groupby([rows[k] for k in keys], dropna=False, observed=True).cumsum()
    rows.insert(len(keys), "from_on", today + pd.to_timedelta(days * rows.pop("period"), unit="D"))
    rows.attrs["undated"] = len(deals) - int(spans["deal"].nunique())
    return rows


def _spans(deals: pd.DataFrame, today: pd.Timestamp, per: list[str]) -> pd.DataFrame:
    """One row per deal and class it stood in: deal, `per`, class, and the day of each of `WAYS`, null where it did not."""
    end = pd.to_datetime(deals["closed_on"])
    start = begun(deals).mask(begun(deals) > end, end)
    closed = deals["outcome"].isin(["won", "lost"])
    limit = start + pd.to_timedelta(deals["class_days"], unit="D")  # its last day in time
    late = limit.notna() & (limit < end.where(closed, today))
    base = deals[[*per, "class"]].assign(deal=range(len(deals)), entered=start)
    ends = {"signed": end.where(deals["outcome"].eq("won")), "lost": end.where(deals["outcome"].eq("lost"))}
    first = base.assign(**{way: day.mask(late) for way, day in ends.items()}, expired=limit.where(late))
    after = base.assign(**{"class": STOPPED, "entered": limit}, **ends, expired=pd.NaT)[late]
    dated = start.notna() & (start < today) & (end.notna() | ~closed)
    return pd.concat([first[dated], after[dated[late]]], ignore_index=True)


def _counted(spans: pd.DataFrame, way: str, keys: list[str], today: pd.Timestamp, days: int) -> pd.Series:
    """How many per group and period; -1 is the period that ends on the day before today."""
    known = spans[spans[way].notna()]
    period = (known[way] - today).dt.days // days
    return known.groupby([*(known[k] for k in keys), period.rename("period")], dropna=False, observed=True).size().rename(way)


def _every_period(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """A row for every period of each group, from the first of all to the last before today."""
    groups = rows[keys].drop_duplicates()
    every = groups.merge(pd.DataFrame({"period": range(int(rows["period"].min()), 0)}), how="cross")
    filled = every.merge(rows, on=[*keys, "period"], how="left").fillna(dict.fromkeys(WAYS, 0))
    filled = filled.astype(dict.fromkeys(WAYS, "int64"))
    return filled.sort_values([*keys, "period"], kind="stable", ignore_index=True)


def since(flows: pd.DataFrame, periods: int) -> pd.DataFrame:
    """One row per class over the last `periods` periods: class, entered, signed, lost, expired, standing (now)."""
    last = flows[flows["from_on"].isin(sorted(flows["from_on"].unique())[-periods:])]
    summed = last.groupby("class", as_index=False, observed=True)[list(WAYS)].sum()
    now = last[last["from_on"].eq(last["from_on"].max())].groupby("class", as_index=False, observed=True)["standing"].sum()
    return summed.merge(now, on="class")
