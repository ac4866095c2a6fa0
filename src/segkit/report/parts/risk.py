"""Which money is at risk, and with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.report import acting
from segkit.report.parts.section import Section, section
from segkit.report.pictures import picture

if TYPE_CHECKING:
    from segkit.workbench import Run


def accounts(run: Run) -> Section:
    """The accounts to act on."""
    rows = acting.act_on(run)
    if rows.empty:
        return section(run, "accounts", lead="")
    numbers = {"customers": len(rows), "money": float(rows["money"].sum()), "currency": run.currency}
    open_ = int(rows["task_id"].isna().sum())
    said = [run.words("page.accounts_hold", **numbers)]
    said += [run.words("page.accounts_open", customers=open_)] if open_ and run.has("tasks") else []
    sources = ["60_churn", *(["80_followup"] if run.has("tasks") else [])]
    return section(run, "accounts", *sources, sentences=said, grids=[acting.grid(run, rows)])


def risk_map(run: Run) -> Section:
    """Each customer by its risk and its money."""
    return section(run, "risk", "60_churn", pictures=picture(run, "risk_value"))
