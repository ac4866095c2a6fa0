"""Every scheme that segkit brings, on small tables with values at the cuts: the expected tier stands beside each customer."""

from __future__ import annotations

import datetime as dt
import itertools

import pandas as pd
import pytest

from segkit import schemes
from segkit.analysis import rfm, tiers

AS_OF = dt.date(2026, 7, 1)
ANY = {"not_placed": "no order yet"}


def placed(scheme, columns, rows, *, folder=None, touches=None, **constants):
    """The tiers of one scheme over rows of values, and the tiers expected (the last value of each row)."""
    *values, expected = zip(*rows, strict=True)
    table = pd.DataFrame(dict(zip(columns.split(), values, strict=True)) | constants)
    table.insert(0, "customer_id", [f"c{i}" for i in range(len(table))])
    scheme = schemes.load(scheme, folder)
    found = tiers.assign(scheme, table, as_of=AS_OF, touches=touches, reasons=lambda s, cuts: dict.fromkeys(keys(s), "why"))
    assert found["customer_id"].tolist() == table["customer_id"].tolist()
    return found["tier"].tolist(), list(expected)


def keys(scheme):
    return [*(tier.key for tier in scheme.tiers), schemes.NOT_PLACED]


def test_rfm_8_cuts_at_the_mean_and_prospects_are_not_placed():
    found, expected = placed(
        "rfm_8", "recency_days frequency monetary",
        [(10, 9, 1000.0, "important_champion"), (50, 1, 900.0, "important_develop"), (90, 9, 900.0, "important_keep"),
         (90, 1, 800.0, "important_win_back"), (10, 9, 100.0, "general_champion"), (50, 1, 100.0, "general_develop"),
         (90, 9, 100.0, "general_keep"), (90, 1, 100.0, "general_win_back"), (60, 5, 500.0, "important_champion"),
         (None, 0, 0.0, "not_placed")],
    )  # fmt: skip
    assert found == expected  # the means are 60 days, 49/9 orders less the last row's effect, and 500


CELLS = {
    "core": "HHH MHH", "growth": "HLH HLM HMH HMM MMH MLH", "loyal": "MHM MHL HHM HHL", "save": "LHH LMH LLH LHM",
    "developing": "MMM HML MML MLM", "reactivate": "LLL MLL LML LLM LMM LHL",
}  # fmt: skip
NAMED = {"HHH": "core", "HLH": "growth", "HLM": "growth", "MHM": "loyal", "MHL": "loyal", "HHM": "loyal", "HHL": "loyal",
         "LHH": "save", "MMM": "developing", "LLL": "reactivate"}  # fmt: skip


def matrix_of_27():
    """One customer per cell, and the one whose first order is new: three values of each measure."""
    days, orders, money = {"H": 90, "M": 365, "L": 366}, {"L": 1, "M": 5, "H": 9}, {"L": 10.0, "M": 50.0, "H": 90.0}
    rows = [("".join(c), days[c[0]], orders[c[1]], money[c[2]], 400) for c in itertools.product("HML", repeat=3)]
    return pd.DataFrame(rows, columns=["customer_id", "recency_days", "frequency_3y", "monetary_3y", "tenure_days"])


def test_rfm_matrix_places_each_of_the_27_cells():
    table = matrix_of_27().assign(frequency=9)
    found = tiers.assign(schemes.load("rfm_matrix"), table, reasons=dict.fromkeys([*CELLS, "new", "not_placed"], "why"))
    by_cell = dict(zip(found["customer_id"], found["tier"], strict=True))
    expected = {cell: tier for tier, cells in CELLS.items() for cell in cells.split()} | {"HLL": "developing"}
    assert len(expected) == 27
    assert by_cell == expected
    assert {cell: by_cell[cell] for cell in NAMED} == NAMED


def test_rfm_matrix_marks_the_sixteen_cells_that_it_extends_and_the_old_h_l_l():
    rules = schemes.load("rfm_matrix").rules
    codes = {"high": "H", "middle": "M", "low": "L"}
    extended = set()
    for rule in (r for r in rules if r.extended):
        sides = [[codes[v] for v in rule.when[c].in_] for c in ("r_band", "f_band", "m_band")]
        extended |= {"".join(cell) for cell in itertools.product(*sides)}
    assert extended == {"".join(c) for c in itertools.product("HML", repeat=3)} - set(NAMED)
    assert sum(bool(r.extended) for r in rules) == 17  # sixteen cells, and H-L-L whose first order is older


