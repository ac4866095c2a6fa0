"""Simulated frames → the tables of the extract: canonical columns, values written as the firm's systems write them.

Helper columns start with an underscore and are not written: `_day` is the day number a row belongs to.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from segkit.demo.lines import PRICE_RATE
from segkit.demo.process import Process
from segkit.demo.words import owners as people
from segkit.demo.words import pick, words
from segkit.schema import TABLES

UNUSED = "discount"  # the firm's unit prices are after discount, and what was conceded shows in List Amount

SIGNS = {"USD": "$", "EUR": "€", "CNY": "¥"}


def moments(day: pd.Series, minute: pd.Series, process: Process) -> pd.Series:
    """Shanghai wall clock of a day number and a minute of the day; null where the day is null."""
    start = pd.Timestamp(process.start)
    minutes = day.astype("Float64") * 1440 + minute
    return start + pd.to_timedelta(minutes.astype("Int64"), unit="min").astype("timedelta64[s]")


def days_as(day: pd.Series, style: str, process: Process) -> pd.Series:
    """Day numbers as text in a strftime style; null stays null."""
    return moments(day, pd.Series(0, index=day.index), process).dt.strftime(style)


def money(amount: float, currency: str, style: float) -> str:
    """One amount as text; `style` between 0 and 1 chooses the way of writing, no way loses a cent.

    Plain `9326.84`, grouped `9,326.84`, with sign `$22,700.00`, and where the amount is round `¥1.2万` or `$22.70K`;
    negative ones in brackets.
    """
    if amount < 0:
        return f"({-amount:,.2f})"
    if style > 0.9 and currency == "CNY" and amount >= 10_000 and amount % 100 == 0:
        return f"¥{amount / 10_000:g}万"
    if style > 0.96 and currency == "USD" and amount >= 10_000 and amount % 10 == 0:
        return f"${amount / 1000:.2f}K"
    if style > 0.8:
        return f"{SIGNS[currency]}{amount:,.2f}"
    return f"{amount:,.2f}" if style > 0.55 else f"{amount:.2f}"


def _plain(values: pd.Series, places: int) -> pd.Series:
    return values.map(lambda x: f"{x:.{places}f}", na_action="ignore")


def orders(lines: pd.DataFrame, ids: pd.Series, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """Order lines in time order as text."""
    frame = lines.sort_values(["day", "minute", "order_id", "product"], kind="stable", ignore_index=True)
    style = rng.random(len(frame))
    texts = [money(a, c, s) for a, c, s in zip(frame.amount, frame.currency, style, strict=True)]
    # the same line written twice must be written alike
    amount = pd.Series(texts).groupby([frame.order_id, frame["product"], frame.amount, frame.status]).transform("first")
    table = frame.assign(
        customer_id=frame.account.map(ids),
        ordered_at=moments(frame.day, frame.minute, process).dt.strftime("%Y-%m-%d %H:%M"),
        amount=amount,
        quantity=_plain(frame.quantity, 0),
        is_sample=frame.is_sample.map({True: "Y", False: "N"}),
        status=frame.status.str.capitalize(),
        _day=frame.day,
        **{c: _plain(frame[c], 2) for c in ("unit_price", "cost", "margin", "list_amount", "returned_amount")},
    )
    return table[[*(name for name in TABLES["orders"].names if name != UNUSED), "_day"]]


def customers(frame: pd.DataFrame, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """The CRM's customers as text, in order of creation."""
    minute = pd.Series(rng.integers(500, 1100, len(frame)))
    created = moments(frame.created_day, minute, process).dt.strftime("%Y/%m/%d %H:%M")
    whole = [
        "industry_outlook",
        "employees",
        "satisfaction",
        "referral_willingness",
        "culture_fit",
        "communication_cost",
        "needs_match",
    ]
    table = frame.assign(created_at=created, **{c: _plain(frame[c], 0) for c in whole})
    table["repurchase_intent"] = _plain(frame.repurchase_intent, 2)
    table = table.sort_values(["created_day", "customer_id"], kind="stable", ignore_index=True)
    return table[list(TABLES["customers"].names)]


def interactions(touches: pd.DataFrame, ids: pd.Series, process: Process) -> pd.DataFrame:
    """Touches as text; `at` is the UTC instant."""
    at = moments(touches.day, touches.minute, process) - pd.Timedelta(hours=8)
    table = touches.assign(
        customer_id=touches.account.map(ids),
        at=at.dt.strftime("%Y-%m-%dT%H:%M:00Z"),
        interaction_id=touches.interaction_id.astype(str),
        inquiry_quality=_plain(touches.inquiry_quality, 0),
        minutes=_plain(touches.minutes, 0),
    )
    return table[list(TABLES["interactions"].names)]


def opportunities(deals: pd.DataFrame, ids: pd.Series, process: Process, rng: np.random.Generator) -> pd.DataFrame:
    """Deals with real types, as a warehouse gives them. Times of day are office hours; early deals have no amount yet."""
    n = len(deals)
    is_open = deals.outcome.eq("open")
    amount = (deals.value * deals.currency.map(PRICE_RATE) * rng.lognormal(0.2, 0.35, n) / 100).round() * 100
    reason = pd.Series(pick(rng, words()["lost_reasons"], n), dtype=object)
    when = {
        name: moments(deals[day], pd.Series(rng.integers(540, 1080, n)), process)
        for name, day in {
            "created_at": "created_day",
            "first_contact_at": "contact_day",
            "stage_since": "stage_day",
            "closed_at": "closed_day",
        }.items()
    }
    when["first_contact_at"] = when["first_contact_at"].clip(lower=when["created_at"])
    when["stage_since"] = when["stage_since"].clip(lower=when["created_at"])
    when["closed_at"] = when["closed_at"].clip(lower=when["first_contact_at"]).mask(is_open)
    when["first_contact_at"] = when["first_contact_at"].mask(deals.contact_day >= process.days)
    table = deals.assign(
        opportunity_id=[f"OPP-{i:04d}" for i in range(1, n + 1)],
        customer_id=deals.account.map(ids),
        amount=amount.mask(is_open & deals.stage.isin(["lead", "opportunity"])),
        product=deals.category,
        key_person=deals.key_person.replace("none", "nobody"),
        lost_reason=reason.where(deals.outcome.eq("lost")),
        **when,
    )
    return table[list(TABLES["opportunities"].names)]


def payments(invoices: pd.DataFrame, ids: pd.Series, process: Process) -> pd.DataFrame:
    """Invoices as text with decimal commas and days first, by due day."""
    frame = invoices.sort_values(["due_day", "invoice_id"], kind="stable", ignore_index=True)
    table = frame.assign(
        customer_id=frame.account.map(ids),
        due_on=days_as(frame.due_day, "%d.%m.%Y", process),
        paid_on=days_as(frame.paid_day, "%d.%m.%Y", process),
        amount=_plain(frame.amount, 2).str.replace(".", ","),
    )
    return table[list(TABLES["payments"].names)]


def owners() -> pd.DataFrame:
    """The sales team."""
    frame = people()
    mail = frame.owner.str.lower().str.replace(" ", ".") + "@meridian-export.example"
    zone = frame.owner.map({"Chen Yu": "America/Chicago", "Huang Bo": "Asia/Tokyo"}).fillna("Asia/Shanghai")
    table = frame.assign(email=mail, language=np.where(frame.index % 2 == 0, "en", "zh"), time_zone=zone)
    return table[list(TABLES["owners"].names)]
