"""Pareto/NBD: a customer may stop at any time. Schmittlein, Morrison & Colombo, Management Science 33 (1987).

The customer stopped at some time τ between t_x and T, or is alive at T. The likelihood is the sum over both; the integral
over τ is taken by Gauss and Legendre over log(τ + min(alpha, beta)), which needs no hypergeometric function and never
subtracts, so every term stays positive.
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

NODES = 20
STOPPED = np.array([0.0] + [1.0] * NODES)  # the first way is to be alive, the others to have stopped
ROWS_A_PIECE = 512


@dataclass(frozen=True)
class ParetoNbd(OrderModel):
    """Orders at a rate λ ~ Gamma(r, alpha) during a life of length exponential in μ ~ Gamma(s, beta); alpha, beta: times."""

    r: float
    alpha: float
    s: float
    beta: float

    label: ClassVar = "Pareto/NBD"
    names: ClassVar = ("r", "alpha", "s", "beta")
    times: ClassVar = ("alpha", "beta")

    @classmethod
    def _objective(cls, rows: Rows) -> Objective:
        values, counts = rows.by_x()
        parts = list(rows.parts(ROWS_A_PIECE))

        def objective(parameters: Array) -> tuple[float, Array, Array]:
            value, gradient, hessian = _counts_part(parameters, values, counts)
            for part in parts:
                more = _times_part(parameters, part)
                value, gradient, hessian = value + more[0], gradient + more[1], hessian + more[2]
            return value, gradient, hessian

        return objective

    @classmethod
    def _starts(cls, rows: Rows) -> list[Array]:
        return [np.array([r, alpha, s, beta]) for r, alpha in counting_starts(rows) for s, beta in ((0.6, 0.4), (1.5, 3.0))]

    def _parts(self, x: Array, t_x: Array, T: Array) -> tuple[Array, Array]:
        """Logarithms of the densities of being alive at T, and of having stopped before; without the terms of x alone."""
        logs = _mixture((self.r, self.alpha, self.s, self.beta), x, t_x, T).logs
        return logs[:, 0], special.logsumexp(logs[:, 1:], axis=1)

    def log_likelihoods(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """Fader & Hardie, A note on deriving the Pareto/NBD model (2005), eq. 17 to 20."""
        (x, t_x, T), shape = stable.spread(x, t_x, T)
        counts = special.gammaln(self.r + x) - special.gammaln(self.r) + self.r * np.log(self.alpha)
        times = stable.by_parts(lambda *rows: np.logaddexp(*self._parts(*rows)), x, t_x, T)
        return (counts + self.s * np.log(self.beta) + times).reshape(shape)

    def p_alive(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        (x, t_x, T), shape = stable.spread(x, t_x, T)

        def share(*rows: Array) -> Array:
            alive, stopped = self._parts(*rows)
            return special.expit(alive - stopped)

        return stable.by_parts(share, x, t_x, T).reshape(shape)

    def expected_orders_new(self, t: npt.ArrayLike) -> Array:
        (t,), shape = stable.spread(t)
        return self._while_alive(t, np.zeros_like(t), np.zeros_like(t)).reshape(shape)

    def _while_alive(self, horizon: Array, x: Array, T: Array) -> Array:
        """Orders expected in the time after T of a customer who is alive then; no pole at s = 1."""
        long = np.log1p(horizon / (self.beta + T))
        return (self.r + x) * (self.beta + T) / (self.alpha + T) * long * stable.saturation((self.s - 1) * long)

    def probability_of(self, n: npt.ArrayLike, t: npt.ArrayLike) -> Array:
        """Alive at t with n orders, or stopped at some time before with n orders until then."""
        (n, t), shape = stable.spread(n, t)
        shift = np.full_like(t, min(self.alpha, self.beta))
        times, weights = stable.log_nodes(t, shift, 64)
        stops = self.s / (self.beta + times) * np.exp(-self.s * np.log1p(times / self.beta))
        stopped = np.sum(weights * stops * self._counted(n[:, None], times), axis=1)
        return (self._counted(n, t) * np.exp(-self.s * np.log1p(t / self.beta)) + stopped).reshape(shape)

    def _counted(self, n: Array, t: Array) -> Array:
        """Probability of n orders in the time t of a customer who does not stop (NBD)."""
        ways = special.gammaln(self.r + n) - special.gammaln(self.r) - special.gammaln(n + 1)
        return np.exp(ways - self.r * np.log1p(t / self.alpha) + special.xlogy(n, t / (self.alpha + t)))

    def expected_orders(self, horizon: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """Schmittlein, Morrison & Colombo 1987, eq. 22."""
        (horizon, x, t_x, T), shape = stable.spread(horizon, x, t_x, T)
        return (self.p_alive(x, t_x, T) * self._while_alive(horizon, x, T)).reshape(shape)

    def p_no_order(self, horizon: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """Not alive at T, or alive and silent: at T who is alive is a new customer of r + x, alpha + T, s, beta + T."""
        (horizon, x, t_x, T), shape = stable.spread(horizon, x, t_x, T)

        def silent(horizon: Array, x: Array, T: Array) -> Array:
            now = (self.r + x, self.alpha + T, self.s, self.beta + T)
            nought = np.zeros_like(x)
            start = now[0] * np.log(now[1]) + now[2] * np.log(now[3])
            return np.exp(np.minimum(start + special.logsumexp(_mixture(now, nought, nought, horizon).logs, axis=1), 0))

        alive = self.p_alive(x, t_x, T)
        return (1 - alive * (1 - stable.by_parts(silent, horizon, x, T))).reshape(shape)

    def discounted_orders(
        self, rate: float, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike, *, horizon: float | None = None
    ) -> Array:
        """Without a horizon the DERT of Fader, Hardie & Lee, Journal of Marketing Research 42 (2005), eq. 4."""
        (x, t_x, T), shape = stable.spread(x, t_x, T)
        found = stable.discounted(self._while_alive, rate, horizon, self.beta + T, x, T)
        return (self.p_alive(x, t_x, T) * found).reshape(shape)


@dataclass(frozen=True)
class _Mixture:
    """Per row the ways in which its history can have come about, one per column: alive at T, or stopped at a node τ.

    `logs`: −(r + x) log A − s log B, and log s − (r + x) log A − (s + 1) log B + log of the node's weight, where A is alpha
    and B is beta plus that time. The terms of x alone are not in it.
    """

    logs: Array
    A: Array
    B: Array
    log_A: Array
    log_B: Array


def _mixture(parameters: tuple, x: Array, t_x: Array, T: Array) -> _Mixture:
    """What is left of the integral over τ once it fell by e^−45 is not visited."""
    r, alpha, s, beta = (np.broadcast_to(p, x.shape) for p in parameters)
    shift = np.minimum(alpha, beta) + t_x
    length = _counting_length(r + x, alpha + t_x, s + 1, beta + t_x, shift, T - t_x)
    nodes, shares = stable.legendre(NODES)
    span = np.log1p(length / shift)
    u = span[:, None] * nodes
    times = np.column_stack([T, t_x[:, None] + shift[:, None] * np.expm1(u)])
    with np.errstate(divide="ignore"):
        stops = u + np.log(shares) + np.log(s * span * shift)[:, None]
    A, B = alpha[:, None] + times, beta[:, None] + times
    log_A, log_B = np.log(A), np.log(B)
    logs = np.column_stack([np.zeros_like(x), stops]) - (r + x)[:, None] * log_A - (s[:, None] + STOPPED) * log_B
    return _Mixture(logs, A, B, log_A, log_B)


def _counting_length(p: Array, A: Array, q: Array, B: Array, shift: Array, length: Array) -> Array:
    """The time after which (1 + t / A)^−p (1 + t / B)^−q is below e^−45, at most `length`: Newton on log(shift + t), where
    the exponent is convex, so that it comes down to the root from above."""
    u = np.log1p(length / shift)
    for _ in range(5):
        t = shift * np.expm1(u)
        fallen = p * np.log1p(t / A) + q * np.log1p(t / B) - stable.DROP
        if not (fallen > 0).any():
            break
        slope = (shift + t) * (p / (A + t) + q / (B + t))
        u = np.where(fallen > 0, u - fallen / slope, u)
    return np.minimum(length, shift * np.expm1(np.maximum(u, 0)))


def _counts_part(parameters: Array, x: Array, counts: Array) -> tuple[float, Array, Array]:
    """The terms of the log-likelihood that depend on x alone, over its distinct values; gradient and Hessian."""
    r, alpha, s, beta = parameters
    n = counts.sum()
    value = counts @ special.gammaln(r + x) + n * (r * np.log(alpha) - special.gammaln(r) + s * np.log(beta))
    by_r = counts @ special.digamma(r + x) + n * (np.log(alpha) - special.digamma(r))
    gradient = np.array([by_r, n * r / alpha, n * np.log(beta), n * s / beta])
    hessian = np.zeros((4, 4))
    hessian[0, 0] = counts @ stable.trigamma(r + x) - n * stable.trigamma(r)
    hessian[0, 1] = hessian[1, 0] = n / alpha
    hessian[1, 1] = -n * r / alpha**2
    hessian[2, 3] = hessian[3, 2] = n / beta
    hessian[3, 3] = -n * s / beta**2
    return float(value), gradient, hessian


def _times_part(parameters: Array, rows: Rows) -> tuple[float, Array, Array]:
    """log of the sum of the mixture's terms; gradient and Hessian from the mean and spread of the terms' own.

    With h the logarithm of a term and p its share: gradient Σ p h', Hessian Σ p (h'' + h' h'ᵀ) − gradient gradientᵀ.
    """
    r, _, s, _ = parameters
    m = _mixture(tuple(parameters), rows.x, rows.t_x, rows.T)
    top = m.logs.max(axis=1, keepdims=True)
    shares = np.exp(m.logs - top)
    total = shares.sum(axis=1, keepdims=True)
    shares /= total
    over_A, over_B = (-r - rows.x)[:, None] / m.A, (-s - STOPPED) / m.B
    by = np.stack([-m.log_A, over_A, STOPPED / s - m.log_B, over_B])
    means = np.einsum("kij,ij->ki", by, shares)
    weighted = shares * rows.weights[:, None]
    flat = by.reshape(4, -1)
    hessian = (flat * weighted.ravel()) @ flat.T - (means * rows.weights) @ means.T
    value = rows.weights @ (top + np.log(total))[:, 0]
    return float(value), means @ rows.weights, hessian + _own_bend(weighted, m, over_A, over_B, s)


def _own_bend(weighted: Array, m: _Mixture, over_A: Array, over_B: Array, s: float) -> Array:
    """Σ p h'' of the terms."""
    by_A, by_B = weighted / m.A, weighted / m.B
    bend = np.zeros((4, 4))
    bend[0, 1] = bend[1, 0] = -by_A.sum()
    bend[1, 1] = -(by_A * over_A).sum()
    bend[2, 2] = -weighted[:, 1:].sum() / s**2
    bend[2, 3] = bend[3, 2] = -by_B.sum()
    bend[3, 3] = -(by_B * over_B).sum()
    return bend
