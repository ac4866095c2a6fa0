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
        "frequency": [3, 5, 1, 0], "monetary": [9e4, 5e5, 2e3, 0.0], "revenue_12m": [4e4, 3e5, 2e3, 0.0],
        "recency_days": [40, 30, 20, None], "tenure_days": [400, 700, 0, None],
        "first_order_on": pd.to_datetime(["2025-05-22", "2024-07-01", "2026-06-11", None]),
        "last_order_on": pd.to_datetime(["2026-05-22", "2026-06-01", "2026-06-11", None]),
        "do_not_contact": pd.array([False, None, True, None], "boolean"),
        "contact_email": ["z@c.example"] * 4,
    }),
    "orders": pd.DataFrame({
        "customer_id": ["c", "c", "c", "d", "d", "d", "d", "d", "e"], "order_id": [str(i) for i in range(9)],
        "ordered_on": pd.to_datetime(["2025-05-22", "2025-11-20", "2026-05-22", "2024-07-01", "2024-12-30", "2025-06-30",
                                      "2025-12-30", "2026-06-01", "2026-06-11"]),
        "amount": [3e4] * 3 + [1e5] * 5 + [2e3],
    }),
    "order_months": pd.DataFrame({
        "month": pd.to_datetime(["2026-05-01", "2026-06-01"]), "orders": [1, 2], "revenue": [3e4, 1.02e5],
        "new_customers": [0, 1], "amount_median": [3e4, 5.1e4],
    }),
    "quality": pd.DataFrame({"extract": ["orders"], "part": ["orders.csv"], "reason": ["used"], "rows": [9]}),
    "quality_balance": pd.DataFrame({"extract": ["orders"], "rows_in": [9], "used": [9], "left_out": [0]}),
    "churn": pd.DataFrame({
        "customer_id": ["c", "d", "e"], "churn_risk": [0.8, 0.7, 0.9], "band": ["act", "act", "act"],
        "reason_keys": ["overdue", "", "few_orders"],
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
    ]).astype({"fits": "boolean"}).assign(name="told anew", subject="told anew", reason="told anew"),
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
