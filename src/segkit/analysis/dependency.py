"""What hangs on a single account, what risky accounts owe, and what the long tail costs and grows.

Revenue is what a customer brought within the last 12 months (net, base currency), which is what its loss would cost in a year;
net values below zero count as zero where a share is taken.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

TOP = 0.2  # of the customers with an order; the others are the long tail
GROWTH = 1.5  # times the revenue of the 12 months before: growing; its inverse: shrinking
FEW = 5  # customers with revenue, below which a group depends on each of them
ORDERS = 2  # in each of the two years, below which growth is a matter of one order
PARTS = ("top", "tail")
RISKY = 0.7  # churn risk from which an account is risky


def largest_accounts(customers: pd.DataFrame, by: str, *, value: str = "revenue_12m") -> pd.DataFrame:
    """One row per group of `by` (owner, tier, country, …) with revenue, the most dependent first: `by`, customers (with
    revenue), revenue, largest (customer_id), name (of it, where known), largest_revenue, largest_share (of the group's),
    firm_share (of the firm's), without (revenue if it were lost). Customers without a group: `unknown`.

    Groups of fewer than `FEW` customers depend on each of them; they stand last. `customers`: customer_id, `by`, `value`.
    """
    names = ["name"] if "name" in customers.columns else []
    group = customers[by].astype(object).where(customers[by].notna(), "unknown")
    held = customers[["customer_id", *names]].assign(**{by: group, "largest_revenue": customers[value].clip(lower=0)})
    held = held[held["largest_revenue"] > 0].sort_values("largest_revenue", ascending=False, kind="stable")
    sums = held.groupby(by)["largest_revenue"].agg(customers="size", revenue="sum").reset_index()
    rows = sums.merge(held.drop_duplicates(by).rename(columns={"customer_id": "largest"}), on=by)
    rows["largest_share"] = rows["largest_revenue"] / rows["revenue"]
    rows["firm_share"] = rows["largest_revenue"] / held["largest_revenue"].sum()
    rows["without"] = rows["revenue"] - rows["largest_revenue"]
    order = rows.assign(_few=rows["customers"] < FEW).sort_values(["_few", "largest_share"], ascending=[True, False])
    columns = [by, "customers", "revenue", "largest", *names, "largest_revenue", "largest_share", "firm_share", "without"]
    return order[columns].reset_index(drop=True)


def together(**tables: pd.DataFrame) -> pd.DataFrame:
    """Tables of `largest_accounts` as one: `by` (the name given), `group`, and the other columns."""
    parts = [rows.rename(columns={rows.columns[0]: "group"}).assign(by=name) for name, rows in tables.items()]
    whole = pd.concat([part.astype({"group": "str"}) for part in parts], ignore_index=True)
    return whole[["by", *(c for c in whole.columns if c != "by")]]


def receivables(customers: pd.DataFrame, risk: pd.DataFrame, *, risky: float = RISKY) -> pd.DataFrame:
    """One row per customer with invoices unpaid past their due day, most money first: customer_id, name and owner where known,
    overdue_amount (base currency), overdue_invoices, churn_risk, risky (churn_risk at or above `risky`; null where unknown).

    `risk`: customer_id, churn_risk; may be without rows. No rows where `customers` has no overdue_amount (no payments).
    """
    known = [c for c in ("customer_id", "name", "owner", "overdue_amount", "overdue_invoices") if c in customers.columns]
    if "overdue_amount" not in known:
        return pd.DataFrame(columns=[*known, "overdue_amount", "overdue_invoices", "churn_risk", "risky"])
    owing = customers.loc[customers["overdue_amount"].fillna(0) > 0, known]
    rows = owing.assign(churn_risk=owing["customer_id"].map(risk.set_index("customer_id")["churn_risk"]).astype(float))
    rows["risky"] = (rows["churn_risk"] >= risky).astype("boolean").mask(rows["churn_risk"].isna())
    return rows.sort_values("overdue_amount", ascending=False, kind="stable", ignore_index=True)


def placed(customers: pd.DataFrame, *, top: float = TOP) -> pd.DataFrame:
    """The customers with an order, most monetary first, with `value_part`: top (rank ≤ ceil(`top` × n) by monetary) or tail,
    and `movement`: growing, shrinking, steady, or null with fewer than `ORDERS` orders in either of the two years.

    `customers`: customer_id, frequency, monetary, orders_12m, orders_prev_12m, revenue_12m, revenue_prev_12m.
    """
    buyers = customers[customers["frequency"] > 0].sort_values("monetary", ascending=False, kind="stable", ignore_index=True)
    at = np.where(buyers.index < math.ceil(top * len(buyers)), *PARTS)
    told = (buyers[["orders_12m", "orders_prev_12m"]] >= ORDERS).all(axis=1)
    told &= (buyers[["revenue_12m", "revenue_prev_12m"]] > 0).all(axis=1)
    times = buyers["revenue_12m"] / buyers["revenue_prev_12m"].where(told)
    kind = np.select([times >= GROWTH, times <= 1 / GROWTH], ["growing", "shrinking"], default="steady")
    movement = pd.Series(kind, index=buyers.index, dtype=object).where(told)
    return buyers.assign(value_part=pd.Categorical(at, categories=list(PARTS)), movement=movement)


def tail(customers: pd.DataFrame, *, top: float = TOP) -> pd.DataFrame:
    """The top and the long tail, one row each: value_part, customers, customer_share, monetary, revenue_share, and of the last
    12 months active_12m (customers with an order), revenue_12m, growing, shrinking (customers), and where touches are known
    touches_12m, touch_share, minutes_12m, revenue_per_touch.

    Growing and shrinking stand side by side: where as many shrink, growth is the usual up and down. See `placed`.
    """
    rows = placed(customers, top=top)
    served = [c for c in ("touches_12m", "minutes_12m") if c in rows.columns]
    marked = rows.assign(
        active_12m=rows["orders_12m"] > 0, growing=rows["movement"].eq("growing"), shrinking=rows["movement"].eq("shrinking")
    )
    grouped = marked.groupby("value_part", observed=False)
    found = grouped[["monetary", "active_12m", "revenue_12m", "growing", "shrinking", *served]].sum()
    found.insert(0, "customers", grouped.size())
    found.insert(1, "customer_share", found["customers"] / max(len(rows), 1))
    found.insert(3, "revenue_share", found["monetary"] / rows["monetary"].sum())
    if "touches_12m" in served:
        found["touch_share"] = found["touches_12m"] / max(found["touches_12m"].sum(), 1)
        found["revenue_per_touch"] = found["revenue_12m"] / found["touches_12m"].replace(0, np.nan)
    return found.reset_index()


def growers(customers: pd.DataFrame, *, top: float = TOP) -> pd.DataFrame:
    """The growing customers of the long tail, most gain first: customer_id, name and owner where known, revenue_prev_12m,
    revenue_12m, gain, orders_prev_12m, orders_12m. See `placed`."""
    rows = placed(customers, top=top)
    rows = rows[rows["value_part"].eq("tail") & rows["movement"].eq("growing")]
    rows = rows.assign(gain=rows["revenue_12m"] - rows["revenue_prev_12m"])
    names = [c for c in ("name", "owner") if c in rows.columns]
    money = ["revenue_prev_12m", "revenue_12m", "gain", "orders_prev_12m", "orders_12m"]
    return rows.sort_values("gain", ascending=False, kind="stable", ignore_index=True)[["customer_id", *names, *money]]
