"""Several sources of one table, ids that need a prefix, words to read as others, and a word for every row."""

from __future__ import annotations

import pytest

from segkit.errors import InputError

ORDERS = "customer_id,ordered_at,amount\n1,2024-01-01,1\n"
LEADS = "lead,firm,country,score\n1,Lee,Peru,9\n3,Kim,,8\n,Ng,,\n"
ACCOUNTS = "customer_id,name,industry\n1,Acme,Steel\n2,Bolt,\n"


def run(firm, *, also=None, accounts=ACCOUNTS, leads=LEADS, config=None, **customers):
    (firm.folder / "accounts.csv").write_text(accounts)
    (firm.folder / "leads.csv").write_text(leads)
    spec = {"source": "accounts.csv", **customers}
    if also is not None:
        spec["also"] = [{"source": "leads.csv", "columns": {"customer_id": "lead", "name": "firm"}, **also}]
    firm.summary = firm.extract(ORDERS, config={"extracts": {"customers": spec}, **(config or {})})
    return firm.customers()


def test_accounts_and_leads_are_customers_kept_apart_by_a_prefix(firm):
    found = run(firm, also={"id_prefix": "lead:"})
    names = {c: (v["name"], v["industry"], v["score"], v["frequency"]) for c, v in found.items()}
    assert names == {
        "1": ("Acme", "Steel", None, 1),
        "2": ("Bolt", None, None, 0),
        "lead:1": ("Lee", None, "9", 0),
        "lead:3": ("Kim", None, "8", 0),
    }
    assert firm.summary.rows["customers"] == {"in": 5, "used": 4, "left_out": {"missing_id": 1}}
    parts = firm.table("quality").query("extract == 'customers'")[["part", "reason", "rows"]].to_numpy().tolist()
    assert parts == [["accounts.csv", "used", 2], ["leads.csv", "used", 2], ["leads.csv", "missing_id", 1]]
    assert {i["path"] for i in firm.summary.inputs} == {"orders.csv", "accounts.csv", "leads.csv"}


def test_without_a_prefix_the_first_source_keeps_an_id_and_is_filled_from_the_others(firm):
    found = run(firm, also={})
    assert (found["1"]["name"], found["1"]["score"], found["1"]["industry"], found["3"]["name"]) == (
        "Acme",
        "9",
        "Steel",
        "Kim",
    )
    assert firm.summary.rows["customers"]["left_out"] == {"missing_id": 1, "repeated_id": 1}


def test_lines_that_cannot_be_read_are_counted_in_every_source(firm):
    run(firm, also={}, leads=LEADS + "4,too,many,cells,here\n", config={"max_left_out": 0.9})
    assert firm.summary.rows["customers"]["left_out"]["unreadable_line"] == 1
    lines = firm.table("left_out").query("reason == 'unreadable_line'")
    assert lines["part"].tolist() == ["leads.csv"]


def test_orders_of_two_shops_count_together_in_the_base_currency(firm):
    (firm.folder / "web.csv").write_text("no,who,on,sum,ccy\n1,2,2024-02-01,10,EUR\n2,1,2024-02-02,5,USD\n")
    (firm.folder / "fx.csv").write_text("on,currency,rate\n2024-01-01,EUR,2\n")
    columns = {"order_id": "no", "customer_id": "who", "ordered_at": "on", "amount": "sum", "currency": "ccy"}
    extracts = {"fx": {"source": "fx.csv"}}
    rows = ORDERS + "1,2024-01-01,-0.5\n"
    summary = firm.extract(rows, also=[{"source": "web.csv", "columns": columns}], config={"extracts": extracts})
    found = {c: (v["frequency"], v["monetary"]) for c, v in firm.customers().items()}
    assert (summary.rows["orders"]["used"], found) == (4, {"1": (2, 5.5), "2": (1, 20)})


def test_columns_of_different_types_meet_as_text(firm):
    import pandas as pd

    pd.DataFrame({"lead": ["7"], "firm": ["Wu"], "score": [3]}).to_parquet(firm.folder / "typed.parquet")
    found = run(firm, accounts="customer_id,name,score\n1,Acme,high\n", also={"source": "typed.parquet"})
    assert (found["1"]["score"], found["7"]["score"]) == ("high", "3")


def test_words_of_an_export_are_read_as_others(firm):
    values = {"industry": {"Steel": "Metal"}, "name": {"Bolt": "Bolt Ltd"}}
    found = run(firm, values=values)
    assert [(found[c]["name"], found[c]["industry"]) for c in "12"] == [("Acme", "Metal"), ("Bolt Ltd", None)]


def test_words_may_stand_for_the_choices_of_a_table(firm):
    (firm.folder / "deals.csv").write_text("customer_id,stage\n1,Signed\n1,Dead\n1,Talk\n")
    columns = {"customer_id": "customer_id", "outcome": "stage", "stage": "stage"}
    spec = {"source": "deals.csv", "columns": columns, "values": {"outcome": {"Signed": "won", "Dead": "lost"}}}
    firm.extract(ORDERS, config={"extracts": {"opportunities": spec}})
    deals = firm.table("deals")
    assert sorted(zip(deals["stage"], deals["outcome"], strict=True)) == [("Dead", "lost"), ("Signed", "won"), ("Talk", "open")]


def test_a_word_can_hold_for_every_row(firm):
    (firm.folder / "calls.csv").write_text("customer_id,at\n1,2023-05-01\n")
    firm.extract(ORDERS, config={"extracts": {"interactions": {"source": "calls.csv", "fixed": {"channel": "visit"}}}})
    assert firm.customers()["1"]["visits_12m"] == 1


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"values": {"city": {"a": "b"}}}, 'values under extracts.customers names "city", which is not mapped'),
        ({"fixed": {"name": "x"}}, '"name" under extracts.customers.fixed: it is mapped to a column'),
        ({"fixed": {"employees": "5"}}, '"employees" under extracts.customers.fixed: only columns of words'),
        ({"also": {"also": [{"source": "x.csv"}]}}, "also stands under also"),
        ({"also": {"colums": {}}}, r'unknown key "extracts.customers.also.0.colums" \(did you mean "columns"'),
        ({"also": {"where": {"firm": {"minn": 1}}}}, 'where.firm.minn" .did you mean "min"'),
    ],
)
def test_a_wrong_use_of_them_is_told(firm, spec, message):
    with pytest.raises(InputError, match=message):
        run(firm, **spec)
