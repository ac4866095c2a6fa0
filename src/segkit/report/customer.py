"""One customer on a page of a terminal: who it is, figures, alerts, outlook, tiers with reasons, next steps, orders."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.errors import InputError
from segkit.i18n import is_missing
from segkit.report.alerts import alerts_in_words
from segkit.report.plans.worded import known_text, worded
from segkit.workbench import Run, open_run

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

WHO = ("name", "country", "province", "city", "industry", "owner", "contact_name", "contact_email", "contact_phone")
FIGURES = (
    "monetary", "margin", "frequency", "average_order_value", "recency_days", "first_order_on", "last_order_on", "tenure_days",
    "refunds", "sample_orders",
)  # fmt: skip
OUTLOOK = {
    "value": ("expected_revenue", "clv"),
    "rhythm": ("usual_gap_days", "next_order_on", "overdue_days"),
    "churn": ("churn_risk", "revenue_at_risk", "band"),
}
KINDS = {"churn_risk": "percent", "next_order_on": "date", "band": "band"}
LATEST = 10  # orders shown
STEPS = 10  # open tasks shown


def customer(run_dir: Path, customer_id: str, *, language: str | None = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Sections of the page: a heading and its lines (label, text), in the run's language unless another is asked for.

    Raises InputError where the run has no such customer, naming one that is spelt alike.
    """
    run = open_run(run_dir, "customer", language)
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
        (run.words("page_of.outlook"), _outlook(run, customer_id)),
        (run.words("page_of.tiers"), _tiers(run, customer_id)),
        (run.words("page_of.plan"), _plan(run, customer_id)),
        (run.words("page_of.orders"), _orders(run, customer_id)),
    ]
    return [(heading, lines) for heading, lines in sections if lines]


def _known(run: Run, own: pd.DataFrame, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The columns that the customer's one row has a value in, in words."""
    from segkit.charts.tables import written

    shown = own[[n for n in names if n in own and own[n].notna().all()]]
    table = written(shown.round({"usual_gap_days": 0}), run.words, run.currency, kinds=KINDS)
    return list(zip(table.headers, table.cells[0], strict=True)) if table.cells else []


def _outlook(run: Run, customer_id: str) -> list[tuple[str, str]]:
    """What it is expected to bring, when, and the risk that it does not; why, where the run speaks the page's language."""
    parts = [(_rows(run, table, customer_id), names) for table, names in OUTLOOK.items() if run.has(table)]
    lines = [line for own, names in parts if len(own) for line in _known(run, own, names)]
    churn = _rows(run, "churn", customer_id) if run.has("churn") else None
    own = run.words.language == run.manifest["language"]
    if churn is not None and len(churn) and own and not is_missing(churn["reasons"].iloc[0]) and churn["reasons"].iloc[0]:
        lines.append((run.words("column.why"), str(churn["reasons"].iloc[0])))
    return lines


def _plan(run: Run, customer_id: str) -> list[tuple[str, str]]:
    """The open tasks, the next first: its day and time on the customer's clock, who does it, what and why."""
    if not run.has("tasks"):
        return []
    own = _rows(run, "tasks", customer_id)
    open_ = own[own["status"].eq("open")].sort_values(["due_at", "task_id"], kind="stable").head(STEPS)
    if run.words.language != run.manifest["language"] and len(open_):
        open_ = worded(open_, run.table("customers"), run.playbooks(), run.words)
    return [(_when(run, task), _step(run, task)) for task in open_.to_dict("records")]


def _when(run: Run, task: dict[Hashable, Any]) -> str:
    due = str(task["due_local"])
    return f"{run.words.date(due[:10])} {due[11:16]}".strip()


def _step(run: Run, task: dict[Hashable, Any]) -> str:
    kind = run.words.label("task_kind", task["kind"])
    said = run.words("page_of.task", kind=kind, subject=known_text(task["subject"]))
    return " · ".join(part for part in (said, known_text(task["reason"]), known_text(task["owner"])) if part)


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
