"""What hangs on one account, what risky accounts owe, what the long tail brings, takes and grows."""

from __future__ import annotations

import pandas as pd
import pytest

from segkit.analysis import dependency

ACCOUNTS = pd.DataFrame(
    [("A", "Acme", "Lin", 60.0), ("B", "Beta", "Lin", 20.0), ("C", "Cee", "Lin", 10.0), ("D", "Dee", "Lin", 5.0),
     ("E", "Eff", "Lin", 5.0), ("F", "Gee", "Gao", 100.0), ("G", "Hay", None, 0.0), ("H", "Ivy", "Bo", -9.0)],
    columns=["customer_id", "name", "owner", "revenue_12m"],
)  # fmt: skip
YEARS = pd.DataFrame(
    # frequency, monetary, orders_12m, orders_prev_12m, revenue_12m, revenue_prev_12m, touches_12m
    [("A", 9, 900.0, 4, 4, 400.0, 400.0, 10), ("B", 8, 80.0, 4, 4, 60.0, 20.0, 5), ("C", 7, 70.0, 3, 2, 20.0, 30.0, 5),
     ("D", 6, 60.0, 3, 2, 10.0, 30.0, 0), ("E", 5, 50.0, 1, 4, 90.0, 10.0, 20), ("F", 0, 0.0, 0, 0, 0.0, 0.0, 60)],
    columns=["customer_id", "frequency", "monetary", "orders_12m", "orders_prev_12m", "revenue_12m", "revenue_prev_12m",
             "touches_12m"],
)  # fmt: skip


def test_each_group_shows_its_largest_account_and_what_would_be_left_without_it():
    found = dependency.largest_accounts(ACCOUNTS, "owner")
    assert found.iloc[0].to_dict() == {
        "owner": "Lin", "customers": 5, "revenue": 100.0, "largest": "A", "name": "Acme", "largest_revenue": 60.0,
        "largest_share": 0.6, "firm_share": 0.3, "without": 40.0,
    }  # fmt: skip


def test_a_group_of_few_customers_stands_last_and_one_without_revenue_not_at_all():
    found = dependency.largest_accounts(ACCOUNTS, "owner")
    assert found["owner"].tolist() == ["Lin", "Gao"]
    nobody = dependency.largest_accounts(ACCOUNTS.assign(owner=None), "owner")
    assert nobody[["owner", "largest"]].iloc[0].tolist() == ["unknown", "F"]


def test_the_revenue_of_the_groups_is_that_of_the_firm():
    found = dependency.largest_accounts(ACCOUNTS, "owner")
    assert found["revenue"].sum() == ACCOUNTS["revenue_12m"].clip(lower=0).sum()


def test_receivables_of_risky_accounts_are_told_from_others_and_from_unknown_risk():
    owing = ACCOUNTS.head(4).assign(overdue_amount=[5.0, 50.0, 0.0, 20.0], overdue_invoices=[1, 2, 0, 1])
    risk = pd.DataFrame({"customer_id": ["A", "B", "C"], "churn_risk": [0.9, 0.7, 0.9]})
    found = dependency.receivables(owing, risk)
    assert found["customer_id"].tolist() == ["B", "D", "A"]
    assert found["risky"].astype(object).where(found["risky"].notna(), None).tolist() == [True, None, True]
    assert dependency.receivables(owing, risk, risky=0.8)["risky"].tolist()[::2] == [False, True]


def test_a_firm_without_payments_has_no_receivables():
    found = dependency.receivables(ACCOUNTS, pd.DataFrame({"customer_id": ["A"], "churn_risk": [0.9]}))
    assert found.empty
    assert {"customer_id", "overdue_amount", "churn_risk", "risky"} <= set(found.columns)


def test_the_tail_is_all_but_the_top_fifth_of_buyers_and_both_add_up():
    top, tail = dependency.tail(YEARS).to_dict("records")
    assert (top["customers"], tail["customers"], tail["customer_share"]) == (1, 4, 0.8)
    assert (top["monetary"] + tail["monetary"], tail["revenue_share"]) == (1160.0, pytest.approx(260 / 1160))
    assert (tail["touches_12m"], tail["touch_share"], tail["revenue_per_touch"]) == (30, 0.75, 6.0)
    assert (tail["growing"], tail["shrinking"], tail["active_12m"]) == (1, 2, 4)


def test_one_order_in_a_year_is_no_growth():
    assert dependency.growers(YEARS)[["customer_id", "gain"]].to_numpy().tolist() == [["B", 40.0]]
    assert dependency.placed(YEARS).set_index("customer_id")["movement"].isna()["E"]


def test_without_touches_the_tail_has_no_cost_to_serve():
    assert "touch_share" not in dependency.tail(YEARS.drop(columns="touches_12m")).columns


def test_the_largest_accounts_of_tiers_and_owners_stand_in_one_table():
    owners = dependency.largest_accounts(ACCOUNTS, "owner")
    found = dependency.together(owner=owners, tier=dependency.largest_accounts(ACCOUNTS.assign(tier="core"), "tier"))
    assert found[["by", "group", "largest"]].to_numpy().tolist()[:1] == [["owner", "Lin", "A"]]
    assert found.iloc[-1][["by", "group", "largest"]].tolist() == ["tier", "core", "F"]
    assert len(found) == len(owners) + 1
