"""The README of the demo extract: what the firm is, the process with its parameters, the dirt, the columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from importlib import resources
from string import Template
from typing import Any

from segkit.demo.firm import Firm
from segkit.demo.process import Process
from segkit.demo.touches import FEEDBACK
from segkit.schema import REASONS
from segkit.settings import Settings


def text(firm: Firm, process: Process, counts: dict[str, Any], settings: Settings) -> str:
    """The page in Markdown; every number in it is taken from the simulation."""
    page = resources.files(__package__).joinpath("readme.md").read_text(encoding="utf-8")
    values = {**_figures(firm, process), **_notes(counts["notes"], firm), "dirt": _dirt(counts), "columns": _columns(settings)}
    return Template(page).substitute(values)


def _figures(firm: Firm, process: Process) -> dict[str, Any]:
    """Parameters and totals; revenue as the process expects it, without noise."""
    accounts, orders = firm.accounts, firm.orders
    spent = orders.account.map(accounts.value).groupby(orders.account).sum().sort_values(ascending=False)
    best = spent.iloc[: round(len(spent) * 0.2)].sum() / spent.sum()
    closed = firm.deals[firm.deals.outcome.ne("open") & firm.deals["sample"]]
    numbers = {k: f"{v:g}" for k, v in asdict(process).items() if isinstance(v, float)}
    return numbers | {
        "countries": accounts.country.nunique(),
        "start": process.start,
        "last": process.as_of - dt.timedelta(days=1),
        "orders": f"{len(orders):,}",
        "revenue": f"about {spent.sum() / 1e6:.0f}",
        "regular": f"{process.regular_share:.0%}",
        "share": f"{best:.0%}",
        "sample_rate": f"{closed.won.mean():.0%}",
        "neglected": int((accounts.neglected & accounts.first_day.notna()).sum()),
    }


def _notes(notes: dict[str, Any], firm: Firm) -> dict[str, Any]:
    orders, customers = notes["orders"], notes["customers"]
    short = next(i for i in firm.ids if len(i) < 5)
    return {
        "ordered": customers["ordered"],
        "prospects": customers["prospects"],
        "duplicates": orders["duplicates_kept"],
        "decimal": orders["ids_with_decimal"],
        "placeholders": customers["placeholder_words"],
        "aliases": customers["aliases_merged"],
        "credit": orders["credit_note_rows"],
        "returned": orders["returned_rows"],
        "whole": orders["orders_returned_whole"],
        "part": orders["part_return_rows"],
        "reversed": orders["orders_entered_and_reversed"],
        "due": notes["payments"]["due_days_unreadable"],
        "short": short,
        "long": short.zfill(5),
        "feedback": ", ".join(f"`{code}`" for code in FEEDBACK),
    }


def _dirt(counts: dict[str, Any]) -> str:
    """Rows by extract (columns) and reason (rows), in the order in which reasons are looked for."""
    names = [n for n, rows in counts.items() if n != "notes" and len(rows) > 2]
    table = [["reason", *names], ["---", *["---:"] * len(names)]]
    for reason in ("in", *REASONS, "used"):
        if any(reason in counts[n] for n in names):
            table.append([reason, *(f"{counts[n][reason]:,}" if reason in counts[n] else "" for n in names)])
    return "".join(f"| {' | '.join(row)} |\n" for row in table)


def _columns(settings: Settings) -> str:
    """Each file with its headers and the canonical name behind each."""
    parts = []
    for name, extract in settings.extracts.items():
        pairs = ", ".join(c if c == h else f"{h} → {c}" for c, h in extract.columns.items())
        parts.append(f"- **{name}** (`{extract.source[0]}`): {pairs}")
    return "\n".join(parts)
