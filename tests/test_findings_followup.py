"""What the follow-up plan says, and what it says where an extract is missing."""

from __future__ import annotations

import pandas as pd

from segkit import findings

NO_ROWS = pd.DataFrame(columns=["owner", "customer_id", "promised", "happened", "lean", "hour_share", "scheme", "tier"])


def tasks(*rows: tuple[str | None, str, bool, float]) -> pd.DataFrame:
    """Owner, customer, automated, value."""
    frame = pd.DataFrame(rows, columns=["owner", "customer_id", "automated", "value"])
    return frame.assign(status="open", urgent=False, minutes=30)


def test_the_size_of_a_plan_counts_what_people_do():
    found = findings.plan_size(tasks(("Ann", "c", False, 1.0), (None, "d", False, 1.0), ("Ann", "e", True, 1.0)), 14)
    assert (found.key, dict(found.numbers)) == ("plan_size", {"tasks": 2, "urgent": 0, "hours": 1.0, "owners": 1, "days": 14})
    assert findings.plan_size(tasks((None, "d", False, 1.0)), 14).key == "plan_pool_only"
    assert findings.plan_size(tasks(("Ann", "e", True, 1.0)), 14).key == "plan_empty"


def test_the_pool_counts_each_accounts_money_once():
    found = findings.plan_pool(tasks((None, "c", False, 5.0), (None, "c", False, 7.0), (None, "d", False, 1.0)))
    assert dict(found.numbers) == {"tasks": 3, "customers": 2, "value": 8.0}


def test_promises_name_the_tier_that_fares_worst_among_those_with_ten():
    rows = pd.DataFrame(
        [("s", "x", 20, 15), ("s", "y", 10, 2), ("s", "z", 2, 0)], columns=["scheme", "tier", "promised", "happened"]
    )
    found = findings.promises(rows, touched=True)
    assert (found.key, found.numbers["tier"], found.numbers["worst"]) == ("promises", "tier.s.y", 0.2)
    assert findings.promises(rows.tail(1), touched=True).key == "promises_few"


def test_what_an_extract_is_missing_for_is_not_computed():
    absent = [
        findings.promises(NO_ROWS, touched=False),
        findings.effort_astray(NO_ROWS, "rfm_matrix"),
        findings.neglected_accounts(NO_ROWS, touched=False),
        findings.hand_on(NO_ROWS, people=False),
        findings.targets_met(NO_ROWS, targets=False),
        findings.plan_fits(NO_ROWS),
    ]
    needs = [found.numbers["needs"].removeprefix("extract.") for found in absent]
    assert needs == ["interactions", "interactions", "interactions", "owners", "targets", "owners"]


def test_effort_goes_astray_from_five_points_of_share_on():
    rows = pd.DataFrame(
        {"tier": ["core", "new"], "hour_share": [0.5, 0.5], "contribution_share": [0.95, 0.05], "lean": [0.45, -0.45]}
    )
    assert (findings.effort_astray(rows, "rfm_matrix").key, findings.effort_astray(rows, "rfm_matrix").numbers["hours"]) == (
        "effort_astray",
        0.5,
    )
    assert findings.effort_astray(rows.assign(lean=[0.04, -0.04]), "rfm_matrix").key == "effort_balanced"
