"""What the models of repeat orders have in common: how they are fitted, and how sure their parameters are.

Every time that goes in (t_x, T, horizon, 1 / rate) is in one unit of the caller's choice, and alpha and beta come out in it.
segkit's tables use days.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy import special

from segkit.analysis.btyd import fitting
from segkit.analysis.btyd.data import Array, Rows, merged

ROUGH = 1_000  # rows that the starts are tried on


@dataclass(frozen=True)
class Fitted:
    """Parameters with what a fit knows besides: `log_likelihood`, `customers`, and the covariance of the logarithms of the
    parameters (`log_covariance`; infinite where the likelihood is flat, None for parameters that were not fitted)."""

    log_likelihood: float = field(default=float("nan"), kw_only=True)
    customers: float = field(default=0.0, kw_only=True)
    log_covariance: Array | None = field(default=None, kw_only=True, repr=False, compare=False)

    names: ClassVar[tuple[str, ...]]
    label: ClassVar[str]

    @property
    def parameters(self) -> dict[str, float]:
        return {name: float(getattr(self, name)) for name in self.names}

    @property
    def values(self) -> Array:
        return np.array(list(self.parameters.values()))

    @property
    def identified(self) -> bool:
        """Whether the data tell every parameter apart; if not, predictions hold, standard errors do not."""
        return self.log_covariance is not None and bool(np.isfinite(self.log_covariance).all())

    @property
    def covariance(self) -> Array:
        """Of the parameters. Raises ValueError for a model that was not fitted."""
        if self.log_covariance is None:
            raise ValueError(f"{self.label}: these parameters were given, not fitted; there is no covariance")
        return self.log_covariance * np.outer(self.values, self.values)

    @property
    def standard_errors(self) -> dict[str, float]:
        return dict(zip(self.names, np.sqrt(np.diag(self.covariance)).tolist(), strict=True))

    def intervals(self, *, level: float = 0.9) -> dict[str, tuple[float, float]]:
        """Per parameter its interval at `level`, even on the logarithm's scale, so that it stays positive."""
        relative = np.sqrt(np.diag(self.covariance)) / self.values
        width = float(special.ndtri((1 + level) / 2)) * np.minimum(relative, 700 / special.ndtri((1 + level) / 2))
        ends = zip(self.values * np.exp(-width), self.values * np.exp(width), strict=True)
        return {name: (float(low), float(high)) for name, (low, high) in zip(self.names, ends, strict=True)}

    def with_values(self, values: npt.ArrayLike) -> Self:
        """The same model for other parameters, in the order of `names`; what a fit knew is gone."""
        return type(self)(*np.asarray(values, dtype=float).tolist())


class OrderModel(Fitted, ABC):
    """A model of when customers order and when they stop. Methods take scalars or arrays and give arrays of their shape."""

    times: ClassVar[tuple[str, ...]]  # the parameters that are times

    @classmethod
    def fit(cls, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike, *, weights: npt.ArrayLike | None = None) -> Self:
        """The parameters of highest likelihood. `weights`: how many customers have each history (1 where none are given).

        Raises CannotFit with the reason, ValueError for impossible histories.
        """
        return cls.fit_rows(merged(x, t_x, T, weights))

    @classmethod
    def fit_rows(cls, rows: Rows, *, start: npt.ArrayLike | None = None) -> Self:
        """The same for rows merged already; `start`: parameters to set out from, in place of the usual starts."""
        unit = rows.mean_time
        scale = np.array([unit if name in cls.times else 1.0 for name in cls.names])
        exact, rough = rows.in_unit(unit), rows.thinned(ROUGH).in_unit(unit)
        starts = cls._starts(exact) if start is None else [np.asarray(start, dtype=float) / scale]
        found = fitting.best(cls._objective(rough), cls._objective(exact), starts)
        return cls(
            *(found.parameters * scale).tolist(),
            log_likelihood=found.log_likelihood - rows.orders * float(np.log(unit)),
            customers=rows.customers,
            log_covariance=fitting.covariance(found.information),
        )

    @classmethod
    @abstractmethod
    def _objective(cls, rows: Rows) -> fitting.Objective: ...

    @classmethod
    @abstractmethod
    def _starts(cls, rows: Rows) -> list[Array]: ...

    @abstractmethod
    def log_likelihoods(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """Of each history: the density of its order times, given the first order."""

    @abstractmethod
    def p_alive(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """Probability that a customer with this history still orders at T."""

    @abstractmethod
    def expected_orders_new(self, t: npt.ArrayLike) -> Array:
        """E[X(t)]: orders of a customer in the time t after the first order."""

    @abstractmethod
    def probability_of(self, n: npt.ArrayLike, t: npt.ArrayLike) -> Array:
        """P(X(t) = n): of n orders in the time t after the first order."""

    @abstractmethod
    def expected_orders(self, horizon: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """E[Y(horizon) | x, t_x, T]: orders in the time after T."""

    @abstractmethod
    def p_no_order(self, horizon: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Array:
        """Probability of no order in the time `horizon` after T, given the history: the risk of churn."""

    @abstractmethod
    def discounted_orders(
        self, rate: float, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike, *, horizon: float | None = None
    ) -> Array:
        """Expected orders after T, each worth e^(−rate × time), until `horizon` or without end (DERT).

        `rate`: continuous, per unit of time; for a year's rate d and days it is log(1 + d) / 365. Raises ValueError for a
        rate that is not positive where there is no horizon.
        """


def counting_starts(rows: Rows) -> list[tuple[float, float]]:
    """r and alpha of the order rate to set out from: by moments of x / T, and two customary shapes."""
    mean = rows.orders / rows.customers
    spread = float((rows.weights * (rows.x - mean) ** 2).sum()) / rows.customers - mean
    shape = float(np.clip(mean**2 / spread, 0.05, 20.0)) if spread > 0 else 20.0
    return [(r, r / mean) for r in (shape, 0.4, 1.5)]
