"""What touches and contacts say of a customer."""

from __future__ import annotations

import datetime as dt

import pytest

AS_OF = dt.date(2025, 1, 1)
ORDERS = "customer_id,ordered_at,amount\na,2024-01-01,1\nb,2024-01-02,1\n"


@pytest.fixture
def touched(firm):
    """`touched(text)`: the customers of a firm with these interactions."""

    def run(text, **extract):
        (firm.folder / "touches.csv").write_text(text)
        extracts = {"interactions": {"source": "touches.csv", **extract}}
        firm.extract(ORDERS, config={"extracts": extracts}, as_of=AS_OF)
        return firm.customers()

    return run


def test_touches_are_counted_by_what_they_are_and_when(touched):
    rows = "customer_id,at,channel,direction,kind,minutes\n"
    rows += "a,2024-12-31,visit,out,follow_up,60\na,2024-01-02,email,in,inquiry,5\na,2024-01-01,email,out,mailing,1\n"
    rows += "a,2024-05-01,email,out,mailing,1\na,2024-05-02,phone,in,complaint,\na,2023-05-02,phone,in,complaint,9\n"
    rows += "a,2023-06-01,visit,out,follow_up,60\n"
    rows += "a,2024-05-03,demo,out,quote,30\na,2024-05-04,meeting,,demo_attended,20\n"
    found = touched(rows)
    a = found["a"]
    assert (a["touches"], a["touches_12m"], a["minutes_12m"]) == (9, 6, 116)
    assert (a["mailings_12m"], a["visits_12m"], a["complaints_12m"]) == (1, 1, 1)
    assert (a["inquiries"], a["quotes"], a["demos"]) == (1, 1, 2)
    assert (a["replies_12m"], a["sent_12m"]) == (2, 3)
    assert (a["last_touch_on"], a["last_reply_on"]) == (dt.date(2024, 12, 31), dt.date(2024, 5, 2))
    b = found["b"]
    assert (b["touches"], b["minutes_12m"], b["replies_12m"], b["last_touch_on"]) == (0, 0, 0, None)


def test_of_samples_the_latest_day_of_each_step_is_kept(touched):
    steps = ("sample_price_confirmed", "sample_requested", "sample_sent", "sample_received", "sample_requested")
    rows = "customer_id,at,kind\n" + "".join(f"a,2024-03-0{i},{step}\n" for i, step in enumerate(steps, start=1))
    a = touched(rows)["a"]
    names = ("sample_price_on", "sample_requested_on", "sample_sent_on", "sample_received_on")
    assert [a[name].day for name in names] == [1, 5, 3, 4]


def test_feedback_and_inquiry_quality_are_the_latest_that_are_known(touched):
    rows = "customer_id,at,feedback,inquiry_quality\na,2024-03-01,later,2\na,2024-03-02,positive,\na,2024-03-03,,4\n"
    rows += "a,2024-03-03,neutral,\na,2024-03-03,no_reply,\n"
    a = touched(rows)["a"]
    assert (a["last_feedback"], a["inquiry_quality"]) == ("no_reply", 4)  # of one moment the later row


def test_columns_need_the_column_that_tells_them(touched):
    a = touched("customer_id,at\na,2024-03-01\n")["a"]
    assert (a["touches"], "visits_12m" in a, "last_reply_on" in a, "inquiries" in a, "demos" in a) == (1, *[False] * 4)


def test_the_table_of_touches_adds_up_to_every_touch(touched, firm):
    rows = "customer_id,at,channel,minutes\na,2024-03-01,email,5\na,2024-03-30,email,6\n"
    rows += "a,2024-03-30,phone,\na,2024-04-01,email,1\n"
    touched(rows)
    table = firm.table("touches")
    months = [(m.month, channel, n) for m, channel, n in zip(table["month"], table["channel"], table["touches"], strict=True)]
    assert sorted(months) == [(3, "email", 2), (3, "phone", 1), (4, "email", 1)]
    assert (table["touches"].sum(), table["minutes"].sum()) == (4, 12)
    assert " ".join(table.columns) == "customer_id month owner channel direction kind feedback touches minutes"


def test_contacts_are_counted_and_the_decision_maker_is_known_or_not(firm):
    (firm.folder / "people.csv").write_text("customer_id,name,decides\na,Li,second\na,Wu,first\nc,Xu,\n")
    firm.extract(ORDERS, config={"extracts": {"contacts": {"source": "people.csv"}}}, as_of=AS_OF)
    found = {c: (v["contacts"], v["decision_maker_known"], v["frequency"]) for c, v in firm.customers().items()}
    assert found == {"a": (2, True, 1), "b": (0, False, 1), "c": (1, False, 0)}
