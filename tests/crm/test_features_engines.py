"""The further columns and tables on other engines: a DuckDB file for real, warehouses as far as their SQL."""

from __future__ import annotations

import datetime as dt

import duckdb
import ibis
import pandas as pd
import pytest

from segkit import crm, settings
from segkit.crm import features, further, rhythm
from segkit.crm.cleaning import Clean
from segkit.crm.sources import engines
from segkit.schema import TABLES

AS_OF = dt.date(2024, 1, 1)
TYPES = {"moment": "timestamp", "day": "date", "money": "float64", "number": "float64", "flag": "boolean"}


def empty(name):
    """An extract with every column of its table, none of them real."""
    kinds = {c.name: TYPES.get(c.kind, "string") for c in TABLES[name].columns}
    if name == "orders":
        kinds |= {"margin": "float64"}
    table = ibis.table(kinds | {"_part": "string", "_row": "int64", "_reason": "string"}, name=name)
    return Clean(name, name, table, tuple(kinds), ())


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake"])
def test_every_further_table_can_be_said_in_the_sql_of_a_warehouse(dialect):
    extracts = {name: empty(name) for name in ("orders", "interactions", "opportunities", "payments", "contacts")}
    spec = settings.Extract(table="sales")
    with engines.layered():
        found = features.events(extracts["orders"], spec)
        own = further.tables(extracts, spec, as_of=AS_OF)
        parts = further.columns(extracts, found, own, gaps=rhythm.gaps(found), as_of=AS_OF)
        past = (features.standing(extracts["orders"], spec), rhythm.standing_categories(extracts["orders"], spec))
        for table in (*own.values(), *parts, *past):
            assert "SELECT" in ibis.to_sql(table, dialect=dialect)


CONFIG = """
engine: duckdb:///crm.duckdb
as_of: 2024-03-01
extracts:
  orders: {table: sales, columns: {order_id: no, customer_id: cust, ordered_at: on, amount: amt, product: item}}
  opportunities: {table: deals, columns: {customer_id: cust, created_at: made, outcome: outcome}}
  interactions: {table: touches, columns: {customer_id: cust, at: moment, feedback: said}}
  payments: {table: invoices, columns: {customer_id: cust, due_on: due, paid_on: paid}}
  customers:
    table: accounts
    columns: {customer_id: cust}
    also: [{table: leads, columns: {customer_id: lead}, id_prefix: "lead:"}]
"""


def test_tables_behind_a_url_give_the_further_columns_too(tmp_path):
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as con:
        con.execute("""create table sales as select * from (values ('1', 'a', timestamp '2024-01-05 10:00', 9.0, 'Lamp'),
            ('2', 'a', timestamp '2024-01-25 10:00', 4.0, 'Tool')) t("no", cust, "on", amt, item)""")
        con.execute("create table deals as select 'a' cust, timestamp '2024-02-01' made, 'open' outcome from range(2)")
        con.execute("create table touches as select 'a' cust, timestamp '2024-02-01' as moment, 'positive' said")
        con.execute("create table invoices as select 'a' cust, date '2024-02-01' due, null::date paid")
        con.execute("create table accounts as select 'a' cust")
        con.execute("create table leads as select 'a' lead")
    (tmp_path / "segkit.yaml").write_text(CONFIG)
    crm.extract(settings.load(tmp_path / "segkit.yaml"), tables=tmp_path / "tables", today=dt.date(2026, 1, 1))
    found = pd.read_parquet(tmp_path / "tables" / "customers.parquet").set_index("customer_id")
    assert found.index.tolist() == ["a", "lead:a"]
    names = ["usual_gap_days", "top_category", "deals_open", "last_feedback", "overdue_invoices"]
    assert found.loc["a", names].tolist() == [20, "Lamp", 2, "positive", 1]
