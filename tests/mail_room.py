"""A whole run of a small firm, as tests of the mail room send it, and the moment at which they do."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from segkit.findings import Finding
from task_rows import task

NOW = dt.datetime(2026, 7, 1, 7, 0, tzinfo=dt.UTC)
NASTY = "Zoë <script>alert(1)</script>\r\nBcc: spy@evil.example \u202eevil"
TABLES = {
    "customers": pd.DataFrame({
        "customer_id": ["c", "d", "e", "f"], "name": [NASTY, "Dada AG", "Ebo Ltd", None], "owner": ["Ann", "Bo", "Cy", "Ann"],
        "frequency": [3, 5, 1, 0], "monetary": [9e4, 5e5, 2e3, 0.0],
        "do_not_contact": pd.array([False, None, True, None], "boolean"),
        "contact_email": ["z@c.example"] * 4,
    }),
    "churn": pd.DataFrame({
        "customer_id": ["c", "d", "e"], "churn_risk": [0.8, 0.7, 0.9], "band": ["act", "act", "act"],
        "revenue_at_risk": [1.2e4, 9e4, 500.0], "revenue_if_ordering": [1.5e4, 1.3e5, 560.0],
    }),
    "owners": pd.DataFrame({
        "owner": ["Ann", "Bo", "Cy", "Dee"],
        "email": ["ann@firm.example", "bo@firm.example", "cy@firm.example\nBcc: x@y.z", None],
        "language": ["zh", "en", "fr", "en"], "team": ["Europe", "Europe", "Asia", "Asia"],
        "active": pd.array([True, None, True, True], "boolean"), "time_zone": ["Asia/Shanghai"] * 4,
    }),
    "alerts": pd.DataFrame({
        "alert_id": ["a1", "a2", "a3", "a4", "a5"], "customer_id": ["c", "d", "e", "c", "c"],
        "owner": ["Ann", "Bo", "Cy", "Ann", "Ann"], "kind": ["late"] * 5,
        "money": [1.2e4, 9e4, 500.0, 7e4, 6e4], "reason": ["no order since May <b>"] * 3 + ["told in June", "waits"],
        "first_told_on": pd.to_datetime(["2026-07-01"] * 5), "new": [True, True, True, False, True],
        "held_back": [False, False, False, False, True],
    }),
    "tasks": pd.DataFrame([
        task(1), task(2, customer_id="d", owner="Bo", urgent=True), task(3, customer_id="e", owner="Cy"),
        task(4, due_local="2026-07-09T09:00+02:00"), task(5, automated=True), task(6, fits=False), task(7, owner="Bo"),
    ]).astype({"fits": "boolean"}),
    "tier_sizes": pd.DataFrame(
        [("rfm_matrix", "core", 2, 0.5, 5.9e5, 0.99), ("rfm_matrix", "reactivate", 2, 0.5, 2e3, 0.01)],
        columns=["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"],
    ),
}  # fmt: skip
FOUND = [
    Finding("silent", {"days": 365, "customers": 3, "share": 0.3, "revenue": 310_000.0, "revenue_share": 0.31}, "risk"),
    Finding("concentration", {"top": 0.2, "customers": 2, "revenue_share": 0.76, "revenue": 760_000.0}),
    Finding("totals", {"customers": 3, "prospects": 1, "orders": 9, "median_orders": 2.0, "revenue": 1e6, "year_share": 0.5,
                       "first": "2023-07-01", "last": "2026-06-30"}),
]  # fmt: skip
MANIFEST = {
    "name": "firm", "title": "A & B <i>Firm</i>", "as_of": "2026-07-01", "currency": "USD", "language": "en",
    "horizon_days": 90, "status": "done", "rows": {}, "notes": [], "inputs": [], "versions": {"segkit": "0.1.0"}, "steps": {},
}  # fmt: skip
MAIL = {
    "from": "segkit <reports@firm.example>",
    "recipients": [{"to": "boss@firm.example"}, {"to": "europe@firm.example", "edition": "team:Europe"}],
    "operators": ["it@firm.example"], "owners": True,
}  # fmt: skip
