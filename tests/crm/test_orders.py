"""What an order is, what cancels it, and what parts that overlap add."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segkit.errors import InputError

pytestmark = pytest.mark.long


def test_lines_of_one_order_are_one_order_on_its_first_day(firm):
    firm.extract("order_id,customer_id,ordered_at,amount\n1,a,2024-01-05,10\n1,a,2024-01-06,5\n2,a,2024-02-01,7\n")
    a = firm.customers()["a"]
    assert (a["frequency"], a["monetary"], a["average_order_value"]) == (2, 22, 11)
    assert (a["first_order_on"], a["last_order_on"]) == (dt.date(2024, 1, 5), dt.date(2024, 2, 1))
    assert (a["recency_days"], a["tenure_days"]) == (1, 28)


@pytest.mark.parametrize(("unit", "orders"), [("day", 2), ("row", 3)])
def test_without_an_order_id_an_order_is_a_day_or_a_row(firm, unit, orders):
    firm.extract(
        "customer_id,ordered_at,amount\na,2024-01-05 09:00,10\na,2024-01-05 17:00,10\na,2024-01-06,10\n", order_unit=unit
    )
    assert firm.customers()["a"]["frequency"] == orders


def test_a_credit_note_changes_what_was_spent_and_nothing_else(firm):
    firm.extract("order_id,customer_id,ordered_at,amount\n1,a,2024-01-05,100\nC9,a,2024-02-05,-30\n2,b,2024-03-01,1\n")
    a = firm.customers()["a"]
    assert (a["frequency"], a["monetary"], a["refunds"], a["last_order_on"]) == (1, 70, -30, dt.date(2024, 1, 5))


def test_an_order_cancelled_in_full_counts_nowhere(firm):
    rows = (
        "order_id,customer_id,ordered_at,amount\n1,a,2024-01-05,100\n2,a,2024-02-05,40\n2,a,2024-02-06,-40\n3,b,2024-03-01,1\n"
    )
    firm.extract(rows)
    a = firm.customers()["a"]
    assert (a["frequency"], a["monetary"], a["last_order_on"]) == (1, 100, dt.date(2024, 1, 5))


def test_returns_are_subtracted_from_their_own_row_column_or_status(firm):
    rows = "order_id,customer_id,ordered_at,amount,status,returned_amount\n"
    rows += "1,a,2024-01-05,100,completed,\n2,a,2024-01-06,30,returned,\n"
    rows += "3,b,2024-01-05,100,completed,25\n4,c,2024-01-05,100,,\n5,c,2024-01-07,-10,退货,\n6,z,2024-02-01,1,,\n"
    firm.extract(rows)
    found = {c: (v["frequency"], v["monetary"]) for c, v in firm.customers().items()}
    assert found == {"a": (1, 70), "b": (1, 75), "c": (1, 90), "z": (1, 1)}


@pytest.mark.parametrize("written", [("0.15", "0", ""), ("15", "0", ""), ("15%", "0%", "")])
def test_a_discount_is_taken_off_quantity_times_price_as_a_share_or_in_per_cent(firm, written):
    rows = "customer_id,ordered_at,quantity,unit_price,discount\n"
    rows += "".join(f"{who},2024-01-0{i},4,25,{off}\n" for i, (who, off) in enumerate(zip("abc", written, strict=True), 1))
    firm.extract(rows)
    assert {c: v["monetary"] for c, v in firm.customers().items()} == {"a": 85, "b": 100, "c": 100}


def test_a_discount_leaves_an_amount_that_is_given_alone(firm):
    firm.extract(
        "customer_id,ordered_at,amount,quantity,unit_price,discount\na,2024-01-05,80,4,25,0.2\nb,2024-01-06,,4,25,0.5\n"
    )
    assert {c: v["monetary"] for c, v in firm.customers().items()} == {"a": 80, "b": 50}


@pytest.mark.parametrize(("off", "said"), [("340", "holds 340"), ("-0.1", "holds -0.1")])
def test_a_discount_that_is_no_share_is_refused(firm, off, said):
    with pytest.raises(InputError, match=f'"discount".*{said}.*Map the amount after discount'):
        firm.extract(f"customer_id,ordered_at,quantity,unit_price,discount\na,2024-01-05,4,25,{off}\n")


def test_a_discount_that_cannot_be_read_leaves_the_row_out(firm):
    rows = "customer_id,ordered_at,quantity,unit_price,discount\na,2024-01-05,4,25,some\nb,2024-01-06,4,25,0.1\n"
    assert firm.extract(rows, config={"max_left_out": 1}).rows["orders"]["left_out"] == {"unreadable_amount": 1}


def test_orders_of_nothing_are_orders_only_where_the_config_says_so(firm):
    rows = "customer_id,ordered_at,amount\na,2024-01-05,0\na,2024-01-06,5\n"
    assert firm.extract(rows).rows["orders"]["left_out"] == {"zero_amount": 1}
    firm.extract(rows, zero_amount="order")
    assert firm.customers()["a"]["frequency"] == 2


def test_margin_is_what_is_known_of_it(firm):
    firm.extract("order_id,customer_id,ordered_at,amount,cost\n1,a,2024-01-05,100,60\n2,a,2024-01-06,100,\n3,b,2024-01-06,5,\n")
    a, b = firm.customers()["a"], firm.customers()["b"]
    assert (a["margin"], a["margin_known"]) == (40, 0.5)
    assert b["margin"] is None


def parts(firm, one, two, **orders):
    head = "order_id,customer_id,ordered_at,amount\n"
    (firm.folder / "p2.csv").write_text(head + two)
    return firm.extract(head + one, file="p1.csv", source="p*.csv", **orders)


def test_an_order_in_two_parts_counts_once_and_the_newer_part_wins(firm):
    summary = parts(firm, "1,a,2024-01-05,10\n2,a,2024-01-20,20\n", "2,a,2024-01-20,25\n2,a,2024-01-20,5\n3,b,2024-02-01,7\n")
    assert firm.customers()["a"]["monetary"] == 40
    assert summary.rows["orders"]["left_out"] == {"overlap": 1}
    assert {"extract": "orders", "key": "overlap_changed", "orders": 1} in summary.notes


def test_without_an_order_id_equal_lines_count_as_often_as_in_the_part_that_has_most(firm):
    head = "customer_id,ordered_at,amount\n"
    (firm.folder / "p2.csv").write_text(head + "a,2024-01-20,5\na,2024-01-20,5\nb,2024-02-01,7\n")
    summary = firm.extract(head + "a,2024-01-05,10\na,2024-01-20,5\n", file="p1.csv", source="p*.csv")
    assert firm.customers()["a"]["monetary"] == 20
    assert summary.rows["orders"]["left_out"] == {"overlap": 1}


def test_lines_without_an_order_id_are_not_taken_for_one_order_of_their_customer(firm):
    summary = parts(firm, ",a,2024-01-05,10\n,a,2024-01-20,20\n", ",a,2024-01-20,20\n,a,2024-02-01,7\n")
    assert firm.customers()["a"]["monetary"] == 37
    assert summary.rows["orders"]["left_out"] == {"overlap": 1}


def test_a_row_that_a_filter_drops_does_not_push_out_its_twin(firm):
    head = "order_id,customer_id,ordered_at,amount,ok\n"
    (firm.folder / "p2.csv").write_text(head + "1,a,2024-01-05,10,no\n2,b,2024-02-05,1,yes\n")
    firm.extract(head + "1,a,2024-01-05,10,yes\n", file="p1.csv", source="p*.csv", where={"ok": "yes"})
    assert firm.customers()["a"]["monetary"] == 10


@pytest.mark.parametrize(("choice", "spent", "left_out"), [("keep", 30, {}), ("drop", 20, {"duplicate": 1})])
def test_equal_lines_within_a_part_are_kept_or_dropped(firm, choice, spent, left_out):
    summary = firm.extract(
        "customer_id,ordered_at,amount\na,2024-01-05,10\na,2024-01-05,10\na,2024-01-06,10\n", duplicates=choice
    )
    assert firm.customers()["a"]["monetary"] == spent
    assert summary.rows["orders"]["left_out"] == left_out
    kept = [n for n in summary.notes if n["key"] == "duplicates_kept"]
    assert kept == ([{"extract": "orders", "key": "duplicates_kept", "rows": 1}] if choice == "keep" else [])


LINES = "order_id,customer_id,ordered_at,product,quantity,unit_price\n"


def test_a_matched_cancellation_is_taken_off_the_latest_earlier_purchase_of_the_product(firm):
    rows = (
        LINES
        + "1,a,2024-01-01,x,5,10\n2,a,2024-02-01,x,5,10\n3,a,2024-02-02,y,1,10\nC,a,2024-03-01,x,-5,10\n4,b,2024-04-01,x,1,1\n"
    )
    firm.extract(rows, cancellations="match")
    a = firm.customers()["a"]
    assert (a["frequency"], a["monetary"], a["last_order_on"]) == (2, 60, dt.date(2024, 2, 2))
    assert firm.table("orders").query("customer_id == 'a'")["amount"].tolist() == [50, 10]


def test_a_cancellation_of_what_was_bought_before_the_extract_cancels_nothing_in_it(firm):
    rows = LINES + "C,a,2024-01-01,x,-9,10\n1,a,2024-02-01,x,5,10\n2,b,2024-04-01,x,1,1\n"
    firm.extract(rows, cancellations="match")
    assert (firm.customers()["a"]["frequency"], firm.customers()["a"]["monetary"]) == (1, -40)


def test_matching_needs_product_and_quantity(firm):
    with pytest.raises(InputError, match="cancellations: match needs product and quantity"):
        firm.extract("customer_id,ordered_at,amount\na,2024-01-05,10\n", cancellations="match")


MOVES = st.lists(st.integers(-4, 6).filter(bool), min_size=1, max_size=12)


@given(accounts=st.lists(MOVES, min_size=1, max_size=12))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_matching_equals_a_stack_worked_by_hand(firm, accounts):
    every = [(f"{n}-{i},c{n},2024-01-{i + 1:02},x,{q},1\n") for n, moves in enumerate(accounts) for i, q in enumerate(moves)]
    firm.extract(LINES + "".join(every) + "z,z,2024-06-01,x,1,1\n", cancellations="match")
    orders = firm.table("orders").query("customer_id != 'z'")
    found = zip(orders["order_id"], orders["amount"], strict=True)
    left = [(f"{n}-{i}", float(q)) for n, moves in enumerate(accounts) for i, q in stacked(moves)]
    assert sorted(found) == sorted(left)


def stacked(moves: list[int]) -> list[list[int]]:
    """What is left of each purchase, by its place: a return takes from the latest first."""
    stack: list[list[int]] = []
    for i, q in enumerate(moves):
        if q > 0:
            stack.append([i, q])
        owed = max(-q, 0)
        while owed and stack:
            taken = min(owed, stack[-1][1])
            stack[-1][1] -= taken
            owed -= taken
            if not stack[-1][1]:
                stack.pop()
    return stack


def test_an_order_returned_in_full_at_another_rate_is_no_order(firm):
    (firm.folder / "fx.csv").write_text("on,currency,rate\n2024-01-01,EUR,1.10\n2024-02-01,EUR,1.00\n")
    rows = "order_id,customer_id,ordered_at,amount,currency\n1,a,2024-01-05,100,EUR\n"
    rows += "1,a,2024-02-05,-100,EUR\n2,b,2024-03-01,1,USD\n"
    firm.extract(rows, config={"extracts": {"fx": {"source": "fx.csv"}}})
    assert (firm.customers()["a"]["frequency"], firm.customers()["a"]["monetary"]) == (0, pytest.approx(10))
