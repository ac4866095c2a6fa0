"""Charts of the clusters and of the bake-off: what each shows is read from its Axes."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segkit import charts
from segkit.charts import style
from segkit.charts.style import Labels
from segkit.i18n import Words

LABELS = Labels(Words("en"), "USD", "Few bring most", "as of 1 Jul 2026")
SWEEP = pd.DataFrame(
    [(2, 0.4, 0.96, 0.9, 0.98, 40, 0.4, True), (3, 0.35, 0.83, 0.7, 0.95, 20, 0.2, True),
     (4, 0.3, 0.6, 0.5, 0.8, 1, 0.01, False)],
    columns=["k", "silhouette", "stability", "stability_low", "stability_high", "smallest", "smallest_share", "passes"],
)  # fmt: skip
PROFILES = pd.DataFrame(
    [(1, "r_high-f_high-m_high", 20, 1.2, 1.5, 1.0), (2, "r_low-f_low-m_low", 80, -0.3, -0.4, 0.96)],
    columns=["cluster", "name", "customers", "z_recency", "z_frequency", "z_monetary"],
)
POINTS = pd.DataFrame(
    {"cluster": [1, 1, 2], "recency": [5.0, 9.0, 200.0], "frequency": [9.0, 7.0, 1.0], "monetary": [900.0, 800.0, 10.0],
     "x": [1.0, 0.8, -2.0], "y": [0.1, -0.1, 0.0]}
)  # fmt: skip
POINTS.attrs = {
    "loadings": [{"feature": "recency", "x": 0.5, "y": 0.8}, {"feature": "frequency", "x": 0.6, "y": -0.3}],
    "explained": [0.7, 0.2],
    "centroids": POINTS.groupby("cluster").median().reset_index().to_dict("records"),
}
INDICES = pd.DataFrame(
    [(s, i, v, v - 0.1, v + 0.1) for s, v in (("rfm_8", 0.6), ("abc", 0.3))
     for i in ("adjusted_rand", "adjusted_mutual_information", "homogeneity", "completeness")],
    columns=["scheme", "index", "value", "low", "high"],
)  # fmt: skip
BAKED = pd.DataFrame(
    [("rfm_8", 0.6, 0.5, 0.7, True), ("abc", 0.4, 0.35, 0.55, False)],
    columns=["scheme", "separation", "separation_low", "separation_high", "within_noise"],
)


def texts(ax) -> list[str]:
    return [t.get_text().strip() for t in ax.texts]


def names(axis) -> list[str]:
    return [t.get_text().replace("\n", " ") for t in axis.get_ticklabels()]


def dots(ax) -> dict[str, list[tuple[float, float]]]:
    return {str(c.get_gid()): [tuple(p) for p in c.get_offsets().tolist()] for c in ax.collections if c.get_gid()}


def test_all_three_curves_are_drawn_over_every_number_and_the_chosen_one_is_named():
    ax = charts.clusters.sweep(SWEEP, LABELS, chosen=3)
    panels = ax.get_figure().axes
    assert [dots(panel) for panel in panels] == [
        {name: list(zip([2.0, 3.0, 4.0], SWEEP[name], strict=True))} for name in ("silhouette", "stability", "smallest_share")
    ]
    assert [texts(panel) for panel in panels] == [["0.35"], ["0.83"], ["20%"]]
    colours = [to_hex(c) for c in panels[0].collections[-1].get_facecolors()]
    assert colours == [style.ACCENT, style.RISK, style.PALE]
    spans = next(c for c in panels[1].collections if c.get_gid() is None)
    assert [(s[0][1], s[1][1]) for s in spans.get_segments()] == [(0.9, 0.98), (0.7, 0.95), (0.5, 0.8)]


def test_the_profile_holds_each_distance_with_its_sign_the_most_valuable_on_top():
    ax = charts.clusters.profile(PROFILES, LABELS)
    assert texts(ax) == ["+1.2", "+1.5", "+1.0", "−0.3", "−0.4", "+1.0"]
    assert names(ax.yaxis) == ["1  r_high-f_high-m_high", "2  r_low-f_low-m_low"]  # words for keys come with a run
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_the_snake_is_a_line_per_cluster_whose_names_keep_apart():
    ax = charts.clusters.snake(PROFILES, LABELS)
    lines = {line.get_gid(): line.get_ydata().tolist() for line in ax.lines if str(line.get_gid()).startswith("cluster")}
    assert lines == {"cluster 1": [1.2, 1.5, 1.0], "cluster 2": [-0.3, -0.4, 0.96]}
    ends = [t.xy[1] for t in ax.texts]
    assert ends[0] - ends[1] >= 0.07 * 1.9
    assert (ends[0] + ends[1]) / 2 == pytest.approx(0.98)


def test_pairs_show_every_customer_in_its_cluster_and_the_number_on_its_middle():
    ax = charts.clusters.pairs(POINTS, LABELS, features=["recency", "frequency", "monetary"])
    first, _, last = ax.get_figure().axes
    assert dots(first) == {"cluster 1": [(5.0, 9.0), (9.0, 7.0)], "cluster 2": [(200.0, 1.0)]}
    assert dots(last) == {"cluster 1": [(9.0, 900.0), (7.0, 800.0)], "cluster 2": [(1.0, 10.0)]}
    assert [(t.get_text(), t.xy) for t in first.texts] == [("1", (7.0, 8.0)), ("2", (200.0, 1.0))]


def test_components_carry_the_weight_of_each_feature_and_the_share_of_each_axis():
    ax = charts.clusters.components(POINTS, LABELS)
    arrows = {t.get_text(): t.xy for t in ax.texts if t.get_text() in ("recency", "orders")}
    assert arrows["recency"] == pytest.approx((0.5 * 1.8, 0.8 * 1.8))
    assert arrows["orders"] == pytest.approx((0.6 * 1.8, -0.3 * 1.8))
    assert "70%" in ax.get_xlabel()
    assert "20%" in ax.get_ylabel()


def test_agreement_shows_four_indices_with_intervals_for_each_scheme():
    ax = charts.clusters.agreement(INDICES, LABELS)
    left, right = ax.get_figure().axes
    assert {gid: [x for x, _ in found] for gid, found in (dots(left) | dots(right)).items()} == {
        name: [0.6, 0.3] for name in ("adjusted_mutual_information", "adjusted_rand", "homogeneity", "completeness")
    }
    spans = [(round(s[0][0], 2), round(s[1][0], 2)) for s in left.collections[0].get_segments()]
    assert spans == [(0.5, 0.7), (0.2, 0.4)]
    assert len(names(left.yaxis)) == 2


def test_separation_is_a_dot_between_the_worst_and_the_best_window_the_best_in_colour():
    ax = charts.backtest.separation(BAKED, LABELS)
    line, points = ax.collections[0], ax.collections[1]
    assert [(s[0][0], s[1][0]) for s in line.get_segments()] == [(0.5, 0.7), (0.35, 0.55)]
    assert [x for x, _ in points.get_offsets()] == [0.6, 0.4]
    assert [to_hex(c) for c in points.get_facecolors()] == [style.ACCENT, style.GREY]
    assert (texts(ax), len(names(ax.yaxis))) == (["60%", "40%"], 2)


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (lambda t: charts.clusters.sweep(t, LABELS, chosen=0), SWEEP),
        (lambda t: charts.clusters.profile(t, LABELS), PROFILES),
        (lambda t: charts.clusters.snake(t, LABELS), PROFILES),
        (lambda t: charts.clusters.pairs(t, LABELS, features=["recency", "frequency"]), POINTS),
        (lambda t: charts.clusters.components(t, LABELS), POINTS),
        (lambda t: charts.clusters.agreement(t, LABELS), INDICES),
        (lambda t: charts.backtest.separation(t, LABELS), BAKED),
    ],
)
def test_without_rows_a_chart_is_its_title_alone(draw, table):
    ax = draw(table.iloc[:0])
    assert (ax.axison, texts(ax), style.title_of(ax)) == (False, [], "Few bring most")


def test_labels_move_apart_no_further_than_they_must():
    assert style.parted([0.0, 5.0], least=1.0) == [0.0, 5.0]
    assert style.parted([0.1, 0.0, 5.0], least=1.0) == pytest.approx([0.55, -0.45, 5.0])
