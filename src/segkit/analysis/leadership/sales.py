"""Orders and money of the firm, quarter by quarter."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from segkit.analysis.leadership.quarters import every, seen_whole, series


def by_quarter(sales: pd.DataFrame, *, as_of: dt.date) -> pd.DataFrame:
    """A series of orders_quarter, revenue_quarter (net, base currency), profit_quarter (of the lines whose margin is known),
    average_order_value (revenue over orders) and new_customers, for every quarter that is over; one without orders has 0.

    `sales`: sales_quarters of the run. The first quarter of the extract is left out where there are others.
    """
    if sales.empty:
        return series([])
    names = ["orders", "new_customers", "revenue", "margin", "margin_on"]
    dated = sales.assign(period=pd.to_datetime(sales["period"]))
    summed = dated.groupby("period")[names].sum(min_count=1)
    spans = seen_whole(every(summed.index.min(), as_of=as_of))
    rows = summed.reindex(spans["begin"])
    orders, revenue = rows["orders"].fillna(0), rows["revenue"].fillna(0.0)
    with_margin = rows["margin"].where(rows["margin_on"].notna())
    found = pd.DataFrame(
        {
            "on": spans["end"].to_numpy(),
            "revenue_quarter": revenue.to_numpy(),
            "profit_quarter": with_margin.to_numpy(),
            "orders_quarter": orders.to_numpy(),
            "average_order_value": (revenue / orders.where(orders > 0, np.nan)).to_numpy(),
            "new_customers": rows["new_customers"].fillna(0).to_numpy(),
        }
    )
    return series(found.to_dict("records"))
