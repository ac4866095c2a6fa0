"""What an order line is worth in the base currency: amount, returns, exchange rates, and why a line has no value."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segkit.crm import money
from segkit.crm.mapping import Fields
from segkit.errors import InputError

CENTS = 6  # decimals kept of a converted amount


def valued(rows: ir.Table, fields: Fields, *, currency: str, rates: ir.Table | None) -> ir.Table:
    """Adds or replaces `amount` (net, base currency; returns negative), `margin`, `list_amount` in the base currency, and
    `_no_value`, `_no_rate`. `rates`: on, currency, rate to the base currency, one row per day."""
    rows = rows.mutate(**_written(rows, fields))
    rows = _rated(rows, fields, currency=currency, rates=rates)
    if "currency" in fields.mapping:  # whether an order was cancelled in full is told in its own currency
        rows = rows.mutate(_own_amount=rows["amount"])
    in_base = {n: (rows[n] * rows["_rate"]).round(CENTS) for n in ("amount", "margin", "list_amount") if n in rows.columns}
    return rows.mutate(**in_base).drop("_rate")


def _written(rows: ir.Table, fields: Fields) -> dict[str, ir.Value]:
    """Amount and margin of a line in its own currency: a returned line counts against sales."""
    has = fields.mapping.__contains__
    amount = rows["amount"] if has("amount") else ibis.null("float64")
    if has("quantity") and has("unit_price"):
        at_list = rows["quantity"] * rows["unit_price"]
        amount = ibis.coalesce(amount, at_list * (1 - _discount(rows, fields)) if has("discount") else at_list)
    known = [rows["margin"]] if has("margin") else []
    known += [amount - rows["cost"]] if has("cost") else []
    margin = ibis.coalesce(*known) if known else None
    written = {"_no_value": amount.isnull()}
    if has("status"):
        returned = (rows["status"] == "returned").fill_null(False)
        amount = ibis.ifelse(returned, -amount.abs(), amount)
        margin = margin if margin is None else ibis.ifelse(returned, -margin.abs(), margin)
    if has("returned_amount"):
        amount = amount - rows["returned_amount"].abs().fill_null(0.0)
    return written | {"amount": amount} | ({} if margin is None else {"margin": margin})


def _discount(rows: ir.Table, fields: Fields) -> ir.FloatingValue:
    """The share taken off quantity × unit_price; none where the cell is empty. A column that goes beyond 1 is in per cent.

    Raises InputError where it holds what is no share: an amount of money, or less than nothing.
    """
    share = rows["discount"]
    low, high = rows.aggregate(low=share.min(), high=share.max()).to_pyarrow().to_pylist()[0].values()
    worst = low if (low or 0) < 0 else high
    if (low or 0) < 0 or (high or 0) > 100:
        raise InputError(
            f'{fields.raw.place}: column "{fields.mapping["discount"]}" (discount) holds {worst:g}, which is no share of the '
            "price (0 to 1, or 0 to 100 per cent). Map the amount after discount as amount, and leave discount out."
        )
    taken = share / 100 if (high or 0) > 1 else share
    return ibis.ifelse(rows["_bad_discount"], ibis.null("float64"), taken.fill_null(0.0))


def _rated(rows: ir.Table, fields: Fields, *, currency: str, rates: ir.Table | None) -> ir.Table:
    """Adds `_rate` (1 where no currency is named) and `_no_rate`."""
    if "currency" not in fields.mapping:
        _refuse_mixed_signs(fields)
        return rows.mutate(_rate=ibis.literal(1.0), _no_rate=ibis.literal(False))
    own = rows["currency"].fill_null(currency)
    if rates is None:
        rows = rows.mutate(currency=own, _rate=ibis.ifelse(own == currency, 1.0, ibis.null("float64")))
    else:
        keyed = rows.mutate(currency=own, _on=rows["ordered_at"].date())
        on = [keyed["_on"] == rates["on"], keyed["currency"] == rates["currency"]]
        joined = keyed.left_join(rates.select("on", "currency", "rate"), on, rname="fx_{name}")
        rate = ibis.ifelse(joined["currency"] == currency, 1.0, joined["rate"])
        rows = joined.mutate(_rate=rate).drop("_on", "on", "rate", "fx_currency")
    rows = rows.mutate(_no_rate=rows["_rate"].isnull())
    return rows


def _refuse_mixed_signs(fields: Fields) -> None:
    for name in ("amount", "unit_price"):
        if name in fields.mapping:
            signs = money.currency_signs(fields.raw.table, fields.source(name))
            if len(signs) > 1:
                raise InputError(
                    f'{fields.raw.place}: column "{fields.mapping[name]}" holds amounts in {", ".join(signs)}, and no column '
                    "says the currency. Map one under extracts.orders.columns.currency."
                )


def reasons(rows: ir.Table, fields: Fields) -> dict[str, ir.BooleanValue]:
    """Why an order line does not count, by reason."""
    has = fields.mapping.__contains__
    unreadable = [rows[f"_bad_{n}"] for n in ("amount", "quantity", "unit_price", "discount") if has(n)]
    found = {
        "missing_amount": rows["_no_value"] & ~ibis.or_(*unreadable),
        "unreadable_amount": rows["_no_value"],
        "no_exchange_rate": rows["_no_rate"],
    }
    if has("status"):
        found["cancelled"] = (rows["status"] == "cancelled").fill_null(False)
    if has("is_sample"):
        found["sample"] = rows["is_sample"].fill_null(False)
    if fields.extract.zero_amount == "leave_out":
        found["zero_amount"] = rows["amount"] == 0
    return found


def offending(fields: Fields) -> dict[str, str]:
    """The column whose value led to a reason."""
    amount = "amount" if "amount" in fields.mapping else "unit_price"
    return {"unreadable_amount": amount, "cancelled": "status", "no_exchange_rate": "currency"}
