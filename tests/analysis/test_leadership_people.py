"""Salespeople, teams and source channels: sums that agree, rates that a handful does not move far, costs by fiscal year."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segkit.analysis import leadership

DAY = pd.Timestamp
HOSTILE = '<script>alert("x")</script>'
QUARTERS = [(DAY(2026, 4, 1), DAY(2026, 7, 1)), (DAY(2026, 1, 1), DAY(2026, 4, 1))]
PEOPLE = pd.DataFrame(
    [("Li", "East", "hunter", True), ("Wu", "East", "farmer", True), (HOSTILE, None, None, False)],
    columns=["owner", "team", "role", "active"],
)
CUSTOMERS = pd.DataFrame(
    [("a", "Li", 3), ("b", "Li", 1), ("c", "Wu", 2), ("p", "Li", 0), ("x", HOSTILE, 1), ("n", None, 1)],
    columns=["customer_id", "owner", "frequency"],
)
TIERS = pd.DataFrame(
    [
        ("a", "rfm_matrix", "core"),
        ("b", "rfm_matrix", "new"),
        ("c", "rfm_matrix", "loyal"),
        ("p", "trade_tier", "A"),
        ("p", "lead_value", "high"),
    ],
    columns=["customer_id", "scheme", "tier"],
)
SALES = pd.DataFrame(
    [
        ("2026-04-01", "Li", 120.0, 30.0, 120.0, 1),
        ("2026-01-01", "Li", 100.0, 10.0, 100.0, 0),
        ("2026-04-01", "Wu", 50.0, None, None, 0),
        ("2026-04-01", None, 9.0, None, None, 1),
    ],
    columns=["period", "owner", "revenue", "margin", "margin_on", "new_customers"],
)
TARGETS = pd.DataFrame(
    [("Li", "2026-Q2", 100.0, 120.0, 1.2), ("Wu", "2026-Q2", 200.0, 50.0, 0.25)],
    columns=["owner", "period", "revenue_target", "revenue", "target_share"],
)
NO_WORK = pd.DataFrame(columns=["owner"])


def came(*groups: tuple[str, str | None, int, int]) -> pd.DataFrame:
    """who, owner, how many of them, how many of these came; in the newest quarter."""
    rows = [(who, owner, i < hits) for who, owner, many, hits in groups for i in range(many)]
    frame = pd.DataFrame(rows, columns=["who", "owner", "came"])
    return frame.assign(on=DAY(2026, 7, 1), customer_id=[f"C{i}" for i in range(len(frame))])


def sellers(came: pd.DataFrame, **keys: object) -> pd.DataFrame:
    asked = {"sales": SALES, "quarters": QUARTERS, "attainment": TARGETS, "workload": NO_WORK} | keys
    return leadership.salespeople(CUSTOMERS, TIERS, came, PEOPLE, **asked).set_index("owner")


ALIKE = came(("core", "Li", 40, 20), ("core", "Wu", 40, 20), ("prospect", "Li", 100, 10), ("prospect", "Wu", 100, 10))


def test_a_salesperson_has_money_accounts_and_target_side_by_side():
    li = sellers(ALIKE).loc["Li"]
    assert li[["customers", "hunting", "farming", "revenue", "revenue_before", "profit", "new_customers"]].tolist() == [
        2, 2, 1, 120.0, 100.0, 30.0, 1,
    ]  # fmt: skip
    assert (li["revenue_change"], li["target_share"], li["team"]) == (pytest.approx(0.2), 1.2, "East")


def test_what_is_not_known_of_a_salesperson_is_null():
    found = sellers(ALIKE)
    assert found.loc["Wu", ["profit", "revenue_before", "revenue_change", "hours_asked"]].isna().all()
    assert np.isnan(found.loc[HOSTILE, "balanced_index"])  # neither core customers nor prospects
    assert found.index.tolist()[-1] == HOSTILE


def test_those_who_reach_what_all_reach_have_an_index_of_one():
    found = sellers(ALIKE)
    assert found.loc[["Li", "Wu"], "balanced_index"].tolist() == pytest.approx([1, 1], abs=0.01)
    assert (found.loc["Li", "balanced_low"] < 1 < found.loc["Li", "balanced_high"]) is np.True_


def test_five_of_five_is_no_talent():
    lucky = came(("core", "Li", 5, 5), ("core", "Wu", 95, 65), ("prospect", "Li", 5, 1), ("prospect", "Wu", 95, 9))
    li = sellers(lucky).loc["Li"]
    assert (li["repurchase_rate"], li["core"], li["core_ordered"]) == (1.0, 5, 5)
    assert li["repurchase_expected"] < 0.85
    assert li["balanced_low"] < 1


def test_a_difference_beyond_luck_is_seen_and_both_halves_count_alike():
    core = came(("core", "Li", 200, 180), ("core", "Wu", 200, 60), ("prospect", "Li", 200, 20), ("prospect", "Wu", 200, 20))
    found = sellers(core)
    assert found.loc["Li", "balanced_low"] > 1 > found.loc["Wu", "balanced_high"]
    assert found.loc["Li", "balanced_index"] == pytest.approx((180 / 120 + 1) / 2, abs=0.03)
    both = came(("core", "Li", 200, 180), ("core", "Wu", 200, 60), ("prospect", "Li", 200, 20), ("prospect", "Wu", 200, 60))
    against = sellers(both)
    assert abs(against.loc["Li", "balanced_index"] - 1) < 0.03  # 1.5 times as good in one half, 0.5 times in the other


def test_without_owners_there_are_no_salespeople_and_no_teams():
    found = leadership.salespeople(
        CUSTOMERS.drop(columns="owner"), TIERS, ALIKE.assign(owner=None), PEOPLE.iloc[:0],
        sales=SALES, quarters=QUARTERS, attainment=TARGETS, workload=NO_WORK,
    )  # fmt: skip
    assert found.empty
    assert leadership.grouped(found, "team").empty
    assert leadership.judged(found) == 0


def test_a_firm_without_a_whole_quarter_still_has_its_salespeople():
    found = sellers(ALIKE.iloc[:0], quarters=[], attainment=TARGETS.iloc[:0])
    assert found["balanced_index"].isna().all()
    assert found["customers"].sum() == 4
    assert found["revenue"].isna().all()


def test_teams_add_up_their_people_and_who_has_no_team_is_unknown():
    found = leadership.grouped(sellers(ALIKE).reset_index(), "team").set_index("team")
    east = found.loc["East"]
    assert east[["salespeople", "customers", "revenue", "core", "prospects", "target", "target_revenue"]].tolist() == [
        2, 3, 170.0, 80, 200, 300.0, 170.0,
    ]  # fmt: skip
    assert east["target_share"] == pytest.approx(170 / 300)
    assert (east["repurchase_rate"], east["conversion_rate"]) == (0.5, 0.1)
    assert found.loc["unknown", "salespeople"] == 1


YEARS = pd.DataFrame(
    [
        ("2025-04-01", "Fair", 3, 3, 5, 300.0, 60.0, 300.0),
        ("2026-04-01", "Fair", 2, 1, 4, 200.0, 50.0, 160.0),
        ("2026-04-01", HOSTILE, 1, 0, 2, 80.0, None, None),
        ("2026-04-01", None, 1, 1, 1, 20.0, 5.0, 20.0),
    ],
    columns=["period", "source_channel", "customers", "new_customers", "orders", "revenue", "margin", "margin_on"],
)
COSTS = pd.DataFrame(
    [("Fair", "2026", 120.0), ("Fair", "2026-07", 7.0), ("Web", "2026-Q2", 30.0), ("Fair", "soon", 99.0)],
    columns=["source_channel", "period", "cost"],
)


def by_channel(costs: pd.DataFrame, **keys: object) -> pd.DataFrame:
    asked = {"as_of": dt.date(2026, 7, 1), "fiscal_year_start": 4} | keys
    return leadership.channels(YEARS, costs, **asked).set_index(["source_channel", "year"])


def test_a_period_s_costs_are_spread_over_its_months_and_fall_into_fiscal_years():
    found = by_channel(COSTS)
    assert found.loc[("Fair", DAY(2025, 4, 1)), "cost"] == 30.0  # January to March of 2026
    assert found.loc[("Fair", DAY(2026, 4, 1)), "cost"] == 30.0  # April to June; later months are not here yet
    assert found.loc[("Web", DAY(2026, 4, 1)), ["cost", "customers", "new_customers"]].tolist() == [30.0, 0, 0]
    assert leadership.channels(YEARS, COSTS, as_of=dt.date(2026, 7, 1)).attrs["unread"] == ["soon"]


def test_a_channel_has_profit_cost_and_what_a_new_customer_cost():
    fair = by_channel(COSTS).loc[("Fair", DAY(2026, 4, 1))]
    assert fair[["profit", "margin_known", "cost_per_new_customer", "profit_after_cost"]].tolist() == [50.0, 0.8, 30.0, 20.0]
    assert (fair["whole"], fair["first_year"]) == (False, False)
    other = by_channel(COSTS).loc[(HOSTILE, DAY(2026, 4, 1))]
    assert np.isnan(other["profit"])
    assert np.isnan(other["cost_per_new_customer"])


def test_without_costs_they_are_null_and_not_nought():
    found = by_channel(COSTS.iloc[:0])
    assert found[["cost", "cost_per_new_customer", "profit_after_cost"]].isna().all(axis=None)
    assert found.loc[("unknown", DAY(2026, 4, 1)), "new_customers"] == 1


def test_channels_need_customers_that_name_theirs():
    assert leadership.channels(YEARS.assign(source_channel=None), COSTS, as_of=dt.date(2026, 7, 1)).empty
    assert leadership.channels(YEARS.iloc[:0], COSTS, as_of=dt.date(2026, 7, 1)).empty


def test_the_newest_year_that_is_over_is_shown_else_the_newest():
    rows = by_channel(COSTS).reset_index()
    assert leadership.newest_year(rows)["year"].unique().tolist() == [DAY(2025, 4, 1)]
    running = rows[~rows["whole"]]
    assert leadership.newest_year(running)["year"].unique().tolist() == [DAY(2026, 4, 1)]
    assert leadership.newest_year(rows.iloc[:0]).empty


def test_who_has_no_prospects_counts_in_that_half_as_all_do():
    rows = came(("core", "Li", 50, 25), ("core", "Wu", 50, 25), ("prospect", "Li", 30, 9), ("prospect", HOSTILE, 300, 9))
    found = sellers(rows)
    assert found.loc["Wu", "balanced_index"] == pytest.approx(1, abs=0.03)
    assert np.isnan(found.loc["Wu", "conversion_expected"])
    assert found.index[0] == "Li"
