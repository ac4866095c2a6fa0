"""Charts of leadership's numbers: what each shows is read from its Axes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Nobody stands out", "as of 1 Jul 2026")
HOSTILE = "<b>$x_1$</b> a name of forty characters or more"
SERIES = pd.DataFrame(
    [
        ("revenue_quarter", "2026-04-01", 900.0, "money"),
        ("revenue_quarter", "2026-07-01", 1200.0, "money"),
        ("win_rate", "2026-07-01", 0.25, "share"),
    ],
    columns=["figure", "on", "value", "unit"],
).astype({"on": "datetime64[us]"})
CHANNELS = pd.DataFrame(
    [("Fair", 500.0, 900.0, 100.0, 2, 50.0), ("unknown", -20.0, 80.0, 0.0, 1, 0.0)],
    columns=["source_channel", "profit", "revenue", "cost", "new_customers", "cost_per_new_customer"],
)
PEOPLE = pd.DataFrame(
    {
        "owner": [HOSTILE, "Wu", "New"],
        **{f"repurchase_{end}": [x, x - 0.2, np.nan] for end, x in (("expected", 0.8), ("low", 0.75), ("high", 0.85))},
        "repurchase_common": [0.7, 0.7, np.nan],
        **{f"conversion_{end}": np.nan for end in ("expected", "low", "high", "common")},
        "balanced_index": [1.1, 0.9, np.nan],
        "balanced_low": [0.9, 0.8, np.nan],
        "balanced_high": [1.3, 1.1, np.nan],
    }
)


def test_each_figure_has_a_panel_with_its_newest_value_and_months_of_its_ends():
    first, second = charts.leadership.quarters(SERIES, LABELS).child_axes
    assert (first.get_title(loc="left"), first.get_title(loc="right")) == ("Revenue of the quarter", "$1.2K")
    assert [text.get_text() for text in first.get_xticklabels()] == ["Mar 2026", "Jun 2026"]
    assert first.lines[0].get_ydata().tolist() == [900.0, 1200.0]
    assert first.get_ylim()[0] == 0
    assert (second.get_title(loc="right"), [t.get_text() for t in second.get_xticklabels()]) == ("25%", ["Jun 2026"])


def test_a_channel_shows_what_it_brought_and_what_a_new_customer_cost_and_a_loss_has_no_bar():
    ax = charts.leadership.channels(CHANNELS, LABELS)
    assert [bar.get_width() for bar in ax.patches] == [500.0, 0.0, 100.0, 0.0]
    texts = [text.get_text() for text in ax.texts]
    assert texts[:2] == ["$500", "$100 for 2 new customers, $50 each"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["Fair", "unknown"]


def test_without_costs_and_margins_a_channel_shows_revenue_and_new_customers():
    ax = charts.leadership.channels(CHANNELS.assign(profit=np.nan, cost=np.nan, cost_per_new_customer=np.nan), LABELS)
    assert [bar.get_width() for bar in ax.patches] == [900.0, 80.0, 0.0, 0.0]
    assert [text.get_text() for text in ax.texts][1] == "2 new customers"
    assert ax.get_xlabel() == "revenue (blue) and cost (orange), USD"


def test_only_a_salesperson_whose_line_lies_clear_of_all_is_in_colour_and_one_without_an_index_is_not_drawn():
    ax = charts.leadership.salespeople(PEOPLE, LABELS)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["<b>$x_1$</b> a name o…", "Wu"]
    kept, won, both = ax.child_axes
    assert [to_hex(colour) for colour in kept.collections[1].get_facecolors()] == [style.ACCENT, style.ACCENT]
    assert [to_hex(colour) for colour in both.collections[1].get_facecolors()] == [style.GREY, style.GREY]
    assert len(won.collections) == 0  # no prospects: an empty panel


@pytest.mark.parametrize("draw", [charts.leadership.quarters, charts.leadership.channels, charts.leadership.salespeople])
def test_without_rows_the_title_stands_alone(draw):
    empty = {charts.leadership.quarters: SERIES, charts.leadership.channels: CHANNELS}.get(draw, PEOPLE).iloc[:0]
    assert not draw(empty, LABELS).axison
