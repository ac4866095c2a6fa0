"""Cancellations matched to the purchase that they cancel: the customer's latest earlier one of the same product.

The purchases of a customer and product form a stack; a cancelled quantity is taken from its top. What is left of a purchase
is the part of its layer that the stack's height never falls below later on, which window functions can tell.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segkit.errors import InputError


def matched(lines: ir.Table, *, place: str) -> ir.Table:
    """Adds `_kept`: of a sale the amount not cancelled later, 0 for a cancellation. Needs `product` and `quantity`.

    Cancellations that find no purchase (made before the extract begins) keep nothing back; they still reduce `monetary`.
    """
    missing = [c for c in ("product", "quantity") if c not in lines.columns]
    if missing:
        raise InputError(
            f"{place}: cancellations: match needs product and quantity; {' and '.join(missing)} is not mapped. "
            "Map it under extracts.orders.columns, or use cancellations: net."
        )
    sale = lines["amount"] >= 0
    units = ibis.ifelse(sale, lines["quantity"].abs(), -lines["quantity"].abs()).fill_null(0.0)
    rows = lines.mutate(_units=units, _credit=~sale)
    group = ["customer_id", "product"]
    order = ["ordered_at", "_credit", "_part", "_row"]
    so_far = ibis.window(group_by=group, order_by=order, preceding=(None, 0))
    rows = rows.mutate(_sum=rows["_units"].sum().over(so_far))
    lowest = rows["_sum"].min().over(so_far)
    rows = rows.mutate(_height=rows["_sum"] - ibis.least(lowest, 0.0))  # an unmatched cancellation digs no hole
    later = ibis.window(group_by=group, order_by=order, following=(0, None))
    rows = rows.mutate(_floor=rows["_height"].min().over(later))
    left = (rows["_floor"] - (rows["_height"] - rows["_units"])).clip(lower=0.0)
    share = ibis.ifelse(
        (rows["_units"] > 0) & rows["product"].notnull(), ibis.least(left / rows["_units"].nullif(0.0), 1.0), 1.0
    )
    kept = ibis.ifelse(rows["_credit"], 0.0, rows["amount"] * share)
    return rows.mutate(_kept=kept).drop("_units", "_credit", "_sum", "_height", "_floor")
