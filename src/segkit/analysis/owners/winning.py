"""Who wins with which kind of customer: rates of deals that do not take a run of luck for a talent.

A group's rate is a Beta posterior. Its prior has the mean of those it is compared with and the weight (in deals) that makes
the groups' counts most likely under a beta-binomial: empirical Bayes, as in Kleinman 1973, "Proportions with extraneous
variance", and Carlin & Louis, Bayesian Methods for Data Analysis, 3rd ed., ch. 5. Where groups hardly differ the weight is
large and every rate is drawn to the common one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

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
