"""How often and how much a customer orders: windows before as-of, gaps between orders, categories, as Ibis expressions."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from segkit.crm.cleaning import Clean
from segkit.crm.features import order_keys
from segkit.settings import Extract

YEAR, THREE_YEARS = 365, 1095  # days
UPPER = 0.9  # of a customer's own gaps: later than that is unusual
ENOUGH = 4  # gaps from which a customer's own quantile is taken


def windows(found: ir.Table, *, as_of: dt.date) -> ir.Table:
    """One row per customer with an event. `_12m`: the 365 days before as-of, `_prev_12m`: the 365 before those, `_3y`: 1,095
    days. Orders are counted; revenue and monetary are net of refunds in the window (base currency); `repeat_share`: orders
    after the first over all orders; margins likewise, `margin_rate` over the revenue whose margin is known."""
    on = found["ordered_on"]
    last = on >= as_of - dt.timedelta(days=YEAR)
    before = ~last & (on >= as_of - dt.timedelta(days=2 * YEAR))
    three = on >= as_of - dt.timedelta(days=THREE_YEARS)
    order, booked = found["is_order"], found["booked"]
    asked = {
        "orders_12m": found.count(where=order & last),
        "orders_prev_12m": found.count(where=order & before),
        "revenue_12m": booked.sum(where=last).round(4),
        "revenue_prev_12m": booked.sum(where=before).round(4),
        "frequency_3y": found.count(where=order & three),
        "monetary_3y": booked.sum(where=three).round(4),
        "_orders": found.count(where=order),
    }
    if "margin" in found.columns:
        asked |= _margins(found, {"12m": last, "prev_12m": before})
    rows = found.group_by("customer_id").agg(**asked)
    return rows.mutate(repeat_share=(rows["_orders"] - 1) / rows["_orders"].nullif(0)).drop("_orders")


def _margins(found: ir.Table, spans: dict[str, ir.BooleanValue]) -> dict[str, ir.Value]:
    margins: dict[str, ir.Value] = {}
    for name, span in spans.items():
        margin = found["margin"].sum(where=span)
        known = found["margin_on"].sum(where=span)
        margins |= {f"margin_{name}": margin.round(4), f"margin_rate_{name}": margin / known.nullif(0.0)}
    return margins


def gaps(found: ir.Table) -> ir.Table:
    """One row per customer with an order. `usual_gap_days`: median days between its order days, null below two of them;
    `gap_upper_days`: the 90 % quantile of its gaps, of all gaps of the firm where it has fewer than 4."""
    orders = found.filter(found["is_order"]).select("customer_id", "ordered_on")
    earlier = orders["ordered_on"].lag().over(ibis.window(group_by="customer_id", order_by="ordered_on"))
    spaced = orders.mutate(_earlier=earlier)
    days = spaced["ordered_on"].delta(spaced["_earlier"], unit="day")
    spaced = spaced.mutate(gap=days.nullif(0))  # orders of one day are one
    firm = spaced.aggregate(_firm=spaced["gap"].quantile(UPPER))
    own = spaced.group_by("customer_id").agg(
        usual_gap_days=spaced["gap"].median().cast("float64"), _own=spaced["gap"].quantile(UPPER), _gaps=spaced["gap"].count()
    )
    both = own.cross_join(firm)
    upper = ibis.ifelse(both["_gaps"] >= ENOUGH, both["_own"], both["_firm"])
    return both.select("customer_id", "usual_gap_days", gap_upper_days=upper.cast("float64").round(2))


def categories(orders: Clean, extract: Extract) -> ir.Table | None:
    """One row per customer and category (`product_category`, else the product): orders in which something of it was bought
    and not all taken back, and revenue (net, base currency). None where an extract names neither."""
    known = [name for name in ("product_category", "product") if orders.has(name)]
    if not known:
        return None
    lines = orders.used
    named = lines.mutate(category=ibis.coalesce(*(lines[name] for name in known)))
    named = named.filter(named["category"].notnull())
    keys = order_keys(named, orders, extract)
    per_order = named.group_by("customer_id", "category", **keys).agg(
        revenue=named["amount"].sum(), sales=named.count(where=named["amount"] >= 0)
    )
    bought = (per_order["sales"] > 0) & ((per_order["revenue"] > 0) | (extract.zero_amount == "order"))
    per_category = per_order.group_by("customer_id", "category")
    return per_category.agg(orders=per_order.count(where=bought), revenue=per_order["revenue"].sum().round(4))


def favourites(by_category: ir.Table) -> ir.Table:
    """One row per customer that bought: `categories` bought, `top_category`: the one with most revenue, of
    equals the first by name."""
    bought = by_category.filter(by_category["orders"] > 0)
    most = bought.group_by("customer_id").agg(_most=bought["revenue"].max(), categories=bought.count())
    both = bought.inner_join(most, "customer_id")
    top = both["category"].min(where=both["revenue"] == both["_most"])
    return both.group_by("customer_id").agg(categories=both["categories"].max(), top_category=top)
