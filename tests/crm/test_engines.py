"""The same expressions run on other engines: a DuckDB file for real, warehouses as far as their SQL."""

from __future__ import annotations

import datetime as dt

import duckdb
import ibis
import pandas as pd
import pytest

from segkit import crm, settings
from segkit.crm import features
from segkit.crm.cleaning import Clean
from segkit.errors import InputError

ROWS = [
    ("1", "a", "2024-01-05 10:00", 10.5), ("2", "a", "2024-02-05 11:00", 20.0), ("C1", "a", "2024-02-06", -5.0),
    ("3", "b", "2024-02-07", 30.0), ("4", None, "2024-02-06", 30.0),
]  # fmt: skip
CONFIG = """
engine: duckdb:///crm.duckdb
extracts:
  orders:
    table: sales
    columns: {order_id: no, customer_id: cust, ordered_at: on, amount: amt}
"""


@pytest.fixture
def database(tmp_path):
    """A config beside a DuckDB file with a table of typed columns, named as YAML 1.1 would misread them."""
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as con:
        con.execute('create table sales("no" varchar, cust varchar, "on" timestamp, amt double)')
        con.executemany("insert into sales values (?, ?, ?, ?)", ROWS)
    (tmp_path / "segkit.yaml").write_text(CONFIG)
    return tmp_path / "segkit.yaml"


def test_a_table_behind_a_url_gives_the_same_customers_as_a_file(database, firm):
    tables = database.parent / "tables"
    summary = crm.extract(settings.load(database), tables=tables, today=dt.date(2026, 1, 1))
    text = "no,cust,on,amt\n" + "".join(f"{no},{cust or ''},{on},{amt}\n" for no, cust, on, amt in ROWS)
    columns = {"order_id": "no", "customer_id": "cust", "ordered_at": "on", "amount": "amt"}
    from_file = firm.extract(text, columns=columns)
    assert summary.rows == from_file.rows
    assert (summary.as_of, from_file.as_of) == (dt.date(2024, 2, 8),) * 2
    assert firm.customers()["a"]["monetary"] == 25.5


def test_rows_of_a_table_can_be_orders_too(database):
    database.write_text(CONFIG.replace("order_id: no, ", "") + "    order_unit: row\n")
    tables = database.parent / "tables"
    crm.extract(settings.load(database), tables=tables, today=dt.date(2026, 1, 1))
    found = pd.read_parquet(tables / "customers.parquet").set_index("customer_id")
    assert found["frequency"].to_dict() == {"a": 2, "b": 1}


def test_the_database_is_only_read(database):
    before = (database.parent / "crm.duckdb").read_bytes()
    crm.check(settings.load(database), today=dt.date(2026, 1, 1))
    assert (database.parent / "crm.duckdb").read_bytes() == before
    assert sorted(p.name for p in database.parent.iterdir()) == ["crm.duckdb", "segkit.yaml"]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake"])
@pytest.mark.parametrize("cancellations", ["net", "match"])
def test_orders_and_customers_can_be_said_in_the_sql_of_a_warehouse(dialect, cancellations):
    columns = {
        "customer_id": "string", "order_id": "string", "ordered_at": "timestamp", "amount": "float64", "product": "string",
        "quantity": "float64", "margin": "float64", "_part": "string", "_row": "int64", "_reason": "string",
    }  # fmt: skip
    lines = Clean("orders", "sales", ibis.table(columns, name="sales"), tuple(c for c in columns if c[0] != "_"), ())
    spec = settings.Extract(table="sales", cancellations=cancellations)
    found = features.events(lines, spec)
    measured = features.measures(found, as_of=dt.date(2024, 1, 1))
    for table in (found, measured, features.orders_of(found), features.order_months(found)):
        assert "SELECT" in ibis.to_sql(table, dialect=dialect)


def test_text_that_an_engine_cannot_try_to_read_is_an_error_with_a_remedy(tmp_path, monkeypatch):
    import sqlite3

    with sqlite3.connect(tmp_path / "crm.sqlite") as con:
        con.execute('create table sales("no" text, cust text, "on" text, amt text)')
        con.executemany("insert into sales values (?, ?, ?, ?)", [(a, b, c, f"${d}") for a, b, c, d in ROWS])
    (tmp_path / "segkit.yaml").write_text(CONFIG.replace("duckdb:///crm.duckdb", "sqlite:///crm.sqlite"))
    with pytest.raises(InputError, match=r'column "on" \(ordered_at\) is text.*Cast it to a timestamp in a view'):
        crm.check(settings.load(tmp_path / "segkit.yaml"), today=dt.date(2026, 1, 1))
