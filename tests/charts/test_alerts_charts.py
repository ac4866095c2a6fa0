"""Charts of alerts and the track record: what each shows is read from its Axes."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Most money stands behind silence", "as of 1 Jul 2026")
KINDS = pd.DataFrame(
    [("order_missing", "risk", 3, 900.0), ("save_returned", "good", 1, 50.0)], columns=["kind", "severity", "alerts", "money"]
)
RECORD = pd.DataFrame(
    [("core", 20, 15, 0.75, 0.6, 0.9, 0.6), ("save", 10, 1, 0.1, 0.0, 0.3, 0.6)],
    columns=["list", "customers", "ordered_again", "share", "low", "high", "base_share"],
)
FOLLOWED = pd.DataFrame(
    [("core", False, 4, 0.5, 0.2, 0.8), ("core", True, 8, 0.75, 0.5, 0.9), ("all", True, 8, 0.75, 0.5, 0.9)],
    columns=["list", "followed", "customers", "share", "low", "high"],
)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_kinds_show_money_and_number_in_the_colour_of_their_severity():
    ax = charts.alerts.kinds(KINDS, LABELS)
    assert [bar.get_width() for bar in ax.patches] == [900.0, 50.0]
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [style.RISK, style.GOOD]
    assert texts(ax) == ["$900, 3 alerts", "$50, 1 alert"]


def test_lists_stand_as_dots_with_intervals_beside_the_line_of_all_buyers():
    ax = charts.alerts.track_record(RECORD, LABELS)
    assert ax.collections[1].get_offsets().tolist() == [[0.75, 0.0], [0.1, 1.0]]
    assert [part[:, 0].tolist() for part in ax.collections[0].get_segments()] == [[0.6, 0.9], [0.0, 0.3]]
    assert ax.lines[0].get_xdata()[0] == 0.6
    assert texts(ax) == ["all buyers 60%", "15 of 20 (75%)", "1 of 10 (10%)"]


def test_followed_up_and_not_stand_one_above_the_other_and_one_may_be_missing():
    ax = charts.alerts.followed_up(FOLLOWED, LABELS)
    assert texts(ax) == ["75% of 8", "75% of 8", "50% of 4"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["core", "all on a list"]


@pytest.mark.parametrize("draw", [charts.alerts.kinds, charts.alerts.track_record, charts.alerts.followed_up])
def test_without_rows_the_title_stands_alone(draw):
    empty = pd.DataFrame(columns=[*KINDS, *RECORD, *FOLLOWED])
    assert not draw(empty.loc[:, ~empty.columns.duplicated()], LABELS).axison
