"""Maximum likelihood over the logarithms of parameters: Newton steps within a trust region, from several starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from segkit.analysis.btyd.data import Array, CannotFit

EDGE = 9.0  # a parameter stays between e^-9 and e^9 in units of the mean T (or the mean spend)
STEPS = 200
GAIN = 1e-9  # of log-likelihood: a step that promises less ends the climb
ROUGH_GAIN = 1e-2

Objective = Callable[[Array], tuple[float, Array, Array]]
"""Natural parameters → log-likelihood, its gradient and its Hessian by them."""


@dataclass(frozen=True)
class Optimum:
    """Natural parameters, the log-likelihood there, and minus its Hessian by the logarithms of the parameters."""

    parameters: Array
    log_likelihood: float
    information: Array
    converged: bool


def best(rough: Objective, exact: Objective, starts: Sequence[Array]) -> Optimum:
    """The optimum reached from the most promising start: each takes a few steps on `rough` (fewer rows), and the best of
    them climbs on, at last on `exact`. Where it ends in a flat place, the others climb too and the highest is given.

    Raises CannotFit (did_not_converge) where no start reaches an optimum.
    """
    tried = sorted((climb(rough, start, gain=ROUGH_GAIN, steps=4) for start in starts), key=lambda t: -t.log_likelihood)
    near = climb(rough, tried[0].parameters, gain=ROUGH_GAIN)
    found = [climb(exact, near.parameters)]
    if not (found[0].converged and np.isfinite(covariance(found[0].information)).all()):
        found += [climb(exact, other.parameters) for other in tried[1:]]
    reached = [f for f in found if f.converged]
    if not reached:
        raise CannotFit("did_not_converge", f"the likelihood found no optimum from {len(starts)} starts", starts=len(starts))
    return max(reached, key=lambda f: f.log_likelihood)


def climb(objective: Objective, start: Array, *, gain: float = GAIN, steps: int = STEPS) -> Optimum:
    """Newton's steps uphill from natural parameters `start`; curvature of the wrong sign is turned round."""
    place = np.clip(np.log(start), -EDGE, EDGE)
    here, slope, bend = _in_logs(objective, place)
    radius, converged = 1.0, False
    for _ in range(steps):
        step, promise = _step(place, slope, bend, radius)
        converged = promise <= max(gain, 4e-16 * abs(here))
        if converged:
            break
        there = np.clip(place + step, -EDGE, EDGE)
        tried, next_slope, next_bend = _in_logs(objective, there)
        better = (tried - here) / promise if np.isfinite(tried) else -1.0
        radius = min(4.0, 2 * radius) if better > 0.75 else radius if better > 0.25 else float(np.linalg.norm(step)) / 4
        if better > 1e-4:
            place, here, slope, bend = there, tried, next_slope, next_bend
        elif radius < 1e-9:
            converged = promise <= 1e-11 * abs(here) + gain
            break
    return Optimum(np.exp(place), here, -bend, converged)


def _in_logs(objective: Objective, place: Array) -> tuple[float, Array, Array]:
    natural = np.exp(place)
    value, gradient, hessian = objective(natural)
    slope = gradient * natural
    return value, slope, hessian * np.outer(natural, natural) + np.diag(slope)


def _step(place: Array, slope: Array, bend: Array, radius: float) -> tuple[Array, float]:
    """A step of at most `radius` and the gain that it promises; parameters pressed against the edge stay there."""
    free = (np.abs(place) < EDGE) | (np.sign(slope) != np.sign(place))
    if not free.any():
        return np.zeros_like(place), 0.0
    curve, axes = np.linalg.eigh(-bend[np.ix_(free, free)])
    along = axes.T @ slope[free]
    stiff = np.maximum(np.abs(curve), 1e-10 * np.abs(curve).max() + 1e-300)
    move = along / stiff
    extra = stiff.max() * 1e-6
    while np.linalg.norm(move) > radius:
        move, extra = along / (stiff + extra), extra * 2
    step = np.zeros_like(place)
    step[free] = axes @ move
    return step, float(along @ move - 0.5 * move @ (stiff * move))


def covariance(information: Array) -> Array:
    """Of the logarithms of the parameters: the inverse of the information. Infinite where the likelihood is flat."""
    curve, axes = np.linalg.eigh(information)
    if curve.min() <= 1e-10 * max(float(curve.max()), 1e-300):
        return np.full_like(information, np.inf)
    return (axes / curve) @ axes.T
