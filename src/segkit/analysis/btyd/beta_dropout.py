"""What BG/NBD and MBG/NBD share: a customer may stop after each order, with a probability of their own.

λ ~ Gamma(r, alpha) per unit of time, p ~ Beta(a, b). BG/NBD: after each repeat order. MBG/NBD: after the first one too.
`_first` is the number of those chances before any repeat order (0 or 1), so a customer seen to be alive outlived
x + `_first` of them, and one who stopped at the last order outlived one fewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import special

from segkit.analysis.btyd import special as stable
from segkit.analysis.btyd.data import Array, Rows
from segkit.analysis.btyd.fitting import Objective
from segkit.analysis.btyd.model import OrderModel, counting_starts

ROWS_A_PIECE = 2_048


@dataclass(frozen=True)
class BetaDropout(OrderModel):
    """r, a, b: plain numbers; alpha: a time."""

    r: float
    alpha: float
    a: float
    b: float

    names: ClassVar = ("r", "alpha", "a", "b")
    times: ClassVar = ("alpha",)
    _first: ClassVar[int]

    @classmethod
    def _objective(cls, rows: Rows) -> Objective:
        values, counts = rows.by_x()
        parts = list(rows.parts(ROWS_A_PIECE))

        def objective(parameters: Array) -> tuple[float, Array, Array]:
            value, gradient, hessian = _counts_part(parameters, values, counts, cls._first)
            for part in parts:
                more = _times_part(parameters, part, cls._first)
                value, gradient, hessian = value + more[0], gradient + more[1], hessian + more[2]
            return value, gradient, hessian

        return objective

    @classmethod
    def _starts(cls, rows: Rows) -> list[Array]:
        return [np.array([r, alpha, a, b]) for r, alpha in counting_starts(rows) for a, b in ((0.8, 2.4), (0.3, 4.0))]

    def _dead_odds(self, x: Array, t_x: Array, T: Array) -> Array:
        """Logarithm of the odds that the customer stopped at the last order; −inf where there was no chance to."""
        chances = x + self._first
        long = np.log1p((T - t_x) / (self.alpha + t_x))
        odds = np.log(self.a / np.where(chances > 0, self.b + chances - 1, 1.0)) + (self.r + x) * long
        return np.where(chances > 0, odds, -np.inf)

    def log_likelihoods(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """Fader, Hardie & Lee 2005, eq. 6; Batislam, Denizel & Filiztekin 2007 for MBG/NBD."""
        (x, t_x, T), shape = stable.spread(x, t_x, T)
        r, alpha, a, b = self.values
        counts = special.gammaln(r + x) - special.gammaln(r) + special.betaln(a, b + x + self._first) - special.betaln(a, b)
        alive = r * np.log(alpha) - (r + x) * np.log(alpha + T)
        return (counts + alive + np.logaddexp(0, self._dead_odds(x, t_x, T))).reshape(shape)

    def p_alive(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        (x, t_x, T), shape = stable.spread(x, t_x, T)
        return special.expit(-self._dead_odds(x, t_x, T)).reshape(shape)

    def expected_orders_new(self, t: npt.ArrayLike) -> Array:
        (t,), shape = stable.spread(t)
        nought = np.zeros_like(t)
        starts_alive = (self.b / (self.a + self.b)) ** self._first
        return (starts_alive * self._while_alive(t, nought, nought)).reshape(shape)

    def _while_alive(self, horizon: Array, x: Array, T: Array) -> Array:
        """Orders expected in the time after T of a customer who is alive then."""
        return stable.orders_while_alive(self.r + x, horizon / (self.alpha + T), self.a, self.b + x + self._first)

    def probability_of(self, n: npt.ArrayLike, t: npt.ArrayLike) -> Array:
        """Fader, Hardie & Lee 2005, eq. 8."""
        (n, t), shape = stable.spread(n, t)
        r, alpha, a, b = self.values
        w, chances = t / (alpha + t), n + self._first
        exactly = special.gammaln(r + n) - special.gammaln(r) - special.gammaln(n + 1) - r * np.log1p(t / alpha)
        exactly = np.exp(exactly + special.xlogy(n, w) + special.betaln(a, b + chances) - special.betaln(a, b))
        at_least = np.where(n > 0, special.betainc(np.maximum(n, 1), r, w), 1.0)
        stopped = np.exp(special.betaln(a + 1, np.where(chances > 0, b + chances - 1, 1.0)) - special.betaln(a, b))
        return (exactly + np.where(chances > 0, stopped * at_least, 0.0)).reshape(shape)

    def expected_orders(self, horizon: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        (horizon, x, t_x, T), shape = stable.spread(horizon, x, t_x, T)
        return (self.p_alive(x, t_x, T) * self._while_alive(horizon, x, T)).reshape(shape)

    def p_no_order(self, horizon: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """1 − P(alive) × (1 − ((alpha + T) / (alpha + T + horizon))^(r + x)): who is alive can only stop by ordering."""
        (horizon, x, t_x, T), shape = stable.spread(horizon, x, t_x, T)
        orders = -np.expm1(-(self.r + x) * np.log1p(horizon / (self.alpha + T)))
        return (1 - self.p_alive(x, t_x, T) * orders).reshape(shape)

    def discounted_orders(
        self, rate: float, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike, *, horizon: float | None = None
    ) -> Array:
        (x, t_x, T), shape = stable.spread(x, t_x, T)
        found = stable.discounted(self._while_alive, rate, horizon, self.alpha + T, x, T)
        return (self.p_alive(x, t_x, T) * found).reshape(shape)


def _counts_part(parameters: Array, x: Array, counts: Array, first: int) -> tuple[float, Array, Array]:
    """The terms of the log-likelihood that depend on x alone, over its distinct values; gradient and Hessian."""
    r, alpha, a, b = parameters
    n, chances = counts.sum(), x + first
    value = counts @ (special.gammaln(r + x) + special.betaln(a, b + chances))
    value += n * (r * np.log(alpha) - special.gammaln(r) - special.betaln(a, b))
    both = counts @ special.digamma(a + b + chances) - n * special.digamma(a + b)
    gradient = np.array([
        counts @ special.digamma(r + x) - n * special.digamma(r) + n * np.log(alpha),
        n * r / alpha,
        -both,
        counts @ special.digamma(b + chances) - n * special.digamma(b) - both,
    ])  # fmt: skip
    hessian = np.zeros((4, 4))
    hessian[0, 0] = counts @ stable.trigamma(r + x) - n * stable.trigamma(r)
    hessian[0, 1] = hessian[1, 0] = n / alpha
    hessian[1, 1] = -n * r / alpha**2
    hessian[2:, 2:] = n * stable.trigamma(a + b) - counts @ stable.trigamma(a + b + chances)
    hessian[3, 3] += counts @ stable.trigamma(b + chances) - n * stable.trigamma(b)
    return float(value), gradient, hessian


def _times_part(parameters: Array, rows: Rows, first: int) -> tuple[float, Array, Array]:
    """The other terms: −(r + x) log(alpha + T) + log(1 + odds of having stopped); gradient and Hessian."""
    r, alpha, a, b = parameters
    x, w = rows.x, rows.weights
    end, last, chances = alpha + rows.T, alpha + rows.t_x, x + first
    log_end, log_last = np.log(end), np.log(last)
    before = np.where(chances > 0, b + chances - 1, 1.0)
    odds = np.where(chances > 0, np.log(a / before) + (r + x) * (log_end - log_last), -np.inf)
    dead = special.expit(odds)
    value = w @ (np.logaddexp(0, odds) - (r + x) * log_end)
    by = np.stack([log_end - log_last, (r + x) * (1 / end - 1 / last), np.full_like(x, 1 / a), -1 / before])
    gradient = by @ (w * dead)
    gradient[:2] -= w @ log_end, w @ ((r + x) / end)
    hessian = (by * (w * dead * (1 - dead))) @ by.T
    hessian[0, 1] += w @ (dead * (1 / end - 1 / last) - 1 / end)
    hessian[1, 0] = hessian[0, 1]
    hessian[1, 1] += w @ ((r + x) * (dead * (1 / last**2 - 1 / end**2) + 1 / end**2))
    hessian[2, 2] -= (w @ dead) / a**2
    hessian[3, 3] += w @ (dead / before**2)
    return float(value), gradient, hessian
