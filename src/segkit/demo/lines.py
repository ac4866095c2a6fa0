"""Order lines: products, quantities, prices, margin, returns and credit notes. One row per line."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.demo.process import Process
from segkit.demo.words import products

PRICE_RATE = {"USD": 1.0, "EUR": 0.92, "CNY": 7.15}  # price lists stand still while the exchange rate moves
CREDIT_NOTES, RETURNED_ROWS, PART_RETURNS, REVERSED_ORDERS, EQUAL_LINES = 31, 26, 19, 4, 11


def number(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per order in time order: `account`, `day`, `minute` of the Shanghai day, `order_id`."""
    frame = orders.assign(minute=rng.integers(8 * 60, 19 * 60, len(orders)))
    frame = frame.sort_values(["day", "minute", "account"], kind="stable", ignore_index=True)
    return frame.assign(order_id=[f"SO-{i:05d}" for i in range(1001, 1001 + len(frame))])


def draw(orders: pd.DataFrame, accounts: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """One to four lines for each order. Money is in the account's currency; `margin` stands where `cost` does not.

    The order's value is the account's level, grown since its first order, times gamma noise; products come out of the
    account's own category three times in four.
    """
    who = accounts.loc[orders.account].reset_index(drop=True)
    years = (orders.day.to_numpy() - who.first_day) / 365.25
    noise = rng.gamma(process.value_shape, 1 / process.value_shape, len(orders))
    value = who.value * np.exp(who.growth * years) * noise
    count = rng.choice([1, 2, 3, 4], len(orders), p=[0.5, 0.3, 0.13, 0.07])
    frame = orders.assign(value=value, currency=who.currency, category=who.category, concession=who.concession)
    frame = frame.loc[np.repeat(frame.index, count)].reset_index(drop=True)
    frame = frame.join(_goods(frame.category, rng)).drop_duplicates(["order_id", "product"], ignore_index=True)
    weight = pd.Series(rng.gamma(3, 1, len(frame)))
    frame["value"] *= weight / weight.groupby(frame.order_id).transform("sum")
    return _priced(frame, rng)


def _goods(category: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """A product for each line: `product`, `product_category`, `list_usd`, `margin_share`."""
    goods = products()
    names = goods.category.unique()
    own = category.map({name: i for i, name in enumerate(names)}).to_numpy()
    family = np.where(rng.random(len(own)) < 0.75, own, rng.integers(0, len(names), len(own)))
    item = rng.choice(6, len(own), p=[0.28, 0.22, 0.18, 0.14, 0.1, 0.08])
    chosen = goods.iloc[family * 6 + item].reset_index(drop=True)
    return chosen.rename(columns={"category": "product_category"})


def _priced(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Quantity, unit price, amount, list amount, cost or margin: amount = quantity × unit price, to the cent."""
    rate = lines.currency.map(PRICE_RATE)
    listed = _in_price_units(lines.list_usd * rate, lines.currency)
    price = _in_price_units(listed * (1 - lines.concession), lines.currency)
    quantity = np.maximum(1, lines.value * rate / price)
    step = np.select([quantity > 1000, quantity > 200, quantity > 30], [100, 20, 5], 1)
    quantity = (np.round(quantity / step) * step).clip(lower=1).astype(int)
    cost = (quantity * listed * (1 - lines.margin_share) * rng.normal(1, 0.03, len(lines))).round(1)
    amount = (quantity * price).round(2)
    told = rng.random(len(lines))  # most lines tell the cost, some the margin instead, a few neither
    return lines.assign(
        quantity=quantity,
        unit_price=price,
        amount=amount,
        list_amount=(quantity * listed).round(2),
        cost=cost.where(told < 0.9),
        margin=(amount - cost).round(2).where((told >= 0.9) & (told < 0.97)),
        status="completed",
        is_sample=False,
        returned_amount=np.nan,
    )


def _in_price_units(price: pd.Series, currency: pd.Series) -> pd.Series:
    """Prices to the cent, in yuan to the whole yuan; never nothing."""
    return price.round(2).where(currency != "CNY", price.round().clip(lower=1)).clip(lower=0.01)


def samples(deals: pd.DataFrame, accounts: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """Paid samples: one small line for most samples sent before as-of, marked `is_sample`."""
    sent = deals[deals["sample"] & (deals.sent_day < process.days) & (rng.random(len(deals)) < 0.8)]
    goods = _goods(sent.category.reset_index(drop=True), rng)
    frame = pd.DataFrame({"account": sent.account.to_numpy(), "day": sent.sent_day.to_numpy().astype(int)})
    frame["minute"] = rng.integers(9 * 60, 17 * 60, len(frame))
    frame["order_id"] = [f"SP-{i:04d}" for i in range(1, len(frame) + 1)]
    frame["currency"] = accounts.loc[frame.account, "currency"].to_numpy()
    frame = frame.assign(value=goods.list_usd * 2, concession=0.0).join(goods)
    return _priced(frame, rng).assign(is_sample=True)


def after_sale(lines: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """`lines` with what happened to some of them later; the rows added are used, and none of them is an order.

    Part returns fill `returned_amount`; goods returned whole get a row of their own with status returned and a positive
    amount; credit notes are rows with a negative amount; some orders are entered and reversed the same day; some
    lines stand twice.
    """
    frame = lines.copy()
    first, last = process.overlap
    early = frame[
        (frame.day < process.days - 60) & ~frame.day.between(first - 45, last) & ~frame.is_sample & (frame.amount > 300)
    ]
    ends = np.cumsum([CREDIT_NOTES, RETURNED_ROWS, PART_RETURNS, REVERSED_ORDERS, EQUAL_LINES])
    shuffled = rng.permutation(len(early))[: ends[-1]]
    credit, back, part, reverse, equal = (early.iloc[rows] for rows in np.split(shuffled, ends[:-1]))
    frame.loc[part.index, "returned_amount"] = (part.amount * rng.uniform(0.05, 0.5, len(part))).round(2)
    rows = [frame, _credit_notes(credit, rng), _returns(back, rng), *_reversals(reverse), frame.loc[equal.index]]
    return pd.concat(rows, ignore_index=True)


def _credit_notes(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    amount = -(lines.amount * rng.uniform(0.05, 0.3, len(lines))).round(2)
    names = [f"CN-{i:03d}" for i in range(1, len(lines) + 1)]
    blank = dict.fromkeys(["cost", "margin", "list_amount", "quantity", "unit_price"], np.nan)
    return lines.assign(order_id=names, day=lines.day + rng.integers(10, 40, len(lines)), amount=amount, **blank)


def _returns(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return lines.assign(day=lines.day + rng.integers(14, 45, len(lines)), status="returned")


def _reversals(lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    entered = lines.assign(order_id=[f"SR-{i:03d}" for i in range(1, len(lines) + 1)])
    negative = {c: -entered[c] for c in ("amount", "quantity", "list_amount", "cost", "margin")}
    return entered, entered.assign(minute=entered.minute + 25, **negative)
