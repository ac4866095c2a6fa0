"""Functions of the models in forms that neither cancel nor overflow, for arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import special

from segkit.analysis.btyd.data import ROWS_AT_ONCE, Array

SERIES_W, SERIES_A, SERIES_Q = 0.95, 30.0, -5.0  # where the power series of `orders_while_alive` is sound
NODES = 40  # of a discounted sum
DROP = 45.0  # an integrand below e^-45 of its start no longer counts


def spread(*values: npt.ArrayLike) -> tuple[list[Array], tuple[int, ...]]:
    """Scalars and arrays as flat arrays of one length, and the shape to give back."""
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in values))
    return [np.ravel(a) for a in arrays], arrays[0].shape


def by_parts(function: Callable[..., Array], *columns: Array) -> Array:
    """A function of rows, taken a piece at a time so that rows × nodes fit the memory."""
    starts = range(0, len(columns[0]), ROWS_AT_ONCE)
    pieces = [function(*(c[start : start + ROWS_AT_ONCE] for c in columns)) for start in starts]
    return np.concatenate(pieces) if pieces else np.empty(0)


def distinct(*columns: Array) -> tuple[list[Array], npt.NDArray[np.intp]]:
    """The rows that differ, and which of them each row is."""
    order = np.lexsort(columns)
    rows = [column[order] for column in columns]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = np.any([row[1:] != row[:-1] for row in rows], axis=0)
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.cumsum(fresh) - 1
    return [row[fresh] for row in rows], place


@cache
def legendre(n: int) -> tuple[Array, Array]:
    """Nodes and weights of Gauss and Legendre on 0 to 1."""
    nodes, weights = special.roots_legendre(n)
    return (nodes + 1) / 2, weights / 2


def trigamma(x: npt.ArrayLike) -> Array:
    """The second derivative of log Γ, without what `polygamma` computes for other orders."""
    return special.zeta(2.0, x)


def saturation(z: npt.ArrayLike) -> Array:
    """(1 − e^−z) / z, which is 1 at 0; any sign of z."""
    z = np.asarray(z, dtype=float)
    small = np.abs(z) < 1e-12
    safe = np.where(small, 1.0, z)
    return np.where(small, 1 - z / 2, -np.expm1(-safe) / safe)


def orders_while_alive(R: Array, z: Array, a: float, b: Array) -> Array:
    """Orders expected of a customer who is alive, λ ~ Gamma(R, A), dropout after an order p ~ Beta(a, b), in z × A of time.

    It is the mean of (1 − (1 + p z)^−R) / p over p, in closed form (Fader, Hardie & Lee 2005, eq. 10, after Euler's
    transformation, free of the poles at a = 1 and a + b = 1), or by quadrature where the series is unsound. One unit of R, z
    and b per row.
    """
    w, q = z / (1 + z), a + b - 1 - R
    sound = (w <= SERIES_W) & (a * w <= SERIES_A) & (q >= SERIES_Q)
    found = np.empty(len(R))
    found[sound] = by_parts(lambda *p: _by_series(*p, a=a), R[sound], z[sound], b[sound])
    found[~sound] = by_parts(lambda *p: _by_quadrature(*p, a=a), R[~sound], z[~sound], b[~sound])
    return np.clip(found, 0.0, R * z)


def _by_series(R: Array, z: Array, b: Array, *, a: float) -> Array:
    w, long = z / (1 + z), np.log1p(z)
    c, q = a + b - 1, a + b - 1 - R
    return c * long * saturation((a - 1) * long) - np.exp(-(a - 1) * long) * _summed(w, c, q, a)


def _summed(w: Array, c: Array, q: Array, a: float) -> Array:
    """The series in w; rows whose terms no longer count are set aside, for most need few and some need hundreds."""
    term = q * w
    total, found, at = term.copy(), term.copy(), np.arange(len(w))
    for n in range(1, 4000):
        term = term * ((a + n - 1) * (q + n) / ((c + n) * (n + 1)) * w)
        total += term
        if n % 8:
            continue
        going = np.abs(term) > 1e-17 * np.abs(total) * (1 - w) + 1e-300
        if 4 * np.count_nonzero(going) <= 3 * len(going):
            found[at] = total
            w, c, q, term, total = (values[going] for values in (w, c, q, term, total))
            at = at[going]
            if not len(at):
                break
    found[at] = total
    return found


def _by_quadrature(R: Array, z: Array, b: Array, *, a: float, nodes: int = 241) -> Array:
    """The straight line between p = 0 and p = 1 exactly, the rest by the trapezoid over logit p, stretched by sinh."""
    v = np.linspace(-4.8, 4.8, nodes)
    middle, width = np.log((a + 1) / (b + 1)), np.sqrt(1 / (a + 1) + 1 / (b + 1))
    y = middle[:, None] + width[:, None] * np.sinh(v)
    p, log_p, log_rest = special.expit(y), special.log_expit(y), special.log_expit(-y)
    density = np.exp(a * log_p + b[:, None] * log_rest - special.betaln(a, b)[:, None])
    at_0, at_1 = R * z, -np.expm1(-R * np.log1p(z))
    value = at_0[:, None] * _ratio(R[:, None], p * z[:, None])
    line = at_0[:, None] + (at_1 - at_0)[:, None] * p
    rest = np.sum(density * (value - line) * np.cosh(v), axis=1) * width * (v[1] - v[0])
    return at_0 + (at_1 - at_0) * a / (a + b) + rest


def _ratio(R: Array, y: Array) -> Array:
    """(1 − (1 + y)^−R) / (R y)."""
    long = np.log1p(y)
    return saturation(R * long) * np.where(y > 1e-12, long / np.maximum(y, 1e-300), 1 - y / 2)


def log_nodes(length: Array, shift: Array, nodes: int) -> tuple[Array, Array]:
    """Nodes from 0 to `length` (rows × nodes), even in log(shift + time), and the weights of the integral over time."""
    v, w = legendre(nodes)
    span = np.log1p(length / shift)
    u = span[:, None] * v
    return shift[:, None] * np.expm1(u), span[:, None] * w * shift[:, None] * np.exp(u)


def discounted(expected: Callable[..., Array], rate: float, horizon: float | None, A: Array, *columns: Array) -> Array:
    """∫ e^(−rate t) dE(t) from 0 to `horizon` (None: without end), where `expected(t, *columns)` is E(t), rows alike.

    A: the time on whose scale E bends. By parts, so that E alone is asked: once of each different row, at all nodes together.
    Raises ValueError for a rate that leaves the sum without end.
    """
    end = ends(rate, horizon)

    def of_rows(A: Array, *columns: Array) -> Array:
        last = np.full(len(A), end)
        if rate == 0:
            return expected(last, *columns)
        times, weights = log_nodes(last, A, NODES)
        said = expected(times.ravel(), *(np.repeat(c, NODES) for c in columns)).reshape(times.shape)
        inner = np.sum(weights * np.exp(-rate * times) * said, axis=1)
        return np.exp(-rate * end) * expected(last, *columns) + rate * inner

    rows, place = distinct(A, *columns)
    return by_parts(of_rows, *rows)[place]


def ends(rate: float, horizon: float | None) -> float:
    """Where a discounted sum may end: the horizon, or where nothing is left of it."""
    if rate < 0 or (rate == 0 and horizon is None):
        raise ValueError(f"rate: {rate}; it must be positive per unit of time, or 0 with a horizon")
    if horizon is not None and horizon < 0:
        raise ValueError(f"horizon: {horizon}; it cannot be negative")
    far = DROP / rate if rate else np.inf
    return min(far, np.inf if horizon is None else float(horizon))
