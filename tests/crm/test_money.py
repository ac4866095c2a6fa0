"""Money as people write it."""

from __future__ import annotations

import pytest

from segkit.crm import money


def read(column, values, decimal="."):
    return column(values, lambda c: money.number(money.written(c), decimal=decimal))


@pytest.mark.parametrize(
    ("written", "worth"),
    [
        ("12", 12), ("-12.5", -12.5), ("0.00", 0), (".5", 0.5), ("5.", 5), ("1.5e3", 1500), ("007", 7),
        ("$22,700.00", 22_700), ("9,326.84", 9_326.84), ("7,982", 7_982), ("USD 1 200", 1_200), ("1'200.50", 1_200.5),
        ("¥1.2万", 12_000), ("1.2亿元", 120_000_000), ("3百万", 3_000_000), ("$342.09K", 342_090), ("$1,117.10K", 1_117_100),
        ("2.5M", 2_500_000), ("(120.00)", -120), ("$ (5.00)", -5), ("120-", -120), ("−3", -3), ("-$12", -12), ("$-12", -12),
        ("３，０００．５", 3_000.5), ("12\u00a0345", 12_345), ("R$ 5", 5), ("1,23,456.00", 123_456), ("  8 ", 8),
    ],
)  # fmt: skip
def test_money_is_read_as_it_is_written(column, written, worth):
    assert read(column, [written]) == [pytest.approx(worth)]


@pytest.mark.parametrize("written", ["abc", "12/3", "12,3.4,5", "see contract", "1.2.3", "--5--6", "12 apples", "12:30"])
def test_what_is_no_number_is_null(column, written):
    assert read(column, [written]) == [None]


@pytest.mark.parametrize("written", ["", "-", "nan", "Select", "N/A", "NULL", "请选择", None])
def test_placeholder_words_are_missing(column, written):
    assert read(column, [written]) == [None]


@pytest.mark.parametrize(("written", "worth"), [("1.234,50 €", 1234.5), ("12,5", 12.5), ("1.000", 1000), ("-3,25", -3.25)])
def test_a_decimal_comma_is_read_where_the_column_has_one(column, written, worth):
    assert read(column, [written], decimal=",") == [pytest.approx(worth)]


def test_the_decimal_sign_of_a_column_is_told_by_its_values(firm):
    rows = "customer_id;ordered_at;amount\na;2024-01-05;1.234,50\nb;2024-01-06;7\n"
    firm.extract(rows)
    assert {c: v["monetary"] for c, v in firm.customers().items()} == {"a": 1234.5, "b": 7}
