"""Tables of movement: flows from tier to tier that balance, from quarter to quarter, and who of a tier was kept."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import pandas as pd

from segkit.analysis.migration.causes import STAYED
from segkit.analysis.migration.then import in_scheme
from segkit.analysis.migration.tracing import LOST, NEW
from segkit.schemes import Scheme

STEPS = ["since", "until", "from_tier", "to_tier", "customers", "revenue_then", "revenue"]


def balance(flows: pd.DataFrame, past: pd.DataFrame, tiers: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """What the flows add up to beside what they must: one row per scheme, since and end (`then`, `now`), with customers and
    revenue, and customers_placed, revenue_placed: of the tiers of that day. Raises ValueError where they differ."""
    from_ = flows[flows["from_tier"] != NEW].groupby(["scheme", "since"], observed=True)[["customers", "revenue_then"]].sum()
    to = flows[flows["to_tier"] != LOST].groupby(["scheme", "since"], observed=True)[["customers", "revenue"]].sum()
    placed = past[past["tier"] != "not_placed"].groupby(["scheme", "since"], observed=True)["revenue"].agg(["size", "sum"])
    now = tiers[tiers["tier"] != "not_placed"].merge(customers[["customer_id", "monetary"]], on="customer_id")
    today = now.groupby("scheme", observed=True)["monetary"].agg(["size", "sum"])
    names = ["customers", "revenue", "customers_placed", "revenue_placed"]
    then = from_.join(placed, how="outer").set_axis(names, axis=1).fillna(0).assign(end="then")
    ends = to.reset_index().merge(today.rename_axis("scheme").reset_index().astype({"scheme": "str"}), on="scheme", how="left")
    ends = ends.set_index(["scheme", "since"]).set_axis(names, axis=1).assign(end="now")
    table = pd.concat([then, ends]).reset_index()
    off = (table["customers"] != table["customers_placed"]) | ((table["revenue"] - table["revenue_placed"]).abs() > 0.01)
    if off.any():
        raise ValueError(f"flows do not add up to the tiers: {table[off].iloc[0].to_dict()}")
    return table


def of(flows: pd.DataFrame, scheme: str, since: pd.Timestamp | None) -> pd.DataFrame:
    """The flows of one scheme since one day; none where there is no such day."""
    rows = flows[(flows["scheme"] == scheme) & (flows["since"] == since)]
    return rows.astype(dict.fromkeys(("scheme", "from_tier", "to_tier", "cause"), "str")).reset_index(drop=True)


def order(scheme: Scheme, flows: pd.DataFrame) -> list[str]:
    """The tiers of a scheme, the first on top; of an open scheme those that occur, by name."""
    known = [tier.key for tier in scheme.tiers]
    found = {*flows["from_tier"].astype("str"), *flows["to_tier"].astype("str")} - {NEW, LOST, *known}
    return [*known, *sorted(found)]


def movers(flows: pd.DataFrame) -> pd.DataFrame:
    """The flows of those who had a tier on both days and changed it."""
    return flows[(flows["cause"] != STAYED) & (flows["from_tier"] != NEW) & (flows["to_tier"] != LOST)]


def by_cause(flows: pd.DataFrame) -> pd.DataFrame:
    """Why customers changed their tier, most first: cause, marked, customers, revenue."""
    rows = movers(flows).groupby(["cause", "marked"], as_index=False)[["customers", "revenue"]].sum()
    return rows.sort_values(["customers", "revenue"], ascending=False, kind="stable", ignore_index=True)


def matrix(flows: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """from_tier, to_tier, customers, revenue, with all causes together; tiers in the order given, then `(new)`, `(lost)`."""
    sums = flows.groupby(["from_tier", "to_tier"], as_index=False)[["customers", "revenue"]].sum()
    tiers = [t for t in order if t in {*sums["from_tier"], *sums["to_tier"]}]
    sums["from_tier"] = pd.Categorical(sums["from_tier"], categories=[*tiers, NEW])
    sums["to_tier"] = pd.Categorical(sums["to_tier"], categories=[*tiers, LOST])
    return sums.sort_values(["from_tier", "to_tier"], ignore_index=True)


def steps(
    past: pd.DataFrame,
    tiers: pd.DataFrame,
    customers: pd.DataFrame,
    scheme: str,
    days: Sequence[pd.Timestamp],
    *,
    as_of: dt.date,
    older: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """From each day to the next and from the last one to today: since, until, from_tier, to_tier, customers, revenue_then (as
    of `since`) and revenue (as of `until`; of the lost as of `since`). `days`: those to be shown, the oldest first; `older`:
    flows between days before the first one that `past` holds (scheme and the columns of the result)."""
    held = past[past["scheme"] == scheme]
    money = customers.set_index("customer_id")["monetary"].rename("revenue")
    now = tiers[tiers["scheme"] == scheme].set_index("customer_id")[["tier"]].join(money)
    stands = {
        day: rows.set_index("customer_id")[["tier", "revenue"]] for day, rows in held.groupby("since") if day in set(days)
    }
    stands[pd.Timestamp(as_of)] = now
    found = [_step(stands[a], stands[b]).assign(since=a, until=b) for a, b in itertools.pairwise(sorted(stands))]
    if older is not None and len(older) and stands:
        before = older[(older["scheme"] == scheme) & older["since"].isin(days) & (older["until"] <= min(stands))]
        found = [before, *found]
    table = pd.concat([part[STEPS] for part in found], ignore_index=True) if found else pd.DataFrame(columns=STEPS)
    return table.sort_values(["since", "until"], kind="stable", ignore_index=True)


def _step(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    was, is_ = in_scheme(a["tier"]), in_scheme(b["tier"])
    ids = was.index.union(is_.index)
    then, now = (day["revenue"].reindex(ids) for day in (a, b))
    rows = pd.DataFrame({"from_tier": was.reindex(ids).fillna(NEW), "to_tier": is_.reindex(ids).fillna(LOST)})
    rows = rows.assign(customers=1, revenue_then=then.fillna(0.0), revenue=now.fillna(then).fillna(0.0))
    return rows.groupby(["from_tier", "to_tier"], as_index=False).sum()


def retention(steps: pd.DataFrame, tier: str) -> pd.DataFrame:
    """How many of a tier were still in it at the next day: since, until, tier, customers, retained, retained_share, revenue (of
    all that were in it), revenue_retained, went_to (the tier that took most of the others)."""
    spans, counts = ["since", "until"], ["customers", "revenue"]
    rows = steps[steps["from_tier"] == tier]
    stayed = rows[rows["to_tier"] == tier].set_index(spans)[counts].set_axis(["retained", "revenue_retained"], axis=1)
    left = rows[rows["to_tier"] != tier].sort_values("customers", ascending=False, kind="stable").drop_duplicates(spans)
    table = rows.groupby(spans)[counts].sum().join(stayed).fillna({"retained": 0, "revenue_retained": 0.0})
    table = table.join(left.set_index(spans)["to_tier"].rename("went_to")).astype({"retained": "int64"})
    table = table.assign(retained_share=table["retained"] / table["customers"], tier=tier).reset_index()
    return table[[*spans, "tier", "customers", "retained", "retained_share", "revenue", "revenue_retained", "went_to"]]
