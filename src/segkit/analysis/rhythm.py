"""Each account's own rhythm: its usual gap between order days, when the next order is due at the latest, how overdue it is.

The log of a gap is taken as normal around the account's own mean with the account's own spread. Both are known from few gaps,
so both are drawn towards the firm's (empirical Bayes): the mean by the normal–normal model, its variance between accounts by
moments (Hedges & Olkin 1985, ch. 9: every account counts alike, since accounts with many gaps are the quick ones), the spread
by the scaled inverse chi-square of Smyth (2004, Stat. Appl. Genet. Mol. Biol. 3:1, eqs. 5–9). A gap to come then follows a
Student t on the log scale, which is the lognormal where the spread is known.

Only finished gaps count. The open one, from the last order to as-of, is what is judged, and belongs to an account that may
never order again: taking it in would let a lost account redefine its rhythm. So the rhythm is that of an account that does
order again, and the chance that it does not is the churn risk's matter. Gaps too long to have finished by as-of are missing
for the same reason: in a history short against the gaps, bounds come out too early.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

ENOUGH = 4  # gaps from which an account's spread tells about those of others
FEWEST = 5  # such accounts, below which all are taken to spread alike
OWN = 0.8  # weight of its own gaps from which an account is known by them
REGULAR, VARYING = np.log(2), np.log(3)  # spread (sd of the log): two thirds of the gaps within a factor of 2, of 3
ACTIVE_DAYS = 365  # without an order for longer an account is lost rather than overdue
TINY = 1e-4  # least variance of log gaps told by whole days
CONFIDENCE = 0.9

KNOWN_FROM = ("own", "shrunk", "firm")
REGULARITY = ("regular", "varying", "irregular")
STATES = ("within", "past_usual", "overdue")


@dataclass(frozen=True)
class Firm:
    """The rhythm of all accounts of a firm: mean of their log gaps, variance of it between accounts, and the typical variance
    of gaps within one, worth `within_df` gaps of its own. `accounts` with a gap, `gaps` in all; no gap: all null."""

    log_mean: float
    between: float
    within: float
    within_df: float
    accounts: int
    gaps: int


def statistics(orders: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """One row per customer with an order before `as_of`: customer_id, last_order_on, recency_days, gaps, gap_log_mean,
    gap_log_sd (of ln(gap in days) between distinct order days; null without a gap, the sd (population) below two),
    as `customers` holds them. For looking back to an earlier day. `orders`: customer_id, ordered_on."""
    days = orders.assign(ordered_on=pd.to_datetime(orders["ordered_on"]))[["customer_id", "ordered_on"]]
    days = days[days["ordered_on"] < pd.Timestamp(as_of)].drop_duplicates().sort_values(["customer_id", "ordered_on"])
    gap = days.groupby("customer_id")["ordered_on"].diff().dt.days
    days = days.assign(_log=np.log(gap), _square=np.log(gap) ** 2)
    found = days.groupby("customer_id").agg(
        last_order_on=("ordered_on", "max"), gaps=("_log", "count"), gap_log_mean=("_log", "mean"), _square=("_square", "mean")
    )
    spread = np.sqrt((found["_square"] - found["gap_log_mean"] ** 2).clip(lower=0))
    found["gap_log_sd"] = spread.where(found["gaps"] > 1)
    found.insert(1, "recency_days", (pd.Timestamp(as_of) - found["last_order_on"]).dt.days)
    return found.drop(columns="_square").reset_index()


def firm(customers: pd.DataFrame) -> Firm:
    """The firm's rhythm from each customer's `gaps`, `gap_log_mean`, `gap_log_sd`."""
    some = customers[customers["gaps"].fillna(0) > 0]
    n, mean = some["gaps"].to_numpy(dtype=float), some["gap_log_mean"].to_numpy(dtype=float)
    if not len(n):
        return Firm(np.nan, np.nan, np.nan, np.nan, 0, 0)
    within, df = _within(n, some["gap_log_sd"].to_numpy(dtype=float))
    if np.isnan(within):  # nobody has two gaps: all variance could be luck
        return Firm(
            float(mean.mean()), 0.0, float(np.var(mean, ddof=1)) if len(n) > 1 else np.nan, np.inf, len(n), int(n.sum())
        )
    noise = _spread(n, some["gap_log_sd"].to_numpy(dtype=float), within, df) / n
    between = max(0.0, float(np.var(mean, ddof=1) - noise.mean())) if len(n) > 1 else 0.0
    log_mean = float(np.average(mean, weights=1 / (between + noise)))
    return Firm(log_mean, between, within, df, len(n), int(n.sum()))


def _within(n: np.ndarray, sd: np.ndarray) -> tuple[float, float]:
    """The typical variance within an account and the degrees of freedom that it is worth; null where nobody has two gaps."""
    from scipy.special import digamma, polygamma

    two = n > 1
    if not two.any():
        return np.nan, np.nan
    df, square = n[two] - 1, n[two] * sd[two] ** 2
    pooled = max(float(square.sum() / df.sum()), TINY)
    many = df + 1 >= ENOUGH
    if many.sum() < FEWEST:
        return pooled, np.inf
    half = df[many] / 2
    level = np.log(np.maximum(square[many] / df[many], TINY)) - digamma(half) + np.log(half)
    excess = float(np.var(level, ddof=1) - polygamma(1, half).mean())
    if excess <= 0:
        return pooled, np.inf
    worth = np.geomspace(2.1, 1e4, 4000)
    prior = float(np.interp(excess, polygamma(1, worth / 2)[::-1], worth[::-1]))
    return float(np.exp(level.mean() + digamma(prior / 2) - np.log(prior / 2))), prior


def _spread(n: np.ndarray, sd: np.ndarray, within: float, df: float) -> np.ndarray:
    """Each account's variance of log gaps, its own drawn towards the firm's."""
    own = np.maximum(n - 1, 0)
    if np.isinf(df):
        return np.full(len(n), within)
    return (df * within + np.where(own > 0, n * np.nan_to_num(sd) ** 2, 0)) / (df + own)


def measure(customers: pd.DataFrame, *, low: float = 0.1, high: float = 0.9, known: Firm | None = None) -> pd.DataFrame:
    """One row per customer with an order: customer_id, usual_gap_days (median of its next gap), gap_low_days, gap_upper_days
    (quantiles `low` and `high` of it), regularity (regular, varying, irregular; null below two gaps), next_order_on,
    next_order_low_on, next_order_high_on (last order plus these days, which may lie before as-of), overdue_days (days since
    the last order beyond gap_upper_days, else 0), overdue (flag), known_from (own: its gaps weigh `OWN` or more; shrunk; firm:
    it has no gap).

    `customers`: customer_id, last_order_on, recency_days, gaps, gap_log_mean, gap_log_sd; those without a last order are left
    out. `known`: a firm's rhythm measured elsewhere. All is null where the firm has no two gaps to tell from.
    Raises ValueError unless 0 < low < 0.5 < high < 1. `attrs["firm"]`: the firm's rhythm.
    """
    if not 0 < low < 0.5 < high < 1:
        raise ValueError(f"low {low}, high {high}: these must lie on both sides of 0.5, between 0 and 1")
    buyers = customers[customers["last_order_on"].notna()].reset_index(drop=True)
    common = known or firm(buyers)
    rows = buyers[["customer_id"]].assign(**_days(buyers, common, low, high))
    last = pd.to_datetime(buyers["last_order_on"])
    for name, days in (("", "usual_gap_days"), ("low_", "gap_low_days"), ("high_", "gap_upper_days")):
        rows[f"next_order_{name}on"] = last + pd.to_timedelta(np.ceil(rows[days].clip(upper=36_500)), unit="D")
    late = buyers["recency_days"] - rows["gap_upper_days"]
    rows["overdue_days"] = np.ceil(late.clip(lower=0))
    rows["overdue"] = late > 0
    rows["known_from"] = pd.Categorical(_known_from(buyers, common), categories=list(KNOWN_FROM))
    rows.attrs["firm"] = asdict(common)
    return rows


def _days(buyers: pd.DataFrame, common: Firm, low: float, high: float) -> dict[str, object]:
    """Median and bounds of each account's next gap, and its regularity."""
    from scipy.special import stdtrit

    n, sd = buyers["gaps"].fillna(0).to_numpy(dtype=float), buyers["gap_log_sd"].to_numpy(dtype=float)
    spread = _spread(n, sd, common.within, common.within_df)
    weight = _weight(n, spread, common.between)
    centre = common.log_mean + weight * (buyers["gap_log_mean"].fillna(common.log_mean).to_numpy(dtype=float) - common.log_mean)
    scale = np.sqrt(spread + common.between * (1 - weight))
    df = np.minimum(common.within_df + np.maximum(n - 1, 0), 1e6)
    bounds = {name: np.exp(centre + stdtrit(df, q) * scale) for name, q in (("gap_low_days", low), ("gap_upper_days", high))}
    regular = np.select([np.sqrt(spread) <= REGULAR, np.sqrt(spread) <= VARYING], REGULARITY[:2], default=REGULARITY[2])
    regularity = pd.Categorical(np.where(n > 1, regular, None), categories=list(REGULARITY))  # type: ignore[call-overload]
    return {"usual_gap_days": np.exp(centre), **bounds, "regularity": regularity}


