"""Small tables in words."""

from __future__ import annotations

import pandas as pd

from segkit.charts.tables import html, plain, written
from segkit.i18n import Words

FRAME = pd.DataFrame(
    {
        "scheme": ["rfm_8", "rfm_8", "own"],
        "tier": ["important_champion", "general_keep", "<b>vip"],
        "customers": [12, 3400, 1],
        "revenue": [1_234_567.8, float("nan"), 0.0],
        "revenue_share": [0.61234, 0.0001, float("nan")],
        "last_order_on": pd.to_datetime(["2011-12-09", None, "2011-01-02"]),
    }
)


def test_columns_are_written_by_what_they_are():
    table = written(FRAME, Words("en"), "USD")
    assert table.headers == ["segment", "customers", "revenue", "share of revenue", "last order"]
    assert table.cells == [
        ["important: champion", "12", "$1,234,568", "61.2%", "9 Dec 2011"],
        ["general: keep", "3,400", "–", "<0.1%", "–"],
        ["<b>vip", "1", "$0", "–", "2 Jan 2011"],
    ]
    assert table.right == [False, True, True, True, False]


def test_the_same_table_in_chinese():
    table = written(FRAME.head(1), Words("zh"), "USD", kinds={"revenue": "short_money"})
    assert table.headers == ["级别", "客户数", "收入", "收入占比", "最近下单"]
    assert table.cells == [["重要价值客户", "12", "US$123万", "61.2%", "2011年12月9日"]]


def test_html_is_escaped_and_says_how_many_rows_are_not_shown():
    text = html(written(FRAME.iloc[::-1], Words("en"), "USD", rows=1), Words("en"))
    assert "&lt;b&gt;vip" in text
    assert "<b>" not in text
    assert "1 of 3 rows" in text
    assert html(written(FRAME.head(0), Words("en"), "USD"), Words("en")) == '<p class="empty">nothing to show</p>'


def test_plain_text_stands_in_columns():
    frame = pd.DataFrame({"reason": ["sample", "no_such"], "rows": [5, 1200], "cut 2": ["a", "b"]})
    assert plain(written(frame, Words("en"), "USD"), Words("en")).splitlines() == [
        "reason         rows  cut 2",
        "sample order      5  a",
        "no_such       1,200  b",
    ]
