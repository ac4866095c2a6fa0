"""What is said of forecasts, their record, the season and the bake-off, from tables made by hand."""

from __future__ import annotations

import pandas as pd

from segkit import findings


def test_the_total_names_the_segment_that_brings_most():
    rows = pd.DataFrame(
        {"scheme": "rfm_matrix", "tier": ["core", "new"], "expected_revenue": [60.0, 40.0], "revenue_rate": [50.0, 30.0]}
    )
    said = findings.expected_total(rows, horizon_days=90)
    assert said.key == "expected_total"
    assert said.numbers == {"horizon_days": 90, "expected": 100.0, "pace": 80.0, "tier": "tier.rfm_matrix.core", "share": 0.6}
    assert findings.expected_total(rows.iloc[:0], horizon_days=90).key == "nothing_expected"


def test_a_past_that_missed_by_more_than_a_fifth_is_a_warning():
    near, far = (findings.forecast_record(pd.DataFrame({"ratio": ratios})) for ratios in ([0.9, 1.1], [0.7, 1.0]))
    assert (near.severity, far.severity) == ("info", "warn")
    assert far.numbers == {"windows": 2, "low": 0.7, "high": 1.0}
    assert findings.forecast_record(pd.DataFrame({"ratio": []})).key == "no_forecast_record"


def backtest(**rmse: tuple[float, float]) -> pd.DataFrame:
    rows = [("revenue", model, cutoff, value) for model, values in rmse.items() for cutoff, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["what", "model", "cutoff", "rmse"])


def test_the_rule_is_named_where_no_model_beats_it():
    table = backtest(rate_12m=(10.0, 10.0), mbg_nbd=(8.0, 9.0))
    assert findings.forecast_chosen("rate_12m", table).key == "forecast_rule_kept"
    better = findings.forecast_chosen("mbg_nbd", table)
    assert (better.key, round(better.numbers["better"], 2)) == ("forecast_chosen", 0.15)
    assert findings.forecast_chosen("mbg_nbd", backtest(rate_12m=(5.0, 10.0), mbg_nbd=(8.0, 9.0))).key == "forecast_recent"
    assert findings.forecast_chosen("mbg_nbd", table.iloc[:0]).key == "forecast_untested"


def test_an_unknown_season_is_a_warning_a_known_one_a_change():
    assert findings.season(None).severity == "warn"
    assert findings.season({"revenue": 1.3}).key == "season_up"
    assert round(findings.season({"revenue": 0.8}).numbers["change"], 2) == 0.2


def compared(**keys: tuple) -> pd.DataFrame:
    columns = ["separation", "behind", "within_noise", "stability_ari", "smallest", "windows"]
    criteria = dict.fromkeys(("eta2_revenue", "eta2_churn", "auc_churn", "capture_top20"), 0.5) | {"segments": 8.0}
    rows = [dict(zip(columns, values, strict=True)) | {"scheme": name} | criteria for name, values in keys.items()]
    return pd.DataFrame(rows).assign(
        separation_low=lambda t: t["separation"] - 0.05, separation_high=lambda t: t["separation"] + 0.05
    )


def test_the_best_segmentation_is_named_with_those_within_noise_and_the_sound_one_recommended():
    table = compared(
        a=(0.6, 0.0, True, 0.8, 0.1, 3), b=(0.59, 0.01, True, 0.95, 0.02, 3), clusters=(0.4, 0.2, False, 0.95, 0.1, 3)
    )
    best = findings.backtest.separated_best(table)
    assert (best.key, best.numbers["scheme"], best.numbers["near"]) == ("separated_best", "scheme.a", "scheme.b")
    assert findings.backtest.recommended(table).numbers["scheme"] == "scheme.b"
    assert findings.backtest.clusters_against_rules(table).numbers["place"] == 3
    assert findings.backtest.separated_best(compared(a=(0.6, 0.0, True, 0.8, 0.1, 1))).key == "separated_one_window"
    assert findings.backtest.recommended(compared(a=(0.6, 0.0, True, 0.5, 0.1, 3))).key == "none_recommended"
    assert findings.backtest.separated_best(pd.DataFrame()).key == "nothing_to_bake_off"


def test_money_at_risk_without_an_account_to_act_on_is_said_plainly():
    table = pd.DataFrame({"churn_risk": [0.5], "band": ["watch"], "revenue_at_risk": [40.0]})
    found = findings.churn.at_risk(table, horizon_days=90)
    assert (found.key, found.severity, found.numbers["money"]) == ("at_risk_nobody_acts", "info", 40.0)
    assert findings.churn.at_risk(table.assign(band="act"), horizon_days=90).key == "at_risk"
