"""One customer on a page of a terminal: who it is, its figures, its alerts, its tiers with the reasons, its latest orders."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.errors import InputError
from segkit.i18n import is_missing
from segkit.report.alerts import alerts_in_words
from segkit.workbench import Run, open_run

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

WHO = ("name", "country", "province", "city", "industry", "owner", "contact_name", "contact_email", "contact_phone")
FIGURES = (
    "monetary", "margin", "frequency", "average_order_value", "recency_days", "first_order_on", "last_order_on", "tenure_days",
    "refunds", "sample_orders",
)  # fmt: skip
LATEST = 10  # orders shown


def customer(run_dir: Path, customer_id: str, *, language: str | None = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Sections of the page: a heading and its lines (label, text), in the run's language unless another is asked for.

    Raises InputError where the run has no such customer, naming one that is spelt alike.
    """
    run = open_run(run_dir, "customer")
    run = open_run(run_dir, "customer", language or str(run.manifest["language"]))
    customers = run.table("customers").set_index("customer_id")
    if customer_id not in customers.index:
        close = difflib.get_close_matches(customer_id, customers.index.astype(str), n=1)
        hint = f' Did you mean "{close[0]}"?' if close else " `tables/customers.parquet` lists them."
        raise InputError(f'{run.folder.name}: no customer "{customer_id}".{hint}')
    own = customers.loc[[customer_id]]
    sections = [
        (customer_id, _known(run, own, WHO)),
        (run.words("page_of.figures"), _known(run, own, FIGURES)),
        (run.words("page_of.alerts"), _alerts(run, customer_id)),
        (run.words("page_of.tiers"), _tiers(run, customer_id)),
        (run.words("page_of.orders"), _orders(run, customer_id)),
    ]
    return [(heading, lines) for heading, lines in sections if lines]


def _known(run: Run, own: pd.DataFrame, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The columns that the customer's one row has a value in, in words."""
    from segkit.charts.tables import written

    table = written(own[[n for n in names if n in own and own[n].notna().all()]], run.words, run.currency)
    return list(zip(table.headers, table.cells[0], strict=True)) if table.cells else []


def _alerts(run: Run, customer_id: str) -> list[tuple[str, str]]:
    """The account's open alerts in words, most money first."""
    if not run.has("alerts"):
        return []
    own = alerts_in_words(_rows(run, "alerts", customer_id), run.alert_rules(), run.words, run.currency)
    return [
        (run.words.label("alert", row["kind"]), run.words("alert_note.line", currency=run.currency, **_told(row)))
        for row in own.to_dict("records")
    ]


def _told(row: dict[Hashable, Any]) -> dict[str, Any]:
    """What a line on an alert says; one held back was not told yet."""
    return {"reason": row["reason"], "money": row["money"], "on": row["first_told_on"]}


def _tiers(run: Run, customer_id: str) -> list[tuple[str, str]]:
    if not run.has("tiers"):
        return []
    own, scores = _rows(run, "tiers", customer_id), _scores(run, customer_id)
    return [
        (run.words.label("scheme", scheme), f"{run.words.label(f'tier.{scheme}', tier)}: {reason}{scores.get(scheme, '')}")
        for scheme, tier, reason in zip(own["scheme"], own["tier"], own["reason"], strict=True)
    ]


def _scores(run: Run, customer_id: str) -> dict[str, str]:
    """Scheme → what follows its reason: the customer's own score, and the share of the weight that was known."""
    if not run.has("tier_scores"):
        return {}
    own = _rows(run, "tier_scores", customer_id)
    return {row["scheme"]: f" ({', '.join(_figures(run, row))})" for row in own.to_dict("records")}


def _figures(run: Run, row: dict[Hashable, Any]) -> list[str]:
    words = run.words
    known = (
        []
        if is_missing(row["known_weight"])
        else [f"{words.label('column', 'known_weight')} {words.percent(row['known_weight'])}"]
    )
    return [f"{words.label('column', 'score')} {words.number(row['score'], 1)}", *known]


def _rows(run: Run, name: str, customer_id: str) -> pd.DataFrame:
    """The customer's rows of a table."""
    table = run.table(name)
    return table[table["customer_id"] == customer_id]


def _orders(run: Run, customer_id: str) -> list[tuple[str, str]]:
    """The latest orders, newest first."""
    own = _rows(run, "orders", customer_id).sort_values("ordered_on", ascending=False).head(LATEST)
    return [
        (run.words.date(day), f"{run.words.money(amount, run.currency, compact=False)}  {order}")
        for day, amount, order in zip(own["ordered_on"], own["amount"], own["order_id"], strict=True)
    ]
