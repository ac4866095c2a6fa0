"""Bands of risk that a salesperson can work with: who to call first, who to watch, who is as good as gone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

ORDER = ("act", "high", "watch", "low", "new", "lost")
WATCH, HIGH, LOST = 0.3, 0.6, 0.9  # risks from which on a band begins
HOPELESS = 0.95  # from this risk on nobody is put on the list to act on
NEW = 90  # days after its first order in which a customer is new
LIST = 20  # customers of a salesperson to act on


def of(
    risk: npt.NDArray[np.float64],
    at_risk: npt.NDArray[np.float64],
    facts: pd.DataFrame,
    *,
    list_length: int = LIST,
) -> pd.Series:
    """The band of each customer: `act`, per owner (the firm where there is none) the `list_length` with most revenue at risk
    whose risk lies from .3 to under .95; of the others `new` (first order within 90 days, no second yet), `low`
    below .3, `watch` below .6, `high` below .9, `lost`.
    """
    new = _new(facts)
    band = np.select([new, risk < WATCH, risk < HIGH, risk < LOST], ["new", "low", "watch", "high"], default="lost")
    may = can_be_won(risk, at_risk, facts)
    money = pd.DataFrame({"owner": facts["owner"].fillna("").astype(str), "money": at_risk, "id": facts["customer_id"]})[may]
    ranked = money.sort_values(["money", "id"], ascending=[False, True]).groupby("owner").head(list_length)
    band = pd.Series(band, index=facts.index, dtype=object)
    band[ranked.index] = "act"
    return pd.Series(pd.Categorical(band, categories=ORDER, ordered=True), index=facts.index, name="band")


def can_be_won(risk: npt.NDArray[np.float64], at_risk: npt.NDArray[np.float64], facts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Who is at risk and not gone yet, whether or not there is room on the list to act on: risk from .3 to under .95, revenue
    at risk, and not new."""
    return np.asarray(~_new(facts) & (risk >= WATCH) & (risk < HOPELESS) & (at_risk > 0))


def _new(facts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return ((facts["order_days"] == 1) & (facts["tenure_days"] <= NEW)).to_numpy(dtype=bool)
