"""Tables of tiers: one scheme or all that can be computed, one row per customer and scheme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from segkit.analysis.tiers.placing import Placed, lacking, place
from segkit.schemes import NOT_PLACED, Scheme
from segkit.schemes.model import KNOWN_WEIGHT, SCORE
from segkit.schemes.view import View

Reasons = Mapping[str, str] | Callable[[Scheme, Mapping[str, Any]], Mapping[str, str]]
"""Reason key (a tier, `tier.part`, `not_placed` …) → why, in words; or what makes them of a scheme and its measured cuts."""


def assign(
    scheme: Scheme,
    customers: pd.DataFrame,
    *,
    reasons: Reasons,
    as_of: dt.date | None = None,
    touches: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row per customer: customer_id, scheme, tier, reason (dictionary-encoded). First match wins.

    `customers` needs the scheme's columns; derived columns that it brings itself are taken as they stand. `touches`: for
    schemes of kind events. `attrs["cuts"]`: the cuts of bands and scores. Raises KeyError where a needed column is absent.
    """
    placed = place(scheme, View(customers), as_of=as_of, touches=touches)
    table = _table([placed], [_said(placed, reasons)], customers)
    table.attrs["cuts"] = dict(placed.cuts)
    return table


def assign_all(
    schemes: Iterable[Scheme],
    customers: pd.DataFrame,
    *,
    reasons: Reasons,
    as_of: dt.date | None = None,
    touches: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """All schemes whose inputs are there, one below the other as `assign` gives them; and scheme → what the others need."""
    view = View(customers)
    done: list[Placed] = []
    said: list[list[str]] = []
    not_computed: dict[str, list[str]] = {}
    for scheme in schemes:
        if absent := lacking(scheme, customers, touches):
            not_computed[scheme.name] = absent
            continue
        placed = place(scheme, view, as_of=as_of, touches=touches)
        said.append(_said(placed, reasons))
        done.append(_light(placed))
    return _table(done, said, customers), not_computed


def measure(
    scheme: Scheme, customers: pd.DataFrame, *, as_of: dt.date | None = None, touches: pd.DataFrame | None = None
) -> pd.DataFrame:
    """What a scheme derives: customer_id and a column for each derived one, `score` and `known_weight` among them.

    `attrs["cuts"]`: the cuts of bands and scores by column.
    """
    placed = place(scheme, View(customers), as_of=as_of, touches=touches)
    table = pd.DataFrame({"customer_id": customers["customer_id"].to_numpy(), **placed.view.derived()})
    table.attrs["cuts"] = dict(placed.cuts)
    return table


def cuts(
    schemes: Iterable[Scheme], customers: pd.DataFrame, *, as_of: dt.date | None = None, touches: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Where the bands and scores of all schemes whose inputs are there part the customers, as measured: one row per scheme,
    column and cut: scheme, column, place (1 is the lowest), cut."""
    view, rows = View(customers), []
    for scheme in schemes:
        if not lacking(scheme, customers, touches):
            found = place(scheme, view, as_of=as_of, touches=touches).cuts
            rows += [(scheme.name, name, at, cut) for name, some in found.items() for at, cut in enumerate(some, 1)]
    return pd.DataFrame(rows, columns=["scheme", "column", "place", "cut"]).astype({"cut": "float64"})


def scores(
    schemes: Iterable[Scheme], customers: pd.DataFrame, *, as_of: dt.date | None = None, touches: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row per scored customer and scheme of points or events whose inputs are there: customer_id, scheme, score (0 to
    100; of events the sum of points), known_weight (share of the weight that was known, 0 to 1; unknown for events)."""
    found = [pd.DataFrame({"customer_id": [], "scheme": [], "score": [], KNOWN_WEIGHT: []}).astype({KNOWN_WEIGHT: "float64"})]
    for scheme in schemes:
        if scheme.kind in ("points", "events") and not lacking(scheme, customers, touches):
            measured = measure(scheme, customers, as_of=as_of, touches=touches)
            columns = ["customer_id", SCORE, *({KNOWN_WEIGHT} & set(measured))]
            found.append(measured.loc[measured[SCORE].notna(), columns].assign(scheme=scheme.name))
    filled = [part for part in found if len(part)] or found
    return pd.concat(filled, ignore_index=True).reindex(columns=found[0].columns)


def _light(placed: Placed) -> Placed:
    """Without the view, so that one scheme's derived columns do not outlive it."""
    kept = {k: v for k, v in vars(placed).items() if k != "view"}
    return Placed(**kept, view=View(pd.DataFrame()))


def _said(placed: Placed, reasons: Reasons) -> list[str]:
    """The text of each reason that can occur. A key without a text of its own has its tier's, or that of `not_placed`."""
    texts = reasons(placed.scheme, placed.cuts) if callable(reasons) else reasons
    return [_text(key, value, texts) for key, value in placed.reasons]


def _text(key: str, value: str, texts: Mapping[str, str]) -> str:
    if value:
        return texts.get(key, "{value}").replace("{value}", value)
    tier = key.rsplit(".", 1)[0]
    return texts[next((k for k in (key, tier) if k in texts), NOT_PLACED)]


def _table(done: list[Placed], said: list[list[str]], customers: pd.DataFrame) -> pd.DataFrame:
    """The results one below the other. Ids share their memory; everything else is a code per row."""
    ids = customers["customer_id"].reset_index(drop=True)
    repeated = pd.concat([ids] * len(done), ignore_index=True) if done else ids.iloc[:0]
    schemes = [placed.scheme.name for placed in done]
    names = np.repeat(np.arange(len(done), dtype="int16"), len(ids))
    return pd.DataFrame(
        {
            "customer_id": repeated,
            "scheme": pd.Categorical.from_codes(names, categories=pd.Index(schemes, dtype="str")),
            "tier": _stacked([p.tier for p in done], [p.tiers for p in done]),
            "reason": _stacked([p.reason for p in done], said),
        }
    )


def _stacked(codes: list[np.ndarray], values: list[list[str]]) -> pd.Categorical:
    """Codes into several lists of values as one Categorical over all of them, each value once."""
    places = {value: i for i, value in enumerate(dict.fromkeys(v for some in values for v in some))}
    kind = "int16" if len(places) < np.iinfo("int16").max else "int32"
    looked_up = [np.array([places[v] for v in some], dtype=kind)[code] for code, some in zip(codes, values, strict=True)]
    found = np.concatenate(looked_up) if looked_up else np.zeros(0, dtype=kind)
    return pd.Categorical.from_codes(found, categories=pd.Index(list(places), dtype="str"))
