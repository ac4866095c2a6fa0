"""What a chart shows is read from its Axes: the numbers, the words, the frame around it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Top 20% of customers bring $5K to $6K", "as of 1 Jul 2026", {"median": 30.0})
CHINESE = Labels(Words("zh"), "USD", "前 20% 的客户带来 76% 的收入", "截至 2026年7月1日", {"median": 30.0})

SIZES = pd.DataFrame(
    [("rfm_8", "important_champion", 2, 0.2, 700.0, 0.7), ("rfm_8", "general_champion", 1, 0.1, 50.0, 0.05),
     ("rfm_8", "general_win_back", 7, 0.7, 250.0, 0.25)],
    columns=["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"],
)  # fmt: skip
MONTHS = pd.DataFrame(
    {"month": pd.to_datetime(["2026-04-01", "2026-05-01", "2026-07-01"]), "orders": [4, 5, 1], "revenue": [400.0, 800.0, 90.0],
     "amount_q1": [80.0, 90.0, 90.0], "amount_median": [100.0, 150.0, 90.0], "amount_q3": [120.0, 200.0, 90.0]}
)  # fmt: skip


def texts(ax) -> list[str]:
    return [t.get_text().strip() for t in ax.texts]


def names(axis) -> list[str]:
    return [t.get_text() for t in axis.get_ticklabels()]


def test_title_and_grey_line_stand_above_the_chart_with_dollars_as_they_are():
    ax = charts.rfm.sizes(SIZES, LABELS)
    above = {t.get_gid(): t for t in ax.get_figure().texts}
    assert (above["title"].get_text(), above["note"].get_text()) == (LABELS.title, "as of 1 Jul 2026")
    assert not above["title"].get_parse_math()
    assert style.title_of(ax) == LABELS.title


def test_a_chart_draws_on_the_axes_given_and_returns_them():
    from matplotlib.figure import Figure

    given = Figure().subplots()
    assert charts.rfm.sizes(SIZES, LABELS, ax=given) is given
    assert style.title_of(given).startswith(LABELS.title)


def test_drawing_changes_no_global_setting():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    charts.orders.months(MONTHS, CHINESE, whole_until=pd.Timestamp("2026-07-01"))
    assert dict(mpl.rcParams) == before


def test_every_customer_is_in_the_histogram_and_the_median_is_marked():
    values = pd.Series([1, 2, 2, 30, 31, 365, 900], name="recency_days")
    ax = charts.rfm.distribution(values, LABELS)
    assert sum(patch.get_height() for patch in ax.patches) == len(values)
    assert (ax.lines[0].get_xdata()[0], ax.get_xscale(), texts(ax)) == (30.0, "linear", ["median 30"])


@pytest.mark.parametrize("column", ["monetary", "frequency"])
def test_a_heavy_tail_stands_on_a_logarithmic_axis_and_what_cannot_be_drawn_is_said(column):
    values = pd.Series([10, 20, 30, 40, 50, 90_000, -5, 0], name=column)
    ax = charts.rfm.distribution(values, LABELS)
    assert (ax.get_xscale(), sum(patch.get_height() for patch in ax.patches)) == ("log", 6)
    assert texts(ax)[1] == "2 customers without positive revenue not drawn"


def test_the_grid_holds_customers_and_revenue_and_leaves_a_score_nobody_has_empty():
    cells = pd.DataFrame(
        [(1, 1, 40, 400.0), (5, 1, 3, 90.0), (5, 3, 12, 5_000.0)], columns=["r_score", "f_score", "customers", "revenue"]
    )
    ax = charts.rfm.grid(cells, LABELS)
    at = {(t.get_gid(), t.xy[0], t.xy[1]): t.get_text() for t in ax.texts}
    assert at == {
        ("customers", 1, 1): "40", ("revenue", 1, 1): "$400",
        ("customers", 5, 1): "3", ("revenue", 5, 1): "$90",
        ("customers", 5, 3): "12", ("revenue", 5, 3): "$5K",
    }  # fmt: skip
    assert (list(ax.get_xticks()), list(ax.get_yticks())) == ([1, 2, 3, 4, 5], [1, 2, 3])


def test_tiers_stand_by_revenue_each_in_its_own_colour_beside_its_customers():
    from matplotlib.colors import to_hex

    ax = charts.rfm.sizes(SIZES, LABELS)
    assert names(ax.yaxis) == ["important: champion", "general: win back", "general: champion"]
    revenue, customers = ax.containers
    assert [bar.get_width() for bar in revenue] == [0.7, 0.25, 0.05]
    assert [bar.get_width() for bar in customers] == [0.2, 0.7, 0.1]
    drawn = [to_hex(bar.get_facecolor()) for bar in revenue]
    assert drawn == [style.TIERS[t] for t in ("important_champion", "general_win_back", "general_champion")]
    assert texts(ax)[:2] == ["70%  $700", "20% of customers (2)"]


def test_a_tier_keeps_its_colour_and_an_unknown_one_takes_a_free_one():
    colours = style.tier_colours(["mine", "important_champion", "yours"])
    assert colours["important_champion"] == style.TIERS["important_champion"]
    assert len(set(colours.values())) == 3
    assert set(colours.values()) - {style.TIERS["important_champion"]} < set(style.CATEGORIES)


def test_each_customer_with_revenue_is_a_point_of_its_tier_and_the_legend_follows_the_scheme():
    tier = pd.Categorical(["b", "b", "a", "b"], categories=["a", "b", "not_placed"])
    customers = pd.DataFrame(
        {"recency_days": [1, 2, 3, 4], "monetary": [10.0, 20.0, 9_000.0, -1.0], "scheme": "x", "tier": tier}
    )
    ax = charts.rfm.recency_monetary(customers, LABELS)
    assert {c.get_gid(): len(c.get_offsets()) for c in ax.collections} == {"b": 2, "a": 1}
    assert [t.get_text() for t in ax.get_figure().legends[0].get_texts()] == ["a", "b"]
    assert (ax.get_yscale(), texts(ax)) == ("log", ["1 customer without positive revenue not drawn"])


def test_the_last_bar_of_order_counts_says_that_it_holds_the_rest():
    ax = charts.orders.frequency(pd.Series([5, 3, 2], index=[1, 2, 15]), LABELS, rest=15)
    assert names(ax.xaxis) == ["1", "2", "15+"]
    assert [bar.get_height() for bar in ax.patches] == [5, 3, 2]


def test_months_show_revenue_above_orders_and_a_month_that_is_not_over_is_paler():
    ax = charts.orders.months(MONTHS, LABELS, whole_until=pd.Timestamp("2026-07-01"))
    below = ax.get_figure().axes[1]
    assert [bar.get_height() for bar in ax.patches] == [400.0, 800.0, 90.0]
    assert [bar.get_height() for bar in below.patches] == [4, 5, 1]
    assert len({bar.get_facecolor() for bar in ax.patches}) == 2
    assert texts(ax) == ["pale: month not over"]
    assert (ax.get_ylabel(), below.get_ylabel()) == ("revenue, USD", "orders")


def test_order_value_is_a_median_that_breaks_where_a_month_has_no_orders():
    ax = charts.orders.value(MONTHS, LABELS)
    assert pd.Series(ax.lines[0].get_ydata()).isna().tolist() == [False, False, True, False]
    assert texts(ax) == ["upper quartile $90", "median $90", "lower quartile $90"]


def test_rows_left_out_stand_by_number_under_the_balance_of_all_rows():
    ax = charts.quality.rows(pd.Series({"used": 90, "sample": 2, "overlap": 8}), LABELS)
    assert names(ax.yaxis) == ["order stands in a later part too", "sample order"]
    assert [bar.get_width() for bar in ax.patches] == [8, 2]
    strip = ax.get_figure().axes[1]
    assert texts(strip) == ["100 rows in = 90 used + 10 left out"]
    assert [bar.get_width() for bar in strip.patches] == [90, 10]


def test_an_extract_without_losses_is_drawn_as_its_balance_alone():
    ax = charts.quality.rows(pd.Series({"used": 90}), LABELS)
    assert texts(ax.get_figure().axes[1]) == ["90 rows in = 90 used + 0 left out"]
    assert not ax.axison


def test_gaps_name_a_column_in_words_and_a_firms_own_as_it_is():
    ax = charts.quality.gaps(pd.DataFrame({"column": ["birthday", "erp_flag"], "share": [0.5, 0.002]}), CHINESE)
    assert names(ax.yaxis) == ["生日", "erp_flag"]
    assert texts(ax) == ["50%", "<1%"]


@pytest.mark.parametrize("labels", [LABELS, CHINESE], ids=["en", "zh"])
def test_every_character_of_a_chart_has_a_glyph_in_both_languages(labels, recwarn, tmp_path):
    with style.house():
        charts.rfm.sizes(SIZES, labels).get_figure().savefig(tmp_path / "x.png")
    assert [str(w.message) for w in recwarn if "Glyph" in str(w.message)] == []


def test_long_titles_break_between_words_and_never_before_a_unit_or_a_comma():
    assert style.wrap("aaaa bbbb cccc", 9) == "aaaa bbbb\ncccc"
    assert style.wrap("收入为 US$473万，去年", 14) == "收入为\nUS$473万，去年"
    assert style.wrap(f"{dt.date(2026, 7, 1)}", 4) == "2026-07-01"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ada", "Ada"), ("exactly ten", "exactly t…"), ("ten chars.", "ten chars."), ("一二三四五六", "一二三四…"),
     ("two\nlines", "two lines"), ("", "")],
)  # fmt: skip
def test_a_name_is_cut_to_one_line_of_ten_characters(text, expected):
    assert style.short(text, 10) == expected


def test_orders_per_month_are_counted_in_whole_numbers():
    table = pd.DataFrame({"month": pd.date_range("2026-01-01", periods=3, freq="MS"), "orders": [2, 3, 5], "revenue": 9.0})
    below = charts.orders.months(table, LABELS, whole_until=pd.Timestamp(2026, 9, 1)).get_figure().axes[1]
    assert all(float(tick).is_integer() for tick in below.get_yticks())


def test_pages_get_the_colours_of_the_charts():
    assert f"--accent:{style.ACCENT};" in style.css_variables()
    assert f"--tier-important-keep:{style.TIERS['important_keep']};" in style.css_variables()