@pytest.mark.parametrize(("tenure", "tier"), [(90, "new"), (91, "developing")])
def test_rfm_matrix_calls_h_l_l_new_only_within_90_days_of_the_first_order(tenure, tier):
    table = matrix_of_27().assign(frequency=9)
    table["tenure_days"] = tenure
    found = tiers.assign(schemes.load("rfm_matrix"), table, reasons=dict.fromkeys([*CELLS, "new", "not_placed"], "why"))
    assert found.set_index("customer_id").loc["HLL", "tier"] == tier


def test_rfm_matrix_is_by_the_day_at_its_cuts():
    found, expected = placed(
        "rfm_matrix", "recency_days frequency_3y monetary_3y tenure_days frequency",
        [(90, 9, 10.0, 500, 9, "loyal"), (365, 9, 90.0, 500, 9, "core"), (366, 9, 90.0, 500, 9, "save"),
         (90, 5, 10.0, 500, 5, "developing"), (90, 1, 90.0, 500, 1, "growth"), (91, 1, 10.0, 91, 1, "reactivate"),
         (366, 5, 50.0, 500, 5, "reactivate"), (90, 1, 10.0, 90, 1, "new"), (90, 5, 50.0, 91, 5, "growth"),
         (None, 0, 0.0, None, 0, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_pyramid_takes_the_first_ranks_rounded_up_and_equal_values_together():
    rows = [(100.0 - i, 1, "bottom") for i in range(30)]
    for place, tier in ((0, "top"), (1, "high"), *((i, "middle") for i in range(2, 6))):
        rows[place] = (*rows[place][:2], tier)
    found, expected = placed("pyramid", "monetary frequency", [*rows, (0.0, 0, "not_placed")])
    assert found == expected  # of 30: 1 (⌈0.3⌉), 2 (⌈1.5⌉), 6 (⌈6⌉)
    found, _ = placed("pyramid", "monetary frequency", [(9.0, 1, ""), (9.0, 1, ""), *[(1.0, 1, "")] * 8])
    assert found == ["top", "top"] + ["middle"] * 0 + ["bottom"] * 8


def test_pyramid_counts_margin_and_estimates_an_unknown_one_at_the_firms_rate():
    table = pd.DataFrame(
        {"customer_id": list("abcd"), "frequency": 1, "monetary": [100.0, 100, 100, 50], "margin": [40.0, 10, None, 5]}
    )
    measured = tiers.measure(schemes.load("pyramid"), table)
    assert measured["contribution"].tolist() == [40.0, 10.0, pytest.approx(100 * 55 / 250), 5.0]


def test_abc_is_a_while_those_before_hold_less_than_80_percent():
    found, expected = placed(
        "abc", "monetary frequency",
        [(60.0, 1, "A"), (20.0, 1, "A"), (10.0, 1, "B"), (5.0, 1, "B"), (5.0, 1, "B"), (0.0, 1, "C"), (0.0, 0, "not_placed")],
    )  # fmt: skip
    assert found == expected  # 0, 60, 80 %, 90 and 90 % lie before them: equal values share a tier
    found, _ = placed("abc", "monetary frequency", [(0.0, 1, ""), (0.0, 1, "")])
    assert found == ["C", "C"]


def test_lifecycle_follows_each_accounts_own_gap():
    found, expected = placed(
        "lifecycle",
        "frequency recency_days tenure_days gap_upper_days orders_12m orders_prev_12m revenue_12m revenue_prev_12m",
        [(0, None, None, None, 0, 0, 0.0, 0.0, "prospect"), (1, 90, 90, 30, 1, 0, 9.0, 0.0, "new"),
         (1, 91, 91, 91, 1, 0, 9.0, 0.0, "mature"), (5, 91, 500, 90, 2, 2, 9.0, 9.0, "dormant"),
         (5, 90, 500, 90, 2, 2, 9.0, 9.0, "mature"), (5, 270, 900, 90, 1, 2, 9.0, 9.0, "dormant"),
         (5, 271, 900, 90, 1, 2, 9.0, 9.0, "churned"), (5, 366, 900, 400, 0, 2, 0.0, 9.0, "churned"),
         (5, 365, 900, 400, 1, 2, 9.0, 9.0, "mature"), (9, 10, 900, 90, 4, 2, 9.0, 9.0, "growing"),
         (9, 10, 900, 90, 2, 2, 11.0, 10.0, "growing"), (9, 10, 900, 90, 2, 2, 10.9, 10.0, "mature"),
         (2, 10, 200, 90, 2, 0, 9.0, 0.0, "growing")],
    )  # fmt: skip
    assert found == expected


def test_value_and_cost_are_cut_at_their_means_and_concessions_are_watched():
    found, expected = placed(
        "value_cost", "revenue_12m touches_12m conceded monetary frequency",
        [(100.0, 1, 0.0, 100.0, 1, "key_account"), (100.0, 9, 0.0, 100.0, 1, "watch"), (100.0, 1, 10.0, 100.0, 1, "watch"),
         (0.0, 9, 0.0, 100.0, 1, "automate"), (0.0, 1, 9.9, 100.0, 1, "light"), (0.0, 1, None, 100.0, 1, "light"),
         (100.0, 4.2, 0.0, 100.0, 1, "watch"), (0.0, 0, 0.0, 0.0, 0, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_kotlers_nine_cells_lead_to_five_levels(tmp_path):
    (tmp_path / "schemes").mkdir()
    own = "name: small\nextends: relationship_level\nparameters: {few: 2, medium: 4}\n"
    (tmp_path / "schemes" / "small.yaml").write_text(own, encoding="utf-8")
    expected = {"high": ("partnership", "proactive", "accountable"), "medium": ("proactive", "accountable", "reactive"),
                "low": ("accountable", "reactive", "basic")}  # fmt: skip
    for level, tier_of in expected.items():
        money = {"low": 1.0, "medium": 5.0, "high": 9.0}
        counts = {"few": 1, "medium": 2, "many": 4}
        rows = [
            (money[level], crowd, 1, tier) for (crowd, n), tier in zip(counts.items(), tier_of, strict=True) for _ in range(n)
        ]
        rest = [(money[other], f"alone {other} {i}", 1, None) for other in money if other != level for i in range(7)]
        found, wanted = placed("small", "monetary top_category frequency", rows + rest, folder=tmp_path)
        assert found[: len(rows)] == wanted[: len(rows)]


def test_deal_state_is_ordered_then_negotiating_then_prospect():
    found, expected = placed(
        "deal_state", "frequency deals_open deals_won",
        [(1, 1, 0, "ordered"), (0, 1, 1, "ordered"), (0, 1, 0, "negotiating"), (0, 0, 0, "prospect")],
    )  # fmt: skip
    assert found == expected


LADDER = """frequency monetary orders_12m deals_won deal_outcome deal_has_need deal_spec_known deal_quantity_known
    margin_rate_12m margin_rate_prev_12m sample_price_on sample_requested_on industry_outlook needs_match inquiry_quality"""


def step(
    expected, *, outcome=None, labels=(None, None, None), rates=(0.3, 0.3), sample=(None, None), seen=(1, 1, 1), **numbers
):
    basis = {"frequency": 0, "monetary": 0.0, "orders_12m": 0, "deals_won": 0} | numbers
    return (*basis.values(), outcome, *labels, *rates, *(day and dt.date.fromisoformat(day) for day in sample), *seen, expected)


def test_trade_tier_is_one_ladder_and_the_first_step_that_fits_wins():
    yes, asked = (True, True, True), ("2026-01-02", "2026-01-02")
    found, expected = placed("trade_tier", LADDER, [
        step("KA", frequency=9, monetary=900.0, orders_12m=9, rates=(0.25, 0.30)),
        step("ordered", frequency=9, monetary=800.0, orders_12m=9),
        step("ordered", frequency=1, monetary=10.0, orders_12m=1, outcome="open", labels=yes),
        step("ordered", frequency=1, monetary=9.0, orders_12m=1), step("ordered", frequency=1, monetary=8.0, orders_12m=1),
        step("ordered", deals_won=1, outcome="won"),
        step("A", outcome="open", labels=yes, sample=asked, seen=(5, 5, 5)),
        step("B", outcome="open", labels=(True, True, False), sample=asked, seen=(5, 5, 5)),
        step("C", outcome="open", sample=("2026-01-01", "2026-01-01"), seen=(4, 4, 4)),  # 181 days ago
        step("D", seen=(4, 4, 3)), step("D", seen=(4, None, 3)), step("E", seen=(3, 3, 3)), step("E", seen=(None, None, None)),
    ], name="Firm", country="Peru")  # fmt: skip
    assert found == expected


def test_an_account_whose_margin_fell_is_no_key_account():
    rows = [step("ordered", frequency=9, monetary=900.0, orders_12m=9, rates=(0.24, 0.30)), step("E"), step("E")]
    found, expected = placed("trade_tier", LADDER, rows, name="Firm", country="Peru")
    assert found == expected


LABELS = "deal_outcome deal_key_person deal_levels_above deal_has_need deal_can_pay deal_value_accepted deal_days"


def test_the_four_classes_by_key_person_need_and_means():
    found, expected = placed("abcd_key_person", LABELS, [
        ("open", "first", 0, True, True, True, 10, "A"), ("open", "first", 0, True, True, None, 3, "A"),
        ("open", "first", 0, True, True, True, 11, "D"), ("open", "first", 0, True, True, False, 3, "D"),
        ("open", "first", 0, True, True, True, 19, "D"),  # an A past its deadline never becomes a B
        ("open", "second", 1, True, True, True, 20, "B"), ("open", "second", 1, True, True, True, 21, "D"),
        ("open", "second", 1, True, True, None, 5, "not_placed"), ("open", "third", 2, True, True, True, 30, "C"),
        ("open", "third", 2, True, True, True, 31, "D"), ("open", "third", 2, False, True, True, 5, "D"),
        ("open", "second", 2, True, False, True, 5, "D"), ("open", None, None, False, True, True, 99, "not_placed"),
        ("open", "none", None, True, True, True, 5, "not_placed"), ("won", "first", 0, True, True, True, 5, "not_placed"),
    ])  # fmt: skip
    assert found == expected


def test_a_firm_tightens_a_deadline_with_a_file_of_three_lines(tmp_path):
    (tmp_path / "schemes").mkdir()
    own = "name: abcd_key_person\nextends: abcd_key_person\nparameters: {a_days: 3}\n"
    (tmp_path / "schemes" / "abcd_key_person.yaml").write_text(own, encoding="utf-8")
    rows = [("open", "first", 0, True, True, True, 3, "A"), ("open", "first", 0, True, True, True, 4, "D")]
    found, expected = placed("abcd_key_person", LABELS, rows, folder=tmp_path)
    assert found == expected


def test_weighted_value_leaves_out_what_is_unknown_and_says_how_much_was_known():
    table = pd.DataFrame({
        "customer_id": list("abc"), "frequency": 0, "monetary": 0.0, "industry_outlook": [5, None, 1],
        "inquiry_quality": [5, None, 1], "needs_match": [5, 3, 1], "culture_fit": [5, None, 1],
        "communication_cost": [1, None, 5], "referral_willingness": [10, None, 0],
    })  # fmt: skip
    measured = tiers.measure(schemes.load("weighted_value"), table)
    assert measured["score"].tolist()[::2] == [100.0, 0.0]
    assert measured["known_weight"].tolist() == [pytest.approx(0.26), pytest.approx(0.05), pytest.approx(0.26)]
    found = tiers.assign(schemes.load("weighted_value"), table, reasons={k: k for k in keys(schemes.load("weighted_value"))})
    assert found["tier"].tolist() == ["strategic", "not_placed", "minor"]  # a quarter must be known


def test_lifetime_value_is_the_contribution_so_far_until_a_models_is_there():
    scheme = schemes.load("weighted_value")
    table = pd.DataFrame(
        {"customer_id": list("abc"), "frequency": [1, 1, 0], "monetary": [100.0, 100.0, 0.0], "margin": [40.0, 10.0, None]}
    )
    historic = tiers.measure(scheme, table)
    assert historic["lifetime_value"].tolist()[:2] == [40.0, 10.0]
    assert historic["known_weight"].tolist() == [pytest.approx(0.30), pytest.approx(0.30), 0.0]  # a prospect has none
    assert historic["score"][0] > historic["score"][1]
    modelled = tiers.measure(scheme, table.assign(clv=[5.0, 90.0, None]))
    assert modelled["lifetime_value"].tolist()[:2] == [5.0, 90.0]
    assert modelled["score"][0] < modelled["score"][1]


def test_leads_are_qualified_from_the_best_down():
    found, expected = placed(
        "lead_qualification", "frequency touches last_feedback replies_12m demos name",
        [(0, 3, "positive", 1, 0, None, "SQL"), (0, 3, "positive", 0, 1, None, "MQL"), (0, 0, None, 0, 0, "Firm", "IQL"),
         (0, 2, "neutral", 1, 0, None, "not_placed"), (1, 3, "positive", 1, 1, "Firm", "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_leads_are_hot_warm_or_cold():
    day = lambda age: AS_OF - dt.timedelta(days=age)  # noqa: E731
    found, expected = placed(
        "lead_temperature", "frequency touches last_feedback last_reply_on sent_12m",
        [(0, 2, "ready_to_order", day(90), 1, "hot"), (0, 2, "ready_to_order", day(91), 1, "warm"),
         (0, 2, "not_interested", day(1), 1, "cold"), (0, 2, "later", day(180), 1, "warm"),
         (0, 2, "later", day(181), 1, "cold"),
         (0, 3, None, None, 3, "cold"), (0, 2, None, None, 2, "warm"), (0, 0, None, None, 0, "not_placed"),
         (1, 2, "ready_to_order", day(1), 1, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_leads_are_worth_more_by_deal_or_by_two_signs():
    found, expected = placed(
        "lead_value", "frequency deal_amount inquiry_quality needs_match",
        [(0, 20_000.0, 1, 1, "high"), (0, 19_999.0, 1, 1, "low"), (0, None, 4, 4, "high"), (0, None, 4, 3, "low"),
         (0, None, None, None, "low"), (1, 90_000.0, 5, 5, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_lead_scores_add_the_points_of_every_touch_and_halve_them_with_age():
    touches = pd.DataFrame(
        [("c0", "2026-06-16", "positive", "follow_up", 5), ("c1", "2025-12-18", "ready_to_order", "follow_up", 2),
         ("c1", "2025-12-18", None, "complaint", 2), ("c2", "2026-06-16", "not_interested", "follow_up", 1),
         ("c3", "2026-06-16", "a code of the firm's own", "mailing", 3), ("c4", "2026-06-16", "asked_sample", "follow_up", 1)],
        columns=["customer_id", "month", "feedback", "kind", "touches"],
    )  # fmt: skip
    found, expected = placed(
        "lead_score", "touches", [(5, "high"), (4, "low"), (1, "negative"), (3, "low"), (1, "medium"), (0, "not_placed")],
        touches=touches,
    )  # fmt: skip
    assert found == expected  # c1: (20 − 6) / 2 = 7, with the middle of its month 180 days ago
    table = pd.DataFrame({"customer_id": ["c1", "c5"], "touches": [4, 0]})
    score = tiers.measure(schemes.load("lead_score"), table, as_of=AS_OF, touches=touches)["score"]
    assert score.iloc[0] == pytest.approx(7.0)
    assert score.isna().tolist() == [False, True]


def test_deals_are_sized_with_the_upper_end_inside():
    found, expected = placed(
        "deal_size", "deal_amount",
        [(10_000.0, "tiny"), (10_000.01, "small"), (20_000.0, "small"), (50_000.0, "medium"), (100_000.0, "large"),
         (100_001.0, "huge"), (None, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_contacted_tells_never_once_and_again():
    assert placed("contacted", "touches", [(0, "never"), (1, "once"), (2, "again")])[0] == ["never", "once", "again"]


def test_completeness_is_a_where_decision_maker_size_and_need_are_known():
    columns = "decision_maker_known employees product_interest name country industry"
    found, expected = placed(
        "completeness", columns,
        [(True, 9, "LED", None, None, None, "A"), (True, None, "LED", "n", "c", None, "B"),
         (False, 9, "LED", "n", None, None, "B"),
         (False, 9, "LED", None, None, None, "C"), (True, 9, None, "n", "c", None, "B"),
         (False, None, None, None, None, None, "C")],
    )  # fmt: skip
    assert found == expected


def test_funnel_stages_in_either_language_and_lost_deals_are_left_out():
    found, expected = placed(
        "funnel_stage", "deal_stage deal_outcome",
        [("lead", "open", "lead"), ("谈判", "open", "negotiation"), ("invoice", "won", "invoice"),
         ("quote", "lost", "not_placed"),
         ("a stage of the firm's own", "open", "not_placed"), (None, None, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_product_interest_is_the_field_else_what_they_bought():
    found, expected = placed(
        "product_interest", "product_interest top_category",
        [("LED", "Tools", "LED"), (None, "Tools", "Tools"), (None, "LED", "LED"), (None, None, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_region_is_the_firms_own_else_the_country():
    rows = [("South", "CL", "South"), (None, "CL", "CL"), (None, None, "not_placed")]
    found, expected = placed("region", "region country_code", rows)
    assert found == expected


def test_warmth_is_the_field_else_how_many_messages_were_answered():
    found, expected = placed(
        "warmth", "relationship replies_12m sent_12m",
        [("friendly", 0, 9, "friendly"), ("neutral", 9, 9, "neutral"), ("cool", 9, 9, "cool"), (None, 5, 10, "friendly"),
         (None, 2, 10, "neutral"), (None, 1, 10, "cool"), (None, 0, 0, "not_placed"), ("moody", 9, 9, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_loyalty_takes_the_model_only_where_there_is_no_survey():
    found, expected = placed(
        "loyalty", "satisfaction repurchase_intent p_repurchase referral_willingness",
        [(4, 0.71, None, 9, "devoted"), (4, 0.70, None, 9, "satisfied"), (5, 0.9, None, 8, "satisfied"),
         (4, 0.3, None, 10, "satisfied"),
         (3, 0.3, None, 10, "habitual"), (4, 0.29, 0.9, 10, "switching"), (5, None, 0.71, 10, "devoted"),
         (None, None, 0.29, None, "switching"), (None, None, 0.3, None, "habitual"), (5, None, None, 10, "not_placed")],
    )  # fmt: skip
    assert found == expected


def test_ten_value_bands_hold_a_tenth_each_and_equal_values_share_one():
    rows = [(float(i), 1, f"band_{(i + 1) // 2}") for i in range(1, 21)]
    found, expected = placed("value_bands", "monetary frequency", [*rows, (0.0, 0, "not_placed")])
    assert found == expected
    assert set(placed("value_bands", "monetary frequency", [(7.0, 1, "")] * 12)[0]) == {"band_1"}


def segments(table, **options):
    scored = table.merge(rfm.score(table, **options), on="customer_id")
    scheme = schemes.load("rfm_r_segments")
    found = tiers.assign(scheme, scored, reasons=dict.fromkeys([*keys(scheme)], "why"))
    return found["tier"].astype(str).map(scheme.names("en")).tolist()


def published(path):
    """R's table with segkit's names."""
    table = pd.read_csv(path, dtype={"customer_id": str})
    return table.rename(columns={"transaction_count": "frequency", "amount": "monetary"})


def test_rs_ten_segments_are_met_to_the_last_of_its_39999_customers(reference_data):
    table = published(reference_data / "rfm-r" / "expected_rfm_customer.csv")
    assert len(table) == 39_999
    assert segments(table) == table["segment"].tolist()


def test_rs_ten_segments_are_met_to_the_last_of_its_995_ordering_customers(reference_data):
    table = published(reference_data / "rfm-r" / "expected_rfm_orders_2006-12-31.csv")
    cuts = {"r": [114, 180, 297, 481], "f": [3, 4, 5, 7], "m": [255, 381, 506, 665]}
    assert segments(table, cuts=cuts) == table["segment"].tolist()


def test_without_a_table_of_scores_the_segments_score_alike(reference_data):
    table = published(reference_data / "rfm-r" / "expected_rfm_customer.csv")
    scheme = schemes.load("rfm_r_segments")
    scores = tiers.measure(scheme, table)[["r_score", "f_score", "m_score"]]
    assert (scores.to_numpy() == rfm.score(table)[["r_score", "f_score", "m_score"]].to_numpy()).all()


def test_the_rules_of_rs_segments_are_those_of_the_package(reference_data):
    rules = pd.read_csv(reference_data / "rfm-r" / "expected_segment_rules.csv")
    scheme = schemes.load("rfm_r_segments")
    assert list(scheme.names("en").values()) == [*rules["segment"], "Others"]
