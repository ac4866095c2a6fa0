"""Charts of the follow-up plan: what each shows is read from its Axes."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Effort goes astray", "as of 1 Jul 2026")
EFFORT = pd.DataFrame(
    [("core", 0.25, 0.3, 0.8, 10.0, 800.0), ("new", 0.75, 0.7, -0.1, 30.0, -100.0)],
    columns=["tier", "hour_share", "touch_share", "contribution_share", "hours", "contribution"],
)
WORK = pd.DataFrame(
    [("Ann", 9.0, 5.0, 2.0, 3.0, 5.0, 2), ("Bo", 1.0, 5.0, 1.0, 0.0, 1.0, 0)],
    columns=["owner", "hours_asked", "hours_there", "hours_hunting", "hours_farming", "hours_fitted", "left_out"],
)
KEPT = pd.DataFrame(
    [("trade_tier", "A", 4, 3, 0.75), ("rfm_matrix", "new", 10, 1, 0.1)],
    columns=["scheme", "tier", "promised", "happened", "happened_share"],
)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_effort_pairs_hours_with_contribution_and_a_loss_has_no_bar():
    ax = charts.followup.effort(EFFORT, LABELS, scheme="rfm_matrix")
    assert [round(bar.get_width(), 2) for bar in ax.patches] == [0.25, 0.75, 0.8, 0.0]
    assert texts(ax) == ["25%  10.0 h", "80%  $800", "75%  30.0 h", "-10%  -$100"]


def test_work_beyond_the_hours_is_orange_and_counted():
    ax = charts.followup.workload(WORK, LABELS)
    assert [bar.get_width() for bar in ax.patches] == [2.0, 1.0, 3.0, 0.0, 4.0, 0.0]
    assert to_hex(ax.patches[4].get_facecolor()) == style.RISK
    assert texts(ax) == ["2 left out"]


def test_promises_stand_worst_first_with_their_counts():
    ax = charts.followup.adherence(KEPT, LABELS)
    assert texts(ax) == ["10%  1 of 10", "75%  3 of 4"]
    assert [bar.get_width() for bar in ax.patches] == [1.0, 1.0, 0.1, 0.75]


@pytest.mark.parametrize("draw", [charts.followup.workload, charts.followup.adherence])
def test_without_rows_the_title_stands_alone(draw):
    assert not draw(WORK.iloc[:0].assign(happened_share=[]), LABELS).axison
