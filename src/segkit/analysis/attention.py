"""The accounts to act on: where churn, rhythm, alerts and the plan meet in one list that a director can read."""

from __future__ import annotations

import pandas as pd

SIZE = 10  # accounts on the list

COLUMNS = (
    "customer_id", "owner", "money", "churn_risk", "band", "reasons", "overdue_days", "alert_id", "alert_kind",
    "alert_reason", "alert_new", "task_id", "task_kind", "due_at", "due_local", "subject", "task_fits",
)  # fmt: skip


def accounts_to_act_on(
    churn: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    rhythm: pd.DataFrame | None = None,
    alerts: pd.DataFrame | None = None,
    tasks: pd.DataFrame | None = None,
    size: int = SIZE,
) -> pd.DataFrame:
    """One row per account, most money first, `size` at most: `COLUMNS`.

    On it come the accounts that churn puts into the band `act`, those `high` that are overdue by their own rhythm, and those
    with an alert; of each the `money` is `revenue_at_risk` within the horizon (base currency), for an alert's account that
    churn does not know the alert's own. `overdue_days`: days past the upper bound of its gap, 0 within it. `reasons`: churn's
    reasons as keys parted by blanks where it has them (`reason_keys`), else in words. Of several alerts the one with most
    money is told, of several open tasks the first that fits. `churn`: customer_id, churn_risk, band, revenue_at_risk,
    reasons; `customers`: customer_id, owner; `rhythm`: customer_id, overdue_days; `alerts`: alert_id, customer_id, kind,
    money, reason, new; `tasks`: task_id, customer_id, status, automated, fits, kind, due_at, due_local, subject.
    """
    rows = (
        _known(churn).merge(_late(rhythm), on="customer_id", how="left").merge(_warned(alerts), on="customer_id", how="outer")
    )
    alerted = rows["alert_id"].notna()
    band, late = rows["band"].astype("str"), rows["overdue_days"].fillna(0) > 0
    chosen = alerted | band.eq("act") | (band.eq("high") & late)
    rows = rows.assign(money=rows["money"].fillna(rows.pop("alert_money")))[chosen & rows["customer_id"].isin(_open(customers))]
    rows = rows[rows["money"] > 0].sort_values(["money", "customer_id"], ascending=[False, True], kind="stable").head(size)
    rows = rows.merge(_owners(customers), on="customer_id", how="left").merge(_next(tasks), on="customer_id", how="left")
    return rows.reindex(columns=list(COLUMNS)).reset_index(drop=True)


def _known(churn: pd.DataFrame) -> pd.DataFrame:
    """What churn tells of an account."""
    reasons = churn["reason_keys"] if "reason_keys" in churn else churn.get("reasons")
    known = churn.reindex(columns=["customer_id", "churn_risk", "band", "revenue_at_risk"])
    return known.rename(columns={"revenue_at_risk": "money"}).assign(reasons=reasons)


def _late(rhythm: pd.DataFrame | None) -> pd.DataFrame:
    return _table(rhythm, {"customer_id": "customer_id", "overdue_days": "overdue_days"})


def _warned(alerts: pd.DataFrame | None) -> pd.DataFrame:
    """Of each account the alert with most money."""
    names = {"customer_id": "customer_id", "alert_id": "alert_id", "kind": "alert_kind", "reason": "alert_reason",
             "money": "alert_money", "new": "alert_new"}  # fmt: skip
    return _table(alerts, names).sort_values("alert_money", ascending=False, kind="stable").drop_duplicates("customer_id")


def _next(tasks: pd.DataFrame | None) -> pd.DataFrame:
    """Of each account the first open task of a person; one that fits into the hours before one that does not."""
    names = {"customer_id": "customer_id", "task_id": "task_id", "kind": "task_kind", "due_at": "due_at",
             "due_local": "due_local", "subject": "subject", "fits": "task_fits"}  # fmt: skip
    if tasks is None or tasks.empty:
        return _table(None, names)
    open_ = tasks[tasks["status"].eq("open") & ~tasks["automated"].astype(bool)]
    first = open_.assign(_out=open_["fits"].eq(False).fillna(False).astype(bool))
    return _table(first.sort_values(["_out", "due_at"], kind="stable").drop_duplicates("customer_id"), names)


def _open(customers: pd.DataFrame) -> pd.Series:
    """Accounts that may be contacted."""
    if "do_not_contact" not in customers:
        return customers["customer_id"]
    return customers.loc[~customers["do_not_contact"].astype("boolean").fillna(False), "customer_id"]


def _owners(customers: pd.DataFrame) -> pd.DataFrame:
    return customers.reindex(columns=["customer_id", "owner"])


def _table(frame: pd.DataFrame | None, names: dict[str, str]) -> pd.DataFrame:
    """The columns under the names that the list gives them; without rows where there is no table."""
    if frame is None or frame.empty:
        return pd.DataFrame(columns=list(names.values()), dtype=object)
    return frame.reindex(columns=list(names)).rename(columns=names)


def by_tier(churn: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """One row per scheme and tier that holds customers with an order: scheme, tier, customers, churn_risk (mean),
    revenue_at_risk (sum). `placed`: customer_id, scheme, tier."""
    rows = placed[["customer_id", "scheme", "tier"]].merge(churn[["customer_id", "churn_risk", "revenue_at_risk"]])
    groups = rows.astype({"scheme": "str", "tier": "str"}).groupby(["scheme", "tier"], sort=False)
    sums = groups.agg(
        customers=("churn_risk", "size"), churn_risk=("churn_risk", "mean"), revenue_at_risk=("revenue_at_risk", "sum")
    )
    return sums.reset_index()


def nobody() -> pd.DataFrame:
    """The list without an account."""
    return pd.DataFrame(columns=list(COLUMNS), dtype=object)
