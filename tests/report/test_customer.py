"""One customer on a page: figures, tiers with reasons, latest orders."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from segkit.errors import InputError
from segkit.report import customer


@pytest.fixture
def run(tmp_path):
    """A run with one buyer and one prospect."""
    manifest = {"title": "Firm", "as_of": "2024-04-01", "currency": "USD", "language": "en", "status": "done", "rows": {}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    tables = {
        "customers": {"customer_id": ["007", "p"], "name": ["Ada & Co", "Pia"], "monetary": [1200.0, 0], "frequency": [2, 0]},
        "tiers": {"customer_id": ["007"], "scheme": ["rfm_8"], "tier": ["important_keep"], "reason": ["bought much"]},
        "orders": {
            "customer_id": ["007", "007"], "order_id": ["A1", "A2"], "amount": [200.0, 1000.0],
            "ordered_on": pd.to_datetime(["2024-01-05", "2024-02-05"]),
        },
    }  # fmt: skip
    (tmp_path / "tables").mkdir()
    for name, columns in tables.items():
        pd.DataFrame(columns).to_parquet(tmp_path / "tables" / f"{name}.parquet")
    return tmp_path


def test_a_buyers_page_tells_figures_tiers_and_orders_newest_first(run):
    page = dict(customer(run, "007"))
    assert ("name", "Ada & Co") in page["007"]
    assert ("revenue", "$1,200") in page["Figures"]
    assert page["Tiers"] == [("Eight RFM groups", "important: keep: bought much")]
    assert page["Latest orders"] == [("5 Feb 2024", "$1,000  A2"), ("5 Jan 2024", "$200  A1")]


def test_a_score_is_told_with_the_share_of_the_weight_that_was_known(run):
    scores = {"customer_id": ["007"], "scheme": ["rfm_8"], "score": [61.26], "known_weight": [0.55]}
    pd.DataFrame(scores).to_parquet(run / "tables" / "tier_scores.parquet")
    reason = dict(customer(run, "007"))["Tiers"][0][1]
    assert reason == "important: keep: bought much (score 61.3, share of weight known 55%)"
    pd.DataFrame(scores | {"known_weight": [None]}).astype({"known_weight": float}).to_parquet(
        run / "tables" / "tier_scores.parquet"
    )
    assert dict(customer(run, "007"))["Tiers"][0][1] == "important: keep: bought much (score 61.3)"


def test_a_prospects_page_leaves_out_what_there_is_not(run):
    assert [heading for heading, _ in customer(run, "p")] == ["p", "Figures"]


def test_the_page_speaks_chinese_where_asked(run):
    page = dict(customer(run, "007", language="zh"))
    assert page["分级"][0][1].startswith("重要保持客户")


def test_the_accounts_open_alerts_stand_on_its_page_in_the_language_asked_for(run):
    alert = {
        "alert_id": "a1", "customer_id": "007", "owner": "Li", "kind": "order_missing", "severity": "risk", "money": 900.0,
        "do_not_contact": True, "reason": "as told", "first_told_on": pd.Timestamp(2024, 3, 1),
        "numbers": json.dumps({"recency_days": 56, "gap_upper_days": 30.2, "held": "tier.rfm_matrix.core",
                               "last_order_on": "2024-02-05"}),
    }  # fmt: skip
    own = alert | {"alert_id": "a2", "kind": "a_rule_gone", "do_not_contact": False, "first_told_on": None}
    pd.DataFrame([alert, own]).to_parquet(run / "tables" / "alerts.parquet")
    assert dict(customer(run, "007"))["Alerts"] == [
        ("order missing", "No order for 56 days, while even its slow orders come within 30 days (core); its last order was on "
         "5 Feb 2024. The customer must not be contacted: for your knowledge only | $900 | first told: 1 Mar 2024"),
        ("a_rule_gone", "as told | $900 | first told: –"),
    ]  # fmt: skip
    label, said = dict(customer(run, "007", language="zh"))["预警"][0]
    assert (label, said.startswith("已 56 天未下单")) == ("超期未复购", True)
    assert "Alerts" not in dict(customer(run, "p"))


def test_an_unknown_customer_is_an_error_with_the_nearest_id(run):
    with pytest.raises(InputError, match=r'no customer "07".*Did you mean "007"'):
        customer(run, "07")


def test_a_page_tells_the_outlook_and_the_open_tasks_the_next_first(run):
    task = {"customer_id": "007", "owner": "Ann", "kind": "call", "reason": "core: every month", "status": "open"}
    tasks = [
        task
        | {
            "task_id": "b",
            "due_at": pd.Timestamp("2024-04-09T07:00Z"),
            "due_local": "2024-04-09T09:00+02:00",
            "subject": "Call",
        },
        task
        | {
            "task_id": "a",
            "due_at": pd.Timestamp("2024-04-02T07:00Z"),
            "due_local": "2024-04-02T09:00+02:00",
            "subject": "Ask",
        },
        task
        | {
            "task_id": "c",
            "due_at": pd.Timestamp("2024-04-01T07:00Z"),
            "due_local": "2024-04-01T09:00+02:00",
            "status": "done",
        },
    ]
    churn = {"customer_id": ["007"], "churn_risk": [0.42], "revenue_at_risk": [300.0], "band": ["act"], "reasons": ["late"]}
    for name, table in {"tasks": tasks, "churn": churn}.items():
        pd.DataFrame(table).to_parquet(run / "tables" / f"{name}.parquet")
    page = dict(customer(run, "007"))
    assert page["Outlook"] == [("churn risk", "42.0%"), ("revenue at risk", "$300"), ("band", "to act on"), ("why", "late")]
    assert page["Next steps"] == [
        ("2 Apr 2024 09:00", "call: Ask · core: every month · Ann"),
        ("9 Apr 2024 09:00", "call: Call · core: every month · Ann"),
    ]
