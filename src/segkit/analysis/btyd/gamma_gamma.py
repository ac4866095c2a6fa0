"""Gamma-Gamma: what a customer spends per order. Fader & Hardie, note 025, The gamma-gamma model of monetary value (2013).

Sound only where how often customers order and what they spend go apart: see `correlation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy import special

from segkit.analysis.btyd import fitting
from segkit.analysis.btyd import special as stable
from segkit.analysis.btyd.data import FEWEST, Array, CannotFit
from segkit.analysis.btyd.fitting import Objective
from segkit.analysis.btyd.model import ROUGH, Fitted


@dataclass(frozen=True)
class GammaGamma(Fitted):
    """Spend per order ~ Gamma(p, ν) with ν ~ Gamma(q, gamma) per customer; gamma: an amount, in the unit of the spend."""

    p: float
    q: float
    gamma: float

    label: ClassVar = "Gamma-Gamma"
    names: ClassVar = ("p", "q", "gamma")

    @classmethod
    def fit(cls, repeat_orders: npt.ArrayLike, mean_spend: npt.ArrayLike, *, weights: npt.ArrayLike | None = None) -> Self:
        """The parameters of highest likelihood, from each customer's number of orders counted and their mean spend.

        Customers with no repeat order tell nothing and are left out; `customers` is the number used. Raises CannotFit:
        no_repeat_buyers, too_few_customers, not_positive_spend, spend_without_mean (q ≤ 1: the spread between customers is
        so wide that their mean does not exist), did_not_converge.
        """
        x, spend, counts = _used(repeat_orders, mean_spend, weights)
        unit = float((counts * spend).sum() / counts.sum())
        few = slice(None, None, -(-len(x) // ROUGH))
        starts = [np.array([p, q, q / p]) for p, q in ((6.0, 4.0), (1.0, 2.0), (30.0, 10.0))]
        rough = _objective(x[few], spend[few] / unit, counts[few])
        found = fitting.best(rough, _objective(x, spend / unit, counts), starts)
        p, q, gamma = found.parameters.tolist()
        if q <= 1:
            said = f"spend varies so much between customers (q {q:.2f}) that no mean exists; use each customer's own mean"
            raise CannotFit("spend_without_mean", said, q=q, customers=float(counts.sum()))
        return cls(
            p, q, gamma * unit,
            log_likelihood=found.log_likelihood - float(counts.sum() * np.log(unit)),
            customers=float(counts.sum()),
            log_covariance=fitting.covariance(found.information),
        )  # fmt: skip

    @property
    def mean(self) -> float:
        """Spend per order of a customer of whom nothing is known; infinite where q ≤ 1."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else float("inf")

    def log_likelihoods(self, repeat_orders: npt.ArrayLike, mean_spend: npt.ArrayLike) -> Array:
        """Of each customer's mean spend (note 025, eq. 3)."""
        (x, spend), shape = stable.spread(repeat_orders, mean_spend)
        p, q, gamma = self.values
        counts = special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q) + p * x * np.log(x)
        return (counts + q * np.log(gamma) + (p * x - 1) * np.log(spend) - (p * x + q) * np.log(gamma + x * spend)).reshape(
            shape
        )

    def expected_spend(self, repeat_orders: npt.ArrayLike, mean_spend: npt.ArrayLike) -> Array:
        """Expected spend per order: the customer's own mean and all customers', weighted by what is known (eq. 5).

        Where `repeat_orders` is 0 the spend is not read (it may be missing) and the mean of all is given.
        """
        (x, spend), shape = stable.spread(repeat_orders, mean_spend)
        own = np.where(x > 0, x * np.where(x > 0, spend, 0.0), 0.0)
        with np.errstate(divide="ignore"):
            known = self.p * (self.gamma + own) / np.maximum(self.p * x + self.q - 1, 0.0)
        return known.reshape(shape)


def correlation(repeat_orders: npt.ArrayLike, mean_spend: npt.ArrayLike) -> float:
    """Pearson's correlation of orders and mean spend among repeat buyers, which Gamma-Gamma takes to be 0; NaN where one of
    them does not vary."""
    x, spend = np.asarray(repeat_orders, dtype=float), np.asarray(mean_spend, dtype=float)
    repeat = x > 0
    x, spend = x[repeat], spend[repeat]
    if len(x) < 2 or not x.std() or not spend.std():
        return float("nan")
    return float(np.corrcoef(x, spend)[0, 1])


def _used(orders: npt.ArrayLike, mean_spend: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Array, Array, Array]:
    x, spend = np.asarray(orders, dtype=float), np.asarray(mean_spend, dtype=float)
    counts = np.ones_like(x) if weights is None else np.asarray(weights, dtype=float)
    if not len(x) == len(spend) == len(counts):
        raise ValueError(f"orders, spend and weights must be of one length; these are {len(x)}, {len(spend)}, {len(counts)}")
    used = (x > 0) & (counts > 0)
    x, spend, counts = x[used], spend[used], counts[used]
    if not len(x):
        raise CannotFit(
            "no_repeat_buyers", "no customer ordered a second time, so spend per repeat order is unknown", customers=0
        )
    bad = counts[~(np.isfinite(spend) & (spend > 0))].sum()
    if bad:
        said = (
            f"{bad:g} customers of {counts.sum():g} have a mean spend that is missing, zero or negative; leave them out first"
        )
        raise CannotFit("not_positive_spend", said, customers=float(counts.sum()), affected=float(bad))
    if counts.sum() < FEWEST:
        said = f"{counts.sum():g} repeat buyers are too few to fit a model; at least {FEWEST} are needed"
        raise CannotFit("too_few_customers", said, customers=float(counts.sum()), fewest=FEWEST)
    return x, spend, counts


def _objective(x: Array, spend: Array, weights: Array) -> Objective:
    values, place = np.unique(x, return_inverse=True)
    counts, total, money = np.bincount(place, weights=weights), weights.sum(), x * spend
    constant = -(weights * np.log(spend)).sum()
    slope_p = (weights * x * (np.log(spend) + np.log(x))).sum()

    def objective(parameters: Array) -> tuple[float, Array, Array]:
        p, q, gamma = parameters
        many, all_money = p * x + q, gamma + money
        log_money = np.log(all_money)
        value = counts @ (special.gammaln(p * values + q) - special.gammaln(p * values)) - (weights * many * log_money).sum()
        value += total * (q * np.log(gamma) - special.gammaln(q)) + p * slope_p + constant
        high, own = special.digamma(p * values + q), special.digamma(p * values)
        gradient = np.array([
            counts @ (values * (high - own)) + slope_p - (weights * x * log_money).sum(),
            counts @ high - total * special.digamma(q) + total * np.log(gamma) - (weights * log_money).sum(),
            total * q / gamma - (weights * many / all_money).sum(),
        ])  # fmt: skip
        bent, own_bent = stable.trigamma(p * values + q), stable.trigamma(p * values)
        pp, pq = counts @ (values**2 * (bent - own_bent)), counts @ (values * bent)
        qq = counts @ bent - total * stable.trigamma(q)
        pg, qg = -(weights * x / all_money).sum(), total / gamma - (weights / all_money).sum()
        gg = -total * q / gamma**2 + (weights * many / all_money**2).sum()
        return float(value), gradient, np.array([[pp, pq, pg], [pq, qq, qg], [pg, qg, gg]])

    return objective
