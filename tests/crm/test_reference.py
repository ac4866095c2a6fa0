"""Real exports through the example configs: counts that their sources publish."""

from __future__ import annotations

import datetime as dt

import pytest

from places import ROOT

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def run(reference_data, extracted):
    """`run(name, as_of)`: the summary and the tables of an example config."""
    return lambda name, as_of=None: extracted(ROOT / "data" / "examples" / f"{name}.yaml", as_of)


def test_cdnow_counts_are_those_of_fader_and_hardie(run):
    summary, tables = run("cdnow")
    customers = tables["customers"]
    assert summary.rows["orders"] == {"in": 69_659, "used": 69_659, "left_out": {}}
    assert (len(customers), round(customers["monetary"].sum(), 2)) == (23_570, 2_500_315.63)
    assert customers["frequency"].sum() == 69_659 - 2_068  # same-day purchases are one order
    assert {"extract": "orders", "key": "duplicates_kept", "rows": 255} in summary.notes


def test_the_cdnow_sample_gives_the_published_repeat_buyers(run):
    _, tables = run("cdnow-sample", dt.date(1997, 10, 1))
    calibration = tables["customers"]
    repeats = calibration["frequency"] - 1
    assert (len(calibration), (repeats > 0).sum(), repeats.sum()) == (2_357, 946, 2_457)
    assert repeats.clip(upper=7).value_counts().sort_index().tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    _, whole = run("cdnow-sample")
    assert whole["customers"]["frequency"].sum() == 6_696
    assert (whole["orders"]["ordered_on"] >= dt.date(1997, 10, 1)).sum() == 1_882


def test_the_two_sheets_of_online_retail_count_their_overlap_once(run):
    summary, tables = run("online-retail-ii")
    orders = summary.rows["orders"]
    assert (orders["in"], orders["left_out"]["overlap"]) == (1_067_370, 22_523)
    ids = tables["left_out"].query("reason == 'overlap'")["customer_id"].isna().sum()
    assert orders["left_out"]["missing_id"] + ids == 243_007
    assert len(tables["left_out"]) == sum(orders["left_out"].values())


@pytest.mark.parametrize(
    ("name", "cut", "customers"),
    [
        ("online-retail-ii-goods", dt.date(2011, 9, 11), 5_248),
        ("online-retail-ii-goods", dt.date(2011, 6, 13), 4_943),
        ("online-retail-ii", dt.date(2011, 9, 11), 5_281),
        ("cdnow", dt.date(1997, 10, 1), 23_500),
    ],
)
def test_customers_known_at_past_cuts_are_those_of_the_reference(run, name, cut, customers):
    _, tables = run(name, cut)
    found = tables["customers"]
    assert abs((found["frequency"] > 0).sum() - customers) <= (70 if name == "cdnow" else 0)
    assert found["last_order_on"].dropna().max() < cut


def test_zoho_invoices_are_read_with_what_they_lack(run):
    summary, tables = run("zoho-crm")
    orders = summary.rows["orders"]
    parts = tables["quality"].query("extract == 'customers'").set_index("part")["rows"]
    assert (orders["in"], parts.to_dict()) == (1_300, {"Accounts.csv": 2_229, "Leads.csv": 3_900})
    assert orders["in"] == orders["used"] + sum(orders["left_out"].values())
    lost = tables["left_out"].query("extract == 'orders'")
    missing = lost["line"].str.contains(r"Grand Total=$", regex=True)
    assert missing.sum() == 270
    assert tables["customers"].set_index("customer_id").loc["10", "name"] == "Jack Lang"


def test_r_rfm_orders_have_its_counts(run):
    _, tables = run("rfm-r")
    customers = tables["customers"]
    assert (len(customers), customers["frequency"].sum(), customers["monetary"].sum()) == (995, 4_906, 464_158)
