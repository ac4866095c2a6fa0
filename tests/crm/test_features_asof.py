"""What lies on or after as-of changes nothing: a run with the rows of later days writes the same tables."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

AS_OF = dt.date(2025, 1, 1)
BEFORE = {
    "orders": """order_id,customer_id,ordered_at,amount,currency,cost,product
1,a,2024-01-10,100,EUR,60,Lamp
2,a,2024-12-31 23:59,50,EUR,30,Tool
3,b,2023-05-01,70,USD,,Lamp
""",
    "interactions": """interaction_id,customer_id,at,channel,direction,kind,feedback,inquiry_quality,minutes,owner
1,a,2024-12-31 23:59,email,out,mailing,,,1,Li
2,a,2024-06-01,phone,in,inquiry,positive,3,10,Li
3,c,2024-02-01,visit,out,sample_sent,later,,60,Wu
""",
    "payments": """invoice_id,customer_id,due_on,paid_on,amount,currency
1,a,2024-03-01,2024-02-20,100,EUR
2,a,2024-12-31,,50,EUR
3,b,2023-06-01,2023-07-01,70,USD
""",
    "opportunities": """opportunity_id,customer_id,created_at,first_contact_at,amount,currency,has_need,closed_at,\
outcome,lost_reason
1,a,2024-02-01,2024-02-02,500,EUR,yes,2024-03-01,won,
2,a,2024-11-01,,900,EUR,no,,open,
3,c,2024-12-30,,80,USD,,,open,
""",
    "customers": "customer_id,created_at,country\na,2020-01-01,Peru\nc,2024-12-31,Chile\n",
    "fx": "on,currency,rate\n2023-01-01,EUR,1.1\n2024-12-01,EUR,1.2\n",
}
LATER = {
    "orders": "4,a,2025-01-01,1000,EUR,1,Gadget\n5,z,2025-03-01,10,USD,1,Lamp\nC1,a,2025-02-01,-100,EUR,-60,Lamp\n",
    "interactions": "4,a,2025-01-01,visit,in,complaint,ready_to_order,5,90,Xu\n5,y,2025-06-01,phone,in,quote,,,5,Xu\n",
    "payments": "4,a,2025-01-01,,400,EUR\n5,x,2025-02-01,2025-01-15,40,EUR\n6,a,2025-02-01,2025-01-01,40,EUR\n",
    "opportunities": "4,a,2025-01-01,,999,EUR,yes,2025-01-02,won,\n5,w,,2025-01-01,9,EUR,yes,,open,\n",
    "customers": "v,2025-01-01,Cuba\n",
    "fx": "2025-01-01,EUR,7\n",
}
EDITED = {  # what later days write into rows that are known
    "payments": ("2,a,2024-12-31,,50,EUR", "2,a,2024-12-31,2025-01-01,50,EUR"),
    "opportunities": ("2,a,2024-11-01,,900,EUR,no,,open,", "2,a,2024-11-01,2025-02-01,900,EUR,no,2025-03-01,lost,price"),
}
TABLES = ("customers", "deals", "touches", "customer_categories", "orders", "order_months")


def tables(firm, files):
    for name, text in files.items():
        (firm.folder / f"{name}.csv").write_text(text)
    extracts = {name: {"source": f"{name}.csv"} for name in files if name != "orders"}
    firm.extract(files["orders"], config={"extracts": extracts, "currency": "USD"}, as_of=AS_OF)
    return {name: firm.table(name) for name in TABLES}


@pytest.fixture(scope="module")
def known(another_firm):
    """The firm without any later row."""
    firm = another_firm()
    tables(firm, BEFORE)
    return firm


@pytest.fixture(scope="module")
def before(known):
    return {name: known.table(name) for name in TABLES}


def test_rows_of_later_days_change_no_table(firm, before):
    after = tables(firm, {name: text + LATER[name] for name, text in BEFORE.items()})
    for name in TABLES:
        pd.testing.assert_frame_equal(after[name], before[name], obj=name)


@pytest.mark.parametrize("name", EDITED)
def test_what_later_days_write_into_known_rows_changes_no_table(firm, before, name):
    was, now = EDITED[name]
    assert was in BEFORE[name]
    after = tables(firm, BEFORE | {name: BEFORE[name].replace(was, now)})
    for table in TABLES:
        pd.testing.assert_frame_equal(after[table], before[table], obj=table)


def test_the_day_before_as_of_is_seen(known):
    a = known.customers()["a"]
    assert (a["last_order_on"], a["last_touch_on"], a["overdue_invoices"]) == (dt.date(2024, 12, 31), dt.date(2024, 12, 31), 1)
    assert a["overdue_amount"] == 60  # 50 EUR at the rate of December
    assert set(known.customers()) == {"a", "b", "c"}
