"""What the office keeps beside the accounts: exchange rates, invoices, targets, costs of channels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.demo.process import Process
from segkit.demo.words import owners, words


def exchange_rates(process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """One row per Monday and currency: `on` (day), `currency`, `rate` (USD for one unit), from a week before day 0."""
    days = np.arange(-7, process.days, 7)
    frames = []
    for currency, level, drift in (("EUR", 1.085, 0.006), ("CNY", 0.1385, 0.002)):
        walk = np.cumsum(rng.normal(0, drift, len(days)) - 0.0)
        rate = level * np.exp(walk - np.linspace(0, walk[-1] * 0.7, len(days)))
        frames.append(pd.DataFrame({"on": days, "currency": currency, "rate": rate.round(4 if currency == "EUR" else 5)}))
    return pd.concat(frames).sort_values(["on", "currency"], kind="stable", ignore_index=True)


def invoices(lines: pd.DataFrame, accounts: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """One row per order: `due_day` 30 or 60 days on; `paid_day` null while open at as-of. Some accounts pay late."""
    orders = lines.groupby("order_id", sort=True).agg(
        account=("account", "first"), day=("day", "first"), amount=("amount", "sum")
    )
    who = accounts.loc[orders.account]
    due = orders.day.to_numpy() + np.where(who.rate.rank(pct=True) > 0.5, 60, 30)
    late = who.late_payer.to_numpy() & (rng.random(len(orders)) < 0.7)
    paid = due + np.where(late, np.ceil(rng.gamma(2, 14, len(orders))), np.minimum(rng.normal(-3, 4, len(orders)).round(), 6))
    never = rng.random(len(orders)) < 0.004
    frame = orders.assign(due_day=due, paid_day=np.where(never | (paid >= process.days), np.nan, paid))
    frame["currency"] = who.currency.to_numpy()
    frame["amount"] = frame.amount.round(2)
    return frame.reset_index().assign(invoice_id=lambda f: "INV" + f.order_id.str[3:])


def quarters(process: Process) -> list[tuple[str, int, int]]:
    """Calendar quarters of the history as (name such as `2025-Q1`, first day, day after the last)."""
    starts = pd.date_range(process.start.replace(day=1), periods=13, freq="QS")
    days = [(s.date() - process.start).days for s in starts]
    return [(f"{s.year}-Q{s.quarter}", a, b) for s, a, b in zip(starts[:-1], days[:-1], days[1:], strict=True)]


def targets(lines: pd.DataFrame, accounts: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """One row per salesperson and quarter: revenue (USD) about what came, missed by some; new customers for hunters."""
    rate = lines.currency.map({"USD": 1.0, "EUR": 1.085, "CNY": 0.139})
    sales = pd.DataFrame({"owner": lines.account.map(accounts.owner), "usd": lines.amount * rate, "day": lines.day})
    rows = []
    for name, first, last in quarters(process):
        sold = sales[sales.day.between(first, last - 1)].groupby("owner").usd.sum()
        for person in owners().itertuples():
            hope = sold.get(person.owner, 0.0) * rng.uniform(0.85, 1.25)
            new = int(rng.integers(4, 12)) if person.role == "hunter" else 0
            rows.append((person.owner, name, round(hope / 5000) * 5000, new))
    return pd.DataFrame(rows, columns=["owner", "period", "revenue", "new_customers"])


def costs(process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """One row per source channel and quarter, in the currency in which it is paid."""
    rows = [
        (channel, name, round(level * rng.uniform(0.8, 1.25), 2), currency)
        for name, _, _ in quarters(process)
        for channel, (_, currency, level, _) in words()["channels"].items()
    ]
    return pd.DataFrame(rows, columns=["source_channel", "period", "cost", "currency"])
