"""What movement says: literal tables, the sentence's key and numbers, and the sentence itself."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit.findings import migration
from segkit.i18n import Words

DAY = pd.Timestamp("2026-04-01")
FLOWS = pd.DataFrame(
    [("core", "core", "stayed", 8), ("core", "save", "recency", 2), ("new", "core", "money", 1), ("(new)", "new", "arrived", 5),
     ("core", "(lost)", "gone", 1)],
    columns=["from_tier", "to_tier", "cause", "customers"],
).assign(since=DAY, scheme="rfm_matrix")  # fmt: skip


def say(finding, language: str = "en") -> str:
    return Words(language)(f"finding.{finding.key}", currency="USD", **finding.numbers)


def test_who_moved_is_told_among_those_who_had_a_tier_on_both_days():
    found = migration.moved(FLOWS, scheme="rfm_matrix")
    assert (found.key, found.numbers["customers"], found.numbers["of"], found.numbers["most"]) == ("moved", 3, 11, 2)
    assert migration.moved(FLOWS[FLOWS["cause"] == "stayed"], scheme="rfm_matrix").key == "nobody_moved"
    assert migration.moved(FLOWS.iloc[:0], scheme="rfm_matrix").key == "no_history"
    assert migration.since_last(FLOWS.iloc[:0], scheme="rfm_matrix").key == "no_snapshot"
    assert say(migration.since_last(FLOWS, scheme="rfm_matrix")).startswith("Since the last snapshot, 1 Apr 2026, 3 customers")


@pytest.mark.parametrize(("cause", "key"), [("recency", "main_cause"), ("frequency+money", "main_causes")])
def test_the_main_cause_is_named_with_what_is_nobodys_doing(cause, key):
    table = pd.DataFrame({"cause": [cause, "cuts"], "marked": [False, True], "customers": [6, 2]})
    found = migration.main_cause(table)
    assert (found.key, found.numbers["marked"], found.numbers["share"]) == (key, 2, 0.75)
    assert "in 2 (25%) only cuts" in say(found)
    own = {"main_cause": "one_cause", "main_causes": "joint_causes"}
    assert migration.main_cause(table.head(1)).key == own[key]
    assert migration.main_cause(table.iloc[:0]).key == "no_cause"


def test_those_kept_in_a_tier_are_told_of_the_last_step():
    row = {"since": DAY, "tier": "core", "customers": 10, "retained": 7, "retained_share": 0.7, "went_to": "save"}
    table = pd.DataFrame([row | {"revenue": 100.0, "revenue_retained": 60.0}])
    found = migration.kept(table, scheme="rfm_matrix")
    assert (found.key, found.severity, found.numbers["money"]) == ("kept", "warn", 40.0)
    assert migration.kept(table.assign(retained=10), scheme="rfm_matrix").severity == "good"
    assert migration.kept(table.assign(went_to="(lost)"), scheme="rfm_matrix").key == "kept_some_lost"
    assert migration.kept(table.iloc[:0], scheme="rfm_matrix").key == "kept_unknown"


def test_more_lost_than_won_is_a_warning():
    states = pd.DataFrame({"since": DAY, "state": ["new", "lost"], "customers": [2, 5], "revenue": [10.0, 90.0]})
    found = migration.turnover(states)
    assert (found.key, found.severity, found.numbers["returned"]) == ("turnover", "warn", 0)
    assert migration.turnover(states.assign(customers=[5, 2])).severity == "info"
    assert migration.turnover(states.iloc[:0]).key == "no_turnover"


@pytest.mark.parametrize(
    ("sources", "key"),
    [([], "history_none"), (["rebuilt"], "history_rebuilt"), (["snapshot"], "history_kept"),
     (["snapshot", "rebuilt"], "history_mixed")],
)  # fmt: skip
def test_what_the_past_rests_on_is_said(sources, key):
    days = pd.DataFrame({"since": pd.date_range("2026-01-01", periods=len(sources)), "kind": "quarter", "source": sources})
    assert migration.rests_on(days).key == key


def test_schemes_without_a_past_and_snapshots_in_another_currency_are_counted():
    found = migration.without_past({"trade_tier": ["vetted"], "warmth": ["relationship"]}, ["trade_tier"])
    assert (found.key, found.numbers) == ("no_past", {"schemes": 1, "example": "scheme.warmth"})
    assert migration.without_past({"warmth": ["relationship"]}, ["warmth"]).key == "all_have_a_past"
    aside = migration.foreign(pd.DataFrame({"kind": ["foreign", "last"]}), currency="USD")
    assert [say(f) for f in aside] == ["1 snapshot is in another currency than USD and left aside"]
    assert migration.foreign(pd.DataFrame({"kind": ["last"]}), currency="USD") == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_can_be_said_in_both_languages(language):
    found = [migration.moved(FLOWS, scheme="rfm_matrix"), migration.since_last(FLOWS, scheme="rfm_matrix")]
    for finding in found:
        assert "{" not in say(finding, language)
