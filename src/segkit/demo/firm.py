"""The simulated firm: everything the process makes, before it is written as tables."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from segkit.demo import accounts, deals, ledgers, lines, people, tables, touches
from segkit.demo.process import Process, order_days


@dataclass(frozen=True)
class Firm:
    """Frames in day numbers: `accounts` one row per account, `orders` per order, `deals` per deal, `hands` per salesperson."""

    accounts: pd.DataFrame
    orders: pd.DataFrame
    deals: pd.DataFrame
    hands: pd.DataFrame
    ids: pd.Series


def simulate(process: Process) -> Firm:
    """Accounts, their deals, the first orders that follow from deals won, and all orders after."""
    draw = process.generator
    everyone = accounts.draw(process, draw(1))
    hands = deals.strengths(draw(2))
    first = deals.closed_workday(deals.of_leads(everyone, process, hands, draw(3)))
    everyone = everyone.assign(first_day=deals.first_days(everyone, first, process, draw(4)))
    days = order_days(everyone, process, draw(5))
    repeat = deals.closed_workday(deals.of_customers(everyone, days, process, hands, draw(6)))
    every = deals.known(pd.concat([first, repeat], ignore_index=True), process, draw(7))
    return Firm(everyone, lines.number(days, draw(8)), every, hands, people.identifiers(everyone))


def extract(firm: Firm, process: Process) -> dict[str, pd.DataFrame]:
    """The tables of the extract by name, still clean; money and days as the firm's systems write them."""
    draw = process.generator
    goods = lines.draw(firm.orders, firm.accounts, process, draw(11))
    samples = lines.samples(firm.deals, firm.accounts, process, draw(12))
    written = lines.after_sale(pd.concat([goods, samples], ignore_index=True), process, draw(13))
    touched = touches.draw(firm.accounts, firm.orders, firm.deals, process, draw(14))
    shown = people.customers(firm.accounts, firm.ids, process, draw(15))
    fx = ledgers.exchange_rates(process, draw(20))
    return {
        "customers": tables.customers(shown, process, draw(16)),
        "contacts": people.contacts(firm.accounts, firm.ids, firm.deals, draw(17)),
        "orders": tables.orders(written, firm.ids, process, draw(18)),
        "interactions": tables.interactions(touched, firm.ids, process),
        "opportunities": tables.opportunities(firm.deals, firm.ids, process, draw(19)),
        "payments": tables.payments(ledgers.invoices(goods, firm.accounts, process, draw(21)), firm.ids, process),
        "owners": tables.owners(),
        "targets": ledgers.targets(goods, firm.accounts, process, draw(22)),
        "costs": ledgers.costs(process, draw(23)),
        "fx": fx.assign(on=tables.days_as(fx.on, "%Y-%m-%d", process)),
    }
