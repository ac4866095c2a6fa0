"""The accounts to act on, in words: account, owner, money, why, next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.i18n import is_missing
from segkit.report.grid import Cell, Grid, heads, money, part
from segkit.report.plans.worded import known_text, worded
from segkit.workbench import Edition

if TYPE_CHECKING:
    import pandas as pd

    from segkit.workbench import Run


def act_on(run: Run) -> pd.DataFrame:
    """The accounts to act on as the run kept them; an edition has a list of its own. See `analysis.attention`."""
    from segkit.analysis import attention

    if run.has("accounts_to_act_on") and not isinstance(run, Edition):
        return run.table("accounts_to_act_on")
    if not run.has("churn"):
        return attention.nobody()
    rhythm, alerts, tasks = (run.table(name) if run.has(name) else None for name in ("rhythm", "alerts", "tasks"))
    return attention.accounts_to_act_on(run.table("churn"), run.table("customers"), rhythm=rhythm, alerts=alerts, tasks=tasks)


def in_words(run: Run, accounts: pd.DataFrame) -> pd.DataFrame:
    """The accounts with `account` (its name, else its id), `why` and `next` (its planned step) in words."""
    customers = run.table("customers")
    names = customers.set_index("customer_id")["name"] if "name" in customers else {}
    ids = accounts["customer_id"]
    account = ids.map(names).astype(object)
    rows = accounts.to_dict("records")
    return accounts.assign(
        account=account.where(account.notna(), ids),
        why=[_why(run, row) for row in rows],
        next=[_next(run, row) for row in rows],
        subject=_subjects(run, accounts, customers),
    )


def _why(run: Run, row: dict[Any, Any]) -> str:
    """The alert, the overdue order, then what raises the risk. Reasons that were kept in words stay as they are."""
    words, said = run.words, []
    own = run.words.language == run.manifest["language"]
    if not is_missing(row["alert_id"]):
        alert = words.label("alert", row["alert_kind"])
        reason = known_text(row["alert_reason"]) if own else ""
        said.append(words("page.alerted", alert=alert, reason=reason) if reason else alert)
    if not is_missing(row["overdue_days"]) and row["overdue_days"] > 0:
        said.append(words("page.late", days=int(row["overdue_days"])))
    keys = known_text(row["reasons"]).split()
    if keys and all(f"because.{key}" in words for key in keys):
        said += [words(f"because.{key}") for key in keys if key != "overdue" or not said]
    elif own and keys:
        said.append(known_text(row["reasons"]))
    return words("why.joint").join(said) or words("page.no_reason")


def _next(run: Run, row: dict[Any, Any]) -> str:
    if is_missing(row["task_id"]):
        return run.words("page.no_step")
    kind, day = run.words.label("task_kind", row["task_kind"]), run.words.date(str(row["due_local"])[:10])
    return run.words("page.step_left_out" if row["task_fits"] is False else "page.step", kind=kind, day=day)


def _subjects(run: Run, accounts: pd.DataFrame, customers: pd.DataFrame) -> pd.Series:
    """What the step is, in the page's language."""
    if run.words.language == run.manifest["language"] or accounts["task_id"].isna().all():
        return accounts["subject"]
    tasks = run.table("tasks")
    said = worded(tasks[tasks["task_id"].isin(accounts["task_id"])], customers, run.playbooks(), run.words)
    return accounts["task_id"].map(said.set_index("task_id")["subject"])


def grid(run: Run, accounts: pd.DataFrame) -> Grid:
    """One row per account; on a phone each is a card."""
    rows, most = in_words(run, accounts), accounts["money"].max()
    alone = isinstance(run, Edition) and len(run.people) == 1
    owned = bool(accounts["owner"].notna().any()) and not alone
    cells = [_row(run, row, most, owned) for row in rows.to_dict("records")]
    head = heads(
        run, "account", *(["owner"] if owned else []), "money_at_risk", "why", "next_step", right=("money_at_risk",), wide="why"
    )
    return Grid(run.words("page.accounts"), head, cells, cards=True, classes="accounts")


def _row(run: Run, row: dict[Any, Any], most: float, owned: bool) -> list[Cell]:
    words, name, ident = run.words, str(row["account"]), str(row["customer_id"])
    chance = "" if is_missing(row["churn_risk"]) else words("page.chance", risk=row["churn_risk"])
    planned = not is_missing(row["task_id"])
    return [
        Cell(name, more="" if name == ident else ident),
        *(
            [Cell(known_text(row["owner"]) or words("page.nobody"), tone="" if known_text(row["owner"]) else "risk")]
            if owned
            else []
        ),
        Cell(money(run, row["money"]), more=chance, bar=part(row["money"], most), tone="risk"),
        Cell(str(row["why"])),
        Cell(str(row["next"]), more=known_text(row["subject"]) if planned else "", tone="" if planned else "risk"),
    ]
