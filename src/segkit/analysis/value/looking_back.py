"""What the estimates would have told at past days, for segmentations that read them and are tested on what came after."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from segkit.analysis.value.choosing import PREFERRED, expected
from segkit.analysis.value.forecasting import RULE, forecasts
from segkit.analysis.value.lifetime import clv

TOLD = ["p_alive", "p_order", "expected_revenue", "clv"]
Then = Callable[[pd.DataFrame, pd.Timestamp], pd.DataFrame]
"""Customers of a past day and the day → the same customers with the columns `TOLD`."""


def told_then(windows: pd.DataFrame, chosen: Mapping[str, str]) -> Then:
    """The models fitted to whatever customers are given, as of a past day of `windows` (cutoff, horizon_days): a row of the
    result per row given. One customer may stand in several rows, as in a bootstrap sample: each counts.

    `chosen`: the forecasts of `orders` and `revenue`, those chosen today; where a model cannot be fitted, the rule's.
    """
    horizons = dict(zip(windows["cutoff"], windows["horizon_days"], strict=True))

    def told(customers: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
        frame, days = customers.drop(columns=TOLD, errors="ignore"), int(horizons[cutoff])
        rows = frame.assign(customer_id=range(len(frame)))
        found = forecasts(rows, as_of=cutoff.date(), horizon_days=days, keys={*chosen.values(), PREFERRED})
        there = {what: model if model in getattr(found, what) else RULE for what, model in chosen.items()}
        table, by = expected(found, there, None, horizon_days=days)
        table["clv"] = clv(found, found.models.get(by or ""), years=3.0, discount=0.1)
        columns = table.set_index("customer_id")[TOLD].reindex(range(len(frame)))
        return pd.concat([frame, columns.set_axis(frame.index)], axis=1)

    return told


def known_then(past: Callable[[pd.Timestamp], pd.DataFrame], then: Then) -> Callable[[pd.Timestamp], pd.DataFrame]:
    """The customers of past days with what `then` tells of them."""
    return lambda cutoff: then(past(cutoff), cutoff)
