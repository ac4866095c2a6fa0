"""The benchmark compares equals: three ways to the same customers table."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import pytest
from bench import clusters, data, features, migration

from segkit.analysis.clusters import sweep

DATES = ["first_order_on", "last_order_on"]
COUNTS = ["frequency", "recency_days", "tenure_days"]
MONEY = ["monetary", "refunds", "average_order_value"]
ROUNDED = 1.5e-4  # four decimals; a half may be rounded up or to even


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data.order_lines(20_000, tmp_path_factory.mktemp("lines"))


@pytest.fixture(scope="module")
def tables(lines: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    found = {}
    for way, prepared in features.WAYS.items():
        folder = tmp_path_factory.mktemp(way)
        prepared(lines, folder)()
        found[way] = _comparable(pd.read_parquet(folder / "customers.parquet"))
    return found


def _comparable(table: pd.DataFrame) -> pd.DataFrame:
    """The same types whoever wrote it: days, whole numbers, numbers."""
    days = {c: pd.to_datetime(table[c]).astype("datetime64[us]") for c in DATES}
    numbers = {c: table[c].astype("Float64").astype("float64") for c in COUNTS + MONEY}
    ids = {"customer_id": table["customer_id"].astype("object")}
    return pd.DataFrame(ids | days | numbers)


@pytest.mark.parametrize("way", ["sql", "pandas", "extract"])
def test_every_way_gives_the_customers_that_segkit_gives(tables: dict[str, pd.DataFrame], way: str) -> None:
    pd.testing.assert_frame_equal(tables[way], tables["segkit"], rtol=0, atol=ROUNDED)


def test_the_lines_are_the_same_every_time_and_hold_every_kind_of_credit(lines: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(lines)
    pd.testing.assert_frame_equal(frame, pd.read_parquet(data.order_lines(20_000, tmp_path)))
    orders = frame.groupby("order_id")["amount"].agg(["min", "max", "sum"])
    assert len(frame) == 20_000
    assert 5_000 < len(orders) < 7_000
    assert 0.01 < (orders["min"] < 0).mean() < 0.03
    assert (orders["max"] < 0).any(), "credit notes of their own"
    assert ((orders["max"] > 0) & (orders["sum"].round(4) == 0)).any(), "orders cancelled in full"
    assert ((orders["min"] < 0) & (orders["sum"] > 0.01)).any(), "single lines taken back"


def test_the_silhouettes_of_the_sweep_are_scikit_learn_s_on_the_same_sample() -> None:
    trial = sweep(clusters.customers(3_000), seed=1, ks=range(2, 6), bootstraps=1)
    assert len(trial.table) == 4
    assert clusters.largest_difference(trial) < 1e-9


def test_the_history_that_is_crossed_loses_nobody_from_quarter_to_quarter(tmp_path: Path) -> None:
    place = migration.history(500, tmp_path)
    _, told = migration.crossed(place)
    days = sorted(place.iterdir())
    held = [
        set(pd.read_parquet(day / "tiers.parquet").query("`tier.rfm_matrix` != 'not_placed'")["customer_id"]) for day in days
    ]
    assert len(days) == migration.SNAPSHOTS
    assert told == sum(len(a | b) for a, b in itertools.pairwise(held))
