"""From a first inquiry to a signed contract: how many deals reach each stage, go on and die there, and how long it takes.

One row per deal tells where it stands now, not when it passed each stage: conversions are exact, days are those up to the
stage and since. Intervals of rates are Wilson's (1927), which hold for small counts (Brown, Cai & DasGupta 2001).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segkit.schemes import Scheme

STAGES = ("lead", "opportunity", "need", "quote", "negotiation", "contract", "payment", "invoice")
LADDER = ("E", "D", "C", "B", "A", "ordered")
CUSTOMERS = {"KA": "ordered"}
"""Tier → step of the ladder it belongs to, where the names differ."""

AFTER_SALE = ("return", "complaint", "ticket", "feedback")
"""Kinds of touch that follow a sale."""

CONFIDENCE = 0.9
_YEARS = {"touches_12m": "_now", "touches_prev_12m": "_before"}


def wilson(hits: np.ndarray, of: np.ndarray, *, confidence: float = CONFIDENCE) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of Wilson's score interval of hits / of; null where there is nothing to count."""
    from scipy.special import ndtri

    z = ndtri((1 + confidence) / 2)
    n = np.where(np.asarray(of) > 0, of, np.nan).astype(float)
    rate = hits / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def _with_rate(rows: pd.DataFrame, name: str, hits: str, of: str) -> pd.DataFrame:
    low, high = wilson(rows[hits].to_numpy(), rows[of].to_numpy())
    rate = rows[hits] / rows[of].replace(0, np.nan)
    return rows.assign(**{name: rate, f"{name}_low": low, f"{name}_high": high})


