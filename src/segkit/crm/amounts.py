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
    `_no_value`; where lines name their currency `_no_rate`, and `_own_amount` in it, which tells whether an order was
    cancelled in full. `rates`: on, currency, rate to the base currency, one row per day."""
    named = {"currency": rows["currency"].fill_null(currency)} if "currency" in fields.mapping else {}
    rows = rows.mutate(**_written(rows, fields), **named)
    prices = [n for n in ("amount", "margin", "list_amount") if n in rows.columns]
    if not named:
        _refuse_mixed_signs(fields)
        return rows.mutate(**{n: rows[n].round(CENTS) for n in prices})
    own = rows.columns
    rows, known = _rated(rows, rates)
    rate = ibis.ifelse(rows["currency"] == currency, 1.0, known)
    in_base = {n: (rows[n] * rate).round(CENTS) for n in prices}
    return rows.select(**{n: rows[n] for n in own} | in_base, _own_amount=rows["amount"], _no_rate=rate.isnull())


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


def _rated(rows: ir.Table, rates: ir.Table | None) -> tuple[ir.Table, ir.FloatingValue]:
    """The rows with the rates beside them, and each one's rate; null where none is known."""
    if rates is None:
        return rows, ibis.null("float64")
    daily = rates.select(_day=rates["on"], _of=rates["currency"], _rate=rates["rate"])
    joined = rows.left_join(daily, [rows["ordered_at"].date() == daily["_day"], rows["currency"] == daily["_of"]])
    return joined, joined["_rate"]


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
    }
    if has("currency"):
        found["no_exchange_rate"] = rows["_no_rate"]
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
