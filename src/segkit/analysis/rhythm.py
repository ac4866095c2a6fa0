"""Each account against its own rhythm: when the next order is due at the latest, how overdue it is, what that has meant.

The usual gap and its bounds come from the extract (`crm.bounds`), so that tiers, target groups, alerts and lists read the same.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

OWN = 0.8  # weight of its own gaps from which an account is known by them
REGULAR, VARYING = np.log(2), np.log(3)  # spread (sd of the log): two thirds of the gaps within a factor of 2, of 3
ACTIVE_DAYS = 365  # without an order for longer an account is lost rather than overdue
CONFIDENCE = 0.9

KNOWN_FROM = ("own", "shrunk", "firm")
REGULARITY = ("regular", "varying", "irregular")
STATES = ("within", "past_usual", "overdue")


def measure(customers: pd.DataFrame) -> pd.DataFrame:
    """One row per customer with an order: customer_id, usual_gap_days (median of its next gap; without a gap of its own the
    firm's), gap_low_days, gap_upper_days, regularity (regular, varying, irregular; null below two gaps), next_order_on,
    next_order_low_on, next_order_high_on (last order plus these days, which may lie before as-of), overdue_days (days since
    the last order beyond gap_upper_days, else 0), overdue (flag), known_from (own: its gaps weigh `OWN` or more; shrunk; firm:
    it has no gap). All is null where the firm has too few gaps to tell.

    `customers`: customer_id, last_order_on, recency_days, gaps, usual_gap_days, gap_low_days, gap_upper_days, gap_spread,
    gap_own_share, as the extract measures them; those without a last order are left out.
    """
    buyers = customers[customers["last_order_on"].notna()].reset_index(drop=True)
    days = buyers[["usual_gap_days", "gap_low_days", "gap_upper_days"]].astype(float)
    middle = np.sqrt(days["gap_low_days"] * days["gap_upper_days"])  # the bounds lie as far from it on the log scale
    days["usual_gap_days"] = days["usual_gap_days"].fillna(middle.round(2)).mask(middle.isna())
    rows = buyers[["customer_id"]].assign(**{c: days[c] for c in days}, regularity=_regularity(buyers))
    last = pd.to_datetime(buyers["last_order_on"])
    for name, column in (("", "usual_gap_days"), ("low_", "gap_low_days"), ("high_", "gap_upper_days")):
        rows[f"next_order_{name}on"] = last + pd.to_timedelta(np.ceil(days[column]), unit="D")
    late = buyers["recency_days"].astype(float) - days["gap_upper_days"]
    rows["overdue_days"] = np.ceil(late.clip(lower=0))
    rows["overdue"] = late > 0
    rows["known_from"] = pd.Categorical(_known_from(buyers), categories=list(KNOWN_FROM))
    return rows


def _regularity(buyers: pd.DataFrame) -> pd.Categorical:
    spread = buyers["gap_spread"].to_numpy(dtype=float)
    regular = np.select([spread <= REGULAR, spread <= VARYING], REGULARITY[:2], default=REGULARITY[2])
    told = (buyers["gaps"].fillna(0).to_numpy(dtype=float) > 1) & ~np.isnan(spread)
    return pd.Categorical(np.where(told, regular, None), categories=list(REGULARITY))  # type: ignore[call-overload]


def _known_from(buyers: pd.DataFrame) -> np.ndarray:
    own, n = buyers["gap_own_share"].to_numpy(dtype=float), buyers["gaps"].fillna(0).to_numpy(dtype=float)
    known = np.where(own >= OWN, "own", np.where(n > 0, "shrunk", "firm"))
    return np.where(np.isnan(own), None, known)  # type: ignore[call-overload]


def accounts(rhythm: pd.DataFrame, customers: pd.DataFrame, *, money: str = "revenue_12m") -> pd.DataFrame:
    """The accounts with an order within `ACTIVE_DAYS` before as-of, most `money` first: the columns of `rhythm` (see
    `measure`) with name and owner where `customers` has them, recency_days and `money` (base currency)."""
    known = [c for c in ("customer_id", "name", "owner", "recency_days", money) if c in customers.columns]
    joined = customers[known].merge(rhythm, on="customer_id", validate="one_to_one")
    active = joined[joined["recency_days"] <= ACTIVE_DAYS]
    return active.sort_values(money, ascending=False, kind="stable", ignore_index=True)


def overdue(accounts: pd.DataFrame) -> pd.DataFrame:
    """The overdue among `accounts` (see there), most money first, with the columns that a list for salespeople shows:
    customer_id, name and owner where known, the money, recency_days, usual_gap_days, gap_low_days,
    gap_upper_days, overdue_days."""
    measured = ("usual_gap_days", "gap_low_days", "gap_upper_days", "overdue_days")
    shown = [c for c in accounts.columns if c in ("customer_id", "name", "owner", "recency_days", *measured)]
    money = [c for c in accounts.columns[: accounts.columns.get_loc("recency_days") + 2] if c not in shown]
    late = accounts[accounts["overdue"]].reset_index(drop=True)
    return late[[*(c for c in shown if c not in measured), *money, *measured]].round(dict.fromkeys(measured, 0))


def looked_back(then: pd.DataFrame, came: pd.Series) -> pd.DataFrame:
    """What being overdue has meant: accounts active at a past day, by where they stood then, and who ordered in the horizon
    after it.

    One row per rhythm_state (within: up to its usual gap; past_usual: up to its upper bound; overdue: beyond): rhythm_state,
    accounts, ordered_again, share, low, high (90 %; Jeffreys, as in Brown, Cai & DasGupta 2001). `then`: the customers as they
    were known at that day; `came`: the customer_ids with an order since.
    """
    rhythm = measure(then)
    before = then[then["last_order_on"].notna()].reset_index(drop=True)
    late = np.where(before["recency_days"] > rhythm["usual_gap_days"], "past_usual", "within")
    late = np.where(rhythm["overdue"], "overdue", late)
    state = pd.Categorical(late, categories=list(STATES), ordered=True)
    marked = pd.DataFrame({"rhythm_state": state, "again": before["customer_id"].isin(came)})
    marked = marked[(before["recency_days"] <= ACTIVE_DAYS) & rhythm["usual_gap_days"].notna()]
    rows = marked.groupby("rhythm_state", observed=False)["again"].agg(accounts="size", ordered_again="sum").reset_index()
    return _with_share(rows)


def _with_share(rows: pd.DataFrame) -> pd.DataFrame:
    from scipy.special import betaincinv

    hits, of = rows["ordered_again"].to_numpy(dtype=float), rows["accounts"].to_numpy(dtype=float)
    tail = (1 - CONFIDENCE) / 2
    ends = {"low": tail, "high": 1 - tail}
    bounds = {name: np.where(of > 0, betaincinv(hits + 0.5, of - hits + 0.5, q), np.nan) for name, q in ends.items()}
    return rows.assign(share=hits / np.where(of > 0, of, np.nan), **bounds)
