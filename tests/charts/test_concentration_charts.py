"""Charts of rhythm, concentration and cohorts: what each shows is read from its Axes."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Few hold most", "as of 1 Jul 2026")
CHINESE = Labels(Words("zh"), "USD", "少数客户占多数收入", "截至 2026年7月1日")

ACCOUNTS = pd.DataFrame(
    [("A", "Acme", 30, 20.0, 10.0, 25.0, 9_000.0), ("B", None, 5, 20.0, 10.0, 25.0, 800.0)],
    columns=["customer_id", "name", "recency_days", "usual_gap_days", "gap_low_days", "gap_upper_days", "revenue_12m"],
)
POINTS = pd.DataFrame({"customer_share": [0, 0.2, 1], "revenue_share": [0, 0.7, 1.0], "customers": [0, 2, 10]})
MEASURES = pd.DataFrame({"measure": ["top_20", "gini"], "top": [0.2, None], "value": [0.7, 0.5]})
SERIES = pd.DataFrame(
    [(period, measure, value, value - 0.1, value + 0.1, whole)
     for period, whole in (("2026-01-01", True), ("2026-04-01", False))
     for measure, value in (("top_1", 0.2), ("top_20", 0.7), ("gini", 0.5))],
    columns=["period", "measure", "value", "low", "high", "whole"],
).assign(period=lambda d: pd.to_datetime(d["period"]))  # fmt: skip
GROUPS = pd.DataFrame(
    [("top", "A", "Acme", 0.6, 60.0, 100.0), ("unknown", "B", None, 0.1, 5.0, 50.0)],
    columns=["tier", "largest", "name", "largest_share", "largest_revenue", "revenue"],
)
CELLS = pd.DataFrame(
    [("2025-01-01", 0, 10, 1.0, 50.0, True), ("2025-01-01", 1, 10, 0.5, 20.0, True), ("2025-01-01", 2, 10, 0.3, 10.0, False),
     ("2025-04-01", 0, 4, 1.0, 40.0, True), ("2025-04-01", 1, 4, 0.25, 8.0, False)],
    columns=["cohort", "age", "customers", "share", "revenue_per_customer", "whole"],
).assign(cohort=lambda d: pd.to_datetime(d["cohort"]))  # fmt: skip


def texts(ax) -> list[str]:
    return [t.get_text().strip() for t in ax.texts]


def names(axis) -> list[str]:
    return [t.get_text() for t in axis.get_ticklabels()]


def by_gid(ax) -> dict:
    return {a.get_gid(): a for a in (*ax.lines, *ax.collections) if a.get_gid()}


def test_an_account_past_its_bar_is_orange_and_shows_what_it_brings():
    ax = charts.rhythm.overdue(ACCOUNTS, LABELS)
    bars = ax.containers[0]
    assert [(b.get_x(), b.get_x() + b.get_width()) for b in bars] == [(10, 25), (10, 25)]
    dots = by_gid(ax)["since"]
    assert [x for x, _ in dots.get_offsets()] == [30, 5]
    assert [to_hex(c) for c in dots.get_facecolor()] == [style.RISK, style.ACCENT]
    assert [list(line.get_xdata()) for line in ax.lines] == [[25, 30]]
    assert (names(ax.yaxis), texts(ax)) == (["Acme", "B"], ["$9K", "$800", "last 12 months"])


def test_only_the_first_ten_accounts_are_drawn():
    many = pd.concat([ACCOUNTS] * 8, ignore_index=True)
    assert len(charts.rhythm.overdue(many, LABELS).containers[0]) == 10


def test_the_curve_runs_above_the_diagonal_with_its_top_shares_marked():
    ax = charts.concentration.curve(POINTS, MEASURES, CHINESE)
    drawn = by_gid(ax)
    assert (list(drawn["curve"].get_xdata()), list(drawn["curve"].get_ydata())) == ([0, 0.2, 1], [0, 0.7, 1])
    assert drawn["tops"].get_offsets().tolist() == [[0.2, 0.7]]
    assert texts(ax) == ["前 20%：70%", "若各家相等"]


def test_shares_over_time_stand_above_the_gini_and_a_period_that_is_not_over_is_a_ring():
    ax = charts.concentration.over_time(SERIES, LABELS)
    below = ax.get_figure().axes[1]
    assert {line.get_label(): list(line.get_ydata()) for line in ax.lines} == {"top 20%": [0.7, 0.7], "top 1%": [0.2, 0.2]}
    assert [list(line.get_ydata()) for line in below.lines] == [[0.5, 0.5]]
    dots = below.collections[-1]
    assert [to_hex(c) for c in dots.get_facecolor()] == [style.INK, style.PAPER]
    assert "ring: period not over" in texts(ax)


def test_each_group_is_a_bar_of_its_largest_account_named_with_its_money():
    ax = charts.concentration.dependency(GROUPS, LABELS, group="tier.pyramid")
    assert [b.get_width() for b in ax.containers[1]] == [0.6, 0.1]
    assert texts(ax) == ["60%  $60 · Acme", "10%  $5 · B"]
    assert [t.get_ha() for t in ax.texts] == ["right", "left"]
    assert names(ax.yaxis) == ["top", "unknown"]


def test_of_many_groups_the_first_are_drawn_and_the_chart_says_so():
    ax = charts.concentration.dependency(pd.concat([GROUPS] * 10, ignore_index=True), LABELS)
    assert (len(names(ax.yaxis)), texts(ax)[-1]) == (15, "the first 15 of 20")


def test_cohorts_are_rows_with_their_size_and_a_quarter_that_is_not_over_is_grey():
    ax = charts.cohorts.retention(CELLS, LABELS)
    assert (names(ax.yaxis), names(ax.xaxis)) == (["Jan 2025 (10)", "Apr 2025 (4)"], ["1", "2"])
    assert {t.xy: (t.get_text(), t.get_color() == style.GREY) for t in ax.texts} == {
        (0.5, 0.5): ("50", False),
        (1.5, 0.5): ("30", True),
        (0.5, 1.5): ("25", True),
    }
    assert texts(charts.cohorts.retention(CELLS, LABELS, value="revenue_per_customer")) == ["$20", "$10", "$8"]


def test_of_a_long_history_the_newest_cohorts_are_drawn():
    starts = pd.date_range("2015-01-01", periods=30, freq="QS")
    long = pd.DataFrame({"cohort": starts, "age": 1, "customers": 5, "share": 0.5, "whole": True})
    assert names(charts.cohorts.retention(long, LABELS).yaxis)[-1] == "Apr 2022 (5)"
    assert len(names(charts.cohorts.retention(long, LABELS).yaxis)) == 16


@pytest.mark.parametrize(
    ("draw", "table"),
    [(charts.rhythm.overdue, ACCOUNTS), (charts.concentration.dependency, GROUPS), (charts.cohorts.retention, CELLS)],
)
def test_without_rows_a_chart_is_its_title_alone(draw, table):
    ax = draw(table.iloc[:0], LABELS)
    assert (ax.axison, texts(ax), style.title_of(ax)) == (False, [], "Few hold most")
