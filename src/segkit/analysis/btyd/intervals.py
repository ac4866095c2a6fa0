"""How sure a fit is: intervals of anything computed from a model, by the delta method, or by fitting again to other weights.

They hold what the parameters leave open, not what chance adds to the customers' next orders, and not that the model is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy import special

from segkit.analysis.btyd.data import Array, CannotFit, Rows
from segkit.analysis.btyd.model import Fitted, OrderModel

M = TypeVar("M", bound=Fitted)
STEP = 1e-4  # of a parameter's logarithm


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its interval at `level`."""

    value: float
    low: float
    high: float
    level: float


def delta(model: M, measure: Callable[[M], float], *, level: float = 0.9) -> Interval:
    """The interval of a positive `measure` of the model, such as `lambda m: m.expected_orders(90, x, t_x, T).sum()`.

    Even on the logarithm's scale. Infinite where the data do not tell the parameters apart (`identified`). Raises ValueError
    for a model that was not fitted or a measure that is not positive.
    """
    value = float(measure(model))
    if not value > 0:
        raise ValueError(f"measure: {value}; only a positive one has an interval by the delta method")
    if model.log_covariance is None:
        raise ValueError(f"{model.label}: these parameters were given, not fitted; there is no covariance")
    if not model.identified:
        return Interval(value, 0.0, float("inf"), level)
    slope = _slope(model, measure)
    width = float(special.ndtri((1 + level) / 2) * np.sqrt(slope @ model.log_covariance @ slope))
    return Interval(value, value * float(np.exp(-width)), value * float(np.exp(min(width, 700.0))), level)


def _slope(model: M, measure: Callable[[M], float]) -> Array:
    """Of the measure's logarithm by the logarithm of each parameter, by central differences."""
    found = []
    for i in range(len(model.values)):
        step = np.where(np.arange(len(model.values)) == i, STEP, 0.0)
        up, down = (float(measure(model.with_values(model.values * np.exp(s)))) for s in (step, -step))
        found.append(np.log(up / down) / (2 * STEP))
    return np.array(found)


def bootstrap(model: OrderModel, rows: Rows, *, replicates: int = 200, seed: int) -> Array:
    """Parameters of the model fitted again to customers drawn with replacement: replicates × parameters.

    Only the weights of `rows` (see `merged`) are drawn, so a refit costs a few steps from the optimum. Draws that cannot be
    fitted are drawn again; raises CannotFit where one in two cannot.
    """
    rng = np.random.default_rng(seed)
    shares, customers = rows.weights / rows.customers, round(rows.customers)
    found: list[Array] = []
    for _ in range(2 * replicates):
        drawn = rows.weighted(rng.multinomial(customers, shares).astype(float))
        try:
            found.append(type(model).fit_rows(drawn, start=model.values).values)
        except CannotFit:
            continue
        if len(found) == replicates:
            return np.array(found)
    said = f"{len(found)} of {2 * replicates} draws of customers could be fitted"
    raise CannotFit("did_not_converge", said, starts=2 * replicates)


def percentiles(model: M, draws: Array, measure: Callable[[M], float], *, level: float = 0.9) -> Interval:
    """The interval of a measure over the parameters of `bootstrap`."""
    values = [float(measure(model.with_values(draw))) for draw in draws]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(measure(model)), float(low), float(high), level)
