"""What a history holds, which snapshots a run looks back to, how they cross, and today's money at the rates of then."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import ibis
import pandas as pd
import pytest

from segkit.crm import snapshots
from segkit.crm.snapshots import choose, flows, hand_over, kept
from segkit.errors import InputError

DAY = dt.date.fromisoformat


def keep(history: Path, day: str, tiers: dict[str, tuple], *, currency: str = "USD", name: str = "firm", **columns) -> None:
    """A snapshot with one scheme: customer → (revenue, tier)."""
    folder = history / f"as_of={day}"
    folder.mkdir(parents=True)
    table = (
        pd.DataFrame.from_dict(tiers, orient="index", columns=["revenue", "tier.own"]).rename_axis("customer_id").reset_index()
    )
    table.to_parquet(folder / "tiers.parquet")
    pd.DataFrame({"customer_id": list(tiers), **columns}).to_parquet(folder / "customers.parquet")
    (folder / "about.json").write_text(json.dumps({"name": name, "currency": currency}))


def chosen(history: Path, as_of: str, **more):
    asked = {"as_of": DAY(as_of), "currency": "USD", "fiscal_year_start": 1} | more
    return choose(kept(history, name="firm"), **asked)


def test_a_run_looks_back_to_the_last_snapshot_and_to_those_nearest_to_the_starts_of_quarters(tmp_path):
    for day in ("2025-12-28", "2026-01-03", "2026-04-04", "2026-05-20", "2026-06-01", "2026-07-01"):
        keep(tmp_path, day, {"a": (1.0, "big")})
    found = chosen(tmp_path, "2026-06-01")
    assert found.last is not None
    assert found.last.as_of == DAY("2026-05-20")
    assert {str(q): str(s.as_of) for q, s in found.quarters.items()} == {"2026-04-01": "2026-04-04", "2026-01-01": "2025-12-28"}
    assert [str(s.as_of) for s in found.days] == ["2026-05-20", "2026-04-04", "2025-12-28"]


def test_quarters_begin_with_the_fiscal_year(tmp_path):
    keep(tmp_path, "2026-05-01", {"a": (1.0, "big")})
    assert list(chosen(tmp_path, "2026-06-15", fiscal_year_start=2).quarters) == [DAY("2026-05-01")]
    assert list(chosen(tmp_path, "2026-06-15").quarters) == []


def test_a_snapshot_in_another_currency_is_left_aside_and_said(tmp_path):
    keep(tmp_path, "2026-04-01", {"a": (1.0, "big")}, currency="EUR")
    found = chosen(tmp_path, "2026-07-01")
    assert (found.last, found.quarters) == (None, {})
    assert snapshots.listed(found)["kind"].tolist() == ["foreign"]


def test_a_history_of_another_firm_and_a_broken_snapshot_are_refused(tmp_path):
    keep(tmp_path, "2026-04-01", {"a": (1.0, "big")}, name="other")
    with pytest.raises(InputError, match='holds snapshots of "other"'):
        kept(tmp_path, name="firm")
    (tmp_path / "as_of=2026-04-01" / "about.json").unlink()
    with pytest.raises(InputError, match="no whole snapshot"):
        kept(tmp_path, name="firm")


def test_a_damaged_table_is_named_with_the_remedy(tmp_path):
    keep(tmp_path, "2026-04-01", {"a": (1.0, "big")})
    (tmp_path / "as_of=2026-04-01" / "tiers.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(InputError, match=r"tiers\.parquet: this snapshot cannot be read\. Remove its folder"):
        hand_over(chosen(tmp_path, "2026-07-01"), tables=tmp_path, most=5)


def test_flows_between_snapshots_hold_who_came_and_who_went_with_their_money(tmp_path):
    keep(tmp_path, "2026-01-01", {"a": (1.0, "big"), "b": (2.0, "small"), "gone": (4.0, "big"), "out": (8.0, "not_placed")})
    keep(tmp_path, "2026-04-01", {"a": (16.0, "small"), "b": (32.0, "small"), "new": (64.0, "big"), "out": (128.0, "big")})
    table = flows(ibis.duckdb.connect(), kept(tmp_path, name="firm"))
    rows = table.drop(columns=["scheme", "since", "until"]).sort_values(["from_tier", "to_tier"])
    assert rows.to_dict("split", index=False)["data"] == [
        ["(new)", "big", 2, 0.0, 192.0], ["big", "(lost)", 1, 4.0, 4.0],
        ["big", "small", 1, 1.0, 16.0], ["small", "small", 1, 2.0, 32.0],
    ]  # fmt: skip
    assert table["customers"].sum() == 5


def test_what_a_run_is_told_holds_every_column_that_any_snapshot_has(tmp_path):
    keep(tmp_path, "2026-01-01", {"a": (1.0, "big")}, monetary=[1.0])
    keep(tmp_path, "2026-04-01", {"a": (2.0, "small")}, monetary=[2.0], employees=[9])
    hand_over(chosen(tmp_path, "2026-07-01"), tables=tmp_path, most=5)
    told = pd.read_parquet(tmp_path / "snapshot_customers.parquet")
    assert told["employees"].isna().tolist() == [True, False]
    days = pd.read_parquet(tmp_path / "snapshot_days.parquet")
    assert days["kind"].tolist() == ["last", "quarter", "quarter"]
    assert pd.read_parquet(tmp_path / "snapshot_tiers.parquet")["tier.own"].tolist() == ["big", "small"]


def test_without_a_history_the_tables_are_there_and_empty(tmp_path):
    hand_over(choose([], as_of=DAY("2026-07-01"), currency="USD", fiscal_year_start=1), tables=tmp_path, most=5)
    for name in ("days", "tiers", "customers", "flows"):
        assert pd.read_parquet(tmp_path / f"snapshot_{name}.parquet").empty


ORDERS = """order_id,customer_id,ordered_at,amount,currency
1,euro,2026-01-15,100,EUR
2,euro,2026-05-15,100,EUR
3,home,2026-05-15,100,USD
"""
RATES = "on,currency,rate\n2026-01-01,EUR,1.0\n2026-04-01,EUR,1.5\n"


def test_orders_since_a_day_are_worth_at_its_last_rates_and_earlier_ones_at_their_own(firm):
    """On 1 April the last known rate is 1.0: the order of May, booked at 1.5, is worth 100 by it."""
    (firm.folder / "fx.csv").write_text(RATES)
    firm.extract(ORDERS, config={"currency": "USD", "extracts": {"fx": {"source": "fx.csv"}}}, as_of=DAY("2026-07-01"))
    then = firm.table("revalued_customers").set_index("since")
    day = pd.Timestamp("2026-04-01").date()
    assert set(then["customer_id"]) == {"euro"}
    assert firm.customers()["euro"]["monetary"] == 250.0
    assert then.loc[[day], "monetary"].tolist() == [200.0]
    assert then.loc[[day], "revenue_90d"].tolist() == [100.0]


def test_rates_that_a_snapshot_kept_go_before_those_known_today(firm):
    """The firm's file was corrected since: what the snapshot of 1 April used was 0.5."""
    (firm.folder / "fx.csv").write_text(RATES)
    history = firm.folder / "kept"
    keep(history, "2026-04-01", {"euro": (50.0, "big")}, name="tmp")
    days = [d.date() for d in pd.date_range("2026-01-01", "2026-03-31")]
    pd.DataFrame({"on": days, "currency": "EUR", "rate": 0.5}).to_parquet(history / "as_of=2026-04-01" / "rates.parquet")
    config = {"name": "tmp", "currency": "USD", "history": "kept", "extracts": {"fx": {"source": "fx.csv"}}}
    firm.extract(ORDERS, config=config, as_of=DAY("2026-07-01"))
    then = firm.table("revalued_customers").set_index("since")
    assert then.loc[[DAY("2026-04-01")], "monetary"].tolist() == [100.0]
    rates = firm.table("rates")
    assert (len(rates), rates["rate"].iloc[-1]) == (181, 1.5)


def test_without_foreign_orders_nothing_is_revalued(firm):
    firm.extract("customer_id,ordered_at,amount\na,2026-01-05,9\na,2026-06-05,9\n", as_of=DAY("2026-07-01"))
    assert firm.table("revalued_customers").empty
    assert not (firm.folder / "tables" / "rates.parquet").exists()
