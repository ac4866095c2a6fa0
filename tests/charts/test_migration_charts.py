"""Charts of movement: what each shows is read from its Axes."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Three moved", "as of 1 Jul 2026")
A, B, C = (pd.Timestamp(day) for day in ("2026-01-01", "2026-04-01", "2026-07-01"))
ORDER = ["core", "save"]
STEPS = pd.DataFrame(
    [(A, B, "core", "core", 6, 30.0, 60.0), (A, B, "core", "save", 2, 8.0, 10.0), (A, B, "(new)", "core", 1, 0.0, 5.0),
     (B, C, "core", "core", 7, 65.0, 90.0), (B, C, "save", "(lost)", 2, 10.0, 10.0)],
    columns=["since", "until", "from_tier", "to_tier", "customers", "revenue_then", "revenue"],
)  # fmt: skip
CELLS = pd.DataFrame(
    {
        "from_tier": pd.Categorical(["core", "core", "(new)"], categories=["core", "save", "(new)"]),
        "to_tier": pd.Categorical(["core", "save", "core"], categories=["core", "save", "(lost)"]),
        "customers": [6, 2, 1],
        "revenue": [60.0, 10.0, 5.0],
    }
)
CAUSES = pd.DataFrame(
    [("recency", False, 9, 900.0), ("cuts", True, 3, 30.0), ("frequency+money", False, 1, 5.0)],
    columns=["cause", "marked", "customers", "revenue"],
)


def texts(ax) -> list[str]:
    return [t.get_text() for t in ax.texts]


def alluvial(**more):
    return charts.migration.alluvial(STEPS, LABELS, scheme="rfm_matrix", order=ORDER, **more)


def bars(ax) -> dict[tuple[int, str], float]:
    """(day, tier) → the height of its bar."""
    return {(round(b[0].get_x() + b[0].get_width() / 2), b.get_label()): b[0].get_height() for b in ax.containers}


def test_a_bar_is_as_high_as_the_customers_it_holds_and_has_the_colour_of_its_tier():
    ax = alluvial()
    high = bars(ax)
    assert set(high) == {(0, "core"), (0, "(new)"), (1, "core"), (1, "save"), (2, "core"), (2, "(lost)")}
    assert high[1, "core"] / high[1, "save"] == pytest.approx(7 / 2)
    assert high[0, "core"] / high[2, "core"] == pytest.approx(8 / 7)
    colours = {b.get_label(): to_hex(b[0].get_facecolor()) for b in ax.containers}
    assert colours == {"core": style.TIERS["core"], "save": style.TIERS["save"], "(new)": style.PALE, "(lost)": style.PALE}


def test_each_stream_is_as_wide_as_its_customers_at_both_ends_and_those_who_stayed_are_paler():
    ax = alluvial()
    one = bars(ax)[1, "save"] / 2
    edges = [[(p[0], p[1]) for p in c.get_paths()[0].vertices] for c in ax.collections]
    first = {round(min(x for x, _ in e), 2) for e in edges}
    assert first == {0.05, 1.05}
    widths = []
    for edge in edges:
        for x in (min(p[0] for p in edge), max(p[0] for p in edge)):
            ys = [p[1] for p in edge if abs(p[0] - x) < 1e-9]
            widths.append(round((max(ys) - min(ys)) / one, 6))
    assert sorted(widths) == sorted(2 * [6.0, 2.0, 1.0, 7.0, 2.0])
    assert sorted(c.get_alpha() for c in ax.collections) == [0.22, 0.22, 0.55, 0.55, 0.55]


def test_days_tiers_and_numbers_are_written_where_they_belong():
    said = texts(alluvial())
    assert said[:3] == ["8", "1 Jan 2026", "7"]
    assert {"1 Apr 2026", "1 Jul 2026", "core", "went out", "came in"} <= set(said)
    money = texts(alluvial(value="revenue"))
    assert [text for text in money if text.startswith("$")] == ["$38", "$65", "$10", "$90"]


def test_the_matrix_greys_those_who_stayed_and_colours_the_greatest_move_most():
    ax = charts.migration.matrix(CELLS, LABELS, scheme="rfm_matrix")
    assert texts(ax) == ["6", "2", "1", "·"]
    mesh = ax.collections[0].get_array().ravel().tolist()
    assert mesh == [0.0, 2.0, 1.0, 0.0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["core", "came in"]
    assert ax.texts[0].get_color() == style.GREY


def test_causes_stand_in_order_and_what_is_nobodys_doing_is_pale():
    ax = charts.migration.causes(CAUSES, LABELS)
    assert [bar.get_width() for bar in ax.patches] == [9, 3, 1]
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [style.ACCENT, style.PALE, style.ACCENT]
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        "time passed without an order", "the cuts moved", "order frequency and spending",
    ]  # fmt: skip
    assert texts(ax) == ["9  $900", "3  $30", "1  $5"]


def test_without_rows_a_chart_is_its_title_alone():
    drawn = [
        charts.migration.alluvial(STEPS.iloc[:0], LABELS, scheme="rfm_matrix", order=ORDER),
        charts.migration.matrix(CELLS.iloc[:0], LABELS, scheme="rfm_matrix"),
        charts.migration.causes(CAUSES.iloc[:0], LABELS),
    ]
    assert [(ax.axison, texts(ax), style.title_of(ax)) for ax in drawn] == 3 * [(False, [], "Three moved")]
    assert alluvial().axison
