"""Whole runs of firms unlike the demo: a few dozen customers, orders only, both languages."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

from segkit.cli import app

pytestmark = pytest.mark.long

THIRTY = "customer_id,ordered_at,amount\n" + "".join(
    f"c{i},202{3 + n % 2}-0{1 + (i + n) % 9}-05,{10 * i + n}\n" for i in range(1, 31) for n in range(1 + i % 4)
)
ONE = "customer_id,ordered_at,amount\nonly,2024-01-05,10\n"
NOT_FROM_ORDERS = {"completeness", "contacted", "deal_size", "deal_state", "funnel_stage", "lead_score", "value_cost", "warmth"}


@pytest.mark.parametrize(("orders", "customers", "language"), [(THIRTY, 30, "en"), (ONE, 1, "zh")])
def test_a_firm_with_orders_only_gets_a_whole_report(firm, orders, customers, language):
    out = firm.folder / "out"
    result = CliRunner().invoke(app, ["run", str(firm.write(orders)), "--out", str(out), "--lang", language])
    assert result.exit_code == 0, result.output
    tiers = pd.read_parquet(out / "tables" / "tiers.parquet")
    per_scheme = tiers.groupby("scheme", observed=True)["customer_id"].agg(["size", "nunique"])
    assert (per_scheme == customers).all(axis=None)
    computed = set(per_scheme.index)
    assert {"rfm_8", "rfm_matrix", "pyramid", "abc", "lifecycle", "trade_tier", "value_bands"} <= computed
    assert not computed & NOT_FROM_ORDERS
    alerts = pd.read_parquet(out / "tables" / "alerts.parquet")
    assert alerts["alert_id"].is_unique
    assert {"customer_id", "owner", "kind", "money", "reason", "first_told_on", "new"} <= set(alerts.columns)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert f'lang="{language}' in page
