"""What a page may say: the findings that the notebooks kept, or for an edition those of its own accounts, made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.workbench import Edition, Reading

if TYPE_CHECKING:
    from segkit.findings import Finding
    from segkit.workbench import Run

PLANNED_DAYS = 14  # days planned, where the run does not say

Told = list[tuple[str, "Finding"]]  # the notebook that found it, and the finding


def found(run: Run) -> Told:
    """Findings with their notebooks, in the order of the notebooks' names."""
    return run.once("found", lambda: _found(run)) if isinstance(run, Reading) else _found(run)


def _found(run: Run) -> Told:
    if isinstance(run, Edition):
        return [*_customers(run), *_ahead(run), *_plan(run)]
    files = sorted((run.folder / "findings").glob("*.json"))
    return [(file.stem, finding) for file in files for finding in run.found(file.stem)]


def _customers(run: Run) -> Told:
    """How many bring what, and how it moved; nothing where nobody has ordered."""
    from segkit import findings

    customers = run.table("customers")
    if not (customers["frequency"] > 0).any():
        return []
    months = run.table("order_months")
    who = [
        findings.concentration(customers),
        findings.active(customers),
        findings.silent(customers),
        findings.one_order(customers),
    ]
    told = [findings.totals(customers), *who, findings.trend(months, run.as_of)]
    return [("20_rfm", finding) for finding in told]


def _ahead(run: Run) -> Told:
    """What they are expected to bring, and what of it is at risk."""
    from segkit import findings
    from segkit.analysis import rhythm

    told: Told = []
    if run.has("value") and run.has("tiers"):
        told.append(("50_value", findings.expected_total(run.table("value_segments"), horizon_days=run.horizon_days)))
    if run.has("rhythm") and "revenue_12m" in run.table("customers"):
        told.append(("50_value", findings.overdue(rhythm.accounts(run.table("rhythm"), run.table("customers")))))
    if run.has("churn"):
        told.append(("60_churn", findings.churn.at_risk(run.table("churn"), horizon_days=run.horizon_days)))
    return told


def _plan(run: Run) -> Told:
    from segkit import findings

    told: Told = []
    if run.has("tasks"):
        told.append(("80_followup", findings.plan_size(run.table("tasks"), planned_days(run))))
    if run.has("workload") and len(run.table("workload")):
        told.append(("80_followup", findings.plan_fits(run.table("workload"))))
    return told


def planned_days(run: Run) -> int:
    """Days that the plan of the run looks ahead."""
    return int(run.manifest.get("parameters", {}).get("80_followup", {}).get("days_ahead", PLANNED_DAYS))
