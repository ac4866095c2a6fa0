"""How often and how much a customer orders: windows before as-of, gaps between orders, categories, as Ibis expressions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from segkit.crm.cleaning import Clean
from segkit.crm.features import order_keys
from segkit.settings import Extract

YEAR, THREE_YEARS = 365, 1095  # days
RECENT = (90, 180)  # days
UPPER = 0.9  # of a customer's own gaps: later than that is unusual
ENOUGH = 4  # gaps from which a customer's own quantile is taken


def windows(found: ir.Table, *, as_of: dt.date) -> ir.Table:
    """One row per customer with an event. `_12m`: the 365 days before as-of, `_prev_12m`: the 365 before those, `_3y`: 1,095
    days, `_90d` and `_180d`: so many days. Orders are counted; revenue and monetary are net of refunds in the window (base
    currency); `repeat_share`: orders after the first over all orders; margins likewise, `margin_rate` over the revenue whose
    margin is known."""
    on = found["ordered_on"]
    last = on >= as_of - dt.timedelta(days=YEAR)
    before = ~last & (on >= as_of - dt.timedelta(days=2 * YEAR))
    three = on >= as_of - dt.timedelta(days=THREE_YEARS)
    order, booked = found["is_order"], found["booked"]
    asked = _recent(found, as_of) | {
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


def _recent(found: ir.Table, as_of: dt.date) -> dict[str, ir.Value]:
    """Orders and revenue of the last 90 and 180 days."""
    asked: dict[str, ir.Value] = {}
    for days in RECENT:
        span = found["ordered_on"] >= as_of - dt.timedelta(days=days)
        asked[f"orders_{days}d"] = found.count(where=found["is_order"] & span)
        asked[f"revenue_{days}d"] = found["booked"].sum(where=span).round(4)
    return asked


def _margins(found: ir.Table, spans: dict[str, ir.BooleanValue]) -> dict[str, ir.Value]:
    margins: dict[str, ir.Value] = {}
    for name, span in spans.items():
        margin = found["margin"].sum(where=span)
        known = found["margin_on"].sum(where=span)
        margins |= {f"margin_{name}": margin.round(4), f"margin_rate_{name}": margin / known.nullif(0.0)}
    return margins


def one_firm(_: ir.Table) -> ir.Value:
    """All customers are of one firm."""
    return ibis.literal("firm")


def gaps(found: ir.Table, *, firm: Callable[[ir.Table], ir.Value] = one_firm) -> ir.Table:
    """One row per customer with an order. `order_days`: days with one, `gaps`: gaps between them, `usual_gap_days`: their
    median, null below two order days; `gap_upper_days`: the 90 % quantile of its gaps, of all gaps of the firm where it has
    fewer than 4; `gap_log_mean`, `gap_log_sd`: mean and population deviation of their logarithms; `repeat_spend`: what its
    orders after the first order day came to per day with one (base currency). `firm`: whose gaps stand in for a customer's."""
    orders = found.filter(found["is_order"]).select("customer_id", "ordered_on", "amount")
    earlier = orders["ordered_on"].lag().over(ibis.window(group_by="customer_id", order_by="ordered_on"))
    spaced = orders.mutate(_earlier=earlier)
    days = spaced["ordered_on"].delta(spaced["_earlier"], unit="day")
    first = orders["ordered_on"].min().over(ibis.window(group_by="customer_id"))
    spaced = spaced.mutate(gap=days.nullif(0), _first=first)  # orders of one day are one
    all_gaps = spaced.group_by(_of=firm(spaced)).agg(_firm=spaced["gap"].quantile(UPPER))
    gap = spaced["gap"]
    own = spaced.group_by("customer_id").agg(
        usual_gap_days=gap.median().cast("float64"),
        gaps=gap.count(),
        gap_log_mean=gap.log().mean(),
        gap_log_sd=gap.log().std(how="pop"),
        _own=gap.quantile(UPPER),
        _repeat=spaced["amount"].sum(where=spaced["ordered_on"] > spaced["_first"]),
    )
    both = own.mutate(_of=firm(own)).inner_join(all_gaps, "_of")
    upper = ibis.ifelse(both["gaps"] >= ENOUGH, both["_own"], both["_firm"])
    return both.select(
        "customer_id", "usual_gap_days", "gaps", "gap_log_mean",
        order_days=both["gaps"] + 1,
        gap_upper_days=upper.cast("float64").round(2),
        gap_log_sd=ibis.ifelse(both["gaps"] >= 2, both["gap_log_sd"], ibis.null("float64")),
        repeat_spend=(both["_repeat"] / both["gaps"].nullif(0)).round(4),
    )  # fmt: skip


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
