"""Movement between tiers: literal customers on two days, who moved, why, and that nobody is lost on the way."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segkit import schemes
from segkit.analysis import migration, tiers
from segkit.analysis.migration import Known, Then, causes, parts, turnover
from segkit.analysis.tiers.placing import place
from segkit.schemes.view import View

THEN, NOW = dt.date(2026, 4, 1), dt.date(2026, 7, 1)
TEXT = {"en": "x", "zh": "x"}


def scheme(columns: dict, when: dict, **more):
    """Two tiers, big and small, of those with an order."""
    needs = ["frequency", *more.pop("needs", ["monetary"])]
    content = {"name": "own", "kind": "rules", "en": "own", "zh": "own", "source": "test", "needs": needs, "columns": columns}
    content |= {"among": {"frequency": {"min": 1}}, "left_out": TEXT, "otherwise": "small"}
    content["tiers"] = [{"key": "big", "en": "big", "zh": "big", "when": when}, {"key": "small", "en": "small", "zh": "small"}]
    return schemes.parse(content | more, file="own.yaml")


MEDIAN = scheme({"m": {"band": {"of": "monetary", "at": "median", "names": ["low", "high"], "equal": "upper"}}}, {"m": "high"})
FIXED = scheme({}, {"recency_days": {"max": 90}, "frequency": {"min": 3}}, needs=["recency_days"])


def people(rows: dict[str, tuple]) -> pd.DataFrame:
    """customer_id → monetary, frequency, recency_days."""
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["monetary", "frequency", "recency_days"])
    return frame.astype(float).rename_axis("customer_id").reset_index()


def traced(one, then: pd.DataFrame, now: pd.DataFrame, *, revalued: pd.DataFrame | None = None, kept=None):
    known = {"known": lambda: Known(THEN, then), "kept": lambda: kept or {}}
    known |= {} if revalued is None else {"revalued": revalued}
    source = migration.SNAPSHOT if kept else migration.REBUILT
    past = Then(pd.Timestamp(THEN), source, frozenset({"quarter"}), [one], **known)
    placed = tiers.assign(one, now, reasons={"big": "x", "small": "x", "not_placed": "x"}, as_of=NOW)
    found = migration.trace([past], Known(NOW, now), placed, place=place)
    migration.balance(found.flows, found.past, placed, now)
    return found


def flows(found) -> list[tuple]:
    columns = ["from_tier", "to_tier", "cause", "customers", "revenue"]
    return sorted(found.flows[columns].astype(dict.fromkeys(columns[:3], str)).itertuples(index=False, name=None))


def test_who_came_and_who_went_stand_at_the_ends_and_the_totals_agree():
    then = people({"a": (100, 5, 10), "b": (50, 4, 20), "prospect": (0, 0, None), "merged": (7, 3, 1)})
    now = people({"a": (100, 5, 101), "b": (60, 5, 5), "prospect": (30, 1, 9), "unknown": (90, 3, 2)})
    assert flows(traced(FIXED, then, now)) == [
        ("(new)", "big", "arrived", 1, 90.0),
        ("(new)", "small", "entered", 1, 30.0),
        ("big", "(lost)", "gone", 1, 7.0),
        ("big", "big", "stayed", 1, 60.0),
        ("big", "small", "recency", 1, 100.0),
    ]


def test_time_passing_an_order_and_more_orders_are_told_apart():
    then = people({"silent": (9, 4, 60), "back": (9, 4, 300), "third": (9, 2, 30)})
    now = people({"silent": (9, 4, 151), "back": (9, 4, 20), "third": (9, 3, 80)})
    found = traced(FIXED, then, now)
    told = found.moves.set_index("customer_id")
    assert dict(told["cause"].astype(str)) == {"back": "ordered", "silent": "recency", "third": "frequency"}
    assert told.loc["silent", ["measure_1", "before_1", "after_1"]].tolist() == ["recency_days", 60.0, 151.0]
    assert told.loc["third", ["measure_1", "before_1", "after_1"]].tolist() == ["frequency", 2.0, 3.0]


def test_two_parts_that_only_together_explain_a_move_are_both_named():
    found = traced(FIXED, people({"a": (9, 2, 300)}), people({"a": (9, 3, 20)}))
    assert flows(found)[0][2] == "ordered+frequency"


def test_a_move_that_frozen_cuts_would_not_have_made_is_the_cuts_alone_and_marked():
    """The median of then is 20: with it `a` stays big. The others grew, so the median of today is 40."""
    then = people({"a": (20, 1, 1), "b": (10, 1, 1), "c": (30, 1, 1)})
    now = people({"a": (22, 1, 1), "b": (40, 1, 1), "c": (90, 1, 1)})
    found = traced(MEDIAN, then, now)
    assert flows(found) == [
        ("big", "big", "stayed", 1, 90.0),
        ("big", "small", "cuts", 1, 22.0),
        ("small", "big", "money", 1, 40.0),
    ]
    assert found.flows.set_index("cause")["marked"].to_dict() == {"stayed": False, "cuts": True, "money": False}


def test_a_move_that_frozen_cuts_would_have_made_too_is_the_customers_own():
    """The cut rose from 20 to 40, above what `a` had; but at 15 it would have fallen below the earlier cut as well."""
    then = people({"a": (20, 1, 1), "b": (10, 1, 1), "c": (30, 1, 1)})
    now = people({"a": (15, 1, 1), "b": (40, 1, 1), "c": (90, 1, 1)})
    found = traced(MEDIAN, then, now)
    assert ("big", "small", "money", 1, 15.0) in flows(found)
    assert not found.moves["marked"].any()


def test_the_cuts_of_another_day_applied_to_that_day_change_nothing():
    """Quantiles, means, ranks, shares of the total, rates and counts: measured by themselves, customers stay where they are."""
    table = pd.DataFrame({"customer_id": list("abcdefgh"), "frequency": [0, 1, 1, 2, 3, 5, 8, 13]})
    table = table.assign(monetary=[0.0, 5, 5, 9, 20, 40, 160, 300], margin=[None, 1, None, 3, 4, 9, 30, None])
    table = table.assign(recency_days=[None, 400, 10, 90, 91, 20, 5, 1], tenure_days=[None, 400, 10, 500, 500, 500, 900, 900])
    table = table.assign(frequency_3y=table["frequency"], monetary_3y=table["monetary"])
    for name in ("rfm_8", "rfm_matrix", "pyramid", "abc"):
        one = schemes.load(name)
        own = place(one, View(table), as_of=NOW, touches=None)
        again = place(one, View(table.head(5)), as_of=NOW, touches=None, yard=own.yard)
        assert list(again.tier) == list(own.tier[:5]), name


def test_a_move_that_the_rates_of_then_would_not_have_made_is_the_currencys_alone():
    """`eur` is worth 45 only since its currency rose; at the rates of then it is worth 30, and it had stayed small."""
    then = people({"eur": (30, 1, 1), "b": (40, 1, 1), "c": (50, 1, 1)})
    now = people({"eur": (45, 1, 1), "b": (40, 1, 1), "c": (50, 1, 1)})
    revalued = pd.DataFrame({"customer_id": ["eur"], "monetary": [30.0]})
    found = traced(MEDIAN, then, now, revalued=revalued)
    assert flows(found) == [
        ("big", "big", "stayed", 1, 50.0),
        ("big", "small", "currency", 1, 40.0),
        ("small", "big", "currency", 1, 45.0),
    ]
    assert set(found.moves["marked"]) == {True}
    assert {row[2] for row in flows(traced(MEDIAN, then, now))} == {"stayed", "money", "cuts"}


def test_a_snapshot_made_by_other_rules_is_told_so():
    then = now = people({"a": (20, 4, 10), "b": (10, 1, 10)})
    kept = {"own": pd.Series(["small", "small"], index=["a", "b"], dtype="category")}
    found = traced(FIXED, then, now, kept=kept)
    assert flows(found) == [("small", "big", "rules", 1, 20.0), ("small", "small", "stayed", 1, 10.0)]
    assert list(found.past["source"].astype(str)) == ["snapshot", "snapshot"]


def test_a_prospect_moves_by_the_fields_of_its_record():
    one = scheme({}, {"employees": {"min": 100}}, needs=["monetary", "employees"])
    then = people({"a": (1, 1, 1), "b": (1, 1, 1)}).assign(employees=[50, 200])
    found = traced(one, then, then.assign(employees=[150, 200]))
    assert flows(found) == [("big", "big", "stayed", 1, 1.0), ("small", "big", "fields", 1, 1.0)]


def test_without_a_column_that_the_scheme_needs_a_move_stays_unexplained():
    now = people({"a": (20, 4, 10)})
    kept = {"own": pd.Series(["small"], index=["a"], dtype="category")}
    then = now.drop(columns="recency_days")
    case = causes.Case(FIXED, Known(THEN, then), Known(NOW, now), place, pd.Index(["a"]))
    explained = causes.explain(case, kept["own"], pd.Series(["big"], index=["a"]))
    assert list(explained["cause"]) == ["other"]


AMOUNTS = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 4), st.integers(1, 500)), min_size=1, max_size=12)


@settings(max_examples=12, deadline=None)
@given(AMOUNTS, AMOUNTS, st.integers(0, 6))
def test_whatever_happens_nobody_is_lost_and_every_move_has_one_cause(before, after, shift):
    """Customers and money of the flows are those of the tiers of both days; `balance` raises where they are not."""
    then = people({f"c{i}": row for i, row in enumerate(before)})
    now = people({f"c{i + shift}": row for i, row in enumerate(after)})
    for one in (MEDIAN, FIXED):
        found = traced(one, then, now)
        everyone = set(then.loc[then["frequency"] > 0, "customer_id"]) | set(now.loc[now["frequency"] > 0, "customer_id"])
        assert found.flows["customers"].sum() == len(everyone)
        assert (found.moves["cause"] != "other").all()


def test_flows_that_do_not_add_up_are_refused():
    then = people({"a": (20, 4, 10)})
    found = traced(FIXED, then, then)
    placed = pd.DataFrame({"customer_id": ["a"], "scheme": ["own"], "tier": ["big"]})
    with pytest.raises(ValueError, match="do not add up"):
        migration.balance(found.flows.assign(customers=2), found.past, placed, then)


def test_steps_lead_from_quarter_to_quarter_to_today_and_older_ones_come_from_the_history():
    day = pd.Timestamp("2026-04-01")
    past = pd.DataFrame(
        {"since": day, "scheme": "own", "customer_id": ["a", "b"], "tier": ["big", "small"], "revenue": [8.0, 2.0]}
    )
    placed = pd.DataFrame({"scheme": "own", "customer_id": ["a", "b", "c"], "tier": ["big", "big", "small"]})
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"], "monetary": [9.0, 5.0, 1.0]})
    earlier = pd.Timestamp("2026-01-01")
    rows = [(earlier, day, "big", "big", 1, 6.0, 8.0), (day, pd.Timestamp(NOW), "big", "big", 7, 7.0, 7.0)]
    older = pd.DataFrame(rows, columns=["since", "until", "from_tier", "to_tier", "customers", "revenue_then", "revenue"])
    older = older.assign(scheme="own")
    steps = migration.steps(past, placed, customers, "own", [earlier, day], as_of=NOW, older=older)
    assert steps.drop(columns="until").to_dict("split", index=False)["data"] == [
        [earlier, "big", "big", 1, 6.0, 8.0],
        [day, "(new)", "small", 1, 0.0, 1.0], [day, "big", "big", 1, 8.0, 9.0], [day, "small", "big", 1, 2.0, 5.0],
    ]  # fmt: skip
    kept = migration.retention(steps, "small")
    assert kept[["customers", "retained", "retained_share", "went_to"]].to_dict("split", index=False)["data"] == [
        [1, 0, 0.0, "big"]
    ]


def test_customers_came_returned_and_went_silent_by_their_orders():
    then = people({"active": (9, 1, 30), "back": (9, 1, 400), "quiet": (9, 1, 400), "away": (9, 1, 300), "merged": (4, 1, 1),
                   "prospect": (0, 0, None)})  # fmt: skip
    now = people({"active": (12, 2, 9), "back": (15, 2, 50), "quiet": (9, 1, 491), "away": (9, 1, 391), "prospect": (3, 1, 7)})
    assert turnover.of(Known(THEN, then), Known(NOW, now)).to_dict("split", index=False)["data"] == [
        ["active", 1, 12.0], ["new", 1, 3.0], ["returned", 1, 15.0], ["lost", 1, 9.0], ["silent", 1, 9.0], ["gone", 1, 4.0],
    ]  # fmt: skip


def test_columns_belong_to_the_part_that_a_salesperson_would_name():
    asked = {"recency_days": "recency", "orders_12m": "frequency", "revenue_12m": "money", "touches_12m": "contact",
             "deal_has_need": "deals", "deals_won": "deals", "paid_on_time_share": "payments", "churn_risk": "forecast",
             "employees": "fields"}  # fmt: skip
    assert {column: parts.part_of(column) for column in asked} == asked
    assert [parts.by_the_others(one) for one in (MEDIAN, FIXED, schemes.load("pyramid"))] == [True, False, True]
