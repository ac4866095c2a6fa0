"""What a customer's orders say of its rhythm: windows before as-of, gaps, margins, categories."""

from __future__ import annotations

import datetime as dt
import math

import pytest

AS_OF = dt.date(2025, 1, 1)


def asked(firm, customer, *names):
    return tuple(firm.customers()[customer][name] for name in names)


def test_windows_reach_back_365_730_and_1095_days_from_as_of(firm):
    rows = "customer_id,ordered_at,amount\n"
    for back, amount in ((1, 1), (365, 2), (366, 4), (730, 8), (731, 16), (1095, 32), (1096, 64)):
        rows += f"a,{AS_OF - dt.timedelta(days=back)},{amount}\n"
    firm.extract(rows, as_of=AS_OF)
    assert asked(firm, "a", "orders_12m", "revenue_12m") == (2, 3)
    assert asked(firm, "a", "orders_prev_12m", "revenue_prev_12m") == (2, 12)
    assert asked(firm, "a", "frequency_3y", "monetary_3y") == (6, 63)
    assert asked(firm, "a", "frequency", "monetary") == (7, 127)


def test_a_refund_counts_in_the_window_of_its_own_day(firm):
    rows = "order_id,customer_id,ordered_at,amount\n1,a,2023-06-01,100\nC1,a,2024-06-01,-30\n2,b,2024-06-02,5\n"
    firm.extract(rows, as_of=AS_OF)
    assert asked(firm, "a", "orders_12m", "revenue_12m", "orders_prev_12m", "revenue_prev_12m") == (0, -30, 1, 100)


def test_gaps_lie_between_order_days_and_their_logs_are_told_by_mean_and_deviation(firm):
    rows = "order_id,customer_id,ordered_at,amount\n"
    rows += "1,a,2024-01-01,1\n2,a,2024-01-11 08:00,1\n3,a,2024-01-11 17:00,1\n4,a,2024-02-20,1\n5,b,2024-01-01,1\n"
    firm.extract(rows, as_of=AS_OF)
    assert asked(firm, "a", "frequency", "order_days", "gaps") == (4, 3, 2)
    assert asked(firm, "a", "gap_log_mean", "gap_log_sd") == pytest.approx((math.log(20), math.log(2)))  # of 10 and 40 days
    assert asked(firm, "b", "gaps", "gap_log_mean", "usual_gap_days") == (0, None, None)


def orders_every(days: int, *, of: str, times: int) -> str:
    return "".join(f"{of},{dt.date(2024, 1, 1) + dt.timedelta(days=days * i)},1\n" for i in range(times))


def test_a_customers_bound_is_its_own_the_more_gaps_it_has_and_the_firms_without_one(firm):
    rows = "customer_id,ordered_at,amount\n" + orders_every(10, of="a", times=9) + orders_every(100, of="b", times=2)
    firm.extract(rows + orders_every(1, of="c", times=1) + orders_every(30, of="d", times=4), as_of=AS_OF)
    upper = {c: asked(firm, c, "gap_upper_days")[0] for c in "abcd"}
    assert upper["a"] < upper["d"] < upper["c"]
    assert 10 < upper["a"] < 15
    assert asked(firm, "a", "usual_gap_days")[0] == pytest.approx(10, abs=0.5)
    assert 30 < asked(firm, "b", "usual_gap_days")[0] <= 100  # drawn towards the firm's
    assert [asked(firm, c, "gap_own_share")[0] for c in "ac"] == pytest.approx([1, 0], abs=0.05)


def test_the_share_of_gaps_within_the_bound_is_the_configs(firm):
    rows = "customer_id,ordered_at,amount\n" + orders_every(10, of="a", times=3) + orders_every(40, of="b", times=6)
    firm.extract(rows, as_of=AS_OF)
    usual = asked(firm, "b", "gap_upper_days")[0]
    firm.extract(rows, as_of=AS_OF, config={"gap_bound": 0.75})
    assert asked(firm, "b", "usual_gap_days")[0] < asked(firm, "b", "gap_upper_days")[0] < usual


def test_repeat_share_is_orders_after_the_first_over_all_orders(firm):
    rows = "customer_id,ordered_at,amount\na,2024-01-01,1\na,2024-01-02,1\na,2024-01-03,1\na,2024-01-04,1\nb,2024-01-01,1\n"
    firm.extract(rows, as_of=AS_OF)
    assert [asked(firm, c, "repeat_share")[0] for c in "ab"] == [0.75, 0]


def test_margins_fall_into_their_year_and_rates_rest_on_what_is_known(firm):
    rows = "order_id,customer_id,ordered_at,amount,cost\n"
    rows += "1,a,2024-06-01,100,60\n2,a,2024-06-02,900,\n3,a,2023-06-01,200,150\nC,a,2024-06-05,-20,-12\n4,b,2024-01-01,1,\n"
    firm.extract(rows, as_of=AS_OF)
    assert asked(firm, "a", "margin_12m", "margin_rate_12m") == (32, 0.4)  # 40 - 8, over 100 - 20
    assert asked(firm, "a", "margin_prev_12m", "margin_rate_prev_12m") == (50, 0.25)
    assert asked(firm, "b", "margin_12m", "margin_rate_12m") == (None, None)


def test_a_row_without_margin_columns_has_none_in_the_result(firm):
    firm.extract("customer_id,ordered_at,amount\na,2024-01-01,1\n", as_of=AS_OF)
    assert {"margin_12m", "margin_rate_12m", "top_category", "touches", "deals", "invoices"}.isdisjoint(firm.customers()["a"])
    assert not (firm.folder / "tables" / "customer_categories.parquet").exists()


def test_categories_are_counted_per_order_and_the_top_one_has_most_revenue(firm):
    rows = "order_id,customer_id,ordered_at,amount,product_category,product\n"
    rows += "1,a,2024-01-01,10,Lamps,L1\n1,a,2024-01-01,5,Lamps,L2\n2,a,2024-02-01,12,Tools,T1\n2,a,2024-02-01,1,,P9\n"
    rows += "3,a,2024-03-01,50,Pets,D1\n3,a,2024-03-01,-50,Pets,D1\n3,a,2024-03-01,2,Lamps,L1\n4,b,2024-03-01,1,,\n"
    firm.extract(rows, as_of=AS_OF)
    table = firm.table("customer_categories")
    assert table.to_numpy().tolist() == [["a", "Lamps", 2, 17], ["a", "P9", 1, 1], ["a", "Pets", 0, 0], ["a", "Tools", 1, 12]]
    assert asked(firm, "a", "top_category", "categories") == ("Lamps", 3)
    assert asked(firm, "b", "top_category", "categories") == (None, 0)


def test_a_tie_between_categories_goes_to_the_first_by_name(firm):
    rows = "order_id,customer_id,ordered_at,amount,product\n1,a,2024-01-01,10,Zinc\n2,a,2024-01-02,10,Ash\n"
    firm.extract(rows, as_of=AS_OF)
    assert asked(firm, "a", "top_category") == ("Ash",)
