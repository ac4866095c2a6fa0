"""Sales by fiscal quarter and year, of each salesperson's and channel's customers, and costs in the base currency."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from segkit.crm import periods

ORDERS = """order_id,customer_id,ordered_at,amount,margin
1,ann,2026-03-31,100,40
2,ann,2026-04-01,50,
3,bob,2026-04-02,10,5
4,bob,2026-06-30,20,8
4,bob,2026-06-30,-5,
5,cat,2026-07-01,30,9
"""
PEOPLE = "customer_id,owner,source_channel\nann,Li,Fair\nbob,Wu,\ncat,Wu,=cmd()\n"


def sales(firm, name: str, start: int, **extracts: dict) -> dict[tuple, list]:
    (firm.folder / "c.csv").write_text(PEOPLE)
    config = {"fiscal_year_start": start, "extracts": extracts or {"customers": {"source": "c.csv"}}}
    firm.extract(ORDERS, config=config, as_of=dt.date(2026, 7, 2))
    rows = firm.table(name)
    rows = rows.astype(object).where(rows.notna(), None)
    keys = zip(rows["period"].astype(str), rows["owner"], rows["source_channel"], strict=True)
    figures = rows[["orders", "customers", "new_customers", "revenue", "margin", "margin_on"]]
    return dict(zip(keys, figures.to_numpy().tolist(), strict=True))


def test_a_quarter_holds_its_first_day_and_not_the_next_one_s(firm):
    assert sales(firm, "sales_quarters", 1) == {
        ("2026-01-01", "Li", "Fair"): [1, 1, 1, 100.0, 40.0, 100.0],
        ("2026-04-01", "Li", "Fair"): [1, 1, 0, 50.0, None, None],
        ("2026-04-01", "Wu", None): [2, 1, 1, 25.0, 13.0, 30.0],
        ("2026-07-01", "Wu", "=cmd()"): [1, 1, 1, 30.0, 9.0, 30.0],
    }


def test_years_and_quarters_begin_with_the_fiscal_year(firm):
    by_year = sales(firm, "sales_years", 4)
    assert {key: figures[0] for key, figures in by_year.items()} == {
        ("2025-04-01", "Li", "Fair"): 1,
        ("2026-04-01", "Li", "Fair"): 1,
        ("2026-04-01", "Wu", "=cmd()"): 1,
        ("2026-04-01", "Wu", None): 2,
    }
    assert {key[0] for key in sales(firm, "sales_quarters", 3)} == {"2026-03-01", "2026-06-01"}


def test_without_fields_and_margins_the_sums_are_the_firm_s(firm):
    firm.extract("customer_id,ordered_at,amount\na,2026-05-01,10\n", as_of=dt.date(2026, 7, 1))
    row = firm.table("sales_quarters").iloc[0]
    assert (row["orders"], row["revenue"], str(row["period"])) == (1, 10.0, "2026-04-01")
    assert row[["owner", "source_channel", "margin", "margin_on"]].isna().all()


def test_costs_are_in_the_base_currency_by_the_rate_of_their_period_s_last_day(firm):
    (firm.folder / "k.csv").write_text(
        "source_channel,period,cost,currency\nFair,2026-Q1,100,EUR\nFair,2026-06,10,EUR\nWeb,2026-Q1,7,USD\nWeb,soon,7,EUR\n"
    )
    (firm.folder / "fx.csv").write_text("on,currency,rate\n2026-01-01,EUR,1.1\n2026-03-31,EUR,1.2\n2026-06-15,EUR,2\n")
    extracts = {"costs": {"source": "k.csv"}, "fx": {"source": "fx.csv"}}
    firm.extract(ORDERS, config={"currency": "USD", "extracts": extracts}, as_of=dt.date(2026, 6, 15))
    costs = firm.table("costs")
    assert costs.columns.tolist() == ["source_channel", "period", "cost"]
    assert costs.to_numpy().tolist() == [
        ["Fair", "2026-06", 12.0],  # the day before as-of: the rate of the 15th is not known yet
        ["Fair", "2026-Q1", 120.0],
        ["Web", "2026-Q1", 7.0],
        ["Web", "soon", 8.4],
    ]


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2026", "2026-12-31"),
        ("2026-Q1", "2026-03-31"),
        ("2026q4", "2026-12-31"),
        ("2026-H1", "2026-06-30"),
        ("2024-02", "2024-02-29"),
        (" 2026/12 ", "2026-12-31"),
        ("2026-13", None),
        ("spring", None),
    ],
)
def test_the_last_day_of_a_period_is_read_from_its_name(column, period, day):
    found = column([period], periods.last_day)[0]
    assert (None if pd.isna(found) else str(found)[:10]) == day
