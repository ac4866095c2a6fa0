"""A finished run of a small firm with two salespeople in two teams, its tables written by hand, no notebook executed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from segkit import workbench
from segkit.findings import Finding

AS_OF = "2024-07-01"
EVIL = "<b>Umbra & Sons</b>"
CUSTOMERS = pd.DataFrame(
    [
        ("a1", "Alder Trading", "Ann", 9_000.0, 6, 40),
        ("a2", EVIL, "Ann", 4_000.0, 3, 120),
        ("a3", "Ash Works", "Ann", 800.0, 1, 400),
        ("b1", "Birch Import", "Bo", 20_000.0, 9, 20),
        ("b2", "Beech Retail", "Bo", 6_000.0, 4, 150),
        ("b3", "Box Wood", "Bo", 0.0, 0, None),
    ],
    columns=["customer_id", "name", "owner", "monetary", "frequency", "recency_days"],
)
TIERS = {"a1": "core", "a2": "growth", "a3": "reactivate", "b1": "core", "b2": "save", "b3": "not_placed"}
CHURN = [
    ("a1", 0.2, "low", 100.0, "few_orders"),
    ("a2", 0.6, "act", 900.0, "overdue spend_fell"),
    ("a3", 0.97, "lost", 50.0, ""),
    ("b1", 0.1, "low", 150.0, ""),
    ("b2", 0.7, "act", 2_100.0, "overdue"),
]
TASKS = [
    ("t1", "a2", "Ann", "call", "2024-07-02", "Call the buyer"),
    ("t2", "b1", "Bo", "visit", "2024-07-03", "Visit the plant"),
    ("t3", "a1", "Ann", "email", "2024-07-04", "Send the catalogue"),
]
OWNERS = pd.DataFrame(
    {"owner": ["Ann", "Bo"], "team": ["North", "South"], "active": [True, True], "hours_per_week": [40.0, 40.0]}
)
NUMBERS = {"customers": 5, "prospects": 1, "orders": 23, "median_orders": 4.0, "revenue": 39_800.0, "year_share": 0.6}
PERIOD = {"first": "2022-07-01", "last": "2024-06-11"}
FOUND = {
    "10_quality": [Finding("rows_used", {"extract": "extract.orders", "rows": 100, "used": 90, "share": 0.9}, "info")],
    "20_rfm": [
        Finding("totals", NUMBERS | PERIOD),
        Finding("concentration", {"top": 0.2, "customers": 1, "revenue_share": 0.5, "revenue": 20_000.0}),
    ],
    "60_churn": [
        Finding("at_risk", {"horizon_days": 90, "money": 3_300.0, "customers": 2, "act_money": 3_000.0, "share": 0.9}, "risk")
    ],
}
KEY_FIGURES = pd.DataFrame(
    [
        ("revenue", 39_800.0, 36_000.0, "money", "up", "20_rfm"),
        ("churn_share", 0.21, 0.18, "share", "down", "60_churn"),
        ("customers", 5.0, 5.0, "count", "up", "20_rfm"),
        ("gap", 31.0, None, "days", "", "50_value"),
    ],
    columns=["figure", "value", "before", "unit", "better", "notebook"],
).assign(since="2024-04-01", as_of=AS_OF, note="", before_note=None)
MIGRATION = pd.DataFrame(
    [
        ("rfm_matrix", "2024-04-01", "core", "save", "late", 1, 6_000.0),
        ("rfm_matrix", "2024-04-01", "(new)", "growth", "first", 1, 4_000.0),
        ("rfm_matrix", "2024-04-01", "core", "core", "", 2, 29_000.0),
    ],
    columns=["scheme", "since", "from_tier", "to_tier", "cause", "customers", "revenue"],
).assign(since=lambda t: pd.to_datetime(t["since"]))
OPTIONAL = {"key_figures": KEY_FIGURES, "migration": MIGRATION}


def customers() -> pd.DataFrame:
    days = pd.to_datetime(AS_OF) - pd.to_timedelta(CUSTOMERS["recency_days"].astype(float), unit="D")
    more = {
        "last_order_on": days,
        "first_order_on": days - pd.to_timedelta(400, unit="D"),
        "revenue_12m": CUSTOMERS["monetary"] / 2,
    }
    return CUSTOMERS.assign(**more, tenure_days=500, contact_name="Carla Contact", contact_email="carla@example.org")


def orders() -> pd.DataFrame:
    """Six order days of every buyer over two years, its revenue in equal parts."""
    buyers = CUSTOMERS[CUSTOMERS["frequency"] > 0]
    days = pd.date_range("2022-07-10", "2024-06-10", periods=6).normalize()
    rows = [
        (c, f"{c}-{i}", day, m / 6)
        for c, m in zip(buyers["customer_id"], buyers["monetary"], strict=True)
        for i, day in enumerate(days)
    ]
    return pd.DataFrame(rows, columns=["customer_id", "order_id", "ordered_on", "amount"])


def tasks() -> pd.DataFrame:
    rows = pd.DataFrame(TASKS, columns=["task_id", "customer_id", "owner", "kind", "due_on", "subject"])
    due = pd.to_datetime(rows["due_on"] + "T08:00Z")
    told = {"status": "open", "automated": False, "fits": True, "urgent": False, "minutes": 30, "value": 500.0, "zone": "UTC"}
    play = {
        "scheme": "rfm_matrix",
        "tier": "core",
        "step": "contact",
        "turn": 0,
        "reason_key": "each",
        "since_on": None,
        "every": None,
    }
    return rows.assign(due_at=due, due_local=rows["due_on"] + "T08:00+00:00", reason="core", occasion=None, **told, **play)


def tables() -> dict[str, pd.DataFrame]:
    """What a whole run keeps, as far as the page reads it."""
    placed = pd.DataFrame({"customer_id": list(TIERS), "scheme": "rfm_matrix", "tier": list(TIERS.values()), "reason": "rule"})
    churn = pd.DataFrame(CHURN, columns=["customer_id", "churn_risk", "band", "revenue_at_risk", "reason_keys"])
    buyers = churn["customer_id"]
    value = pd.DataFrame(
        {"customer_id": buyers, "horizon_days": 90, "expected_revenue": [900.0, 600, 20, 2_500, 900], "clv": 1.0}
    )
    months = orders().assign(month=lambda t: t["ordered_on"].dt.to_period("M").dt.to_timestamp())
    by_month = months.groupby("month").agg(
        orders=("order_id", "size"), revenue=("amount", "sum"), amount_median=("amount", "median")
    )
    sizes = (
        placed.merge(CUSTOMERS)
        .query("tier != 'not_placed'")
        .groupby("tier", as_index=False)
        .agg(customers=("monetary", "size"), revenue=("monetary", "sum"))
    )
    sizes = sizes.assign(scheme="rfm_matrix", customer_share=sizes["customers"] / 5, revenue_share=sizes["revenue"] / 39_800)
    outlook = pd.DataFrame(
        {
            "scheme": "rfm_matrix",
            "tier": ["core", "save"],
            "customers": [2, 1],
            "revenue_rate": [3_600.0, 750.0],
            "expected_revenue": [3_400.0, 900.0],
            "expected_low": [3_000.0, 700.0],
            "expected_high": [4_000.0, 1_100.0],
        }
    )
    bakeoff = pd.DataFrame(
        [
            (s, c, e, 0.3, 0.7, 0.5, 0.95, 0.9, 4, 0.1)
            for s, e in (("rfm_matrix", 0.4), ("abc", 0.3))
            for c in ("2024-01-01", "2024-04-01")
        ],
        columns=[
            "scheme",
            "cutoff",
            "eta2_revenue",
            "eta2_churn",
            "auc_churn",
            "capture_top20",
            "stability_ari",
            "kept_share",
            "segments",
            "smallest",
        ],
    )
    record = pd.DataFrame(
        {
            "cutoff": pd.Timestamp("2024-04-01"),
            "band": ["all", "low"],
            "customers": [5, 3],
            "churned_forecast": [2.1, 0.4],
            "churned": [2.0, 1.0],
            "revenue_forecast": [4_000.0, 3_000.0],
            "revenue": [3_900.0, 2_800.0],
        }
    )
    track = pd.DataFrame(
        {
            "cutoff": pd.to_datetime(["2024-01-01", "2024-04-01"]),
            "segment": "(all)",
            "customers": 5,
            "forecast_orders": 5.0,
            "orders": 5.0,
            "forecast_revenue": [4_000.0, 4_100.0],
            "revenue": [3_900.0, 4_400.0],
            "no_order": 1,
            "ratio": [0.975, 1.073],
            "scheme": "rfm_matrix",
        }
    )
    load = pd.DataFrame(
        {
            "owner": ["Ann", "Bo"],
            "role": "farmer",
            "tasks": [2, 1],
            "hours_asked": [60.0, 10.0],
            "hours_there": 48.0,
            "left_out": [3, 0],
            "value_left_out": [700.0, 0.0],
        }
    )
    rhythm = pd.DataFrame(
        {
            "customer_id": buyers,
            "usual_gap_days": 60.0,
            "overdue": [False, True, True, False, True],
            "overdue_days": [0.0, 30, 300, 0, 60],
        }
    )
    return {
        "customers": customers(),
        "tiers": placed,
        "tier_sizes": sizes,
        "churn": churn.assign(revenue_if_ordering=churn["revenue_at_risk"] / churn["churn_risk"], reasons="said"),
        "value": value,
        "value_segments": outlook,
        "value_track": track,
        "segment_backtest": bakeoff,
        "churn_record": record,
        "rhythm": rhythm,
        "tasks": tasks(),
        "workload": load,
        "owners": OWNERS,
        "orders": orders(),
        "order_months": by_month.assign(new_customers=0).reset_index(),
        "quality_balance": pd.DataFrame({"extract": ["orders"], "rows_in": [100], "used": [90], "left_out": [10]}),
    }


def write(folder: Path, *, language: str = "en", without: tuple[str, ...] = (), **changes: object) -> Path:
    """The run in a folder. `without`: names of tables it shall not have; `changes`: of its manifest."""
    manifest = {
        "title": "Meridian Export",
        "as_of": AS_OF,
        "currency": "USD",
        "language": language,
        "status": "running",
        "rows": {},
        "notes": [],
        "inputs": [{"path": "orders.csv"}],
        "versions": {"segkit": "0.1.0"},
        "horizon_days": 90,
        "schemes": ["rfm_matrix"],
        "parameters": {},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest | changes), encoding="utf-8")
    for name, table in (tables() | OPTIONAL).items():
        if name not in without:
            workbench.open_run(folder, "90_report").save(name, table)
    for name, found in FOUND.items():
        path = folder / "findings" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            json.dumps([{"key": f.key, "numbers": dict(f.numbers), "severity": f.severity} for f in found]), encoding="utf-8"
        )
        notebook = folder / "notebooks" / f"{name}.ipynb"
        notebook.parent.mkdir(exist_ok=True)
        notebook.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": [f"# {name}"]}]}), encoding="utf-8")
    for name in ("risk_value", "months", "against"):
        _figure(folder / "figures" / f"{name}.png", f"A figure: {name}.")
    return folder


def _figure(path: Path, alt: str) -> None:
    """A figure as a run keeps it: with its alt text inside."""
    info = PngInfo()
    info.add_itxt("Description", alt)
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (64, 40), "white").save(path, pnginfo=info)
