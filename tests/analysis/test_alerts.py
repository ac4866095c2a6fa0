"""Each rule fires at its edge and not beyond; what moved is measured span against span; firm and customer alike."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from segkit import schemes
from segkit.analysis import alerts
from segkit.analysis.alerts import courses
from segkit.i18n import Words
from segkit.report import alerts_in_words
from segkit.schemes.alerts import load_all

AS_OF, QUARTER = dt.date(2026, 7, 1), pd.Timestamp(2026, 4, 1)
RULES = load_all()
CALM = {
    "customer_id": "c", "owner": "Li", "do_not_contact": False, "worth": 900.0, "recency_days": 20.0, "overdue_days": 0.0,
    "gap_upper_days": 40.0, "last_order_on": pd.Timestamp(2026, 6, 11), "span_days": 90.0, "orders_now": 4.0,
    "orders_before": 4.0, "orders_chance": 0.64, "spend_now": 400.0, "spend_before": 400.0, "spend_change": 0.0,
    "spend_against_firm": 0.0, "spend_lost": 0.0, "firm_change": 0.0, "invoices_since": 4.0, "invoices_late_since": 1.0,
    "invoices_before": 8.0, "late_share_since": 0.25, "late_share_before": 0.25, "late_share_rise": 0.0, "overdue_amount": 0.0,
    "owed": 50.0, "complaints_90d": np.nan, "last_complaint_on": pd.NaT, "score": 70.0, "score_before": 70.0,
    "score_change": 0.0, "orders_12m": 12.0, "revenue_12m": 1600.0, "first_order_since_on": pd.Timestamp(2026, 4, 9),
    "orders_since": 4.0, "revenue_since": 400.0, "since": QUARTER, "tier.rfm_matrix": "core", "before.rfm_matrix": "core",
    "tier.trade_tier": "ordered", "before.trade_tier": "ordered",
}  # fmt: skip
KEY_ACCOUNT = {"tier.rfm_matrix": "loyal", "before.rfm_matrix": "loyal", "tier.trade_tier": "KA", "before.trade_tier": "KA"}
FALL = {"spend_change": -0.5, "spend_against_firm": -0.5, "orders_before": 3, "orders_now": 1}
LATE = {"invoices_since": 3, "invoices_before": 3, "late_share_rise": 0.4}
SAVED = {"tier.rfm_matrix": "developing", "before.rfm_matrix": "save"}
EDGES = [
    ("order_missing", {"overdue_days": 1, "recency_days": 365}, {"overdue_days": 0}),
    ("order_missing", {"overdue_days": 1, "recency_days": 365}, {"recency_days": 366}),
    ("spend_falling", FALL, {"spend_change": -0.499}),
    ("spend_falling", FALL, {"spend_against_firm": -0.499}),
    ("spend_falling", FALL, {"orders_before": 2}),
    ("spend_falling", FALL, {"orders_now": 0}),
    ("frequency_falling", {"orders_chance": 0.05}, {"orders_chance": 0.051}),
    ("frequency_falling", {"orders_chance": 0.05}, {"orders_now": 0}),
    ("payment_worsening", LATE, {"late_share_rise": 0.399}),
    ("payment_worsening", LATE, {"invoices_since": 2}),
    ("payment_worsening", LATE, {"invoices_before": 2}),
    ("complaint", {"last_complaint_on": pd.Timestamp(2026, 6, 1)}, {"last_complaint_on": pd.Timestamp(2026, 5, 31)}),
    ("score_falling", {"score_change": -10}, {"score_change": -9.9}),
    ("core_lost", {"tier.rfm_matrix": "loyal"}, {"tier.rfm_matrix": "core"}),
    ("key_account_lost", KEY_ACCOUNT | {"tier.trade_tier": "ordered"}, {"tier.trade_tier": "KA"}),
    ("save_returned", SAVED, {"first_order_since_on": pd.NaT}),
]


def found(*changes: dict, firm: pd.DataFrame | None = None) -> pd.DataFrame:
    """The alerts of accounts like the calm one, each with its changes."""
    facts = pd.DataFrame([CALM | {"customer_id": f"c{i}"} | change for i, change in enumerate(changes)])
    none = pd.DataFrame({"customer_id": []})
    rows, lacking = alerts.found(RULES, facts, none if firm is None else firm, as_of=AS_OF, quarter=QUARTER)
    assert lacking == {}
    return rows


def test_a_calm_core_account_raises_nothing():
    assert found({}, KEY_ACCOUNT).empty


@pytest.mark.parametrize(("kind", "fires", "calms"), EDGES)
def test_a_rule_fires_at_its_edge_and_not_beyond(kind, fires, calms):
    assert found(fires)["kind"].tolist() == [kind]
    assert found(fires | calms).empty


@pytest.mark.parametrize("kind", [kind for kind, *_ in EDGES if kind not in ("core_lost", "key_account_lost", "save_returned")])
def test_a_rule_is_about_the_tiers_it_names_and_no_others(kind):
    fires = next(fires for name, fires, _ in EDGES if name == kind)
    nobody = {"tier.rfm_matrix": "loyal", "before.rfm_matrix": "loyal"}
    assert found(fires | nobody).empty
    assert found(fires | KEY_ACCOUNT)["kind"].tolist() == [kind]


def test_a_core_account_that_left_its_tier_while_silent_is_told_once_and_by_what_it_was():
    rows = found({"overdue_days": 30, "recency_days": 100, "tier.rfm_matrix": "loyal", "score_change": -20})
    assert rows["kind"].tolist() == ["order_missing"]
    assert json.loads(rows["numbers"][0])["held"] == "tier.rfm_matrix.core"


def test_money_sets_the_order_and_equal_money_the_id():
    rows = found({"overdue_days": 1, "worth": 10}, {"overdue_days": 1, "worth": 30}, {"overdue_days": 1, "worth": 30})
    assert rows["money"].tolist() == [30, 30, 10]
    assert rows["alert_id"][0] < rows["alert_id"][1]


def test_ids_stay_the_same_whatever_the_order_of_rows_and_change_with_the_episode():
    changes = [{"overdue_days": n, "customer_id": f"id|{n}"} for n in range(1, 5)]
    forth, back = found(*changes), found(*changes[::-1])
    pd.testing.assert_frame_equal(forth, back)
    later = found(*[c | {"last_order_on": pd.Timestamp(2026, 6, 12)} for c in changes])
    assert not set(later["alert_id"]) & set(forth["alert_id"])


def test_the_firm_is_told_when_its_revenue_concentrates_and_on_whom():
    now = [*[10.0] * 19, 200.0]
    customers = pd.DataFrame({"customer_id": [f"c{i:02}" for i in range(20)], "revenue_12m": now, "revenue_prev_12m": 10.0})
    firm = alerts.concentration(customers)
    assert firm["customer_id"].tolist() == ["c19"]
    assert firm["account_share"][0] == pytest.approx(200 / 390)
    assert firm["equal_before"][0] == pytest.approx(20)
    assert found({}, firm=firm)["kind"].tolist() in ([], ["concentration_rising"])
    sure = firm.assign(concentration_low=firm["concentration_before"] + 0.001)
    assert found({}, firm=sure)["kind"].tolist() == ["concentration_rising"]
    assert found({}, firm=firm.assign(concentration_low=firm["concentration_before"])).empty
    assert found({}, firm=sure.assign(concentration_rise=0.09)).empty
    assert alerts.concentration(customers.assign(revenue_prev_12m=0)).empty


def test_spans_compare_the_last_days_with_as_many_before_and_with_the_whole_firm():
    customers = pd.DataFrame({"customer_id": ["quick", "slow", "none"], "usual_gap_days": [30.0, 31.0, np.nan]})
    orders = pd.DataFrame(
        [("quick", 1, 10), ("quick", 90, 10), ("quick", 91, 40), ("quick", 180, 40), ("quick", 181, 999),
         ("slow", 180, 50), ("slow", 181, 25), ("slow", 361, 999), ("slow", 0, 999)],
        columns=["customer_id", "back", "amount"],
    )  # fmt: skip
    orders["ordered_on"] = pd.Timestamp(AS_OF) - pd.to_timedelta(orders["back"], unit="D")
    rows = courses.spans(customers, orders, as_of=AS_OF).set_index("customer_id")
    assert rows[["span_days", "orders_now", "orders_before", "spend_now", "spend_before"]].loc["quick"].tolist() == [
        90,
        2,
        2,
        20,
        80,
    ]
    assert rows[["span_days", "spend_now", "spend_before", "spend_change"]].loc["slow"].tolist() == [180, 50, 25, 1]
    assert rows.loc["quick", ["spend_change", "firm_change", "spend_lost"]].tolist() == [-0.75, 20 / 130 - 1, 60]
    assert rows.loc["quick", "spend_against_firm"] == pytest.approx(0.25 / (20 / 130) - 1)
    assert rows.loc["none", ["orders_now", "orders_before"]].tolist() == [0, 0]
    assert np.isnan(rows.loc["none", ["spend_change", "orders_chance"]].astype(float)).all()


@pytest.mark.parametrize(("now", "before", "chance"), [(0, 5, 1 / 32), (1, 5, 7 / 64), (3, 3, 42 / 64), (2, 10, 79 / 4096)])
def test_the_chance_of_so_few_orders_is_the_binomial_tail(now, before, chance):
    assert courses._chance(pd.Series([float(now)]), pd.Series([float(before)]))[0] == pytest.approx(chance)


def test_payments_since_the_quarter_are_what_was_added_to_those_before():
    now = pd.DataFrame({"customer_id": ["a", "b"], "invoices": [10, 3], "invoices_late": [5, 0], "overdue_amount": [70.0, 0],
                        "revenue_90d": [500.0, 30]})  # fmt: skip
    then = pd.DataFrame({"customer_id": ["a"], "invoices": [6], "invoices_late": [2]})
    rows = courses.payments(now, then).set_index("customer_id")
    assert rows.loc["a", ["invoices_since", "invoices_late_since", "late_share_since"]].tolist() == [4, 3, 0.75]
    assert rows.loc["a", "late_share_rise"] == pytest.approx(0.75 - 2 / 6)
    assert rows["owed"].tolist() == [70, 30]
    assert np.isnan(rows.loc["b", "late_share_rise"])
    assert list(courses.payments(now[["customer_id"]], then)) == ["customer_id"]


def test_scores_then_take_fields_without_history_as_they_stand_today():
    scheme = schemes.load("weighted_value")
    dated = {"frequency": [5, 1], "monetary": [500.0, 10], "average_order_value": [100.0, 10], "recency_days": [10, 400],
             "tenure_days": [400, 400], "repeat_share": [0.8, 0.0]}  # fmt: skip
    now = pd.DataFrame({"customer_id": ["a", "b"], **dated, "industry_outlook": [5, 1], "owner": "Li"})
    past = pd.DataFrame({"customer_id": ["a", "b"], **dated})
    orders = pd.DataFrame({"customer_id": ["a"], "ordered_on": [pd.Timestamp(2026, 6, 1)], "amount": [1.0]})
    tiers = pd.DataFrame({"customer_id": [], "scheme": [], "tier": []})
    empty = pd.DataFrame({"customer_id": []})
    facts = alerts.facts(alerts.Now(now, tiers, orders, empty, empty, AS_OF), alerts.Then(QUARTER, past, tiers), scored=scheme)
    assert facts["score_change"].tolist() == [0, 0]


def test_tiers_then_are_those_kept_and_the_others_are_told_anew():
    past = pd.DataFrame({"customer_id": ["a"], "recency_days": [10], "frequency": [9], "monetary": [90.0], "frequency_3y": [9],
                         "monetary_3y": [90.0], "tenure_days": [700], "orders_12m": [4]})  # fmt: skip
    kept = pd.DataFrame(
        {"since": [QUARTER, pd.Timestamp(2026, 1, 1)], "scheme": ["rfm_8", "pyramid"], "customer_id": "a", "tier": "kept"}
    )
    every = [schemes.load(name) for name in ("rfm_8", "trade_tier", "warmth")]
    found_ = alerts.then(lambda day: past, QUARTER, every, kept=kept).tiers
    assert found_.set_index("scheme")["tier"].to_dict() == {"rfm_8": "kept", "trade_tier": "KA"}
    assert alerts.then(lambda day: past, None, every).tiers.empty


def test_the_quarter_compared_with_is_the_newest_that_is_old_enough():
    days = pd.DataFrame(
        {"cutoff": pd.to_datetime(["2026-05-20", "2026-06-01", "2026-03-01"]), "kind": ["window", "quarter", "quarter"]}
    )
    assert alerts.newest_quarter(days, as_of=dt.date(2026, 7, 15)) == pd.Timestamp(2026, 3, 1)
    assert alerts.newest_quarter(days, as_of=dt.date(2026, 7, 16)) == pd.Timestamp(2026, 6, 1)
    assert alerts.newest_quarter(days.head(1), as_of=AS_OF) is None


def test_a_firm_with_orders_only_lacks_what_its_extract_lacks_and_is_told_the_rest():
    plain = {
        k: v
        for k, v in CALM.items()
        if not k.startswith(("invoices", "late_", "over", "owed", "compl", "last_c", "owner", "do_not"))
    }
    facts = pd.DataFrame([plain | {"overdue_days": 3, "gap_upper_days": 17.0}])
    rows, lacking = alerts.found(RULES, facts, pd.DataFrame({"customer_id": []}), as_of=AS_OF, quarter=QUARTER)
    assert rows[["kind", "owner", "do_not_contact"]].values.tolist() == [["order_missing", None, False]]
    assert set(lacking) == {"payment_worsening", "complaint"}
    no_past = facts.drop(columns=[c for c in facts if c.startswith(("before.", "score", "since", "first_order_s"))])
    _, lacking = alerts.found(RULES, no_past, pd.DataFrame(), as_of=AS_OF, quarter=None)
    assert {"core_lost", "key_account_lost", "save_returned", "score_falling"} <= set(lacking)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_reason_is_a_sentence_with_its_numbers_in_both_languages(language):
    sure = {"account_share": 0.2, "account_share_before": 0.1, "concentration_low": 0.06, "concentration_before": 0.05,
            "concentration_rise": 0.2, "equal_customers": 16.0, "equal_before": 20.0, "revenue_12m": 99.0}  # fmt: skip
    every = found(*[fires for _, fires, _ in EDGES], firm=pd.DataFrame([{"customer_id": "big", **sure}]))
    assert set(every["kind"]) == {rule.name for rule in RULES}
    said = alerts_in_words(every, RULES, Words(language), "EUR")["reason"]
    assert not said.str.contains(r"[{}]|nan|None|tier\.", regex=True).any()
    first = alerts_in_words(found(EDGES[0][1]), RULES, Words(language), "EUR")["reason"][0]
    assert "365" in first
    assert ("11 Jun 2026" if language == "en" else "2026年6月11日") in first


def test_an_account_that_must_not_be_contacted_is_told_and_said_to_be_so():
    rows = found({"overdue_days": 1, "do_not_contact": True})
    assert rows["do_not_contact"].tolist() == [True]
    assert "must not be contacted" in alerts_in_words(rows, RULES, Words("en"), "EUR")["reason"][0]


def test_hostile_ids_and_owners_pass_through_untouched_and_do_not_share_an_id():
    names = ['=cmd|"/c calc"!A1', "<script>alert(1)</script>", "{money}", "a\x1fb", "007"]
    rows = found(*[{"overdue_days": 1, "customer_id": name, "owner": name} for name in names])
    assert sorted(rows["customer_id"]) == sorted(names) == sorted(rows["owner"])
    assert rows["alert_id"].nunique() == len(names)
    assert not alerts_in_words(rows, RULES, Words("en"), "EUR")["reason"].str.contains("script").any()
