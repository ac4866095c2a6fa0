"""Who wins with which kind of customer: shrunk rates, days to sign, and the four classes by key person."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from segkit import schemes
from segkit.analysis import owners

AS_OF = dt.date(2026, 7, 1)


def deals(rows: list[dict]) -> pd.DataFrame:
    base = {
        "opportunity_id": "O1", "customer_id": "C1", "owner": "Lin", "product": "LED", "outcome": "open", "amount": 100.0,
        "created_on": dt.date(2026, 6, 1), "first_contact_on": dt.date(2026, 6, 1), "closed_on": None, "key_person": "first",
        "levels_above": 0.0, "has_need": True, "can_pay": True, "value_accepted": True, "spec_known": True,
        "quantity_known": None,
    }  # fmt: skip
    return pd.DataFrame([base | row for row in rows])


def record(owner: str, won: int, lost: int, product: str = "LED") -> list[dict]:
    outcomes = ["won"] * won + ["lost"] * lost
    return [{"owner": owner, "product": product, "outcome": o, "closed_on": dt.date(2026, 6, 11)} for o in outcomes]


def test_five_deals_won_are_no_greater_talent_than_eighty_of_a_hundred() -> None:
    found = owners.win_rates(deals(record("Five", 5, 0) + record("Eighty", 80, 20) + record("Rest", 60, 140)), ["owner"])
    rates = found.set_index("owner")
    assert list(rates["win_rate"]) == [0.8, 1.0, 0.3]
    assert list(rates.index) == ["Eighty", "Five", "Rest"]
    assert rates.at["Eighty", "expected_rate"] > rates.at["Five", "expected_rate"]
    assert rates.at["Five", "high"] - rates.at["Five", "low"] > rates.at["Eighty", "high"] - rates.at["Eighty", "low"]
    assert rates.at["Five", "chance_above"] < rates.at["Eighty", "chance_above"]


def test_an_expected_rate_is_the_mean_of_a_beta_posterior_and_lies_in_its_interval() -> None:
    found = owners.win_rates(deals(record("Lin", 8, 2) + record("Gao", 3, 9)), ["owner"], confidence=0.8)
    weight, common = found.attrs["prior_deals"], 11.5 / 23
    posterior = stats.beta(8 + weight * common, 2 + weight * (1 - common))
    lin = found.set_index("owner").loc["Lin"]
    assert lin["common_rate"] == common
    assert lin["expected_rate"] == pytest.approx(posterior.mean())
    assert (lin["low"], lin["high"]) == pytest.approx(posterior.interval(0.8))
    assert lin["chance_above"] == pytest.approx(posterior.sf(common))


def test_owners_that_differ_no_more_than_luck_are_all_drawn_to_the_common_rate() -> None:
    alike = owners.win_rates(deals([r for i in range(8) for r in record(f"O{i}", 10, 10)]), ["owner"])
    apart = owners.win_rates(deals([r for i in range(8) for r in record(f"O{i}", 20 * (i % 2), 20 - 20 * (i % 2))]), ["owner"])
    assert alike.attrs["prior_deals"] > 400
    assert apart.attrs["prior_deals"] == pytest.approx(owners.LIGHTEST, abs=0.01)


def test_an_easy_product_is_no_talent_when_owners_are_compared_within_it() -> None:
    rows = [r for o in ("Lin", "Gao") for r in record(o, 18, 2, "easy") + record(o, 4, 16, "hard")]
    found = owners.win_rates(deals(rows), ["owner", "product"], against=["product"])
    assert dict(zip(found["product"], found["common_rate"].round(3), strict=True)) == {"easy": 0.89, "hard": 0.207}
    assert found["chance_above"].between(0.3, 0.7).all()


def test_comparing_within_a_column_that_does_not_group_is_refused() -> None:
    with pytest.raises(KeyError, match="against: country"):
        owners.win_rates(deals(record("Lin", 1, 1)), ["owner"], against=["country"])


def test_open_deals_are_counted_not_rated_and_an_unknown_owner_is_a_group() -> None:
    found = owners.win_rates(deals([*record("Lin", 2, 1), {"outcome": "open"}, *record(None, 1, 0)]), ["owner"])
    assert found["deals"].sum() == 4
    assert found.attrs["open"] == 1
    assert found["owner"].isna().sum() == 1


def signed(days: list[int], owner: str = "Lin") -> list[dict]:
    start = dt.date(2026, 1, 1)
    return [{"owner": owner, "outcome": "won", "first_contact_on": start, "closed_on": start + dt.timedelta(d)} for d in days]


def test_the_median_of_ten_deals_lies_between_the_second_and_the_ninth_at_95_percent() -> None:
    # David & Nagaraja 2003, 7.1: coverage 0.979 at n = 10
    found = owners.days_to_sign(deals(signed([3, 1, 4, 15, 9, 2, 6, 5, 35, 8])), ["owner"], confidence=0.95)
    assert found.iloc[0].tolist() == ["Lin", 10, 5.5, 2.0, 15.0]


def test_too_few_deals_have_a_median_but_no_interval() -> None:
    found = owners.days_to_sign(deals(signed([10, 20, 30, 40], "Four") + signed([10, 20, 30, 40, 50], "Five")), ["owner"])
    assert found.set_index("owner")["days"].to_dict() == {"Four": 25.0, "Five": 30.0}
    assert found.set_index("owner").loc["Four", ["days_low", "days_high"]].isna().all()
    assert found.set_index("owner").loc["Five", ["days_low", "days_high"]].tolist() == [10.0, 50.0]


def test_days_start_at_creation_where_no_first_contact_is_recorded() -> None:
    one = [{"outcome": "won", "first_contact_on": None, "created_on": dt.date(2026, 1, 1), "closed_on": dt.date(2026, 1, 9)}]
    assert owners.days_to_sign(deals(one), ["owner"])["days"].tolist() == [8.0]


def test_classes_come_from_the_labels_of_the_deal_and_not_from_its_age() -> None:
    rows = [
        {},
        {"value_accepted": None, "first_contact_on": dt.date(2020, 1, 1)},
        {"key_person": "second", "levels_above": 1.0},
        {"key_person": "third", "levels_above": 2.0},
        {"can_pay": False, "outcome": "lost"},
        {"key_person": "none", "levels_above": None},
        {"has_need": None},
    ]
    found = owners.classes(deals(rows), schemes.load("abcd_key_person"))
    assert found.tolist() == ["A", "A", "B", "C", "D", "not_placed", "not_placed"]


def test_deadlines_are_the_parameters_of_the_scheme() -> None:
    assert owners.deadlines(schemes.load("abcd_key_person")) == owners.DEADLINES == {"A": 10, "B": 20, "C": 30}


def four_of_class_a() -> pd.DataFrame:
    """Contact on 1 June: signed on day 10, signed on day 11, lost on day 5, open on day 30."""
    june = dt.date(2026, 6, 1)
    ends = [("won", 10), ("won", 11), ("lost", 5), ("open", None)]
    closings = [{"outcome": o, "closed_on": d and june + dt.timedelta(d), "opportunity_id": f"{o}{d}"} for o, d in ends]
    return deals([{"customer_id": f"C{i}", "class": "A", **row} for i, row in enumerate(closings)])


def test_an_a_is_really_an_a_when_it_signs_within_its_deadline() -> None:
    row = owners.by_class(four_of_class_a(), as_of=AS_OF).iloc[0]
    assert row[["deals", "open", "won", "lost", "decided", "kept"]].tolist() == [4, 1, 2, 1, 4, 1]
    assert (row["kept_share"], row["overdue"], row["win_rate"]) == (0.25, 0.5, pytest.approx(2 / 3))


def test_a_young_open_deal_is_not_decided_yet() -> None:
    row = owners.by_class(four_of_class_a(), as_of=dt.date(2026, 6, 11)).iloc[0]
    assert (row["decided"], row["overdue"]) == (3, 0.25)


def test_classes_without_a_deadline_are_neither_overdue_nor_kept() -> None:
    row = owners.by_class(four_of_class_a().assign(**{"class": "D"}), as_of=AS_OF).iloc[0]
    assert np.isnan(row["overdue"])
    assert np.isnan(row["kept_share"])
    assert row["kept"] == 0


def touches(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "month", "channel", "touches", "minutes"])


def test_hours_astray_are_those_of_deals_that_did_not_keep_what_the_class_promised() -> None:
    june, may = dt.date(2026, 6, 1), dt.date(2026, 5, 1)
    spent = touches([("C0", june, "email", 6, 60.0), ("C1", june, "visit", 2, 30.0), ("C2", may, "phone", 9, 600.0)])
    row = owners.by_class(four_of_class_a(), as_of=AS_OF, touches=spent).iloc[0]
    assert (row["hours"], row["hours_astray"]) == (7.0, 6.0)  # two visits of 3 h; May is before the deal
    assert owners.by_class(four_of_class_a(), as_of=AS_OF, touches=spent, visit_hours=1.0).iloc[0]["hours_astray"] == 2.0


def test_hours_of_a_month_are_shared_by_the_deals_that_a_customer_has_in_it() -> None:
    two = deals([{}, {"opportunity_id": "O2"}])
    spent = touches([("C1", dt.date(2026, 6, 1), "email", 1, 120.0)])
    assert owners.hours(two, spent, as_of=pd.Timestamp(AS_OF)).tolist() == [1.0, 1.0]


def test_the_open_questions_of_a_deal_are_the_labels_nobody_has_confirmed() -> None:
    found = owners.open_questions(deals([{"can_pay": False, "spec_known": None}, {"outcome": "won"}]))
    assert dict(zip(found["label"], found["answer"], strict=True)) == {
        "key_person": "yes", "has_need": "yes", "can_pay": "no", "value_accepted": "yes", "spec_known": "unknown",
        "quantity_known": "unknown",
    }  # fmt: skip


def test_the_deals_with_most_money_and_most_to_ask_stand_first() -> None:
    asked = {"has_need": None, "can_pay": None, "quantity_known": True}
    rows = [{"amount": 500.0}, asked | {"opportunity_id": "O2", "amount": 300.0}, {"opportunity_id": "O3", "amount": None}]
    sheet = owners.question_sheet(deals([*rows, {"opportunity_id": "O4", "outcome": "lost", "amount": 9e9}]))
    assert sheet[["opportunity_id", "to_ask"]].to_numpy().tolist() == [["O2", 2], ["O1", 1], ["O3", 1]]
    assert sheet.loc[0, ["key_person", "has_need", "quantity_known"]].tolist() == ["yes", "unknown", "yes"]


def test_drawn_rates_hold_the_truth_as_often_as_they_say_even_of_three_salespeople():
    draw, held = np.random.default_rng(1), []
    for seed in range(100):
        true, deals = draw.beta(14, 6, 3), pd.Series([40, 40, 40])
        won = pd.Series(draw.binomial(40, true))
        common = pd.Series([(won.sum() + 0.5) / 121] * 3)
        low, high = np.quantile(owners.rate_draws(won, deals, common, draws=800, seed=seed), [0.05, 0.95], axis=0)
        held.append(((low <= true) & (true <= high)).mean())
    assert 0.84 < np.mean(held) < 0.95
