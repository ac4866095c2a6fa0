"""Every row is used or left out under one reason, and what is left out can be looked at."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segkit.errors import InputError

pytestmark = pytest.mark.long

DIRT = """customer_id,order_id,ordered_at,amount,status,is_sample
a,1,2024-01-05,10,completed,
a,2,2024-02-05,20,Completed,no
b,3,2024-02-06,30,已完成,
,4,2024-02-07,40,completed,
b,5,soon,50,completed,
b,6,,50,completed,
b,7,2024-02-09,sixty,completed,
b,8,2024-02-10,,completed,
b,9,2024-02-11,70,Cancelled,
b,10,2024-02-12,5,completed,yes
b,11,2024-02-13,0,completed,
b,12,2024-05-01,80,completed,
"""


def test_each_row_left_out_has_one_reason_and_the_sum_holds(firm):
    summary = firm.extract(DIRT, as_of=dt.date(2024, 4, 1), config={"max_left_out": 0.6})
    assert summary.rows["orders"] == {
        "in": 12,
        "used": 3,
        "left_out": {
            "missing_id": 1, "unreadable_date": 1, "missing_date": 1, "after_as_of": 1, "cancelled": 1, "sample": 1,
            "missing_amount": 1, "unreadable_amount": 1, "zero_amount": 1,
        },
    }  # fmt: skip
    left_out = firm.table("left_out").set_index("row")
    assert left_out.loc[5, ["reason", "value"]].tolist() == ["unreadable_date", "soon"]
    assert left_out.loc[7, ["reason", "value"]].tolist() == ["unreadable_amount", "sixty"]
    assert (
        left_out.loc[9, "line"]
        == "customer_id=b | order_id=9 | ordered_at=2024-02-11 | amount=70 | status=Cancelled | is_sample="
    )
    assert firm.customers()["b"]["sample_orders"] == 1


def test_above_max_left_out_the_run_stops_with_an_example(firm):
    with pytest.raises(InputError, match=r"orders.csv: 57% of the rows.*1 unreadable_date.*max_left_out.*20%.*For example row"):
        firm.extract(DIRT, as_of=dt.date(2024, 4, 1))


def test_cancelled_samples_and_later_rows_never_count_against_the_limit(firm):
    rows = "customer_id,ordered_at,amount,status,is_sample\na,2024-01-05,10,,\n"
    rows += "b,2024-01-05,10,cancelled,\n" * 5 + "c,2024-01-05,10,,1\n" * 5 + "d,2025-01-05,10,,\n" * 5
    summary = firm.extract(rows, as_of=dt.date(2024, 6, 1), config={"max_left_out": 0.0})
    assert summary.rows["orders"]["left_out"] == {"after_as_of": 5, "cancelled": 5, "sample": 5}


def test_ids_lose_a_decimal_zero_but_keep_leading_zeros(firm):
    firm.extract("customer_id,ordered_at,amount\n17850.0,2024-01-05,1\n17850,2024-01-06,1\n007,2024-01-07,1\n7,2024-01-08,1\n")
    assert {c: v["frequency"] for c, v in firm.customers().items()} == {"007": 1, "17850": 2, "7": 1}


def test_placeholder_words_are_missing_but_namibia_is_a_country(firm):
    rows = "customer_id,ordered_at,amount,country,owner\na,2024-01-05,1,NA,Select\nnan,2024-01-05,1,DE,x\n"
    summary = firm.extract(rows)
    assert firm.customers()["a"]["country"] == "NA"
    assert summary.rows["orders"]["left_out"] == {"missing_id": 1}


def test_filters_keep_what_they_say(firm):
    rows = "customer_id,ordered_at,amount,sku,stage\n"
    rows += "a,2024-01-05,1,12345,Won\nb,2024-01-05,2,DCGS1,Won\nc,2024-01-05,3,POST,Won\nd,2024-01-05,400,12345,Lost\n"
    columns = {"customer_id": "customer_id", "ordered_at": "ordered_at", "amount": "amount", "product": "sku"}
    where = {"sku": {"pattern": "^([0-9]{5}|DCGS)"}, "stage": "Won", "amount": {"max": 100}}
    summary = firm.extract(rows, columns=columns, where=where)
    assert sorted(firm.customers()) == ["a", "b"]
    assert summary.rows["orders"]["left_out"] == {"filtered": 2}


def test_aliases_are_merged_along_chains_and_excluded_accounts_dropped(firm):
    (firm.folder / "alias.csv").write_text("alias,customer_id\na1,a2\na2,a\n")
    (firm.folder / "exclude.csv").write_text("customer_id\ntest\n")
    rows = "customer_id,ordered_at,amount\na,2024-01-05,1\na1,2024-01-06,2\na2,2024-01-07,4\ntest,2024-01-08,8\n"
    summary = firm.extract(rows, config={"accounts": {"alias": "alias.csv", "exclude": "exclude.csv"}})
    assert {c: v["monetary"] for c, v in firm.customers().items()} == {"a": 7}
    assert summary.rows["orders"]["left_out"] == {"excluded_account": 1}


def test_accounts_merged_in_a_circle_are_an_error(firm):
    (firm.folder / "alias.csv").write_text("alias,customer_id\na,b\nb,a\n")
    with pytest.raises(InputError, match="circle: a → b → a"):
        firm.extract("customer_id,ordered_at,amount\na,2024-01-05,1\n", config={"accounts": {"alias": "alias.csv"}})


def test_amounts_are_converted_at_the_last_rate_known_on_their_day(firm):
    (firm.folder / "fx.csv").write_text("on,currency,rate\n2024-01-01,EUR,1.10\n2024-02-01,EUR,1.20\n")
    rows = "customer_id,ordered_at,amount,currency\na,2024-01-31,100,EUR\nb,2024-02-01,100,€\n"
    rows += "c,2024-01-31,100,USD\nd,2024-01-31,100,\ne,2023-12-31,100,EUR\n"
    summary = firm.extract(rows, config={"extracts": {"fx": {"source": "fx.csv"}}})
    assert {c: v["monetary"] for c, v in firm.customers().items() if v["frequency"]} == {"a": 110, "b": 120, "c": 100, "d": 100}
    assert summary.rows["orders"]["left_out"] == {"no_exchange_rate": 1}


def test_prospects_have_a_row_and_unknown_buyers_too(firm):
    (firm.folder / "c.csv").write_text("customer_id,name,segment\na,Ada,gold\np,Pia,\n")
    firm.extract(
        "customer_id,ordered_at,amount\na,2024-01-05,1\nz,2024-01-06,1\n",
        config={"extracts": {"customers": {"source": "c.csv"}}},
    )
    found = firm.customers()
    assert {c: (v["frequency"], v["name"], v["segment"]) for c, v in found.items()} == {
        "a": (1, "Ada", "gold"), "p": (0, "Pia", None), "z": (1, None, None),
    }  # fmt: skip
    assert found["p"]["last_order_on"] is None
    assert found["p"]["monetary"] == 0


def test_a_second_row_of_a_customer_fills_what_the_newest_leaves_empty(firm):
    (firm.folder / "c.csv").write_text("customer_id,name,owner\na,Old,Wang\na,New,\n")
    summary = firm.extract(
        "customer_id,ordered_at,amount\na,2024-01-05,1\n", config={"extracts": {"customers": {"source": "c.csv"}}}
    )
    assert (firm.customers()["a"]["name"], firm.customers()["a"]["owner"]) == ("New", "Wang")
    assert summary.rows["customers"] == {"in": 2, "used": 1, "left_out": {"repeated_id": 1}}


def test_as_of_is_the_day_after_the_last_valid_order(firm):
    rows = "customer_id,ordered_at,amount,status\na,2024-01-05,10,\nb,2024-03-01,10,cancelled\nc,2024-02-01,-5,\n"
    summary = firm.extract(rows)
    assert summary.as_of == dt.date(2024, 1, 6)
    assert summary.rows["orders"]["left_out"] == {"after_as_of": 2}


MONEY = st.sampled_from(["10", "-4", "0", "", "x", "$5.00", "(3)"])
DAYS = st.sampled_from(["2024-01-05", "2024-02-06", "", "never", "2030-01-01"])
ROWS = st.lists(st.tuples(st.sampled_from(["a", "b", "007", "", "nan"]), DAYS, MONEY), min_size=5, max_size=30)


@given(rows=ROWS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_in_are_rows_used_and_rows_left_out_whatever_the_dirt(firm, rows):
    text = "customer_id,ordered_at,amount\nz,2024-01-01,1\n" + "".join(f"{c},{d},{a}\n" for c, d, a in rows)
    text += "z,2024-03-01,1\n"
    found = firm.extract(text, config={"max_left_out": 1.0}).rows["orders"]
    assert found["in"] == len(rows) + 2 == found["used"] + sum(found["left_out"].values())
    assert len(firm.table("left_out")) == sum(found["left_out"].values())


def test_the_limit_is_met_at_its_own_share_and_passed_just_above_it(firm):
    sound = "customer_id,ordered_at,amount\n" + "".join(f"c{i},2024-01-0{i},5\n" for i in range(1, 9))
    assert firm.extract(sound + "x,2024-01-02,odd\ny,2024-01-02,odd\n").rows["orders"]["used"] == 8  # 2 of 10: 20 %
    with pytest.raises(InputError, match=r"27% of the rows.*max_left_out allows \(20%\)"):
        firm.extract(sound + "x,2024-01-02,odd\ny,2024-01-02,odd\nz,2024-01-02,odd\n")
