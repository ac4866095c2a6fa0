"""Invoices as they were known at as-of."""

from __future__ import annotations

import datetime as dt

import pytest

AS_OF = dt.date(2025, 1, 1)
ORDERS = "customer_id,ordered_at,amount\na,2024-01-01,1\nb,2024-01-02,1\n"


@pytest.fixture
def paid(firm):
    """`paid(text)`: the customers of a firm with these invoices."""

    def run(text, *, files=None, **config):
        for name, content in {"payments.csv": text, **(files or {})}.items():
            (firm.folder / name).write_text(content)
        extracts = {"payments": {"source": "payments.csv"}, **config.pop("extracts", {})}
        firm.summary = firm.extract(ORDERS, config={"extracts": extracts, **config}, as_of=AS_OF)
        return firm.customers()

    return run


def test_late_is_paid_after_the_due_day_or_unpaid_past_it(paid):
    rows = "invoice_id,customer_id,due_on,paid_on,amount\n1,a,2024-03-01,2024-03-01,10\n2,a,2024-03-01,2024-03-05,10\n"
    rows += "3,a,2024-12-30,,10\n4,a,2024-03-01,2024-02-01,10\n"
    found = paid(rows)
    a = found["a"]
    assert (a["invoices"], a["invoices_late"], a["paid_on_time_share"]) == (4, 2, 0.5)
    assert a["days_late_mean"] == (0 + 4 + 2 + 0) / 4
    assert (a["overdue_invoices"], a["overdue_amount"]) == (1, 10)
    b = found["b"]
    assert (b["invoices"], b["overdue_amount"], b["paid_on_time_share"], b["days_late_mean"]) == (0, 0, None, None)


def test_paid_on_or_after_as_of_is_unpaid_and_due_then_is_not_overdue(paid):
    rows = "invoice_id,customer_id,due_on,paid_on,amount\n1,a,2024-12-31,2025-01-01,10\n2,a,2025-01-01,,20\n"
    rows += "3,a,2025-02-01,2024-12-01,30\n4,c,2025-02-01,2025-01-15,40\n"
    found = paid(rows)
    a = found["a"]
    assert (a["invoices"], a["overdue_invoices"], a["overdue_amount"], a["invoices_late"]) == (2, 1, 10, 1)
    assert "c" not in found  # nothing of it was seen


def test_an_invoice_without_a_due_day_is_neither_late_nor_on_time(paid):
    rows = "invoice_id,customer_id,due_on,paid_on\n1,a,,2024-03-01\n2,a,2024-03-01,2024-03-01\n"
    a = paid(rows)["a"]
    assert (a["invoices"], a["invoices_late"], a["paid_on_time_share"], a["days_late_mean"]) == (2, 0, 1, 0)
    assert "overdue_amount" not in a


def test_without_paying_days_nothing_is_said_of_lateness(paid):
    a = paid("invoice_id,customer_id,due_on,amount\n1,a,2024-03-01,5\n")["a"]
    assert (a["invoices"], "invoices_late" in a, "overdue_invoices" in a) == (1, False, False)


def test_what_is_overdue_is_told_in_the_base_currency_at_the_rate_of_the_due_day(paid, firm):
    rows = "invoice_id,customer_id,due_on,paid_on,amount,currency\n1,a,2024-02-01,,100,EUR\n2,a,2024-06-02,,100,EUR\n"
    rows += "3,a,2024-06-02,,100,USD\n4,a,2024-06-02,,100,ABC\n"
    fx = "on,currency,rate\n2024-01-01,EUR,1.1\n2024-06-01,EUR,1.2\n"
    a = paid(rows, files={"fx.csv": fx}, extracts={"fx": {"source": "fx.csv"}}, currency="USD")["a"]
    assert (a["overdue_invoices"], a["overdue_amount"]) == (4, 330)
    assert {"extract": "payments", "key": "amount_without_rate", "rows": 1} in firm.summary.notes
