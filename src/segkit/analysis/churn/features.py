"""What a churn model reads of each customer, at one day, for one horizon: numbers free of currency.

Times are in days, money is relative to the firm's own median per order day, so that a model learnt in one currency or at
one past day reads another alike.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from segkit.analysis import btyd
from segkit.analysis.btyd import CannotFit, MbgNbd, ParetoNbd

SURE = 1e-4  # no probability is nearer to 0 or 1
MOST_FITTED = 200_000  # histories that a model of orders is fitted to; its predictions are for all
RFM = ["log_recency", "log_order_days", "log_spend"]
BTYD = [*RFM, "log_tenure", "mbg_logit", "mbg_log_orders"]
HISTORY = [
    *("recency", "order_days", "tenure", "log_spend", "usual_gap", "gap_log_mean", "gap_log_sd", "orders_per_day"),
    *("recency_over_gap", "orders_90d", "orders_180d", "orders_12m", "spend_90d", "spend_180d", "spend_12m"),
]
DIRECT = {"mbg_nbd": "mbg", "pareto_nbd": "pareto"}  # model of orders → its columns' prefix


@dataclass(frozen=True)
class Day:
    """One day's customers with an order: `facts` and `features` (one row per customer, in order of customer_id), the models
    of orders fitted to them, and which of these could not be (`without`: name → reason)."""

    as_of: dt.date
    facts: pd.DataFrame
    features: pd.DataFrame
    orders_model: MbgNbd | None
    pareto: ParetoNbd | None
    without: dict[str, str]

    def no_order(self, name: str, horizon_days: float) -> npt.NDArray[np.float64] | None:
        """Probability of no order within the horizon by a model of orders; None where it could not be fitted."""
        model = {"mbg_nbd": self.orders_model, "pareto_nbd": self.pareto}[name]
        if model is None:
            return None
        return within(model.p_no_order(horizon_days, *(self.facts[c].to_numpy(float) for c in ("x", "t_x", "T"))))


def within(p: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Probabilities kept off 0 and 1."""
    return np.clip(np.asarray(p, dtype=float), SURE, 1 - SURE)


Model = TypeVar("Model", MbgNbd, ParetoNbd)


def logit(p: npt.ArrayLike) -> npt.NDArray[np.float64]:
    kept = within(p)
    return np.log(kept / (1 - kept))


def day(customers: pd.DataFrame, *, as_of: dt.date, horizon_days: int, most: int | None = None, pareto: bool = True) -> Day:
    """The customers with an order before `as_of`, as known then. `most`: a fixed sample of so many stands for all.

    `customers`: the customers table of that day (customer_id, first_order_on, last_order_on, order_days, monetary, gaps and
    windows; an absent column is unknown). The sample goes by the id, so that it is the same in every run and any row order.
    """
    facts = sampled(_facts(customers, as_of=as_of), most)
    mbg, why = _fitted(MbgNbd, facts)
    other, why_not = _fitted(ParetoNbd, facts) if pareto else (None, "")
    without = {name: reason for name, reason in (("mbg_nbd", why), ("pareto_nbd", why_not)) if reason}
    features = _features(facts)
    if mbg is not None:
        history = [facts[c].to_numpy(float) for c in ("x", "t_x", "T")]
        features["mbg_logit"] = logit(mbg.p_no_order(horizon_days, *history))
        features["mbg_log_orders"] = np.log(np.maximum(mbg.expected_orders(horizon_days, *history), SURE))
    return Day(as_of, facts, features, mbg, other, without)


def sampled(facts: pd.DataFrame, most: int | None) -> pd.DataFrame:
    """All rows, or `most` of them by a hash of their id, in order of id."""
    if most is None or len(facts) <= most:
        return facts
    return facts.iloc[np.sort(_by_hash(facts["customer_id"])[:most])].reset_index(drop=True)


