"""Stages of deals, where they die, the ladder of tiers, and what samples lead to."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segkit import schemes
from segkit.analysis import funnel

AS_OF = dt.date(2026, 7, 1)
START = dt.date(2026, 6, 1)


def deals(rows: list[tuple], owner: str = "Lin") -> pd.DataFrame:
    """outcome, stage, days from creation to the stage, days to closing."""
    made = [
        {
            "customer_id": f"C{i}", "owner": owner, "outcome": outcome, "stage": stage, "created_on": START, "amount": 100.0,
            "stage_since": START + dt.timedelta(since), "closed_on": ended and START + dt.timedelta(ended),
            "lost_reason": "price" if outcome == "lost" else None,
        }
        for i, (outcome, stage, since, ended) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(made)


FOUR = [("open", "lead", 0, None), ("lost", "quote", 8, 12), ("open", "quote", 10, None), ("won", "invoice", 20, 15)]


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_newcombe_1998_table_1(hits: int, of: int, low: float, high: float) -> None:
    found = funnel.wilson(np.array([hits]), np.array([of]), confidence=0.95)
    assert [round(float(end[0]), 4) for end in found] == [low, high]


def test_a_deal_has_reached_its_stage_and_all_before_it() -> None:
    found = funnel.stages(deals(FOUR), as_of=AS_OF).set_index("stage")
    assert found["reached"].to_dict() == {
        "lead": 4, "opportunity": 3, "need": 3, "quote": 3, "negotiation": 1, "contract": 1, "payment": 1, "invoice": 1,
    }  # fmt: skip
    assert found.loc["quote", ["standing", "died", "went_on", "decided"]].tolist() == [1, 1, 1, 2]


def test_conversion_is_of_the_deals_whose_way_is_decided() -> None:
    found = funnel.stages(deals(FOUR), as_of=AS_OF).set_index("stage")
    assert found.at["lead", "conversion"] == 1.0  # the one that stands there may still go on
    assert found.at["quote", "conversion"] == 0.5
    assert np.isnan(found.at["invoice", "conversion"])
    assert found.at["quote", "conversion_low"] < 0.5 < found.at["quote", "conversion_high"]


def test_days_tell_how_long_until_a_stage_since_then_and_until_the_end() -> None:
    found = funnel.stages(deals(FOUR), as_of=AS_OF).set_index("stage").loc["quote"]
    assert found[["days_to_reach", "days_waiting", "days_to_death"]].tolist() == [10.0, 20.0, 12.0]


def test_a_won_deal_has_reached_the_contract_whatever_its_stage_says() -> None:
    found = funnel.stages(deals([("won", None, 0, 5), ("open", "上门", 0, None), ("lost", None, 0, 5)]), as_of=AS_OF)
    assert found.set_index("stage").at["contract", "reached"] == 1
    assert found.attrs["not_in_order"] == {"上门": 1, "(unknown)": 1}


def test_each_salesperson_has_a_funnel_of_the_own_deals() -> None:
    both = pd.concat([deals(FOUR), deals([("lost", "lead", 0, 3)], owner="Gao")])
    found = funnel.stages(both, as_of=AS_OF, per=["owner"])
    assert list(found.columns[:2]) == ["owner", "stage"]
    assert found[found["stage"].eq("lead")].set_index("owner")["reached"].to_dict() == {"Gao": 1, "Lin": 4}


def test_the_last_stage_has_no_conversion_even_where_a_deal_died_there() -> None:
    last = funnel.stages(deals([("lost", "invoice", 3, 9)]), as_of=AS_OF).iloc[-1]
    assert last[["died", "decided"]].tolist() == [1, 0]
    assert np.isnan(last["conversion"])


def test_a_funnel_without_deals_has_its_stages() -> None:
    assert funnel.stages(deals(FOUR).iloc[:0], as_of=AS_OF)["reached"].tolist() == [0] * 8


@pytest.mark.parametrize(
    ("rows", "drawn"),
    [(FOUR, 8),
     ([*FOUR, *[("open", "Engaging", 0, None)] * 4], 0),  # four of the seven that are not won stand nowhere
     ([*FOUR, *[("lost", "Closed Lost", 9, 9)] * 2, *[("open", "lead", 0, None)] * 9], 0)],  # two of the three lost ones do
)  # fmt: skip
def test_a_funnel_is_drawn_where_the_stages_of_most_open_and_of_most_lost_deals_are_known(
    rows: list[tuple], drawn: int
) -> None:
    found = deals(rows)
    assert len(funnel.fitting(funnel.stages(found, as_of=AS_OF), found)) == drawn


def test_stages_in_chinese_become_the_keys_of_the_scheme() -> None:
    found = funnel.known_stages(deals([("open", "报价", 0, None), ("open", "上门", 0, None)]), schemes.load("funnel_stage"))
    assert found["stage"].tolist() == ["quote", "上门"]


def test_where_deals_die_is_told_by_stage_and_reason_unknown_ones_too() -> None:
    rows = deals([*FOUR, ("lost", "quote", 1, 2), ("lost", None, 1, 2)])
    found = funnel.deaths(rows)
    assert found.iloc[0].tolist() == ["quote", "price", 2, pytest.approx(2 / 3), 200.0]
    assert found["deals"].sum() == 3


def test_the_ladder_counts_who_stands_on_each_step_and_above() -> None:
    placed = pd.DataFrame({"customer_id": range(8), "tier": ["E", "E", "D", "C", "A", "ordered", "KA", "not_placed"]})
    found = funnel.ladder(placed)
    assert found["step"].tolist() == ["E", "D", "C", "B", "A", "ordered"]
    assert found["customers"].tolist() == [2, 1, 1, 0, 1, 2]
    assert found["at_or_above"].tolist() == [7, 5, 4, 3, 3, 2]
    assert found["climbed_share"].round(3).tolist() == [0.714, 0.8, 0.75, 1.0, 0.667, 0.0]
    assert found.attrs["elsewhere"] == {"not_placed": 1}


def test_the_ladder_of_each_owner_sums_up_to_the_firms() -> None:
    placed = pd.DataFrame({"customer_id": range(4), "tier": list("EEBA"), "owner": ["Lin", "Gao", "Lin", None]})
    found = funnel.ladder(placed, per=["owner"])
    assert found.groupby("step")["customers"].sum()[["E", "B", "A"]].tolist() == [2, 1, 1]
    assert found["owner"].nunique(dropna=False) == 3


def test_tiers_are_crossed_with_the_state_of_the_deal_that_counts() -> None:
    tiers = pd.DataFrame({"customer_id": ["1", "2", "3"], "scheme": "trade_tier", "tier": ["A", "A", "E"]})
    customers = pd.DataFrame({"customer_id": ["1", "2", "3"], "deal_outcome": ["open", "won", None]})
    found = funnel.tier_states(tiers, customers).set_index(["tier", "state"])["customers"]
    assert found["A"].to_dict() == {"open": 1, "won": 1, "lost": 0, "none": 0}
    assert found[("E", "none")] == 1
    assert found.sum() == 3


def samples(days: dict[str, int | None], orders: list[tuple[str, int]]) -> pd.DataFrame:
    on = [None if d is None else AS_OF - dt.timedelta(d) for d in days.values()]
    customers = pd.DataFrame({"customer_id": list(days), "sample_requested_on": on})
    placed = pd.DataFrame({"customer_id": [c for c, _ in orders], "ordered_on": [AS_OF - dt.timedelta(d) for _, d in orders]})
    return funnel.sample_conversion(customers, placed, as_of=AS_OF).set_index("who")


def test_a_sample_converts_when_an_order_follows_within_90_days() -> None:
    found = samples(
        {"soon": 200, "late": 200, "never": 200, "no sample": None}, [("soon", 190), ("late", 20), ("no sample", 9)]
    )
    assert found.loc["prospect", ["samples", "decided", "ordered"]].tolist() == [3, 3, 1]
    assert found.at["prospect", "days"] == 10.0
    assert found.at["prospect", "conversion"] == pytest.approx(1 / 3)


def test_a_young_sample_is_undecided_even_when_it_has_already_led_to_an_order() -> None:
    found = samples({"young": 30, "quick": 30, "old": 100}, [("quick", 10)])
    assert found.loc["all", ["samples", "undecided", "decided", "ordered"]].tolist() == [3, 2, 1, 0]


def test_samples_of_those_who_had_ordered_before_are_told_apart() -> None:
    found = samples({"old": 200, "new": 200}, [("old", 300), ("old", 150), ("new", 150)])
    assert found["samples"].to_dict() == {"prospect": 1, "customer": 1, "all": 2}
    assert found.at["customer", "ordered"] == 1


def test_an_order_on_the_day_of_the_sample_is_no_conversion() -> None:
    assert samples({"same": 200}, [("same", 200)]).loc["customer", ["samples", "ordered"]].tolist() == [1, 0]


def test_what_follows_a_sale_is_counted_by_kind_over_two_years_of_months() -> None:
    this_year = [("C1", "2026-06-01", "complaint", 2), ("C1", "2025-07-01", "complaint", 1), ("C2", "2026-01-01", "return", 1)]
    before = [("C2", "2025-06-01", "complaint", 5), ("C2", "2024-06-01", "return", 7)]
    rows = [*this_year, *before, ("C1", "2026-06-01", "mailing", 9)]
    touches = pd.DataFrame(rows, columns=["customer_id", "month", "kind", "touches"])
    customers = pd.DataFrame({"customer_id": ["C1", "C2"], "revenue_12m": [100.0, None]})
    found = funnel.after_sale(touches, customers, as_of="2026-07-01")
    assert found.to_dict("records") == [
        {"kind": "complaint", "touches_12m": 3, "touches_prev_12m": 5, "customers": 1, "revenue_12m": 100.0},
        {"kind": "return", "touches_12m": 1, "touches_prev_12m": 0, "customers": 1, "revenue_12m": 0.0},
    ]
    assert funnel.after_sale(touches.head(0), customers, as_of="2026-07-01").empty
