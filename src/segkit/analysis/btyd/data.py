"""Histories of customers as the models read them: x, t_x, T; checked, and identical rows merged with weights.

x: orders after the first; t_x: time from the first order to the last; T: time from the first order to the end of what is
seen. All times share one unit. Fader, Hardie & Lee, Marketing Science 24 (2005).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Array: TypeAlias = npt.NDArray[np.float64]

FEWEST = 10  # customers
ROWS_AT_ONCE = 16_384
WIDEST_KEY = 2**62


class CannotFit(ValueError):
    """The data cannot carry the model. `key` names the reason and `numbers` hold its figures: no_customers,
    too_few_customers, no_repeat_buyers, no_time, not_positive_spend, spend_without_mean, did_not_converge."""

    def __init__(self, key: str, message: str, **numbers: float) -> None:
        super().__init__(message)
        self.key = key
        self.numbers = numbers


@dataclass(frozen=True)
class Rows:
    """Distinct histories, one per row, and how many customers have each (`weights`, not negative)."""

    x: Array
    t_x: Array
    T: Array
    weights: Array

    @property
    def customers(self) -> float:
        return float(self.weights.sum())

    @property
    def orders(self) -> float:
        """Orders after the first, all customers together."""
        return float((self.weights * self.x).sum())

    @property
    def mean_time(self) -> float:
        return float((self.weights * self.T).sum()) / self.customers

    def by_x(self) -> tuple[Array, Array]:
        """The distinct x, and the customers of each."""
        values, place = np.unique(self.x, return_inverse=True)
        return values, np.bincount(place, weights=self.weights).astype(float)

    def in_unit(self, unit: float) -> Rows:
        """The same with time counted in units of `unit`."""
        return Rows(self.x, self.t_x / unit, self.T / unit, self.weights)

    def weighted(self, weights: Array) -> Rows:
        """The same rows for other numbers of customers; rows of none go."""
        kept = weights > 0
        return Rows(self.x[kept], self.t_x[kept], self.T[kept], weights[kept].astype(float))

    def thinned(self, most: int) -> Rows:
        """At most about `most` rows, evenly through x, t_x and T; their weights together are those of all."""
        if len(self.x) <= most:
            return self
        step = -(-len(self.x) // most)
        kept = Rows(self.x[::step], self.t_x[::step], self.T[::step], self.weights[::step])
        return kept.weighted(kept.weights * (self.customers / kept.customers))

    def parts(self, size: int) -> Iterator[Rows]:
        """Pieces that fit a processor's cache, and are too small for its threads to wait on each other."""
        for start in range(0, len(self.x), size):
            piece = slice(start, start + size)
            yield Rows(self.x[piece], self.t_x[piece], self.T[piece], self.weights[piece])


