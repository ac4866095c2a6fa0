"""Columns of real exports and of the demo, held against counts of their sources and against the files read by pandas."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from places import ROOT

pytestmark = pytest.mark.long

DEMO = ROOT / "data" / "demo"
AS_OF = pd.Timestamp("2026-07-01")


@pytest.fixture(scope="module")
def demo(extracted):
    return extracted(DEMO / "segkit.yaml")[1]


def test_the_win_rate_of_the_sales_pipeline_is_that_of_its_source(extracted, reference_data):
    summary, tables = extracted(ROOT / "data" / "examples" / "crm-sales-opportunities.yaml")
    outcomes = tables["deals"]["outcome"].value_counts()
    assert (outcomes["won"], outcomes["won"] + outcomes["lost"]) == (4_238, 6_711)
    assert round(outcomes["won"] / (outcomes["won"] + outcomes["lost"]), 3) == 0.632
    assert summary.rows["opportunities"]["left_out"] == {"missing_id": 1_425}  # 664 of the 2,089 open deals name an account
    assert outcomes["open"] == 2_089 - 1_425
    customers = tables["customers"]
    assert (len(customers), customers["monetary"].sum(), customers["frequency"].sum()) == (85, 10_005_534, 4_238)
    assert (customers["deals_won"] == customers["frequency"]).all()
    assert customers["parent_id"].notna().sum() == 15
    assert set(tables["deals"]["product"]) == set(
        pd.read_csv(reference_data / "crm-sales-opportunities/products.csv")["product"]
    )


def test_the_pipeline_of_a_past_day_knows_no_later_end(extracted, reference_data):
    day = dt.date(2017, 7, 1)
    _, tables = extracted(ROOT / "data" / "examples" / "crm-sales-opportunities.yaml", day)
    rows = pd.read_csv(reference_data / "crm-sales-opportunities/sales_pipeline.csv", parse_dates=["engage_date", "close_date"])
    known = rows[rows["account"].notna() & ~(rows["engage_date"] >= "2017-07-01")]
    closed = known[known["close_date"] < "2017-07-01"]["deal_stage"].value_counts()
    outcomes = tables["deals"]["outcome"].value_counts()
    assert (outcomes["won"], outcomes["lost"]) == (closed["Won"], closed["Lost"])
    assert outcomes.sum() == len(known)
    assert tables["deals"]["closed_on"].dropna().max() < day


def test_zoho_leads_and_accounts_meet_their_deals_calls_and_contacts(extracted, reference_data):
    summary, tables = extracted(ROOT / "data" / "examples" / "zoho-crm.yaml")
    deals, customers = tables["deals"], tables["customers"]
    assert (len(deals), deals["customer_id"].str.startswith("lead:").all()) == (3_632, True)
    rows = pd.read_csv(reference_data / "zoho-crm/Potentials.csv")
    ended = pd.to_datetime(rows["Closing Date"], format="%d %b, %Y %H:%M:%S") < pd.Timestamp(summary.as_of)
    stages = rows["Stage"].where(ended).value_counts()
    outcomes = deals["outcome"].value_counts()
    assert (outcomes["won"], outcomes["lost"]) == (stages["Closed Won"], stages["Closed Lost"])
    assert customers["contacts"].sum() == 1_265
    assert customers["touches"].sum() == tables["touches"]["touches"].sum() == 1_010 + 170
    assert set(tables["touches"]["channel"]) == {"phone"}
    assert customers["deal_amount"].notna().sum() == 3_632


def test_windows_of_the_demo_are_those_of_its_orders(demo):
    orders, customers = demo["orders"], demo["customers"].set_index("customer_id")
    on = pd.to_datetime(orders["ordered_on"])
    for name, start, end in (("orders_12m", 365, 0), ("orders_prev_12m", 730, 365), ("frequency_3y", 1095, 0)):
        inside = (on >= AS_OF - pd.Timedelta(days=start)) & (on < AS_OF - pd.Timedelta(days=end))
        counts = orders[inside].groupby("customer_id").size().reindex(customers.index, fill_value=0)
        assert (counts == customers[name]).all()


def test_gaps_of_the_demo_are_those_of_its_order_days(demo):
    days = demo["orders"][["customer_id", "ordered_on"]].drop_duplicates().sort_values(["customer_id", "ordered_on"])
    gaps = pd.to_datetime(days["ordered_on"]).groupby(days["customer_id"]).diff().dt.days
    by_customer = gaps.groupby(days["customer_id"])
    customers = demo["customers"].set_index("customer_id").loc[by_customer.count().index]
    assert (customers["gaps"] == by_customer.count()).all()
    logs = np.log(gaps).groupby(days["customer_id"])
    np.testing.assert_allclose(customers["gap_log_mean"], logs.mean(), atol=1e-9)
    np.testing.assert_allclose(customers["gap_log_sd"], logs.std(ddof=0).where(by_customer.count() >= 2), atol=1e-7)
    known = customers["usual_gap_days"].notna()
    assert (known == (customers["gaps"] > 0)).all()
    assert customers["gap_upper_days"].between(customers["usual_gap_days"].where(known, 0), 36_500).all()


def test_categories_of_the_demo_add_up_to_what_was_spent(demo):
    spent = demo["customer_categories"].groupby("customer_id")["revenue"].sum()
    customers = demo["customers"].set_index("customer_id")["monetary"]
    np.testing.assert_allclose(spent, customers.loc[spent.index], atol=0.01)


def test_payments_of_the_demo_are_those_of_its_file(demo):
    rows = pd.read_csv(DEMO / "payments.csv.gz", sep=";", decimal=",", dtype={"Debtor": str}, na_values="-")
    due = pd.to_datetime(rows["Due"], format="%d.%m.%Y", errors="coerce")
    paid = pd.to_datetime(rows["Paid"], format="%d.%m.%Y", errors="coerce")
    paid = paid.where(paid < AS_OF)
    overdue = (due < AS_OF) & paid.isna()
    late = overdue | (paid > due)
    own = ~rows["Debtor"].isin(pd.read_csv(DEMO / "exclude.csv", dtype=str)["customer_id"]) & rows["Debtor"].notna()
    assert demo["customers"]["overdue_invoices"].sum() == (overdue & own).sum() > 0
    assert demo["customers"]["invoices_late"].sum() == (late & own).sum()


def test_touches_and_deals_of_the_demo_are_all_counted(demo):
    customers = demo["customers"]
    assert customers["touches"].sum() == demo["touches"]["touches"].sum() == 22_537
    assert customers["deals"].sum() == len(demo["deals"]) == 1_316
    counted = customers[["deals_open", "deals_won", "deals_lost"]].sum(axis=1)
    assert (counted == customers["deals"]).all()
    assert (customers["deal_outcome"] == "open").sum() == (customers["deals_open"] > 0).sum()
