"""Whether the lists of a past day were right, and whether those who were followed up did better.

The day is that of the newest window of the churn forecasts, one horizon (a quarter, where accounts order often enough) before
as-of, so that every list has had the same time. A list is held against what came since, beside the firm's base rate: all who
had ever ordered by then. Intervals are Wilson's (1927).

Whether following up helps is no experiment: salespeople choose whom they call. Two errors can be kept out. A customer that
orders early leaves no time to be called, so only touches of the first days count, and only customers that had not ordered by
then (a landmark; Anderson, Cain & Gelber 1983). And whoever is called differs beforehand: customers are compared within the
same tier and band of risk, the differences of these strata weighted by Mantel and Haenszel, with the variance of Greenland &
Robins (1985, eq. 4). What salespeople know beyond tier and risk stays in the difference.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from segkit.analysis.funnel import CONFIDENCE, wilson

LISTS = {"core": ("rfm_matrix", "core"), "save": ("rfm_matrix", "save"), "key_accounts": ("trade_tier", "KA")}
"""List → scheme and tier of its customers."""
RISK_LISTS = {"at_risk_act": "act", "at_risk_high": "high"}
"""List → band of churn risk of its customers."""
LANDMARK = 30  # days in which a touch counts as following up
STRATUM = ("tier", "band")
UNPLACED = "none"  # a tier or band that is not known
COLUMNS = ("list", "customers", "ordered_again", "share", "low", "high", "base_customers", "base_share", "revenue_before",
           "revenue_since")  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """How much more often those followed up ordered: `difference` of shares with its `low` and `high` end (90 %), over
    `compared` customers followed up and the `others` in the same strata; null where no stratum holds both."""

    difference: float
    low: float
    high: float
    compared: int
    others: int


UNKNOWN = Difference(np.nan, np.nan, np.nan, 0, 0)


def looked_back_to(risks: pd.DataFrame) -> pd.Timestamp | None:
    """The newest past day on which risks were told, one horizon before as-of; None where there is none. `risks`: cutoff."""
    return None if risks.empty else pd.to_datetime(risks["cutoff"]).max()


def risk_then(risks: pd.DataFrame, day: pd.Timestamp | None) -> pd.DataFrame:
    """What was said of each buyer on a day: customer_id, churn_risk, band. `risks`: see `churn.Assessment.past`."""
    rows = risks[pd.to_datetime(risks["cutoff"]) == day] if day is not None else risks.iloc[:0]
    return rows[["customer_id", "churn_risk", "band"]].reset_index(drop=True)


def members(tiers: pd.DataFrame, risk: pd.DataFrame) -> pd.DataFrame:
    """Who was on which list: list, customer_id. `tiers`: customer_id, scheme, tier; `risk`: customer_id, band."""
    scheme, tier, band = tiers["scheme"].astype(object), tiers["tier"].astype(object), risk["band"].astype(object)
    parts = [tiers.loc[scheme.eq(s) & tier.eq(t), ["customer_id"]].assign(list=name) for name, (s, t) in LISTS.items()]
    parts += [risk.loc[band.eq(b), ["customer_id"]].assign(list=name) for name, b in RISK_LISTS.items()]
    rows = pd.concat(parts, ignore_index=True)[["list", "customer_id"]].astype(object)
    return rows.assign(list=pd.Categorical(rows["list"], categories=[*LISTS, *RISK_LISTS]))


def record(
    listed: pd.DataFrame, buyers: pd.Series, orders: pd.DataFrame, *, day: pd.Timestamp | None, as_of: dt.date
) -> pd.DataFrame:
    """One row per list that had a customer: list, customers, ordered_again (since `day`), share, low, high (90 %, Wilson),
    base_customers and base_share (all `buyers`), revenue_before (in as many days before `day` as have passed since) and
    revenue_since (base currency, net of what was cancelled).

    `listed`: list, customer_id; `buyers`: customer_id of all who had ordered by `day`; `orders`: customer_id, ordered_on,
    amount. Without a day no row.
    """
    if day is None:
        return pd.DataFrame(columns=list(COLUMNS))
    money = _money(orders, day, as_of)
    joined = listed.merge(money, on="customer_id", how="left").fillna({c: 0 for c in money if c != "customer_id"})
    joined["ordered_again"] = joined["orders_since"] > 0
    grouped = joined.groupby("list", observed=True)
    sums = {name: (name, "sum") for name in ("ordered_again", "revenue_before", "revenue_since")}
    rows = grouped.agg(customers=("customer_id", "size"), **sums).reset_index()
    again = buyers.isin(money.loc[money["orders_since"] > 0, "customer_id"])
    low, high = wilson(rows["ordered_again"].to_numpy(), rows["customers"].to_numpy())
    rows = rows.assign(share=rows["ordered_again"] / rows["customers"], low=low, high=high)
    base = float(again.mean()) if len(again) else np.nan
    return rows.assign(list=rows["list"].astype(str), base_customers=len(again), base_share=base)[list(COLUMNS)]


def _money(orders: pd.DataFrame, day: pd.Timestamp, as_of: dt.date) -> pd.DataFrame:
    """One row per customer: orders_since, revenue_since, revenue_before, in spans of the same length."""
    on, span = pd.to_datetime(orders["ordered_on"]), pd.Timestamp(as_of) - day
    later = (on >= day) & (on < pd.Timestamp(as_of))
    earlier = (on >= day - span) & (on < day)
    marked = orders[["customer_id"]].assign(
        orders_since=later.astype(int),
        revenue_since=orders["amount"].where(later, 0.0),
        revenue_before=orders["amount"].where(earlier, 0.0),
    )
    return marked.groupby("customer_id", as_index=False).sum()


def followed_up(
    listed: pd.DataFrame,
    strata: pd.DataFrame,
    interactions: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    day: pd.Timestamp | None,
    landmark_days: int = LANDMARK,
) -> tuple[pd.DataFrame, Difference]:
    """One row per list, and `all` for everybody on one of them, and followed (or not): list, followed, customers,
    ordered_later, share, low, high (90 %, Wilson); and the difference within the same tier and band, over all.

    Followed: one of us wrote, called or visited (no mailing) within `landmark_days` of `day`. Only customers that had not
    ordered by then; `ordered_later`: after it. `strata`: customer_id, tier, band at `day`; `interactions`: customer_id, on,
    direction, kind; `orders`: customer_id, ordered_on. Without a day or any touch no row.
    """
    names = ["list", "followed", "customers", "ordered_later", "share", "low", "high"]
    if day is None or interactions.empty:
        return pd.DataFrame(columns=names), UNKNOWN
    rows = _at_landmark(listed, interactions, orders, day, day + pd.Timedelta(days=landmark_days))
    once = rows.drop_duplicates("customer_id").assign(list="all")
    both = pd.concat([rows.assign(list=rows["list"].astype(str)), once], ignore_index=True)
    table = both.groupby(["list", "followed"], sort=False)["later"].agg(customers="size", ordered_later="sum").reset_index()
    low, high = wilson(table["ordered_later"].to_numpy(), table["customers"].to_numpy())
    table = table.assign(share=table["ordered_later"] / table["customers"], low=low, high=high)
    order = {name: i for i, name in enumerate((*LISTS, *RISK_LISTS, "all"))}
    table = table.sort_values(["list", "followed"], key=lambda c: c.map(order) if c.name == "list" else c, ignore_index=True)
    return table[names], difference(once.merge(strata, on="customer_id", how="left"))


def _at_landmark(
    listed: pd.DataFrame, interactions: pd.DataFrame, orders: pd.DataFrame, day: pd.Timestamp, until: pd.Timestamp
) -> pd.DataFrame:
    """The members without an order until the landmark: list, customer_id, followed, later (an order after it)."""
    on, ordered = pd.to_datetime(interactions["on"]), pd.to_datetime(orders["ordered_on"])
    ours = interactions["direction"].eq("out").fillna(False) & ~interactions["kind"].eq("mailing").fillna(False)
    touched = interactions.loc[ours & (on >= day) & (on < until), "customer_id"]
    early = orders.loc[(ordered >= day) & (ordered < until), "customer_id"]
    rows = listed[~listed["customer_id"].isin(early)]
    later = rows["customer_id"].isin(orders.loc[ordered >= until, "customer_id"])
    return rows.assign(followed=rows["customer_id"].isin(touched), later=later)


def difference(rows: pd.DataFrame, *, confidence: float = CONFIDENCE) -> Difference:
    """The Mantel–Haenszel difference of shares over the strata of tier and band. `rows`: followed, later, tier, band."""
    from scipy.special import ndtri

    placed = rows.assign(**{c: rows[c].astype(object).where(rows[c].notna(), UNPLACED) for c in STRATUM})
    counts = placed.groupby([*STRATUM, "followed"])["later"].agg(["sum", "size"]).unstack("followed", fill_value=0)
    counts = counts.reindex(columns=pd.MultiIndex.from_product([["sum", "size"], [True, False]]), fill_value=0)
    a, c, n1, n0 = (counts[key].to_numpy(float) for key in (("sum", True), ("sum", False), ("size", True), ("size", False)))
    both = (n1 > 0) & (n0 > 0)
    a, c, n1, n0 = a[both], c[both], n1[both], n0[both]
    if not both.any():
        return UNKNOWN
    n = n1 + n0
    weight = (n1 * n0 / n).sum()
    found = float(((a * n0 - c * n1) / n).sum() / weight)
    spread = (a * (n1 - a) * n0**3 + c * (n0 - c) * n1**3) / (n1 * n0 * n**2)
    half = float(ndtri((1 + confidence) / 2) * np.sqrt(spread.sum()) / weight)
    return Difference(found, max(found - half, -1.0), min(found + half, 1.0), int(n1.sum()), int(n0.sum()))


def strata(tiers: pd.DataFrame, risk: pd.DataFrame, *, scheme: str = "rfm_matrix") -> pd.DataFrame:
    """One row per customer: customer_id, tier (in `scheme`), band."""
    own = tiers.loc[tiers["scheme"].eq(scheme), ["customer_id", "tier"]]
    return own.merge(risk[["customer_id", "band"]], on="customer_id", how="outer")
