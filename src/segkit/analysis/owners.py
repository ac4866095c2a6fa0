"""Who wins with which kind of customer, and how fast: rates of deals that do not take a run of luck for a talent.

A group's rate is a Beta posterior. Its prior has the mean of those it is compared with and the weight (in deals) that makes
the groups' counts most likely under a beta-binomial: empirical Bayes, as in Kleinman 1973, "Proportions with extraneous
variance", and Carlin & Louis, Bayesian Methods for Data Analysis, 3rd ed., ch. 5. Where groups hardly differ the weight is
large and every rate is drawn to the common one. Days are medians with an interval between two order statistics, free of any
assumption on their distribution (David & Nagaraja 2003, Order Statistics, 7.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from segkit.schemes import Scheme
from segkit.schemes.conditions import met
from segkit.schemes.measures import derive
from segkit.schemes.view import View

DEADLINES = {"A": 10.0, "B": 20.0, "C": 30.0}
"""Days from first contact within which a deal of that class must be signed."""

LABELS = ("has_need", "can_pay", "value_accepted", "spec_known", "quantity_known")
CONFIDENCE = 0.9
LIGHTEST, HEAVIEST = 10.0, 500.0  # deals that a prior may weigh; at least so many that a handful never outweighs it


def win_rates(
    deals: pd.DataFrame, by: Sequence[str], *, against: Sequence[str] = (), confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """One row per group of closed deals, by what it can at least do (`low`): `by`, deals, won, amount_won (base currency),
    win_rate (won / deals), common_rate, expected_rate, low, high (the posterior's mean and interval), chance_above (that the
    true rate is above the common one).

    `against`: the columns of `by` whose groups share a common rate, e.g. by owner and product against product asks who is
    better with a product than all owners are; without it the common rate is that of all deals. Unknown values form a group
    of their own. `attrs["prior_deals"]`: weight of the prior; `attrs["open"]`: deals not closed yet, which are not used.
    Raises KeyError for a column of `against` that is not in `by`.
    """
    strange = set(against) - set(by)
    if strange:
        raise KeyError(f"against: {', '.join(sorted(strange))}; compare within columns of {', '.join(by)}")
    closed = _closed(deals)
    cells = closed.groupby(list(by), dropna=False, observed=True, as_index=False).agg(
        deals=("won", "size"), won=("won", "sum"), amount_won=("amount_won", "sum")
    )
    cells["win_rate"] = cells["won"] / cells["deals"]
    cells["common_rate"] = _common(cells, list(against))
    weight = prior_deals(cells["won"], cells["deals"], cells["common_rate"])
    cells = cells.assign(**_posterior(cells, weight, confidence))
    cells.attrs.update(prior_deals=weight, open=len(deals) - len(closed))
    return cells.sort_values(["low", "deals"], ascending=False, kind="stable", ignore_index=True)


def _closed(deals: pd.DataFrame) -> pd.DataFrame:
    closed = deals[deals["outcome"].isin(["won", "lost"])]
    won = closed["outcome"].eq("won")
    amount = closed["amount"].where(won) if "amount" in closed.columns else np.nan
    return closed.assign(won=won.astype("int64"), amount_won=amount)


def _common(cells: pd.DataFrame, against: list[str]) -> pd.Series:
    """The rate of all cells together, never quite 0 or 1 (half a deal added to either side)."""
    if against:
        sums = cells.groupby(against, dropna=False, observed=True)[["won", "deals"]].transform("sum")
        return (sums["won"] + 0.5) / (sums["deals"] + 1)
    return pd.Series((cells["won"].sum() + 0.5) / (cells["deals"].sum() + 1), index=cells.index)


def prior_deals(won: pd.Series, deals: pd.Series, common: pd.Series) -> float:
    """The weight, in deals, of a Beta prior at `common` under which the counts of all groups are most likely; 10 to 500."""
    if len(deals) < 2:
        return HEAVIEST
    from scipy.optimize import minimize_scalar

    w, n, p = (values.to_numpy(dtype=float) for values in (won, deals, common))
    bounds = (np.log(LIGHTEST), np.log(HEAVIEST))
    found = minimize_scalar(lambda x: -_likelihood(np.exp(x), w, n, p), bounds=bounds, method="bounded")
    return float(np.exp(found.x))


def _likelihood(weight: float, won: np.ndarray, deals: np.ndarray, common: np.ndarray) -> float:
    """Log likelihood of a prior's weight under a beta-binomial, up to a constant."""
    from scipy.special import betaln

    a, b = weight * common, weight * (1 - common)
    return float(np.sum(betaln(won + a, deals - won + b) - betaln(a, b)))


