"""One scheme over one view of the customers: which rule each customer falls under, as codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segkit.analysis.tiers.scoring import events, points
from segkit.schemes import NOT_AMONG, NOT_PLACED, Scheme
from segkit.schemes.conditions import all_met, met
from segkit.schemes.measures import Yard, derive
from segkit.schemes.model import KNOWN_WEIGHT, SCORE
from segkit.schemes.texts import ANY_VALUE, NO_RULE
from segkit.schemes.view import View

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Placed:
    """A scheme's result: per customer a code into `tiers` and one into `reasons`, and what was measured on the way.

    `reasons`: keys of the reasons' texts, each with the value that it names in an open field (else empty).
    """

    scheme: Scheme
    tier: np.ndarray
    tiers: list[str]
    reason: np.ndarray
    reasons: list[tuple[str, str]]
    cuts: Mapping[str, list[float]]
    view: View

    @property
    def yard(self) -> Yard:
        """These customers as those by whom others are measured: cuts, ranks and rates are theirs."""
        return Yard(self.view, met(self.scheme.among, self.view))


def place(
    scheme: Scheme, view: View, *, as_of: dt.date | None, touches: pd.DataFrame | None, yard: Yard | None = None
) -> Placed:
    """Measure what the scheme derives and find each customer's rule. Raises KeyError where a column it needs is absent.

    `yard`: customers whose cuts, ranks and rates hold for these too, `Placed.yard` of another day; default: their own.
    """
    absent = lacking(scheme, view.frame, touches)
    if absent:
        raise KeyError(f"{scheme.name} needs {', '.join(absent)}")
    layer = view.layer()
    among = met(scheme.among, layer)
    cuts = derive(scheme.measured, layer, among=among, as_of=as_of, yard=yard)
    if scheme.kind == "points":
        score, known = points(scheme, layer, yard=yard)
        layer.add(SCORE, np.where(known < scheme.least_known, np.nan, score))
        layer.add(KNOWN_WEIGHT, known)
    elif scheme.kind == "events":
        assert touches is not None
        layer.add(SCORE, events(scheme, view.frame["customer_id"], touches, as_of=as_of))
    return _open(scheme, layer, among, cuts) if scheme.open else _ruled(scheme, layer, among, cuts)


def lacking(scheme: Scheme, customers: pd.DataFrame, touches: pd.DataFrame | None) -> list[str]:
    """What a scheme needs and the tables do not have."""
    absent = scheme.missing(customers.columns)
    return [*absent, "the table touches"] if scheme.kind == "events" and touches is None else absent


def _ruled(scheme: Scheme, layer: View, among: np.ndarray, cuts: Mapping[str, list[float]]) -> Placed:
    """The last rules are written first, so that the first that holds stays."""
    rules = scheme.rules
    rest, outside = len(rules), len(rules) + 1
    found = np.full(len(layer), rest, dtype="int16")
    for code in range(len(rules) - 1, -1, -1):
        np.putmask(found, all_met(rules[code].when, layer), code)
    if scheme.among is not None:
        np.putmask(found, ~among, outside)
    tiers = list(dict.fromkeys([*(t.key for t in scheme.tiers), NOT_PLACED]))
    by_rule = [*(tiers.index(r.tier) for r in rules), tiers.index(scheme.otherwise), tiers.index(NOT_PLACED)]
    reasons = [(f"{r.tier}.{r.part}", "") for r in rules] + [(NO_RULE, ""), (NOT_AMONG, "")]
    return Placed(scheme, np.array(by_rule, dtype="int16")[found], tiers, found, reasons, cuts, layer)


def _open(scheme: Scheme, layer: View, among: np.ndarray, cuts: Mapping[str, list[float]]) -> Placed:
    """Every value that occurs is a tier of its own, in the order of their names."""
    codes, values = layer.codes(str(scheme.of))
    names = sorted(values)
    places = {name: i for i, name in enumerate(names)}
    rest, outside = len(names), len(names) + 1
    found = np.array([*(places[v] for v in values), rest], dtype="int32")[codes]
    np.putmask(found, ~among, outside)
    reasons = [(ANY_VALUE, name) for name in names] + [(NO_RULE, ""), (NOT_AMONG, "")]
    return Placed(scheme, np.minimum(found, rest), [*names, NOT_PLACED], found, reasons, cuts, layer)
