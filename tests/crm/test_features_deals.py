"""Deals as they were known at as-of, and the one that counts for a customer."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

AS_OF = dt.date(2025, 1, 1)
ORDERS = "customer_id,ordered_at,amount\na,2024-01-01,1\n"
HEAD = "opportunity_id,customer_id,created_at,first_contact_at,closed_at,outcome,stage,stage_since,lost_reason\n"


@pytest.fixture
def dealt(firm):
    """`dealt(text)`: the customers of a firm with these deals, and the deals."""

    def run(text, *, config=None, files=None, **extract):
        for name, content in {"deals.csv": text, **(files or {})}.items():
            (firm.folder / name).write_text(content)
        rest = dict(config or {})
        extracts = {"opportunities": {"source": "deals.csv", **extract}, **rest.pop("extracts", {})}
        firm.summary = firm.extract(ORDERS, config={"extracts": extracts, **rest}, as_of=AS_OF)
        deals = firm.table("deals").astype(object)
        return firm.customers(), deals.where(deals.notna(), None).set_index("opportunity_id").to_dict("index")

    return run


def test_the_newest_open_deal_counts_else_the_one_closed_last(dealt):
    rows = HEAD + "1,a,2024-02-01,2024-02-03,,open,quote,2024-02-09,\n2,a,2024-03-01,,,open,need,2024-03-02,\n"
    rows += "3,a,2024-04-01,,2024-04-02,won,contract,2024-04-02,\n"
    rows += "4,b,2024-05-01,,2024-05-20,lost,quote,2024-05-20,price\n5,b,2024-01-01,2024-01-05,2024-06-01,won,contract,,\n"
    found, _ = dealt(rows)
    a, b = found["a"], found["b"]
    assert [a[f"deals{kind}"] for kind in ("", "_open", "_won", "_lost")] == [3, 2, 1, 0]
    assert (a["deal_outcome"], a["deal_stage"], a["deal_since"]) == ("open", "need", dt.date(2024, 3, 2))
    assert (a["deal_first_contact_on"], a["deal_days"]) == (None, 306)  # from its creation
    assert (b["deal_outcome"], b["deal_stage"], b["deal_days"]) == ("won", "contract", 362)  # from first contact
    assert b["frequency"] == 0


def test_a_deal_closed_on_or_after_as_of_is_open_and_its_end_unknown(dealt):
    rows = (
        HEAD + "1,a,2024-12-01,,2025-01-01,won,contract,2025-01-01,\n2,b,2024-12-01,,2024-12-31,lost,quote,2024-12-20,price\n"
    )
    rows += "3,c,2024-12-01,2025-01-02,,open,need,2025-01-05,\n4,d,2024-12-01,,2025-02-01,lost,quote,2024-12-05,price\n"
    _, deals = dealt(rows)
    late = deals["1"]
    assert (late["outcome"], late["closed_on"], late["stage"], late["stage_since"], late["days_to_close"]) == (
        "open",
        *[None] * 4,
    )
    assert (deals["2"]["outcome"], deals["2"]["lost_reason"], deals["2"]["days_to_close"]) == ("lost", "price", 30)
    assert (deals["3"]["first_contact_on"], deals["3"]["stage"]) == (None, None)
    assert (deals["4"]["outcome"], deals["4"]["lost_reason"]) == ("open", None)


def test_a_deal_is_unknown_until_it_was_created_or_first_contacted(dealt, firm):
    rows = HEAD + "1,a,2025-01-01,2024-12-01,,open,,,\n2,a,,2025-01-01,,open,,,\n3,a,,2024-12-31,,open,,,\n4,a,,,,open,,,\n"
    _, deals = dealt(rows)
    assert set(deals) == {"3", "4"}
    assert firm.summary.rows["opportunities"]["left_out"] == {"after_as_of": 2}


def test_the_outcome_is_read_from_the_stage_where_there_is_no_outcome(dealt):
    rows = "opportunity_id,customer_id,stage,closed_at\n1,a,Closed Won,2024-03-01\n2,a,输单,\n3,a,Quote,2024-03-01\n4,a,,\n"
    found, deals = dealt(rows)
    assert [deals[i]["outcome"] for i in "1234"] == ["won", "lost", "open", "open"]
    assert deals["3"]["closed_on"] is None  # of an open deal it is a hope
    assert "deal_amount" not in found["a"]
    assert "deal_has_need" not in found["a"]


def test_a_deal_without_an_id_is_named_by_its_row(dealt):
    _, deals = dealt("customer_id,stage\na,quote\na,quote\n")
    assert set(deals) == {"deals.csv#1", "deals.csv#2"}


def test_labels_of_the_deal_that_counts_travel_to_the_customer(dealt):
    rows = "opportunity_id,customer_id,created_at,key_person,levels_above,has_need,can_pay,value_accepted,spec_known,"
    rows += "quantity_known,amount,product\n1,a,2024-05-01,first,0,yes,no,,yes,no,500,Lamp\n"
    a = dealt(rows)[0]["a"]
    labels = ("key_person", "levels_above", "has_need", "can_pay", "value_accepted", "spec_known", "quantity_known")
    assert [a[f"deal_{name}"] for name in labels] == ["first", 0, True, False, None, True, False]
    assert (a["deal_amount"], a["deal_product"]) == (500, "Lamp")


FX = "on,currency,rate\n2024-01-01,EUR,1.1\n2024-06-01,EUR,1.2\n2025-01-01,EUR,9\n"


def test_amounts_are_converted_at_the_rate_of_the_deals_day(dealt, firm):
    rows = "opportunity_id,customer_id,created_at,first_contact_at,closed_at,amount,currency\n1,a,2024-02-01,,,100,EUR\n"
    rows += "2,a,2024-06-01,,,100,EUR\n3,a,2024-02-01,,,100,USD\n4,a,2024-02-01,,,100,\n5,a,,2024-07-01,,100,EUR\n"
    rows += "6,a,,,2025-02-01,100,EUR\n7,a,2023-02-01,,,100,EUR\n8,a,2024-02-01,,,100,ABC\n9,a,2025-02-01,,,100,ABC\n"
    _, deals = dealt(rows, config={"extracts": {"fx": {"source": "fx.csv"}}, "currency": "USD"}, files={"fx.csv": FX})
    assert [deals[str(i)]["amount"] for i in range(1, 7)] == pytest.approx([110, 120, 100, 100, 120, 120])
    assert (deals["7"]["amount"], deals["8"]["amount"]) == (None, None)
    notes = firm.table("quality_notes").query("key == 'amount_without_rate'")
    assert notes[["extract", "numbers"]].to_numpy().tolist() == [["opportunities", '{"rows": 2}']]
    assert {"extract": "opportunities", "key": "amount_without_rate", "rows": 2} in firm.summary.notes


def test_without_rates_only_the_base_currency_is_known(dealt):
    _, deals = dealt("opportunity_id,customer_id,amount,currency\n1,a,7,EUR\n2,a,7,$\n", config={"currency": "USD"})
    assert [deals[i]["amount"] for i in "12"] == [None, 7]


def test_the_note_about_amounts_can_be_told_in_both_languages():
    from segkit.i18n import Words

    for language in ("en", "zh"):
        assert "2" in Words(language)("note_of.amount_without_rate", extract="extract.opportunities", rows=2)


def test_every_computed_column_is_a_name_that_no_extract_may_take(dealt, firm):
    from segkit.crm import computed
    from segkit.schema import TABLES

    dealt(HEAD + "1,a,2024-02-01,,,open,,,\n")
    columns = set(pd.read_parquet(firm.folder / "tables" / "customers.parquet").columns)
    assert columns - set(TABLES["customers"].names) <= computed.NAMES