def known_stages(deals: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Deals whose stage is the key of `scheme` (funnel_stage), e.g. 报价 → quote; a stage it does not list stays as written."""
    words = {value: tier.key for tier in scheme.tiers for value in tier.values or ()}
    return deals.assign(stage=deals["stage"].map(words).astype(object).where(lambda s: s.notna(), deals["stage"]))


def stages(
    deals: pd.DataFrame, *, as_of: object, order: Sequence[str] = STAGES, per: Sequence[str] = (), won_at: str = "contract"
) -> pd.DataFrame:
    """One row per `per` (e.g. owner) and stage, in `order`: reached, standing (open there), died (lost there), went_on, decided
    (went on or died), conversion, conversion_low, conversion_high, days_to_reach, days_waiting, days_to_death.

    A deal has reached its stage and all before it; a won one at least `won_at`. `conversion`: of the decided, who went on;
    the last stage has none. `days_to_reach`: median days from creation until the stage began where a deal stands that is not
    lost; `days_waiting`: median days since then of open deals; `days_to_death`: median days from creation to the end of
    those that died there. `attrs["not_in_order"]`: deals by stage that `order` does not name (`(unknown)`
    without one); they are counted nowhere else, unless won. `attrs["lost_not_in_order"]`: how many of them were lost.
    """
    place = _places(deals, order, won_at)
    known = _dated(deals.assign(_place=place)[place >= 0], as_of=pd.Timestamp(as_of))  # type: ignore[arg-type]
    parts = list(known.groupby(list(per), dropna=False, observed=True)) if per else [((), known)]
    found = [_steps(group, order).assign(**dict(zip(per, key, strict=True))) for key, group in parts]
    rows = pd.concat(found, ignore_index=True) if found else _steps(known, order)
    rows = rows[[*per, *(c for c in rows.columns if c not in per)]]
    rows.attrs["not_in_order"] = deals.loc[place < 0, "stage"].fillna("(unknown)").value_counts().to_dict()
    rows.attrs["lost_not_in_order"] = int((deals["outcome"].eq("lost") & (place < 0)).sum())
    return rows


def fitting(stages: pd.DataFrame, deals: pd.DataFrame, *, least: float = 0.5) -> pd.DataFrame:
    """The stages that any deal reached, or none of them where the order names the stage of less than `least` of the `deals`
    that are not won, or of those that are lost: a funnel of the won ones alone would flatter. `stages`: see `stages`; its
    attrs stay."""
    outcome, attrs = deals["outcome"], stages.attrs
    strange = sum(attrs.get("not_in_order", {}).values())
    fits = strange <= (1 - least) * int(outcome.ne("won").sum())
    fits &= attrs.get("lost_not_in_order", 0) <= (1 - least) * int(outcome.eq("lost").sum())
    return stages[(stages["reached"] > 0) & fits]


def _dated(deals: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Deals with whether they are open or lost, and days: `_reach`, `_wait`, `_death` as in `stages`."""
    open_, lost = deals["outcome"].eq("open"), deals["outcome"].eq("lost")
    since, created = pd.to_datetime(deals["stage_since"]), pd.to_datetime(deals["created_on"])
    reach, wait = (since - created).dt.days, (as_of - since).dt.days
    death = (pd.to_datetime(deals["closed_on"]) - created).dt.days
    return deals.assign(_open=open_, _lost=lost, _reach=reach.mask(lost), _wait=wait.where(open_), _death=death.where(lost))


def _places(deals: pd.DataFrame, order: Sequence[str], won_at: str) -> np.ndarray:
    """Number of each deal's stage, -1 where the order does not name it."""
    number = {stage: i for i, stage in enumerate(order)}
    place = deals["stage"].map(number).fillna(-1).to_numpy(dtype=int)
    return np.where(deals["outcome"].eq("won"), np.maximum(place, number[won_at]), place)


def _steps(deals: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    counts = {name: np.bincount(deals.loc[mask, "_place"], minlength=len(order)) for name, mask in _states(deals).items()}
    reached = counts["all"][::-1].cumsum()[::-1]
    rows = pd.DataFrame({"stage": order, "reached": reached, "standing": counts["open"], "died": counts["lost"]})
    rows["went_on"] = np.append(reached[1:], 0)
    rows["decided"] = rows["went_on"] + rows["died"]
    rows.loc[rows.index[-1], "decided"] = 0  # there is nowhere to go from the last stage
    rows = _with_rate(rows, "conversion", "went_on", "decided")
    medians = deals.groupby("_place")[["_reach", "_wait", "_death"]].median().reindex(range(len(order)))
    return rows.assign(**dict(zip(("days_to_reach", "days_waiting", "days_to_death"), medians.to_numpy().T, strict=True)))


def _states(deals: pd.DataFrame) -> dict[str, np.ndarray]:
    everyone = np.ones(len(deals), dtype=bool)
    return {"all": everyone, "open": deals["_open"].to_numpy(), "lost": deals["_lost"].to_numpy()}


def deaths(deals: pd.DataFrame, by: Sequence[str] = ("stage", "lost_reason")) -> pd.DataFrame:
    """One row per group of lost deals, most first: `by`, deals, share (of all lost), amount (base currency, of those where it
    is known). Add `owner` to `by` for a salesperson's own. Unknown stages and reasons form groups of their own."""
    lost = deals[deals["outcome"].eq("lost")]
    rows = lost.groupby(list(by), dropna=False, observed=True, as_index=False).agg(
        deals=("customer_id", "size"), amount=("amount", "sum")
    )
    rows.insert(len(by) + 1, "share", rows["deals"] / max(len(lost), 1))
    return rows.sort_values("deals", ascending=False, kind="stable", ignore_index=True)


def ladder(
    placed: pd.DataFrame, *, steps: Sequence[str] = LADDER, belongs: Mapping[str, str] = CUSTOMERS, per: Sequence[str] = ()
) -> pd.DataFrame:
    """One row per `per` (e.g. owner) and step from the lowest: step, customers, at_or_above, share (of all on the ladder),
    climbed_share (of those at or above this step, who stands above it).

    `placed`: one row per customer with tier and `per`. It is a count of today's stock: people climb between two runs.
    `attrs["elsewhere"]`: customers by tier that is no step.
    """
    tier = placed["tier"].astype(object)
    step = tier.where(~tier.isin(list(belongs)), tier.map(belongs))
    on = step.isin(list(steps))
    everyone = placed.assign(step=pd.Categorical(step.where(on), categories=list(steps), ordered=True))[on]
    groups = list(everyone.groupby(list(per), dropna=False, observed=True)) if per else [((), everyone)]
    found = [_rungs(group).assign(**dict(zip(per, key, strict=True))) for key, group in groups]
    rows = pd.concat(found, ignore_index=True) if found else _rungs(everyone)
    rows = rows[[*per, *(c for c in rows.columns if c not in per)]]
    rows.attrs["elsewhere"] = tier[~on].value_counts().to_dict()
    return rows


def _rungs(placed: pd.DataFrame) -> pd.DataFrame:
    counts = placed["step"].value_counts(sort=False)
    customers = counts.to_numpy()
    above = customers[::-1].cumsum()[::-1]
    rows = pd.DataFrame({"step": counts.index.astype(str), "customers": customers, "at_or_above": above})
    rows["share"] = rows["customers"] / max(int(customers.sum()), 1)
    return rows.assign(climbed_share=(above - customers) / np.where(above > 0, above, np.nan))


def tier_states(tiers: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per scheme, tier and state of the deal that counts (open, won, lost, none), zeros included: scheme, tier, state,
    customers. `customers`: customer_id and deal_outcome."""
    states = ["open", "won", "lost", "none"]
    outcome = customers["deal_outcome"].astype(object)
    state = pd.Categorical(outcome.where(outcome.notna(), "none"), categories=states)
    joined = tiers.merge(customers[["customer_id"]].assign(state=state), on="customer_id", validate="many_to_one")
    counts = joined.groupby(["scheme", "tier"], observed=True)["state"].value_counts(sort=False, normalize=False)
    return counts.rename("customers").reset_index()


def after_sale(touches: pd.DataFrame, customers: pd.DataFrame, *, as_of: object) -> pd.DataFrame:
    """One row per kind of touch after the sale that occurs (`AFTER_SALE`), most first: kind, touches_12m, touches_prev_12m,
    customers (with one within 12 months), revenue_12m (theirs, base currency). Touches are known by month: the 12 months end
    with the last one that begins before `as_of`."""
    found = touches[touches["kind"].isin(AFTER_SALE)]
    last = (pd.Timestamp(as_of) - pd.Timedelta(days=1)).to_period("M")  # type: ignore[arg-type]
    age = last.ordinal - pd.PeriodIndex(pd.to_datetime(found["month"]), freq="M").asi8
    found = found.assign(_now=age < 12, _before=(age >= 12) & (age < 24), kind=found["kind"].astype(object))
    counts = {name: found[found[at]].groupby("kind")["touches"].sum() for name, at in _YEARS.items()}
    asked = found.loc[found["_now"], ["kind", "customer_id"]].drop_duplicates()
    revenue = asked["customer_id"].map(customers.set_index("customer_id")["revenue_12m"])
    counts["customers"] = asked.groupby("kind")["customer_id"].size()
    rows = pd.DataFrame(counts).fillna(0).astype("int64").assign(revenue_12m=revenue.groupby(asked["kind"]).sum())
    rows = rows.fillna({"revenue_12m": 0.0}).rename_axis("kind").reset_index()
    return rows.sort_values("touches_12m", ascending=False, kind="stable", ignore_index=True)


def sample_conversion(
    customers: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    as_of: object,
    step: str = "sample_requested_on",
    wait_days: int = 90,
) -> pd.DataFrame:
    """Of customers with a sample, who ordered within `wait_days` after it. Rows prospect (no order up to the sample's day),
    customer (had one) and all: who, samples, undecided (younger than `wait_days`, in no rate), decided, ordered, conversion,
    conversion_low, conversion_high, days (median from sample to order).

    `step`: the column with the day of each customer's latest sample.
    """
    sampled = _after_sample(customers, orders, step)
    ripe = (pd.Timestamp(as_of) - sampled["day"]).dt.days >= wait_days  # type: ignore[arg-type]
    ordered = ripe & (sampled["days"] <= wait_days)
    sampled = sampled.assign(decided=ripe, ordered=ordered, days=sampled["days"].where(ordered))
    groups = {"prospect": sampled[~sampled["had"]], "customer": sampled[sampled["had"]], "all": sampled}
    rows = pd.DataFrame([{"who": who, **_tally(group)} for who, group in groups.items()])
    return _with_rate(rows, "conversion", "ordered", "decided")


def _after_sample(customers: pd.DataFrame, orders: pd.DataFrame, step: str) -> pd.DataFrame:
    """One row per customer with a sample: day, had (an order up to that day), days (until the next order)."""
    sampled = customers.loc[customers[step].notna(), ["customer_id", step]]
    sampled = sampled.assign(day=pd.to_datetime(sampled[step])).drop(columns=step)
    joined = sampled.merge(orders[["customer_id", "ordered_on"]], on="customer_id")
    wait = (pd.to_datetime(joined["ordered_on"]) - joined["day"]).dt.days
    had = joined.loc[wait <= 0, "customer_id"].unique()
    following = wait[wait > 0].groupby(joined["customer_id"]).min()
    return sampled.assign(had=sampled["customer_id"].isin(had), days=sampled["customer_id"].map(following).astype(float))


def _tally(group: pd.DataFrame) -> dict[str, float]:
    return {
        "samples": len(group),
        "undecided": int((~group["decided"]).sum()),
        "decided": int(group["decided"].sum()),
        "ordered": int(group["ordered"].sum()),
        "days": float(group["days"].median()),
    }
