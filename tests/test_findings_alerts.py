"""What the alerts and the track record say, and what they say where there is nothing to tell from."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit import findings
from segkit.analysis.track_record import UNKNOWN, Difference
from segkit.findings import alerts as found

DAY = pd.Timestamp(2026, 4, 1)
ALERTS = pd.DataFrame(
    [("a", "risk", 100.0, True), ("a", "warn", 300.0, False), ("b", "warn", 50.0, True), ("c", "good", 7.0, True)],
    columns=["customer_id", "severity", "money", "new"],
)
RECORD = pd.DataFrame(
    [("core", 20, 15, 0.75, 0.6, 0.9, 0.3, 90.0, 80.0), ("save", 10, 1, 0.1, 0.0, 0.3, 0.3, 0.0, 5.0),
     ("at_risk_act", 9, 9, 1.0, 0.8, 1.0, 0.3, 1.0, 1.0)],
    columns=["list", "customers", "ordered_again", "share", "low", "high", "base_share", "revenue_before", "revenue_since"],
)  # fmt: skip


def test_alerts_count_an_accounts_money_once_and_leave_good_news_to_its_own_sentence():
    told = found.alerts_told(ALERTS)
    assert dict(told.numbers) == {"alerts": 3, "customers": 2, "money": 350.0, "new": 2}
    assert (told.key, told.severity) == ("alerts_told", "risk")
    assert found.alerts_told(ALERTS.assign(new=False)).severity == "warn"
    assert found.alerts_told(ALERTS.tail(1)).key == "no_alerts"
    assert dict(found.good_news(ALERTS).numbers) == {"customers": 1, "money": 7.0}
    assert found.good_news(ALERTS.head(3)).key == "no_good_news"


def test_what_the_limit_of_an_owner_held_back_is_said():
    by_owner = pd.DataFrame({"owner": ["Li", "Wu", None], "new": [10, 3, 40], "held_back": [2, 0, 0]})
    said = found.alerts_by_owner(by_owner, 10)
    assert (said.key, said.numbers["held_back"], said.numbers["owner"]) == ("alerts_held_back", 2, "Li")
    assert found.alerts_by_owner(by_owner.tail(2), 10).numbers["owner"] == "Wu"
    assert found.alerts_by_owner(by_owner.tail(1), 10).numbers == {"alerts": 40}
    assert found.alerts_by_owner(by_owner.head(0), 10).key == "no_alert_owner"
    kinds = pd.DataFrame({"kind": ["order_missing", "complaint"], "alerts": [2, 1], "money": [30.0, 10.0]})
    assert found.alerts_main_kind(kinds).numbers["share"] == 0.75
    assert found.alerts_main_kind(kinds.head(0)).key == "no_alert_kind"


def test_lists_of_fewer_than_ten_are_not_ranked():
    said = found.lists_record(RECORD, DAY)
    assert (said.numbers["best"], said.numbers["worst"], said.numbers["base"]) == ("list.core", "list.save", 0.3)
    assert found.lists_record(RECORD.head(1), DAY).key == "lists_record_one"
    assert found.lists_record(RECORD.tail(1), DAY).key == "lists_too_small"
    assert found.lists_record(RECORD.head(0), None).key == "lists_too_young"
    assert found.list_record(RECORD, "core", DAY).numbers["again"] == 15
    assert found.list_record(RECORD, "key_accounts", DAY).key == found.list_record(RECORD, "core", None).key == "list_empty"


@pytest.mark.parametrize(
    ("low", "high", "key"),
    [
        (0.01, 0.2, "follow_up_better"),
        (-0.2, -0.01, "follow_up_worse"),
        (-0.1, 0.1, "follow_up_alike"),
        (0, 0.2, "follow_up_alike"),
    ],
)
def test_following_up_helped_only_where_the_interval_says_so(low, high, key):
    table = pd.DataFrame({"list": "all", "followed": [False, True], "customers": [9, 8], "share": [0.2, 0.3]})
    said = found.following_up(table, Difference((low + high) / 2, low, high, 8, 9), touched=True)
    assert said.key == key
    assert found.following_up(table, UNKNOWN, touched=True).key == "follow_up_unknown"
    assert found.following_up(table, UNKNOWN, touched=False).key == findings.absent("follow_up", "interactions").key


def test_without_a_history_folder_the_reader_is_told_that_nothing_is_remembered():
    assert found.alerts_remembered(history=False).key == "alerts_not_remembered"
    assert found.alerts_remembered(history=True).severity == "good"
