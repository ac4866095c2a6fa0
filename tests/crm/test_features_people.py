"""Dated touches, salespeople, targets and contacts reach the run, where their extracts exist."""

from __future__ import annotations

import datetime as dt

ORDERS = "customer_id,ordered_at,amount\nc,2026-06-01,10\n"
TOUCHES = "interaction_id,customer_id,at,channel\n1,c,2025-05-01 09:00,phone\n2,c,2026-06-30 23:30,email\n"
TOUCHES += "3,c,2026-07-01 00:10,email\n"


def test_touches_of_the_last_400_days_before_as_of_are_kept_with_their_moment(firm):
    (firm.folder / "t.csv").write_text(TOUCHES)
    firm.extract(ORDERS, config={"extracts": {"interactions": {"source": "t.csv"}}}, as_of=dt.date(2026, 7, 1))
    found = firm.table("interactions")
    assert found["interaction_id"].tolist() == ["2"]
    assert found["at"].astype(str).tolist() == ["2026-06-30 23:30:00"]
    assert found["on"].astype(str).tolist() == ["2026-06-30"]
    assert found[["owner", "direction", "kind", "minutes"]].isna().all(axis=None)


def test_salespeople_stand_in_the_run_with_every_column_of_theirs(firm):
    (firm.folder / "o.csv").write_text("owner,hours_per_week,active\nAnn,32,Y\nBo,,N\n")
    (firm.folder / "g.csv").write_text("owner,period,revenue\nAnn,2026-Q2,100\n")
    extracts = {"owners": {"source": "o.csv"}, "targets": {"source": "g.csv"}}
    firm.extract(ORDERS, config={"extracts": extracts}, as_of=dt.date(2026, 7, 1))
    owners = firm.table("owners")
    assert owners[["owner", "active"]].to_numpy().tolist() == [["Ann", True], ["Bo", False]]
    assert owners["hours_per_week"].iloc[0] == 32
    assert owners[["time_zone", "role"]].isna().all(axis=None)
    assert firm.table("targets")["revenue"].tolist() == [100]
    assert not (firm.folder / "tables" / "contacts.parquet").exists()