def _weight(n: np.ndarray, spread: np.ndarray, between: float) -> np.ndarray:
    """How much of an account's distance from the firm is its own rather than luck: 0 without a gap, towards 1 with many."""
    return between / np.where(n > 0, between + spread / np.maximum(n, 1), np.inf)


def _known_from(buyers: pd.DataFrame, common: Firm) -> np.ndarray:
    n = buyers["gaps"].fillna(0).to_numpy(dtype=float)
    spread = _spread(n, buyers["gap_log_sd"].to_numpy(dtype=float), common.within, common.within_df)
    known = np.where(_weight(n, spread, common.between) >= OWN, "own", "shrunk")
    return np.where(np.isnan(common.within), None, np.where(n > 0, known, "firm"))  # type: ignore[call-overload]


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


def looked_back(orders: pd.DataFrame, *, as_of: dt.date, days: int = 90) -> pd.DataFrame:
    """What being overdue has meant: accounts active `days` before `as_of`, by where they stood then, and who ordered since.

    One row per rhythm_state (within: up to its usual gap; past_usual: up to its upper bound; overdue: beyond): rhythm_state,
    accounts, ordered_again, share, low, high (90 %; Jeffreys, as in Brown, Cai & DasGupta 2001). Nothing after that earlier
    day enters the rhythm. `orders`: customer_id, ordered_on.
    """
    then = pd.Timestamp(as_of) - pd.Timedelta(days=days)
    before = statistics(orders, as_of=then)
    rhythm = measure(before)
    late = np.where(before["recency_days"] > rhythm["usual_gap_days"], "past_usual", "within")
    late = np.where(rhythm["overdue"], "overdue", late)
    on = pd.to_datetime(orders["ordered_on"])
    came = orders.loc[(on >= then) & (on < pd.Timestamp(as_of)), "customer_id"].unique()
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
