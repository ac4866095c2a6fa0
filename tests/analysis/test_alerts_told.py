"""Told once: over successive runs, repeated ones and failed ones, with a limit per owner that is said."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from segkit.analysis import alerts
from segkit.schemes.alerts import load_all

RULES = load_all()
MONDAY, TUESDAY, WEDNESDAY = (dt.date(2026, 6, day) for day in (1, 2, 3))
NONE = pd.DataFrame({"alert_id": [], "customer_id": [], "kind": [], "first_told_on": []})


def raised(*ids: str, kind: str = "order_missing", owner: str | None = "Li") -> pd.DataFrame:
    """Open alerts of customers named as their ids, the first with most money."""
    rows = {"alert_id": list(ids), "customer_id": [i[0] for i in ids], "kind": kind, "owner": owner, "severity": "risk"}
    money = [float(100 - i) for i in range(len(ids))]
    return pd.DataFrame(rows | {"money": money, "numbers": "{}", "do_not_contact": False, "episode_on": pd.Timestamp(MONDAY)})


def tell(rows: pd.DataFrame, told: pd.DataFrame, day: dt.date, **options) -> pd.DataFrame:
    return alerts.tell(rows, RULES, told, as_of=day, **options)


def kept(told: pd.DataFrame, run: pd.DataFrame) -> pd.DataFrame:
    """The ledger after a run became final."""
    fresh = run[run["first_told_on"].notna() & ~run["alert_id"].isin(told["alert_id"])]
    return pd.concat([part for part in (told, fresh[list(NONE)]) if len(part)], ignore_index=True)


def test_an_alert_is_new_in_the_run_that_tells_it_first_and_never_again():
    first = tell(raised("a1", "b1"), NONE, MONDAY)
    second = tell(raised("a1", "b1", "c1"), kept(NONE, first), TUESDAY)
    assert first["new"].tolist() == [True, True]
    assert second.set_index("alert_id")["new"].to_dict() == {"a1": False, "b1": False, "c1": True}
    assert second["first_told_on"].dt.day.tolist() == [1, 1, 2]


def test_a_run_that_failed_has_told_nothing_and_a_repeated_one_says_the_same():
    monday = tell(raised("a1"), NONE, MONDAY)
    ledger = kept(NONE, monday)
    failed = tell(raised("a1", "b1"), ledger, TUESDAY)  # never became final: the ledger stays
    again = tell(raised("a1", "b1"), ledger, TUESDAY)
    pd.testing.assert_frame_equal(again, failed)
    after = kept(ledger, again)
    pd.testing.assert_frame_equal(tell(raised("a1", "b1"), after, TUESDAY), again)
    assert tell(raised("a1", "b1"), after, WEDNESDAY)["new"].tolist() == [False, False]


def test_an_episode_that_ended_drops_out_and_a_new_one_is_told():
    ledger = kept(NONE, tell(raised("a1", "b1"), NONE, MONDAY))
    found = tell(raised("a2", "b1"), ledger, TUESDAY)
    assert found.set_index("alert_id")["new"].to_dict() == {"a2": True, "b1": False}


def test_a_run_of_an_earlier_day_knows_nothing_of_what_later_ones_told():
    ledger = kept(NONE, tell(raised("a1"), NONE, WEDNESDAY))
    early = tell(raised("a1"), ledger, MONDAY)
    assert (early["new"].tolist(), early["first_told_on"].tolist()) == ([True], [pd.Timestamp(MONDAY)])
    assert tell(raised("a1"), kept(ledger, early), WEDNESDAY)["new"].tolist() == [True]


def test_a_kind_that_lasts_keeps_its_alert_over_the_quarter_and_is_told_anew_after_it():
    ledger = kept(NONE, tell(raised("a1", kind="spend_falling"), NONE, MONDAY))
    next_quarter, edge = dt.date(2026, 7, 2), MONDAY + dt.timedelta(days=180)
    found = tell(raised("a2", kind="spend_falling"), ledger, next_quarter)
    assert found[["alert_id", "new"]].values.tolist() == [["a1", False]]
    assert tell(raised("a2", kind="spend_falling"), ledger, edge - dt.timedelta(days=1))["alert_id"].tolist() == ["a1"]
    assert tell(raised("a2", kind="spend_falling"), ledger, edge)[["alert_id", "new"]].values.tolist() == [["a2", True]]
    assert tell(raised("a2"), ledger, next_quarter)["new"].tolist() == [True]


def test_what_goes_beyond_the_limit_of_an_owner_is_held_back_and_told_next():
    rows = raised("a1", "b1", "c1")
    first = tell(rows, NONE, MONDAY, per_owner=2)
    assert first["held_back"].tolist() == [False, False, True]
    assert first["first_told_on"].isna().tolist() == [False, False, True]
    ledger = kept(NONE, first)
    pd.testing.assert_frame_equal(tell(rows, ledger, MONDAY, per_owner=2), first)
    second = tell(rows, ledger, TUESDAY, per_owner=2)
    assert second[["new", "held_back"]].values.tolist() == [[False, False], [False, False], [True, False]]


def test_an_account_that_nobody_looks_after_has_no_limit():
    assert not tell(raised("a1", "b1", "c1", owner=None), NONE, MONDAY, per_owner=1)["held_back"].any()


def test_sums_keep_a_missing_owner_and_count_an_accounts_money_once():
    rows = pd.concat([raised("a1", "a2", "b1"), raised("c1", owner=None)], ignore_index=True)
    found = alerts.by(tell(rows, NONE, MONDAY, per_owner=2), "owner")
    assert found.astype(object).where(found.notna(), None).values.tolist() == [
        ["Li", 3, 2, 2, 1, 198.0],
        [None, 1, 1, 1, 0, 100.0],
    ]


def test_nothing_raised_is_a_table_without_rows():
    none = raised()
    assert tell(none, NONE, MONDAY, per_owner=1).empty
    assert alerts.by(tell(none, NONE, MONDAY), "owner").empty
