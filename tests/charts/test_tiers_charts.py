"""Charts of all schemes: what each shows is read from its Axes."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Few bring most", "as of 1 Jul 2026")

SIZES = pd.DataFrame(
    [("pyramid", "top", 1, 0.01, 400.0, 0.4), ("pyramid", "bottom", 99, 0.99, 600.0, 0.6)],
    columns=["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"],
)
CELLS = pd.DataFrame(
    {
        "trade_tier": pd.Categorical(["KA", "KA", "B", "B"], categories=["KA", "B"]),
        "deal_state": pd.Categorical(["ordered", "prospect"] * 2, categories=["ordered", "prospect"]),
        "customers": [5, 0, 0, 7],
        "revenue": [9_000.0, 0.0, 0.0, 0.0],
    }
)
STAGES = pd.DataFrame(
    [("quote", 10, 6, 1, 3, 6 / 9, 12.0), ("contract", 6, 0, 2, 1, None, None)],
    columns=["stage", "reached", "went_on", "standing", "died", "conversion", "days_waiting"],
)
RATES = pd.DataFrame(
    [("Ann", 50, 40, 0.8, 0.5, 0.76, 0.66, 0.85),
     ("Bo", 5, 4, 0.8, 0.5, 0.55, 0.36, 0.73),
     (None, 40, 8, 0.2, 0.5, 0.24, 0.15, 0.35)],
    columns=["owner", "deals", "won", "win_rate", "common_rate", "expected_rate", "low", "high"],
)  # fmt: skip


def texts(ax) -> list[str]:
    return [t.get_text().strip() for t in ax.texts]


def names(axis) -> list[str]:
    return [t.get_text() for t in axis.get_ticklabels()]


def widths(ax) -> dict[str, list[float]]:
    return {str(bars.get_label()): [bar.get_width() for bar in bars] for bars in ax.containers}


def test_the_pyramid_holds_customers_to_the_left_and_revenue_to_the_right():
    ax = charts.tiers.pyramid(SIZES, LABELS)
    assert widths(ax) == {"customers": [-0.01, -0.99], "revenue": [0.4, 0.6]}
    assert names(ax.yaxis) == ["top", "bottom"]
    assert texts(ax)[:2] == ["1% (1)", "40%  $400"]
    assert texts(ax)[-2:] == ["share of customers", "share of revenue"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_the_ladder_splits_each_tier_by_the_second_scheme_and_names_its_total():
    ax = charts.tiers.ladder(CELLS, LABELS)
    assert widths(ax) == {"ordered": [5, 0], "prospect": [0, 7]}
    assert (names(ax.yaxis), texts(ax)) == (["KA", "B"], ["5", "7"])
    assert to_hex(ax.containers[0][0].get_facecolor()) == style.TIERS["ordered"]


def test_crossed_schemes_have_a_cell_for_each_pair_also_where_nobody_is():
    ax = charts.tiers.cross(CELLS, LABELS)
    assert {(t.xy[1], t.xy[0]): t.get_text() for t in ax.texts} == {
        (0.5, 0.5): "5",
        (0.5, 1.5): "·",
        (1.5, 0.5): "·",
        (1.5, 1.5): "7",
    }
    money = charts.tiers.cross(CELLS, LABELS, value="revenue")
    assert texts(money) == ["$9K", "·", "·", "·"]
    assert (names(money.yaxis), names(money.xaxis)) == (["KA", "B"], ["ordered", "prospect"])


def test_a_stage_is_split_into_gone_on_open_lost_and_won_and_adds_up():
    ax = charts.deals.funnel(STAGES, LABELS)
    parts = widths(ax)
    assert parts == {"went on": [6, 0], "open, still there": [1, 2], "lost there": [3, 1], "won": [0, 3]}
    assert [sum(column) for column in zip(*parts.values(), strict=True)] == [10, 6]
    assert texts(ax) == ["10, 67% go on, open for 12 days", "6"]


def test_a_salesperson_is_coloured_only_where_the_whole_interval_lies_beside_the_common_rate():
    ax = charts.deals.owners(RATES, LABELS)
    lines = ax.collections[0]
    assert [to_hex(c) for c in lines.get_colors()] == [style.ACCENT, style.GREY, style.RISK]
    assert [(s[0][0], s[1][0]) for s in lines.get_segments()] == [(0.66, 0.85), (0.36, 0.73), (0.15, 0.35)]
    dots = {c.get_gid(): [x for x, _ in c.get_offsets()] for c in ax.collections if c.get_gid()}
    assert dots == {"expected": [0.76, 0.55, 0.24], "counted": [0.8, 0.8, 0.2]}
    assert names(ax.yaxis) == ["Ann", "Bo", "no salesperson"]
    assert ax.lines[0].get_xdata()[0] == 0.5


def test_of_many_salespeople_the_first_are_drawn_and_the_chart_says_so():
    many = pd.concat([RATES.head(1)] * 20, ignore_index=True)
    ax = charts.deals.owners(many, LABELS)
    assert (len(names(ax.yaxis)), texts(ax)[-1]) == (15, "the first 15 of 20")


@pytest.mark.parametrize(
    ("draw", "table"),
    [(charts.tiers.pyramid, SIZES), (charts.tiers.ladder, CELLS), (charts.tiers.cross, CELLS), (charts.deals.funnel, STAGES),
     (charts.deals.owners, RATES)],
)  # fmt: skip
def test_without_rows_a_chart_is_its_title_alone(draw, table):
    ax = draw(table.iloc[:0], LABELS)
    assert (ax.axison, texts(ax), style.title_of(ax)) == (False, [], "Few bring most")


def test_the_tiers_of_a_scheme_keep_apart_in_colour():
    for tiers in (
        ["core", "growth", "loyal", "save", "developing", "new", "reactivate"],
        ["KA", "ordered", "A", "B", "C", "D", "E"],
    ):
        assert len(set(style.tier_colours(tiers).values())) == len(tiers)


def test_a_name_without_end_leaves_room_for_the_chart():
    ax = charts.deals.owners(RATES.assign(owner=["X" * 300, "<b>\n" + "very long name " * 9, "Ann"]), LABELS)
    assert max(len(line) for name in names(ax.yaxis) for line in name.split("\n")) <= 30
    ax.get_figure().draw_without_rendering()
    assert ax.get_position().width > 0.4


def test_deals_that_came_in_stand_above_the_line_and_those_that_left_below_it():
    rows = [("2026-06-17", 3, 1, 1, 2), ("2026-06-24", 2, 1, 0, 0), ("2026-06-24", 1, 0, 0, 1)]
    flows = pd.DataFrame(rows, columns=["from_on", "entered", "signed", "lost", "expired"])
    ax = charts.deals.flows(flows.assign(from_on=pd.to_datetime(flows["from_on"])), LABELS)
    entered, signed, lost, expired = ([bar.get_height() for bar in group] for group in ax.containers)
    assert (entered, signed, lost, expired) == ([3, 3], [-1, -1], [-1, 0], [-2, -1])
    assert [bar.get_y() for bar in ax.containers[3]] == [-2, -1]
    assert all(tick == int(tick) for tick in ax.get_yticks())
    assert not charts.deals.flows(flows.head(0), LABELS).axison
