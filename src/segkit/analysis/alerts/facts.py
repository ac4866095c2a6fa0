"""What alerts read of an account, in one frame: what it is now, what it was at the last quarter's end, and how it moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from segkit.analysis import audiences, tiers
from segkit.analysis.alerts import courses
from segkit.analysis.followup.worth import worth
from segkit.schemes import NOT_PLACED, Scheme
from segkit.schemes.alerts import Alert

LEAST_DAYS = 45  # a quarter's end nearer than that has not yet shown what came of it
RHYTHM = ("usual_gap_days", "gap_upper_days", "overdue_days", "next_order_high_on")
TIERS = ("customer_id", "scheme", "tier")


@dataclass(frozen=True)
class Now:
    """The run's tables as of as-of. `customers`: as extracted; `tiers`: customer_id, scheme, tier; `orders`: customer_id,
    ordered_on, amount; `rhythm`, `interactions`: may be without rows."""

    customers: pd.DataFrame
    tiers: pd.DataFrame
    orders: pd.DataFrame
    rhythm: pd.DataFrame
    interactions: pd.DataFrame
    as_of: dt.date


@dataclass(frozen=True)
class Then:
    """A past day (none: the history is too short), the customers as known then, their tiers (customer_id, scheme, tier), and
    the schemes asked for."""

    day: pd.Timestamp | None
    customers: pd.DataFrame
    tiers: pd.DataFrame
    schemes: Sequence[Scheme] = ()


def newest_quarter(past_days: pd.DataFrame, *, as_of: dt.date, least_days: int = LEAST_DAYS) -> pd.Timestamp | None:
    """The newest quarter's end at least `least_days` before as-of; None where the history is too short. `past_days`: cutoff,
    kind, horizon_days."""
    days = pd.to_datetime(past_days.loc[past_days["kind"] == "quarter", "cutoff"])
    far = days[days <= pd.Timestamp(as_of) - pd.Timedelta(days=least_days)]
    return None if far.empty else far.max()


def schemes_of(rules: Sequence[Alert]) -> list[str]:
    """The schemes that the rules are bound to."""
    return sorted({scheme for rule in rules for scheme in rule.for_})


def then(
    past: Callable[[dt.date], pd.DataFrame],
    day: pd.Timestamp | None,
    schemes: Sequence[Scheme],
    *,
    kept: pd.DataFrame | None = None,
) -> Then:
    """The firm at a past day; empty where there is no day. `past`: a day → the customers as known then. Tiers are those `kept`
    of it (since, scheme, customer_id, tier), and of the schemes that it lacks those told anew; a scheme whose columns have no
    history is left out."""
    if day is None:
        return Then(None, pd.DataFrame({"customer_id": []}), pd.DataFrame(columns=list(TIERS)), schemes)
    known = past(day.date())
    before = kept if kept is not None else pd.DataFrame({"since": [], "scheme": []})
    before = before[pd.to_datetime(before["since"]) == day]
    lacking = [scheme for scheme in schemes if scheme.name not in set(before["scheme"].astype(str))]
    rebuilt, _ = tiers.assign_all(lacking, known, reasons={NOT_PLACED: ""}, as_of=day.date())
    parts = [part.reindex(columns=list(TIERS)).astype(object) for part in (before, rebuilt) if len(part)]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(TIERS))
    return Then(day, known, found, schemes)


def facts(now: Now, before: Then, *, scored: Scheme | None = None) -> pd.DataFrame:
    """One row per customer: the columns of customers, `tier.<scheme>`, worth (money at stake in a year, base currency; see
    `followup.worth`), the account's rhythm, and what `courses` measures. With a day before also `before.<scheme>`, since (that
    day), and what came since; `scored`: the scheme whose score now and then is compared."""
    own = now.customers.drop(columns=[c for c in RHYTHM if c in now.customers and c in now.rhythm])
    frame = audiences.frame(own, now.tiers)
    parts = [now.rhythm.reindex(columns=["customer_id", *(c for c in RHYTHM if c in now.rhythm)])] if len(now.rhythm) else []
    base = frame.merge(parts[0], on="customer_id", how="left") if parts else frame
    moved = [courses.spans(base, now.orders, as_of=now.as_of)]
    moved += [courses.complaints(now.interactions, as_of=now.as_of)] if len(now.interactions) else []
    moved += _since(now, before, before.day, scored) if before.day is not None else []
    for part in moved:
        base = base.merge(part, on="customer_id", how="left", validate="one_to_one")
    return base.assign(worth=worth(base))


def _since(now: Now, before: Then, day: pd.Timestamp, scored: Scheme | None) -> list[pd.DataFrame]:
    """What was, and what came since: parts to join to the customers."""
    ids = now.customers[["customer_id"]]
    wide = ids.assign(since=day)
    for scheme, rows in before.tiers.groupby("scheme", observed=True):
        wide[f"before.{scheme}"] = ids["customer_id"].map(rows.set_index("customer_id")["tier"].astype(object))
    parts = [wide, courses.since(now.orders, day), courses.payments(now.customers, before.customers)]
    return parts + ([_scores(now, before, day, scored)] if scored is not None else [])


def _scores(now: Now, before: Then, day: pd.Timestamp, scheme: Scheme) -> pd.DataFrame:
    """Scores now and then. What has no history (fields of the customers extract) is taken as it stands today in both, so that
    only what is dated moves them."""
    dated = set(before.customers.columns)
    undated = [c for c in now.customers.columns if c not in dated or c == "customer_id"]
    past = before.customers.merge(now.customers[undated], on="customer_id", how="left")
    measured = {
        "now": tiers.measure(scheme, now.customers, as_of=now.as_of),
        "before": tiers.measure(scheme, past, as_of=day.date()),
    }
    return courses.scores(measured)
