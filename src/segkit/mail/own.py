"""A team's or a salesperson's edition: their alerts, the accounts to act on, the tasks of the week. No figure of the firm's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from segkit.mail.accounts import WEEK, Own, of
from segkit.mail.content import SUBJECT, Attachment, Content, Figure, Group, Item, line
from segkit.report import calendars, known_text

if TYPE_CHECKING:
    import pandas as pd

    from segkit.schemes.playbooks import Playbook
    from segkit.workbench import Run

LISTED = 10  # lines of a list
WHO = 80  # characters of a name


def own(run: Run, edition: str, playbooks: Sequence[Playbook]) -> Content:
    """In the language the run was opened in. The subject: the weightiest alert, else the money at risk, else the tasks."""
    found, (kind, _, name) = of(run, edition, playbooks), edition.partition(":")
    risk = _at_risk(found.customers)
    said = _sentences(run, found, risk)
    groups = [_alerts(run, found), _risks(run, risk), _tasks(run, found)]
    return Content(
        subject=line(said[0][1], SUBJECT),
        head=[
            line(run.title),
            run.words("note.as_of", as_of=run.as_of),
            run.words(f"mail.edition_{kind}", name=line(name, WHO)),
        ],
        figures=_figures(run, found, risk),
        findings=said,
        groups=[group for group in groups if group.items],
        attachments=_calendars(run, found),
    )


def _at_risk(customers: pd.DataFrame) -> pd.DataFrame:
    """Accounts in the band to act on that may be contacted, the most money first."""
    columns = ["customer_id", "name", "owner", "churn_risk", "band", "revenue_at_risk", "do_not_contact"]
    rows = customers.reindex(columns=columns)
    barred = rows["do_not_contact"].astype("boolean").fillna(False).astype(bool)
    return rows[rows["band"].eq("act") & ~barred].sort_values("revenue_at_risk", ascending=False, kind="stable")


def _sentences(run: Run, found: Own, risk: pd.DataFrame) -> list[tuple[str, str]]:
    """What there is to say, the most pressing first; that nothing is pressing, where nothing is."""
    say, names = run.words, found.customers.set_index("customer_id")["name"]
    said: list[tuple[str, str]] = []
    if len(found.alerts):
        first = found.alerts.iloc[0]
        numbers = {"alerts": len(found.alerts), "name": line(str(names[first["customer_id"]]), WHO), "money": first["money"]}
        said.append(("risk", say("mail.own_alerts", currency=run.currency, **numbers)))
    if len(risk):
        numbers = {"customers": len(risk), "money": risk["revenue_at_risk"].sum(), "name": line(str(risk["name"].iloc[0]), WHO)}
        said.append(("warn", say("mail.own_risk", currency=run.currency, days=run.horizon_days, **numbers)))
    if len(found.week):
        numbers = {"tasks": len(found.week), "urgent": int(found.week["urgent"].sum()), "days": WEEK}
        said.append(("info", say("mail.own_tasks", first=line(str(found.week["subject"].iloc[0]), WHO), **numbers)))
    return said or [("good", say("mail.own_quiet", customers=len(found.customers)))]


def _figures(run: Run, found: Own, risk: pd.DataFrame) -> list[Figure]:
    words = run.words
    buyers = found.customers[found.customers["frequency"] > 0]
    told = [
        (words.number(len(buyers)), "accounts"),
        (words.number(len(found.alerts)), "alerts"),
        (words.money(risk["revenue_at_risk"].sum(), run.currency), "at_risk"),
        (words.number(len(found.week)), "tasks"),
    ]
    return [Figure(value, words(f"mail.figure_{name}", days=WEEK)) for value, name in told]


def _alerts(run: Run, found: Own) -> Group:
    names = found.customers.set_index("customer_id")[["name"]].join(_barred(found.customers))
    items = [
        Item(
            who=line(str(names.at[row["customer_id"], "name"]), WHO),
            figure=run.words.money(row["money"], run.currency),
            why=line(_joined(run, row, barred=bool(names.at[row["customer_id"], "barred"]))),
        )
        for row in found.alerts.head(LISTED).to_dict("records")
    ]
    return _group(run, "alerts", items, len(found.alerts))


def _joined(run: Run, alert: dict[Any, Any], *, barred: bool) -> str:
    """An alert's kind and reason, and that the customer is not to be contacted."""
    parts = [run.words.label("alert", alert["kind"]), known_text(alert["reason"])]
    parts += [run.words("mail.do_not_contact")] if barred else []
    return run.words("mail.parted").join(part for part in dict.fromkeys(parts) if part)


def _barred(customers: pd.DataFrame) -> pd.Series:
    """customer_id → whether the customer is not to be contacted."""
    flags = customers.reindex(columns=["customer_id", "do_not_contact"]).set_index("customer_id")["do_not_contact"]
    return flags.astype("boolean").fillna(False).astype(bool).rename("barred")


def _risks(run: Run, risk: pd.DataFrame) -> Group:
    items = [
        Item(
            who=line(str(row["name"]), WHO),
            figure=run.words.money(row["revenue_at_risk"], run.currency),
            why=line(run.words("mail.chance", risk=row["churn_risk"], days=run.horizon_days)),
        )
        for row in risk.head(LISTED).to_dict("records")
    ]
    return _group(run, "at_risk", items, len(risk))


def _tasks(run: Run, found: Own) -> Group:
    """The tasks of the week: urgent ones first, then by the clock."""
    several, urgent = len(found.people) > 1, run.words("mail.urgent")
    items = [
        Item(
            who=line(str(row["subject"]), 2 * WHO),
            figure=f"{run.words.date(row['due_local'])} {row['due_local'][11:16]}",
            why=line(
                run.words("mail.parted").join(
                    [urgent] * bool(row["urgent"]) + [str(row["owner"])] * several + [str(row["reason"])]
                )
            ),
            urgent=bool(row["urgent"]),
        )
        for row in found.week.head(LISTED).to_dict("records")
    ]
    return _group(run, "tasks", items, len(found.week))


def _group(run: Run, name: str, items: list[Item], there: int) -> Group:
    rest = run.words("mail.more", rest=there - len(items)) if there > len(items) else ""
    return Group(run.words(f"mail.{name}"), items, rest)


def _calendars(run: Run, found: Own) -> list[Attachment]:
    """The tasks as a calendar for each salesperson of the edition."""
    files = calendars(run, found.tasks, found.customers)
    return [Attachment(f"{name}.ics", "text/calendar", content) for name, content in files.items()]