def rate_draws(won: pd.Series, deals: pd.Series, common: pd.Series, *, draws: int = 4_000, seed: int = 0) -> np.ndarray:
    """Draws of each group's true rate, one row a draw. Unlike the intervals of `win_rates`, which take the prior as known, its
    mean and weight are drawn too, from what the counts say of them: with few groups they say little. The mean lies around
    `common`, flat on the logit scale; 1 / sqrt(weight) is flat, from 10 to 500 deals, as in Gelman et al., Bayesian Data
    Analysis, 3rd ed., 5.3."""
    draw = np.random.default_rng(seed)
    w, n, p = (values.to_numpy(dtype=float) for values in (won, deals, common))
    weights, moves = np.geomspace(LIGHTEST, HEAVIEST, 24), np.linspace(-1.2, 1.2, 25)
    means = 1 / (1 + (1 - p) / p * np.exp(-moves[:, None]))
    level = np.array([[_likelihood(weight, w, n, mean) for mean in means] for weight in weights])
    chance = np.exp(level - level.max()) / np.sqrt(weights)[:, None]
    at = draw.choice(chance.size, size=draws, p=chance.ravel() / chance.sum())
    weight, mean = weights[at // len(moves), None], means[at % len(moves)]
    return draw.beta(w + weight * mean, n - w + weight * (1 - mean))


def _posterior(cells: pd.DataFrame, weight: float, confidence: float) -> dict[str, np.ndarray]:
    from scipy.special import betainc, betaincinv

    won, deals, common = (cells[c].to_numpy(dtype=float) for c in ("won", "deals", "common_rate"))
    a, b = won + weight * common, deals - won + weight * (1 - common)
    tail = (1 - confidence) / 2
    return {
        "expected_rate": a / (a + b),
        "low": betaincinv(a, b, tail),
        "high": betaincinv(a, b, 1 - tail),
        "chance_above": 1 - betainc(a, b, common),
    }


def days_to_sign(deals: pd.DataFrame, by: Sequence[str], *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """One row per group of won deals: `by`, signed (won deals with both days), days (median from first contact, else
    creation, to closing), days_low, days_high.

    The interval lies between two order statistics and covers the true median with at least `confidence`; it is null where
    the group is too small for that (below 5 deals at 90 %).
    """
    won = deals[deals["outcome"].eq("won")]
    won = won.assign(days=_days(won, won["closed_on"])).loc[lambda d: d["days"].notna()]
    rows = [(*key, *_median(group.to_numpy(), confidence)) for key, group in _groups(won, by)]
    return pd.DataFrame(rows, columns=[*by, "signed", "days", "days_low", "days_high"])


def _groups(frame: pd.DataFrame, by: Sequence[str]) -> list[tuple[tuple, pd.Series]]:
    grouped = frame.groupby(list(by), dropna=False, observed=True)["days"]
    return [(key if isinstance(key, tuple) else (key,), values) for key, values in grouped]


def _days(deals: pd.DataFrame, until: pd.Series | pd.Timestamp) -> pd.Series:
    """Days from first contact, else creation, until a day."""
    since = pd.to_datetime(deals["first_contact_on"]).fillna(pd.to_datetime(deals["created_on"]))
    end = pd.to_datetime(until)
    return (end - since).dt.days.astype(float)


def _median(days: np.ndarray, confidence: float) -> tuple[int, float, float, float]:
    from scipy.special import bdtr

    n, values = len(days), np.sort(days)
    below = bdtr(np.arange(n), n, 0.5)  # chance that at most k of n lie below the true median
    rank = int(np.searchsorted(below, (1 - confidence) / 2, side="right"))
    low, high = (values[rank - 1], values[n - rank]) if rank else (np.nan, np.nan)
    return n, float(np.median(values)), float(low), float(high)


def classes(deals: pd.DataFrame, scheme: Scheme) -> pd.Series:
    """The class that each deal's labels say, open or closed and whatever its age, by the rules of `scheme` (abcd_key_person).
    Its columns of the deal that counts (`deal_key_person`, …) are read from the deal's own (`key_person`, …)."""
    fresh = deals.drop(columns=["days", "outcome"], errors="ignore").rename(columns=lambda c: f"deal_{c}")
    view = View(fresh.assign(deal_days=0.0, deal_outcome="open"))
    derive(scheme.measured, view, among=np.ones(len(deals), dtype=bool), as_of=None)
    found = np.select([met(t.when, view) for t in scheme.tiers], [t.key for t in scheme.tiers], default=scheme.otherwise)
    return pd.Series(found, index=deals.index, name="class")


def deadlines(scheme: Scheme) -> dict[str, float]:
    """Class → days within which it must be signed: the scheme's parameters `a_days`, `b_days`, …"""
    named = {tier.key: f"{tier.key.lower()}_days" for tier in scheme.tiers}
    return {key: scheme.parameters[name] for key, name in named.items() if name in scheme.parameters}


def open_questions(deals: pd.DataFrame) -> pd.DataFrame:
    """One row per open deal and label: opportunity_id, customer_id, owner, label, answer (yes, no, unknown). The first label is
    whether a key person was met (a deal without a record of one: unknown)."""
    waiting = deals[deals["outcome"].eq("open")]
    person = waiting["key_person"].astype(object)
    answers = waiting[["opportunity_id", "customer_id", "owner"]].assign(
        key_person=person.where(person.isna(), person.ne("none")), **{label: waiting[label] for label in LABELS}
    )
    rows = answers.melt(id_vars=["opportunity_id", "customer_id", "owner"], var_name="label", value_name="answer")
    rows["answer"] = rows["answer"].astype("boolean").map({True: "yes", False: "no"}).astype(object).fillna("unknown")
    return rows.sort_values(["customer_id", "opportunity_id"], kind="stable", ignore_index=True)


def by_class(
    deals: pd.DataFrame,
    *,
    as_of: object,
    per: Sequence[str] = (),
    touches: pd.DataFrame | None = None,
    deadlines: Mapping[str, float] = DEADLINES,
    visit_hours: float = 3.0,
) -> pd.DataFrame:
    """One row per class (column `class` of deals, see `classes`) and `per` (e.g. owner): deals, open, won, lost, win_rate,
    signed, days, days_low, days_high, overdue, decided, kept, kept_share, and with `touches` hours and hours_astray.

    `overdue`: share of the deals with a deadline that are past it, open or closed; `decided`: closed, or open past the
    deadline; `kept`: won within it, `kept_share` of the decided: how often an A was really an A. `hours`: minutes of touches
    in the months of a deal, a visit at `visit_hours`, shared evenly among a customer's deals of that month; `hours_astray`:
    those spent on decided deals that were not kept. `win_rate` is of closed deals.
    """
    keys = ["class", *per]
    judged = _judged(deals, as_of=pd.Timestamp(as_of), deadlines=deadlines)  # type: ignore[arg-type]
    summed = {"deals": ("open", "size"), **{c: (c, "sum") for c in ("open", "won", "lost", "decided", "kept")}}
    summed["overdue"] = ("overdue", "mean")
    if touches is not None:
        judged["hours"] = hours(judged, touches, as_of=pd.Timestamp(as_of), visit_hours=visit_hours)  # type: ignore[arg-type]
        judged["hours_astray"] = judged["hours"].where(judged["decided"] & ~judged["kept"], 0.0)
        summed |= {c: (c, "sum") for c in ("hours", "hours_astray")}
    rows = judged.groupby(keys, dropna=False, observed=True, as_index=False).agg(**summed)
    rows["win_rate"] = rows["won"] / (rows["won"] + rows["lost"]).replace(0, np.nan)
    rows["kept_share"] = (rows["kept"] / rows["decided"].replace(0, np.nan)).where(rows["class"].isin(list(deadlines)))
    speed = days_to_sign(deals, keys)
    return rows.merge(speed, on=keys, how="left").sort_values(keys, kind="stable", ignore_index=True)


def _judged(deals: pd.DataFrame, *, as_of: pd.Timestamp, deadlines: Mapping[str, float]) -> pd.DataFrame:
    """Deals with open, won, lost, overdue (null without a deadline or a first day), decided and kept."""
    closed = deals["outcome"].isin(["won", "lost"])
    age = _days(deals, pd.to_datetime(deals["closed_on"]).where(closed, as_of))
    limit = deals["class"].map(deadlines).astype(float)
    dated = limit.notna() & age.notna()
    late = age > limit
    return deals.assign(
        **{word: deals["outcome"].eq(word) for word in ("open", "won", "lost")},
        overdue=late.astype(float).where(dated),
        decided=closed | (dated & late),
        kept=deals["outcome"].eq("won") & dated & ~late,
    )


def hours(deals: pd.DataFrame, touches: pd.DataFrame, *, as_of: pd.Timestamp, visit_hours: float = 3.0) -> pd.Series:
    """Hours spent on each deal (index of `deals`): touches of its customer in the months from its first day to its last,
    minutes as recorded, a visit at `visit_hours`; months that several deals of a customer share are split evenly."""
    visit = touches["channel"].eq("visit")
    spent = touches.assign(hours=np.where(visit, touches["touches"] * visit_hours, touches["minutes"].fillna(0) / 60))
    months = spent.assign(month=_month(spent["month"])).groupby(["customer_id", "month"], as_index=False)["hours"].sum()
    begun = pd.to_datetime(deals["created_on"]).fillna(pd.to_datetime(deals["first_contact_on"]))
    spans = pd.DataFrame({"customer_id": deals["customer_id"], "first": _month(begun)})
    spans["last"] = _month(pd.to_datetime(deals["closed_on"]).fillna(as_of))
    met_in = spans.reset_index(names="_deal").merge(months, on="customer_id")
    met_in = met_in[met_in["month"].between(met_in["first"], met_in["last"])]
    sharing = met_in.groupby(["customer_id", "month"])["_deal"].transform("size")
    total = (met_in["hours"] / sharing).groupby(met_in["_deal"]).sum()
    return total.reindex(deals.index, fill_value=0.0)


def _month(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days).dt.to_period("M").dt.to_timestamp()
