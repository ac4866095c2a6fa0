"""How often and how much a customer orders: windows before as-of, gaps between orders, categories, as Ibis expressions."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from segkit.crm.cleaning import Clean
from segkit.crm.features import order_keys
from segkit.settings import Extract

YEAR, THREE_YEARS = 365, 1095  # days
RECENT = (90, 180)  # days


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


def gaps(found: ir.Table) -> ir.Table:
    """One row per customer with an order. `order_days`: days with one, `gaps`: gaps between them; `gap_log_mean`, `gap_log_sd`:
    mean and population deviation of their logarithms (null without a gap, below two); `repeat_spend`: what its orders after the
    first order day came to per day with one (base currency)."""
    orders = found.filter(found["is_order"]).select("customer_id", "ordered_on", "amount")
    days = orders.group_by("customer_id", "ordered_on").agg(amount=orders["amount"].sum())
    earlier = days["ordered_on"].lag().over(ibis.window(group_by="customer_id", order_by="ordered_on"))
    spaced = days.mutate(_gap=days["ordered_on"].delta(earlier, unit="day"))
    gap = spaced["_gap"]
    own = spaced.group_by("customer_id").agg(
        gaps=gap.count(),
        gap_log_mean=gap.log().mean(),
        gap_log_sd=gap.log().std(how="pop"),
        _repeat=spaced["amount"].sum(where=gap.notnull()),
    )
    return own.select(
        "customer_id", "gaps", "gap_log_mean",
        order_days=own["gaps"] + 1,
        gap_log_sd=ibis.ifelse(own["gaps"] >= 2, own["gap_log_sd"], ibis.null("float64")),
        repeat_spend=(own["_repeat"] / own["gaps"].nullif(0)).round(4),
    )  # fmt: skip


def categories(orders: Clean, extract: Extract) -> ir.Table | None:
    """One row per customer and category (`product_category`, else the product): orders in which something of it was bought
    and not all taken back, and revenue (net, base currency). None where an extract names neither."""
    named = _categorised(orders)
    if named is None:
        return None
    keys = order_keys(named, orders, extract)
    per_order = named.group_by("customer_id", "category", **keys).agg(**_bought(named))
    per_category = per_order.group_by("customer_id", "category")
    asked = {"orders": per_order.count(where=_is_bought(per_order, extract)), "revenue": per_order["revenue"].sum().round(4)}
    return per_category.agg(**asked)


def standing_categories(orders: Clean, extract: Extract) -> ir.Table | None:
    """`categories` as they stood from one day on until another; `_since`, `_until` as in `features.standing`."""
    named = _categorised(orders)
    if named is None:
        return None
    keys = order_keys(named, orders, extract)
    days = named.group_by("customer_id", "category", **keys, _since=named["ordered_at"].date()).agg(**_bought(named))
    one = {"group_by": ["customer_id", "category", *keys], "order_by": "_since"}
    so_far = ibis.window(**one, preceding=(None, 0))
    whole = days.mutate(
        gained=days["revenue"], revenue=days["revenue"].sum().over(so_far), sales=days["sales"].sum().over(so_far)
    )
    bought = whole.mutate(now=ibis.ifelse(_is_bought(whole, extract), 1, 0))
    before = bought["now"].lag().over(ibis.window(**one)).fill_null(0)
    changes = bought.mutate(orders=bought["now"] - before)
    daily = changes.group_by("customer_id", "category", "_since")
    daily = daily.agg(orders=changes["orders"].sum(), revenue=changes["gained"].sum())
    one = {"group_by": ["customer_id", "category"], "order_by": "_since"}
    so_far = ibis.window(**one, preceding=(None, 0))
    return daily.mutate(
        orders=daily["orders"].sum().over(so_far),
        revenue=daily["revenue"].sum().over(so_far).round(4),
        _until=daily["_since"].lead().over(ibis.window(**one)),
    )


def _categorised(orders: Clean) -> ir.Table | None:
    """The lines whose category is known."""
    known = [name for name in ("product_category", "product") if orders.has(name)]
    if not known:
        return None
    lines = orders.used
    named = lines.mutate(category=ibis.coalesce(*(lines[name] for name in known)))
    return named.filter(named["category"].notnull())


def _bought(named: ir.Table) -> dict[str, ir.Value]:
    return {"revenue": named["amount"].sum(), "sales": named.count(where=named["amount"] >= 0)}


def _is_bought(per_order: ir.Table, extract: Extract) -> ir.BooleanValue:
    """Whether something of it was bought in an order and not all taken back."""
    return (per_order["sales"] > 0) & ((per_order["revenue"] > 0) | (extract.zero_amount == "order"))


def favourites(by_category: ir.Table) -> ir.Table:
    """One row per customer that bought: `categories` bought, `top_category`: the one with most revenue, of
    equals the first by name."""
    bought = by_category.filter(by_category["orders"] > 0)
    most = bought.group_by("customer_id").agg(_most=bought["revenue"].max(), categories=bought.count())
    both = bought.inner_join(most, "customer_id")
    top = both["category"].min(where=both["revenue"] == both["_most"])
    return both.group_by("customer_id").agg(categories=both["categories"].max(), top_category=top)
