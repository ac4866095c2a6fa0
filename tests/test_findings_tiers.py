"""Findings on all schemes, deals and salespeople: literal frames, literal numbers; what is missing is said."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit import findings
from segkit.i18n import Words

SIZES = pd.DataFrame(
    [("trade_tier", "KA", 2, 0.2, 90.0, 0.9),
     ("trade_tier", "ordered", 3, 0.3, 10.0, 0.1), ("trade_tier", "B", 1, 0.1, 0.0, 0.0),
     ("trade_tier", "E", 4, 0.4, 0.0, 0.0)],
    columns=["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"],
)  # fmt: skip
STAGES = pd.DataFrame({"stage": ["quote", "contract"], "reached": [9, 5], "died": [4, 1]})
RATES = pd.DataFrame(
    [("Ann", 50, 0.5, 0.70, 0.60, 0.8), ("Bo", 9, 0.5, 0.75, 0.55, 0.9), ("Cy", 30, 0.5, 0.2, 0.1, 0.3)],
    columns=["owner", "deals", "common_rate", "expected_rate", "low", "high"],
)


def test_the_pyramid_sums_all_tiers_above_the_last():
    found = findings.pyramid(SIZES).numbers
    assert (found["customers"], found["revenue"]) == (6, 100.0)
    assert (found["customer_share"], found["revenue_share"]) == (pytest.approx(0.6), pytest.approx(1.0))


def test_the_ladder_counts_prospects_beside_buyers_and_those_near_an_order():
    assert dict(findings.ladder(SIZES).numbers) == {"prospects": 5, "buyers": 5, "hot": 1}
    assert findings.ladder(SIZES[SIZES["tier"] != "B"]).severity == "warn"
    buyers = SIZES[SIZES["tier"].isin(["KA", "ordered"])]
    assert findings.ladder(buyers) == findings.Finding("no_prospects", {"buyers": 5})


def test_the_main_tier_names_its_scheme():
    found = findings.main_tier(SIZES)
    assert (found.numbers["scheme"], found.numbers["tier"]) == ("scheme.trade_tier", "tier.trade_tier.KA")


def test_the_fullest_cell_is_found_by_customers_or_by_money():
    cells = pd.DataFrame(
        [("core", "top", 1, 80.0), ("new", "top", 9, 20.0)], columns=["rfm_matrix", "pyramid", "customers", "revenue"]
    )
    by_count, by_money = findings.crossing(cells), findings.crossing(cells, value="revenue")
    assert (by_count.key, by_count.numbers["first"], by_count.numbers["share"]) == (
        "crossing_customers",
        "tier.rfm_matrix.new",
        0.9,
    )
    assert (by_money.key, by_money.numbers["first"], by_money.numbers["customers"]) == (
        "crossing_revenue",
        "tier.rfm_matrix.core",
        1,
    )


def test_few_customers_are_said_to_tell_little():
    assert dict(findings.small_tiers(SIZES, 10).numbers) == {"customers": 10, "small": 4, "tiers": 4, "least": 5}
    assert (findings.small_tiers(SIZES, 10).key, findings.small_tiers(SIZES, 100).key) == ("few_customers", "small_tiers")


def test_tiers_that_all_hold_enough_are_no_warning():
    found = findings.small_tiers(SIZES.assign(customers=5), 20)
    assert (found.key, found.severity) == ("tiers_filled", "good")


def test_schemes_that_lack_their_columns_are_counted():
    placed = pd.DataFrame({"customer_id": ["a", "b"] * 2, "scheme": ["x", "x", "y", "y"], "tier": "t"})
    assert dict(findings.schemes_computed(placed, {"z": ["amount"]}).numbers) == {"computed": 2, "missing": 1, "customers": 2}
    assert findings.schemes_computed(placed, {}).key == "schemes_all_computed"


def test_the_most_frequent_reason_for_no_tier_is_told_with_its_scheme():
    out = pd.DataFrame([("x", "no order yet", 3), ("y", "no deal", 8)], columns=["scheme", "reason", "customers"])
    assert dict(findings.unplaced(out, 10).numbers) == {"scheme": "scheme.y", "reason": "no deal", "customers": 8, "share": 0.8}
    assert findings.unplaced(out.head(0), 10).severity == "good"


def test_the_win_rate_is_of_closed_deals_and_few_of_them_warn():
    deals = pd.DataFrame({"outcome": ["won"] * 30 + ["lost"] * 10 + ["open"] * 5})
    assert dict(findings.win_rate(deals).numbers) == {"won": 30, "closed": 40, "open": 5, "share": 0.75}
    assert (findings.win_rate(deals[25:]).key, findings.win_rate(deals[40:]).key) == ("win_rate_few", "not_computed")


def test_where_most_deals_die_is_named_and_why_no_funnel_is_drawn():
    assert dict(findings.main_death(STAGES, 9).numbers) == {"stage": "stage.quote", "died": 4, "reached": 9, "lost": 5}
    unnamed = STAGES.head(0)
    unnamed.attrs["not_in_order"] = {"Qualification": 7, "Closed Lost": 1}
    found = findings.main_death(unnamed, 9)
    assert (found.key, found.numbers["unnamed"], found.numbers["stages"]) == ("stages_unnamed", 8, "Qualification, Closed Lost")
    assert (findings.main_death(STAGES.assign(died=0), 9).key, findings.main_death(unnamed, 0).key) == (
        "no_deaths",
        "not_computed",
    )


def test_a_salesperson_stands_out_only_with_the_whole_interval_above_the_rate_of_all():
    assert (findings.clear_owners(RATES).key, findings.clear_owners(RATES).numbers["owner"]) == ("owner_ahead", "Ann")
    alike = findings.clear_owners(RATES.assign(low=0.4))
    assert (alike.key, dict(alike.numbers)) == ("owners_alike", {"owners": 3, "share": 0.5})
    assert (findings.clear_strengths(RATES, 9).numbers["clear"], findings.clear_strengths(RATES.assign(low=0.1), 9).key) == (
        2,
        "no_strengths",
    )


def test_the_largest_target_group_is_named():
    counts = pd.DataFrame({"audience": ["sleeping", "quiet"], "listed": [0, 4]})
    assert dict(findings.groups(counts).numbers) == {"groups": 1, "audience": "audience.quiet", "customers": 4}
    assert findings.groups(counts.head(1)).key == "no_groups"


@pytest.mark.parametrize(
    "found",
    [findings.pyramid(SIZES.head(0)), findings.main_tier(SIZES.head(0)), findings.ladder(SIZES.head(0)),
     findings.clear_owners(RATES.head(0)),
     findings.crossing(pd.DataFrame(columns=["a", "b", "customers", "revenue"])), findings.clear_strengths(RATES.head(0), 0),
     findings.main_death(STAGES.head(0), 0)],
)  # fmt: skip
def test_what_is_missing_is_said_in_both_languages(found):
    english, chinese = (Words(language)(f"finding.{found.key}", **found.numbers) for language in ("en", "zh"))
    assert english.startswith("Not computed: ")
    assert chinese.startswith("未计算：")


FLOW = pd.DataFrame(
    {"class": ["A", "B"], "entered": [5, 2], "signed": [2, 1], "lost": [1, 0], "expired": [3, 1], "standing": [4, 0]}
)


def test_what_came_and_went_is_summed_and_more_out_of_time_than_signed_is_a_warning():
    found = findings.class_flow(FLOW, 9, weeks=13)
    assert dict(found.numbers) == {"weeks": 13, "entered": 7, "signed": 3, "lost": 1, "expired": 4, "standing": 4}
    assert (found.key, found.severity) == ("class_flow", "warn")
    assert findings.class_flow(FLOW.assign(expired=0), 9, weeks=13).severity == "info"
    assert findings.class_flow(FLOW.head(0), 9, weeks=13).key == "no_class_flow"
    assert findings.class_flow(FLOW.head(0), 0, weeks=13).key == "not_computed"


def test_open_questions_name_the_money_that_waits_and_the_label_most_often_unknown():
    sheet = pd.DataFrame({"amount": [100.0, 30.0, 7.0], "to_ask": [2, 1, 0]})
    rows = [("has_need", "unknown"), ("can_pay", "unknown"), ("can_pay", "unknown"), ("has_need", "no")]
    found = findings.open_answers(sheet, pd.DataFrame(rows, columns=["label", "answer"]), 5)
    assert dict(found.numbers) == {"asking": 2, "deals": 3, "money": 130.0, "label": "can_pay", "many": 2}
    assert findings.open_answers(sheet.assign(to_ask=0), pd.DataFrame(), 5).key == "no_questions"
    assert findings.open_answers(sheet, pd.DataFrame(), 0).key == "not_computed"


def test_after_the_sale_the_kind_that_grew_most_is_named():
    kinds = pd.DataFrame({"kind": ["feedback", "return"], "touches_12m": [90, 9], "touches_prev_12m": [95, 4]})
    found = findings.after_sale(kinds)
    assert (found.key, found.severity) == ("after_sale_more", "warn")
    assert dict(found.numbers) == {"kind": "kind.return", "now": 9, "before": 4, "touches": 99, "earlier": 99}
    assert findings.after_sale(kinds.assign(touches_12m=[90, 4])).key == "after_sale_less"
    assert findings.after_sale(kinds.head(0)).key == "not_computed"
