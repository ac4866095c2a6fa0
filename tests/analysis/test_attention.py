"""The accounts to act on: chosen from churn, rhythm and alerts, one line an account, with the next step of the plan."""

from __future__ import annotations

import pandas as pd

from segkit.analysis.attention import COLUMNS, accounts_to_act_on

CHURN = pd.DataFrame(
    [
        ("a", 0.5, "act", 9_000.0, "recency"),
        ("b", 0.4, "act", 12_000.0, "recency orders"),
        ("c", 0.7, "high", 7_000.0, None),
        ("d", 0.8, "high", 50_000.0, None),
        ("e", 0.97, "lost", 80_000.0, None),
        ("f", 0.1, "low", 3_000.0, None),
    ],
    columns=["customer_id", "churn_risk", "band", "revenue_at_risk", "reason_keys"],
)
CUSTOMERS = pd.DataFrame({"customer_id": list("abcdefgh"), "owner": ["Ann", "Bo", None, "Ann", "Bo", "Bo", "Ann", "Ann"]})
RHYTHM = pd.DataFrame({"customer_id": ["b", "c", "d"], "overdue_days": [0.0, 12.0, 0.0]})
ALERTS = pd.DataFrame(
    [
        ("x1", "f", "order_missing", 2_000.0, "order missing", True),
        ("x2", "f", "spend_falling", 4_000.0, "spend falls", False),
        ("x3", "g", "complaint", 8_000.0, "complained", True),
    ],
    columns=["alert_id", "customer_id", "kind", "money", "reason", "new"],
)
TASKS = pd.DataFrame(
    [
        ("t1", "b", "open", False, False, "call", "2024-07-01T08:00Z"),
        ("t2", "b", "open", False, True, "visit", "2024-07-03T08:00Z"),
        ("t3", "a", "done", False, True, "call", "2024-07-01T08:00Z"),
        ("t4", "a", "open", True, None, "mail", "2024-07-01T08:00Z"),
        ("t5", "c", "open", False, None, "call", "2024-07-02T08:00Z"),
    ],
    columns=["task_id", "customer_id", "status", "automated", "fits", "kind", "due_at"],
).assign(due_at=lambda t: pd.to_datetime(t["due_at"]), due_local="2024-07-02 10:00", subject="Call")


def test_those_to_act_on_and_the_late_among_the_high_are_listed_by_their_money_and_the_lost_are_not():
    found = accounts_to_act_on(CHURN, CUSTOMERS, rhythm=RHYTHM)
    assert found["customer_id"].tolist() == ["b", "a", "c"]
    assert found["money"].tolist() == [12_000, 9_000, 7_000]
    assert tuple(found.columns) == COLUMNS


def test_an_alert_puts_an_account_on_the_list_once_with_the_alert_of_most_money():
    found = accounts_to_act_on(CHURN, CUSTOMERS, alerts=ALERTS).set_index("customer_id")
    assert found.index.is_unique
    assert found.loc["f", "alert_id"] == "x2"
    assert found.loc["f", "money"] == 3_000  # its revenue at risk
    assert found.loc["g", "money"] == 8_000  # churn does not know it: what the alert says


def test_the_next_step_is_the_first_open_task_of_a_person_that_fits():
    found = accounts_to_act_on(CHURN, CUSTOMERS, rhythm=RHYTHM, tasks=TASKS).set_index("customer_id")
    assert found.loc["b", "task_id"] == "t2"
    assert found.loc["c", "task_id"] == "t5"
    assert pd.isna(found.loc["a", "task_id"])


def test_who_must_not_be_contacted_is_not_listed():
    barred = CUSTOMERS.assign(do_not_contact=CUSTOMERS["customer_id"].eq("b"))
    assert accounts_to_act_on(CHURN, barred)["customer_id"].tolist() == ["a"]


def test_the_list_is_as_long_as_asked_and_reasons_in_words_do_where_there_are_no_keys():
    worded = CHURN.rename(columns={"reason_keys": "reasons"})
    found = accounts_to_act_on(worded, CUSTOMERS, size=1)
    assert found[["customer_id", "owner", "reasons"]].to_numpy().tolist() == [["b", "Bo", "recency orders"]]


def test_without_anybody_at_risk_the_list_is_empty_and_keeps_its_columns():
    found = accounts_to_act_on(CHURN.iloc[:0], CUSTOMERS)
    assert found.empty
    assert tuple(found.columns) == COLUMNS
