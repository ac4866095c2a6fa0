"""Rows of a run's tasks table, as tests write them."""

from __future__ import annotations

import pandas as pd


def task(number: int, **more: object) -> dict[str, object]:
    at = pd.Timestamp("2026-07-01 07:00", tz="UTC")
    base = {
        "task_id": f"t{number}", "customer_id": "c", "owner": "Ann", "due_at": at, "due_local": "2026-07-01T09:00+02:00",
        "zone": "Europe/Berlin", "until_at": at + pd.Timedelta(hours=8), "due_on": pd.Timestamp("2026-06-20"), "kind": "call",
        "step": "contact", "turn": 0, "reason_key": "every", "since_on": pd.Timestamp("2026-05-21"), "every": 30.0,
        "occasion": None, "status": "open", "scheme": "rfm_matrix", "tier": "core", "work": "farm", "urgent": False,
        "automated": False, "minutes": 20, "value": 1234.0, "fits": True,
    }  # fmt: skip
    return base | more
