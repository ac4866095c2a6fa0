"""Charts of expected value and churn risk: what each shows is read from its Axes."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Few bring most", "as of 1 Jul 2026")
SEGMENTS = pd.DataFrame(
    [("rfm_matrix", "core", 5, 800.0, 1000.0, 900.0, 1200.0), ("rfm_matrix", "new", 9, 150.0, 100.0, None, None)],
    columns=["scheme", "tier", "customers", "revenue_rate", "expected_revenue", "expected_low", "expected_high"],
)
TRACK = pd.DataFrame(
    [("2026-04-01", 100.0, 80.0, 0.8), ("2026-01-01", 90.0, 99.0, 1.1)],
    columns=["cutoff", "forecast_revenue", "revenue", "ratio"],
).assign(cutoff=lambda t: pd.to_datetime(t["cutoff"]))
MODELS = pd.DataFrame(
    [("boosting", 0.52, 0.01, False), ("rfm_logistic", 0.5, 0.0, True)],
    columns=["model", "log_loss_levelled", "standard_error", "chosen"],
)
BINS = pd.DataFrame(
    [(0.2, 0.25, 0.2, 0.3, 50), (0.7, 0.6, 0.5, 0.7, 50)], columns=["forecast", "share", "low", "high", "customers"]
)
GAINS = pd.DataFrame({"taken": [0.0, 0.2, 1.0], "found": [0.0, 0.35, 1.0]})
BANDS = pd.DataFrame([("act", 3, 900.0), ("low", 40, 100.0)], columns=["band", "customers", "revenue_at_risk"])
RISKS = pd.DataFrame(
    [("c1", "Acme", 0.9, 1000.0, "act"), ("c2", None, 0.2, 10.0, "low"), ("c3", "Zero", 0.5, 0.0, "low")],
    columns=["customer_id", "name", "churn_risk", "revenue_if_ordering", "band"],
)


def texts(ax) -> list[str]:
    return [t.get_text().strip() for t in ax.texts]


def names(axis) -> list[str]:
    return [t.get_text() for t in axis.get_ticklabels()]


def test_expected_revenue_stands_with_its_range_above_the_pace_of_the_last_year():
    ax = charts.value.expected(SEGMENTS, LABELS)
    assert [bar.get_width() for bar in ax.patches] == [1000.0, 100.0, 800.0, 150.0]
    ranges = [(s[0][0], s[1][0]) for s in ax.collections[0].get_segments() if len(s)]
    assert ranges == [(900.0, 1200.0)]
    assert texts(ax)[0::2] == ["$1K", "$100"]
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches][2:] == [style.PALE] * 2
    assert names(ax.yaxis) == ["core", "new"]


def test_forecasts_stand_against_what_came_in_the_order_of_the_windows():
    ax = charts.value.against(TRACK, LABELS)
    _, forecast, came = ax.collections
    assert [x for x, _ in forecast.get_offsets()] == [90.0, 100.0]
    assert [x for x, _ in came.get_offsets()] == [99.0, 80.0]
    assert texts(ax) == ["110%", "80%"]


def test_candidates_stand_best_first_with_their_error_the_chosen_one_in_colour():
    ax = charts.churn.candidates(MODELS, LABELS)
    lines, points = ax.collections[0], ax.collections[1]
    assert [x for x, _ in points.get_offsets()] == [0.5, 0.52]
    assert [to_hex(c) for c in points.get_facecolors()] == [style.ACCENT, style.GREY]
    assert [(round(s[0][0], 2), round(s[1][0], 2)) for s in lines.get_segments()] == [(0.5, 0.5), (0.51, 0.53)]
    assert texts(ax) == ["0.500", "0.520"]


def test_calibration_shows_share_against_forecast_with_intervals():
    ax = charts.churn.calibration(BINS, LABELS)
    intervals, points = ax.collections[0], ax.collections[1]
    assert [tuple(p) for p in points.get_offsets().tolist()] == [(0.2, 0.25), (0.7, 0.6)]
    assert [(s[0][1], s[1][1]) for s in intervals.get_segments()] == [(0.2, 0.3), (0.5, 0.7)]
    assert ax.lines[0].get_xydata().tolist() == [[0, 0], [1, 1]]


def test_gains_name_what_the_riskiest_fifth_holds():
    ax = charts.churn.gains(GAINS, LABELS)
    assert ax.lines[1].get_xydata().tolist() == [[0.0, 0.0], [0.2, 0.35], [1.0, 1.0]]
    assert ("20%" in texts(ax)[0], "35%" in texts(ax)[0]) == (True, True)


def test_bands_hold_the_money_at_risk_and_its_customers():
    ax = charts.churn.bands(BANDS, LABELS)
    assert [bar.get_width() for bar in ax.patches] == [900.0, 100.0]
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [style.RISK, style.ACCENT]
    assert ["$900" in texts(ax)[0], "40" in texts(ax)[1]] == [True, True]


def test_the_map_of_risk_and_value_places_each_customer_who_would_bring_money():
    ax = charts.churn.risk_value(RISKS, LABELS)
    placed = [tuple(p) for c in ax.collections for p in c.get_offsets().tolist()]
    assert sorted(placed) == [(0.2, 10.0), (0.9, 1000.0)]
    assert texts(ax) == ["Acme", "c2"]


@pytest.mark.parametrize(
    ("draw", "table"),
    [(charts.value.expected, SEGMENTS), (charts.value.against, TRACK), (charts.churn.candidates, MODELS),
     (charts.churn.calibration, BINS), (charts.churn.gains, GAINS), (charts.churn.bands, BANDS),
     (charts.churn.risk_value, RISKS)],
)  # fmt: skip
def test_without_rows_a_chart_is_its_title_alone(draw, table):
    ax = draw(table.iloc[:0], LABELS)
    assert (ax.axison, texts(ax), style.title_of(ax)) == (False, [], "Few bring most")
