"""The customers at past days are what a run on that day would have seen, whatever came later."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from places import ROOT
from segkit import schemes
from segkit.analysis import backtest, migration, tiers
from segkit.crm import past as past_room
from segkit.crm.lookback import horizon, looks

pytestmark = pytest.mark.long

DAY = dt.date

ROWS = """order_id,customer_id,ordered_at,amount
1,ann,2024-01-05,100
2,bob,2024-02-01,50
3,ann,2024-06-03,80
4,ann,2024-06-03,20
4,ann,2024-12-20,-20
5,bob,2025-01-10,70
6,cat,2025-02-01,30
"""


def cutoffs(found: list) -> list[tuple[str, int]]:
    return [(str(look.cutoff), look.horizon_days) for look in found]


def windows(**keys: object) -> list[tuple[str, int]]:
    return cutoffs([look for look in looks(fiscal_year_start=1, **keys) if look.kind == "window"])


def test_windows_lie_one_horizon_apart_where_the_history_is_long():
    assert windows(first=DAY(2023, 1, 1), as_of=DAY(2024, 7, 1), horizon_days=90) == [
        ("2024-04-02", 90),
        ("2024-01-03", 90),
        ("2023-10-05", 90),
        ("2023-07-07", 90),
        ("2023-04-08", 90),
    ]


def test_windows_overlap_by_half_where_the_history_is_short():
    assert windows(first=DAY(2023, 1, 1), as_of=DAY(2024, 1, 1), horizon_days=90) == [
        ("2023-10-03", 90),
        ("2023-08-19", 90),
        ("2023-07-05", 90),
        ("2023-05-21", 90),
        ("2023-04-06", 90),
    ]


def test_last_year_s_window_is_among_them_to_tell_the_season():
    found = windows(first=DAY(2022, 1, 1), as_of=DAY(2024, 7, 1), horizon_days=270)
    assert found[1] == ("2023-07-02", 270)
    assert len(found) == 5


def test_a_history_too_short_for_the_horizon_has_one_window_of_half_its_length():
    assert windows(first=DAY(1997, 1, 1), as_of=DAY(1997, 10, 1), horizon_days=273) == [("1997-05-18", 136)]
    assert windows(first=DAY(2024, 1, 1), as_of=DAY(2024, 2, 10), horizon_days=90) == []


def test_quarters_begin_with_the_fiscal_year_and_end_where_the_next_begins():
    found = looks(first=DAY(2023, 7, 15), as_of=DAY(2024, 5, 10), horizon_days=365, fiscal_year_start=2)
    quarters = [look for look in found if look.kind == "quarter"]
    assert cutoffs(quarters) == [("2024-05-01", 9), ("2024-02-01", 90), ("2023-11-01", 92), ("2023-08-01", 92)]


@pytest.mark.parametrize(("gap", "days"), [(None, 90), (30, 90), (45, 90), (46, 180), (120, 270), (200, 365)])
def test_the_horizon_is_the_quarter_in_which_a_typical_account_orders_twice(gap, days):
    assert horizon(gap) == days


def past(firm, rows: str, **keys: object) -> pd.DataFrame:
    firm.extract(rows, as_of=DAY(2025, 4, 1), config={"horizon_days": 90} | keys)
    return firm.table("past_customers")


def at(table: pd.DataFrame, cutoff: DAY) -> dict[str, tuple]:
    rows = table[table["cutoff"] == cutoff].set_index("customer_id")
    shown = rows[["frequency", "monetary", "recency_days", "order_days", "orders_90d", "last_order_on"]]
    return {name: tuple(row) for name, row in zip(shown.index, shown.to_numpy(), strict=True)}


def test_what_comes_after_a_day_is_not_seen_on_it(firm):
    table = past(firm, ROWS)
    assert at(table, DAY(2024, 7, 1)) == {
        "ann": (3, 200.0, 28, 2, 2, DAY(2024, 6, 3)),
        "bob": (1, 50.0, 151, 1, 0, DAY(2024, 2, 1)),
    }
    assert at(table, DAY(2025, 1, 1)) == {
        "ann": (2, 180.0, 212, 2, 0, DAY(2024, 6, 3)),  # order 4 was cancelled in full by then
        "bob": (1, 50.0, 335, 1, 0, DAY(2024, 2, 1)),
    }


def test_changing_all_that_came_later_changes_no_past_row(firm):
    before = past(firm, ROWS)
    later = ROWS.replace("2025-01-10,70", "2025-01-11,9999").replace("6,cat,2025-02-01,30", "6,ann,2025-03-30,1")
    after = past(firm, later)
    known = before["cutoff"] <= DAY(2025, 1, 1)
    pd.testing.assert_frame_equal(before[known], after[after["cutoff"] <= DAY(2025, 1, 1)])


def test_the_outcome_counts_orders_their_days_and_net_revenue_in_the_horizon(firm):
    past(firm, ROWS + "7,bob,2025-01-10,5\n8,bob,2025-03-01,-9\n")
    table = firm.table("outcomes")
    rows = table[(table["cutoff"] == DAY(2025, 1, 1)) & (table["kind"] == "quarter")]
    columns = ["customer_id", "orders", "order_days", "revenue"]
    assert rows[columns].to_numpy().tolist() == [["bob", 2, 1, 66.0], ["cat", 1, 1, 30.0]]


def test_an_order_on_the_day_after_the_horizon_is_not_in_its_outcome(firm):
    past(firm, ROWS + "7,bob,2024-12-31,1\n8,cat,2025-01-01,2\n")
    table = firm.table("outcomes")
    rows = table[(table["cutoff"] == DAY(2024, 10, 1)) & (table["orders"] > 0)]
    assert rows[["customer_id", "revenue"]].to_numpy().tolist() == [["bob", 1.0]]


def test_a_firm_of_a_few_days_has_no_past(firm):
    table = past(firm, "order_id,customer_id,ordered_at,amount\n1,ann,2025-03-30,5\n")
    assert table.empty
    assert firm.table("past_days").empty
    assert firm.table("outcomes").empty


def test_the_demo_s_past_is_what_a_run_on_that_day_sees(extracted):
    config = ROOT / "data" / "demo" / "segkit.yaml"
    table = extracted(config)[1]["past_customers"]
    table = table[table["cutoff"] == DAY(2025, 10, 1)].drop(columns="cutoff").reset_index(drop=True)
    then = extracted(config, DAY(2025, 10, 1))[1]["customers"]
    assert len(table) == len(then) > 1000
    rated = ["deal_amount"]  # converted by the newest rates known, which differ
    columns = [c for c in table if c not in rated]
    pd.testing.assert_frame_equal(table[columns], then[columns], check_dtype=False, atol=1e-3)


@pytest.mark.parametrize("cancellations", ["net", "match"])
def test_a_day_by_itself_and_all_days_at_once_tell_the_same(firm, monkeypatch, cancellations):
    lines = (row.split(",") for row in ROWS.splitlines()[1:])
    rows = "order_id,customer_id,ordered_at,amount,quantity,product\n"
    rows += "".join(f"{','.join(line)},{1 if float(line[3]) > 0 else -1},{line[0]}\n" for line in lines)
    rows += "8,bob,2024-07-20,9,1,7\n8,bob,2024-11-20,-9,-1,7\n8,bob,2024-12-20,4,1,7\n"
    at_once = past(firm, rows, extracts={}) if cancellations == "net" else matched(firm, rows)
    monkeypatch.setattr(past_room, "AT_ONCE", 0)
    each = past(firm, rows) if cancellations == "net" else matched(firm, rows)
    assert {"top_category", "repeat_spend", "gap_upper_days"} <= set(each.columns)
    pd.testing.assert_frame_equal(at_once, each[at_once.columns])


def matched(firm, rows: str) -> pd.DataFrame:
    firm.extract(rows, as_of=DAY(2025, 4, 1), config={"horizon_days": 90}, cancellations="match")
    return firm.table("past_customers")


def test_an_order_stands_as_its_lines_made_it_from_day_to_day(firm):
    rows = "order_id,customer_id,ordered_at,amount,product\n1,ann,2024-01-05,100,Lamp\n"
    rows += "2,ann,2024-05-01,50,Tool\n2,ann,2024-08-01,-50,Tool\n2,ann,2024-11-01,30,Tool\n"
    table = past(firm, rows)
    seen = table.set_index("cutoff")[["frequency", "monetary", "categories", "top_category"]]
    told = {day: tuple(seen.loc[day]) for day in (DAY(2024, 7, 1), DAY(2024, 10, 1), DAY(2025, 1, 1))}
    assert told == {
        DAY(2024, 7, 1): (2, 150, 2, "Lamp"),
        DAY(2024, 10, 1): (1, 100, 1, "Lamp"),  # taken back in full
        DAY(2025, 1, 1): (2, 130, 2, "Lamp"),  # and in part made good
    }


def test_the_demo_s_rebuilt_tiers_are_those_that_a_snapshot_of_that_day_holds(extracted):
    """Every scheme that can be rebuilt, save deal_size: it reads amounts of deals, which take the newest rates known."""
    config = ROOT / "data" / "demo" / "segkit.yaml"
    now, kept_then = extracted(config)[1], extracted(config, DAY(2025, 10, 1))[1]
    table = now["past_customers"]
    table = table[table["cutoff"] == DAY(2025, 10, 1)].drop(columns="cutoff").reset_index(drop=True)
    touches = [read["touches"] for read in (now, kept_then)]
    then, today = kept_then["customers"], now["customers"]
    dated, _ = backtest.with_history([schemes.load(name) for name in schemes.names()], table, today, touches=touches[0])
    assert len(dated) > 12
    asked = {"as_of": DAY(2025, 10, 1)}
    asked["reasons"] = lambda scheme, _: dict.fromkeys([t.key for t in scheme.tiers], "") | {"not_placed": ""}
    made, _ = tiers.assign_all(dated, table, touches=migration.until(touches[0], DAY(2025, 10, 1)), **asked)
    kept, _ = tiers.assign_all(dated, then, touches=touches[1], **asked)
    both = made.merge(kept, on=["customer_id", "scheme"], suffixes=("_rebuilt", "_kept"), validate="one_to_one")
    other = both[both["tier_rebuilt"].astype(str) != both["tier_kept"].astype(str)]
    assert set(other["scheme"].astype(str)) <= {"deal_size"}
    assert len(other) < 5


@pytest.mark.parametrize("at_once", [0, 10**9])
def test_what_happens_on_a_past_day_itself_is_not_seen_on_it(firm, monkeypatch, at_once):
    monkeypatch.setattr(past_room, "AT_ONCE", at_once)
    table = past(firm, ROWS + "7,bob,2025-01-01 00:00,11\n8,bob,2024-12-31 23:59,5\n")
    assert at(table, DAY(2025, 1, 1))["bob"] == (2, 55.0, 1, 2, 1, DAY(2024, 12, 31))