def _by_hash(ids: pd.Series) -> npt.NDArray[np.int64]:
    return np.argsort(pd.util.hash_array(ids.astype(object).to_numpy()), kind="stable")


def fold(ids: pd.Series, folds: int) -> npt.NDArray[np.int64]:
    """A fold from 0 up for each customer, by a hash of its id: the same in every run and at every day."""
    return (pd.util.hash_array(ids.astype(object).to_numpy()) // np.uint64(folds + 8) % np.uint64(folds)).astype(np.int64)


def _facts(customers: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """One row per customer with an order: x, t_x, T (days) and the columns that features and reasons are made of."""
    known = customers[[c for c in customers.columns if c in _READ]]
    named = known.assign(customer_id=known["customer_id"].astype(str))
    rows = btyd.histories(_with_order_days(named), as_of=as_of).sort_values("customer_id", ignore_index=True)
    rest = named.drop_duplicates("customer_id").set_index("customer_id").reindex(rows["customer_id"])
    for column in _NUMBERS:
        values = rest[column].to_numpy(float, na_value=np.nan) if column in rest else np.full(len(rows), np.nan)
        rows[column] = values
    rows["order_days"] = rows["x"] + 1.0
    rows["recency_days"] = rows["T"] - rows["t_x"] + 1.0
    rows["tenure_days"] = rows["T"] + 1.0
    rows["owner"] = rest["owner"].to_numpy() if "owner" in rest else None
    return rows


_NUMBERS = (
    *("monetary", "usual_gap_days", "gap_upper_days", "gap_log_mean", "gap_log_sd", "repeat_spend"),
    *("orders_90d", "orders_180d", "orders_12m", "revenue_90d", "revenue_180d", "revenue_12m", "margin_rate_12m"),
)
_READ = {*_NUMBERS, "customer_id", "first_order_on", "last_order_on", "order_days", "frequency", "owner"}


def _with_order_days(customers: pd.DataFrame) -> pd.DataFrame:
    """Order days from the number of orders where a table has no better."""
    if "order_days" in customers:
        return customers.assign(order_days=customers["order_days"].fillna(0))
    return customers.assign(order_days=customers["frequency"])


def _fitted(model: type[Model], facts: pd.DataFrame) -> tuple[Model | None, str]:
    """The model fitted to the histories, or none and the reason."""
    rows = sampled(facts, MOST_FITTED)
    try:
        return model.fit(rows["x"], rows["t_x"], rows["T"]), ""
    except CannotFit as error:
        return None, error.key


def _features(facts: pd.DataFrame) -> pd.DataFrame:
    """The columns of RFM and HISTORY, and log_tenure."""
    f, unit = facts, _unit(facts)
    spend = np.maximum(f["monetary"].fillna(0) / f["order_days"], 0) / unit
    made = {
        "log_recency": np.log(f["recency_days"]),
        "log_order_days": np.log(f["order_days"]),
        "log_spend": np.log1p(spend),
        "log_tenure": np.log(f["tenure_days"]),
        "recency": f["recency_days"],
        "order_days": f["order_days"],
        "tenure": f["tenure_days"],
        "usual_gap": f["usual_gap_days"],
        "gap_log_mean": f["gap_log_mean"],
        "gap_log_sd": f["gap_log_sd"],
        "orders_per_day": f["order_days"] / f["tenure_days"],
        "recency_over_gap": f["recency_days"] / np.maximum(f["usual_gap_days"], 1),
        **{name: f[name] for name in ("orders_90d", "orders_180d", "orders_12m")},
        **{f"spend_{span}": f[f"revenue_{span}"] / unit for span in ("90d", "180d", "12m")},
    }
    return pd.DataFrame(made).astype(float)


def _unit(facts: pd.DataFrame) -> float:
    """The firm's median spend per order day; 1 where nobody spent."""
    spend = facts["monetary"] / facts["order_days"]
    typical = float(spend[spend > 0].median()) if (spend > 0).any() else 1.0
    return typical or 1.0
