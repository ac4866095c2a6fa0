"""Money at risk by segment with the range of past errors, from tables made by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit.analysis import churn

FIRST, SECOND = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-04-01")
PAST = pd.DataFrame(
    [
        (FIRST, "a", 0.5, 1.0, 100.0),
        (FIRST, "b", 0.2, 0.0, 50.0),
        (SECOND, "a", 0.5, 0.0, 100.0),
        (SECOND, "b", 0.2, 1.0, 50.0),
    ],
    columns=["cutoff", "customer_id", "churn_risk", "churned", "revenue_if_ordering"],
)
SEGMENTS = PAST[["cutoff", "customer_id"]].assign(segment=["core", "new", "core", "new"])
PLACED = pd.DataFrame({"customer_id": ["a", "b"], "scheme": "rfm_matrix", "tier": ["core", "new"]})
TODAY = pd.DataFrame({"customer_id": ["a", "b"], "revenue_at_risk": [40.0, 70.0]})


def test_what_is_gone_is_what_those_without_an_order_would_have_brought():
    found = churn.at_risk_track(PAST, SEGMENTS).set_index(["cutoff", "segment"])
    assert found.loc[(FIRST, "core"), ["said", "gone", "ratio"]].tolist() == [50, 100, 2]
    assert found.loc[(FIRST, churn.WHOLE), ["customers", "said", "gone"]].tolist() == [2, 60, 100]
    assert found.loc[(SECOND, churn.WHOLE), "ratio"] == pytest.approx(50 / 60)


def test_each_segment_and_the_total_have_the_range_of_their_own_past_errors():
    track = pd.DataFrame(
        [
            ("core", 30, 0.8),
            ("core", 30, 1.1),
            ("core", 19, 9.0),
            ("new", 5, 3.0),
            (churn.WHOLE, 60, 0.9),
            (churn.WHOLE, 60, 1.2),
        ],
        columns=["segment", "customers", "ratio"],
    )
    found = churn.at_risk_by(TODAY, PLACED, track)
    assert found["tier"].tolist() == ["new", "core", churn.WHOLE]
    assert found["revenue_at_risk"].tolist() == [70, 40, 110]
    assert found["at_risk_low"].tolist()[1:] == pytest.approx([32, 99])
    assert found["at_risk_high"].tolist()[1:] == pytest.approx([44, 132])
    assert found.loc[0, ["at_risk_low", "at_risk_high"]].isna().all()  # too few customers to tell
