"""Charts of churn risk and of concentration by column: what each shows is read from its Axes."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Money is at risk", "as of 1 Jul 2026")
SEGMENTS = pd.DataFrame(
    [("rfm_matrix", "core", 9, 90.0, 80.0, 120.0), ("rfm_matrix", "new", 3, 10.0, None, None)],
    columns=["scheme", "tier", "customers", "revenue_at_risk", "at_risk_low", "at_risk_high"],
).astype({"at_risk_low": float, "at_risk_high": float})
YEARS = pd.DataFrame(
    [("customer_id", 0, 0.01, 0.005, 0.02, "A", 0.05, True), ("country", 0, 0.3, 0.2, 0.4, "Germany", 0.5, True),
     ("customer_id", 1, 0.02, 0.01, 0.03, "A", 0.05, True), ("country", 2, 0.9, 0.8, 1.0, "France", 0.5, False)],
    columns=["dimension", "years_back", "herfindahl", "low", "high", "largest", "largest_share", "whole"],
)  # fmt: skip
PARTS = pd.DataFrame({"value_part": ["top", "tail"], "customer_share": [0.2, 0.8], "revenue_share": [0.7, 0.3],
                      "touch_share": [0.4, 0.6]})  # fmt: skip


def texts(ax) -> list[str]:
    return [t.get_text().strip() for t in ax.texts]


def names(axis) -> list[str]:
    return [t.get_text() for t in axis.get_ticklabels()]


def test_money_at_risk_stands_with_the_range_of_past_errors_where_there_is_one():
    ax = charts.churn.at_risk(SEGMENTS, LABELS)
    assert [b.get_width() for b in ax.patches] == [90, 10]
    first = ax.collections[0].get_segments()[0]
    assert [float(x) for x, _ in first] == [80, 120]
    assert texts(ax) == ["$90", "$10"]


def test_each_column_shows_its_years_from_which_the_orders_are_whole():
    ax = charts.concentration.by_dimension(YEARS, LABELS)
    drawn = [[float(x) for x, _ in c.get_offsets()] for c in ax.collections if c.get_gid() == "year"]
    assert [0.01, 0.3] in drawn
    assert [0.02] in drawn
    assert not any(0.9 in xs for xs in drawn)
    assert names(ax.yaxis) == ["customer", "country"]
    assert "Germany 50%" in texts(ax)


def test_the_tail_is_shown_within_the_whole_of_what_is_known():
    ax = charts.concentration.tail(PARTS, LABELS)
    assert [b.get_width() for b in ax.patches] == [1, 1, 1, 0.8, 0.3, 0.6]
    assert texts(ax) == ["80%", "30%", "60%"]
    fewer = charts.concentration.tail(PARTS.drop(columns="touch_share"), LABELS)
    assert len(fewer.patches) == 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_rows_there_is_a_strip_that_holds_nothing(language):
    labels = Labels(Words(language), "USD", "无", "")
    assert not charts.churn.at_risk(SEGMENTS.head(0), labels).axison
    assert not charts.concentration.by_dimension(YEARS.head(0), labels).axison
    assert style.title_of(charts.churn.at_risk(SEGMENTS, labels)) == "无"
