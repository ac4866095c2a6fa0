"""What the bake-off says: who separated best, whom to recommend, and why the best may not be."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit import findings

COLUMNS = ["scheme", "separation", "within_noise", "stability_ari", "smallest"]


def table(*rows: tuple) -> pd.DataFrame:
    rest = {"separation_low": 0.4, "separation_high": 0.7, "windows": 4, "behind": 0.0, "segments": 8.0}
    each = dict.fromkeys(("eta2_revenue", "eta2_churn", "auc_churn", "capture_top20"), 0.5)
    return pd.DataFrame(rows, columns=COLUMNS).assign(**rest, **each)


def test_the_sentence_carries_the_spread_over_the_windows():
    said = findings.backtest.separated_best(table(("a", 0.6, True, 0.95, 0.1), ("b", 0.59, True, 0.95, 0.1)))
    assert said.key == "separated_best"
    assert (said.numbers["low"], said.numbers["high"], said.numbers["near"]) == (0.4, 0.7, "scheme.b")


@pytest.mark.parametrize(
    ("best", "key"),
    [((0.95, 0.1), None), ((0.87, 0.1), "best_not_stable"), ((0.95, 0.001), "best_has_tiny")],
)
def test_where_the_best_is_not_recommended_the_reason_is_said(best, key):
    rows = table(("a", 0.6, True, *best), ("b", 0.4, False, 0.95, 0.1))
    assert findings.backtest.recommended(rows).numbers["scheme"] == f"scheme.{'b' if key else 'a'}"
    assert [found.key for found in findings.backtest.passed_over(rows)] == ([key] if key else [])