def histories(customers: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """One row per customer with an order: customer_id, x (days with an order after the first), t_x, T (days).

    Reads customer_id, order_days (distinct days with an order), first_order_on, last_order_on. T ends the day before `as_of`.
    Raises ValueError where an order lies on or after `as_of`.
    """
    known = customers[["customer_id", "order_days", "first_order_on", "last_order_on"]]
    buyers = known[(known["order_days"] > 0) & known["first_order_on"].notna()].reset_index(drop=True)
    first, last = (pd.to_datetime(buyers[c]) for c in ("first_order_on", "last_order_on"))
    end = pd.Timestamp(as_of) - pd.Timedelta(days=1)
    if (last > end).any():
        raise ValueError(f"last_order_on: {last.max():%Y-%m-%d} is not before as-of {as_of}; leave later orders out")
    days = {
        "x": buyers["order_days"].astype("int64") - 1,
        "t_x": (last - first).dt.days.astype("int64"),
        "T": (end - first).dt.days.astype("int64"),
    }
    return pd.DataFrame({"customer_id": buyers["customer_id"], **days})


def merged(x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Rows:
    """Identical (x, t_x, T) as one row with the sum of their weights (1 each where none are given).

    Raises ValueError where a history is impossible, CannotFit where the customers cannot carry any model.
    """
    columns = [np.asarray(values) for values in (x, t_x, T)]
    given = None if weights is None else np.asarray(weights, dtype=float)
    _check(columns[0], columns[1], columns[2], given)
    return _fit_to_be_used(_merge(columns, given))


def _check(x: npt.NDArray, t_x: npt.NDArray, T: npt.NDArray, weights: Array | None) -> None:
    lengths = {len(np.atleast_1d(v)) for v in (x, t_x, T, *([] if weights is None else [weights]))}
    if len(lengths) > 1:
        raise ValueError(f"x, t_x, T and weights must be of one length; these are {sorted(lengths)} long")
    for name, values in (("x", x), ("t_x", t_x), ("T", T)):
        if len(values) and not (np.isfinite(values).all() and values.min() >= 0):
            raise ValueError(f"{name}: every value must be a number that is not negative")
    if (t_x > T).any():
        raise ValueError("t_x: a last order lies after the end of what is seen (t_x above T)")
    if ((x == 0) & (t_x > 0)).any():
        raise ValueError("t_x: must be 0 where x is 0, since the only order is the first")
    if x.dtype.kind == "f" and (x != np.rint(x)).any():
        raise ValueError("x: a number of orders is whole")
    if weights is not None and not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("weights: every weight must be a number that is not negative")


def _merge(columns: list[npt.NDArray], weights: Array | None) -> Rows:
    if not len(columns[0]):
        return Rows(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
    coded = [_codes(values) for values in columns]
    sizes = [len(values) if values is not None else int(codes.max()) + 1 for codes, values in coded]
    if sizes[0] * sizes[1] * sizes[2] > WIDEST_KEY:
        coded = [_ranked(values) for values in columns]
        sizes = [len(values) for _, values in coded]  # type: ignore[arg-type]
    key = (coded[0][0] * sizes[1] + coded[1][0]) * sizes[2] + coded[2][0]
    if weights is None:
        kept, counts = np.unique(key, return_counts=True)
    else:
        kept, place = np.unique(key, return_inverse=True)
        counts = np.bincount(place, weights=weights)
    parts = (kept // (sizes[1] * sizes[2]), kept // sizes[2] % sizes[1], kept % sizes[2])
    found = [part if known is None else known[part] for part, (_, known) in zip(parts, coded, strict=True)]
    x, t_x, T = (values.astype(float) for values in found)
    rows = Rows(x, t_x, T, counts.astype(float))
    return rows if weights is None else rows.weighted(counts)


def _codes(values: npt.NDArray) -> tuple[npt.NDArray[np.int64], npt.NDArray | None]:
    """Whole numbers as they are; others as the place among their distinct values."""
    if values.dtype.kind in "iu":
        return values.astype(np.int64, copy=False), None
    if values.max() < 2**31:
        whole = values.astype(np.int64)
        if (whole == values).all():
            return whole, None
    return _ranked(values)


def _ranked(values: npt.NDArray) -> tuple[npt.NDArray[np.int64], npt.NDArray]:
    distinct, codes = np.unique(values, return_inverse=True)
    return codes, distinct


def _fit_to_be_used(rows: Rows) -> Rows:
    customers = rows.customers if len(rows.x) else 0.0
    if not customers:
        raise CannotFit("no_customers", "no customer has an order", customers=0)
    if customers < FEWEST:
        said = f"{customers:g} customers are too few to fit a model; at least {FEWEST} are needed"
        raise CannotFit("too_few_customers", said, customers=customers, fewest=FEWEST)
    if not rows.orders:
        said = f"none of {customers:g} customers ordered a second time, so nothing tells how often they return"
        raise CannotFit("no_repeat_buyers", said, customers=customers)
    if not rows.mean_time:
        raise CannotFit("no_time", "every first order lies at the end of what is seen (T is 0)", customers=customers)
    return rows
