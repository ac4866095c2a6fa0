"""The same customers table from the same order lines, made in four ways. `python -m bench.features WAY LINES FOLDER`.

Each way reads Parquet that is clean already and writes `customers.parquet`, sorted by customer_id: first_order_on,
last_order_on, frequency (orders), monetary (net of credits), refunds, recency_days, tenure_days, average_order_value.
An order has a sale and is not taken back in full; a credit note changes only what the customer spent.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bench.data import AS_OF

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

SQL = """
copy (
    with orders as (
        select customer_id,
               min(ordered_at) filter (amount >= 0)::date as ordered_on,
               sum(amount) as amount,
               coalesce(sum(amount) filter (amount < 0), 0) as refunds,
               count(*) filter (amount >= 0) as sales,
               count(*) filter (amount < 0) as credits
        from read_parquet('{lines}')
        group by customer_id, order_id
    ),
    judged as (
        select *, sales > 0 and not (credits > 0 and round(amount, 4) <= 0) as is_order from orders
    ),
    customers as (
        select customer_id,
               min(ordered_on) filter (is_order) as first_order_on,
               max(ordered_on) filter (is_order) as last_order_on,
               count(*) filter (is_order) as frequency,
               round(sum(amount), 4) as monetary,
               round(sum(refunds), 4) as refunds
        from judged
        group by customer_id
    )
    select *,
           date '{as_of}' - last_order_on as recency_days,
           date '{as_of}' - first_order_on as tenure_days,
           round(monetary / nullif(frequency, 0), 4) as average_order_value
    from customers
    order by customer_id
) to '{out}' (format parquet, compression zstd)
"""


def segkit(lines: Path, folder: Path) -> Callable[[], None]:
    """segkit's own feature step, from `Clean` order lines to customers in one go."""
    from segkit.crm import features
    from segkit.crm.cleaning import Clean
    from segkit.crm.sources import engines
    from segkit.settings import Extract, Settings

    columns = ("customer_id", "order_id", "ordered_at", "product", "quantity", "unit_price", "amount")
    extract = Extract(source=(str(lines),))

    def step() -> None:
        import ibis

        with engines.layered():
            con = engines.connect(Settings(extracts={"orders": extract}), folder)
            rows = con.read_parquet(lines).mutate(_part=ibis.literal(lines.name), _reason=ibis.null("string"))
            clean = Clean("orders", lines.name, rows, columns, ())
            events = features.events(clean, extract)
            table = features.customers({"orders": clean}, events, as_of=AS_OF, mapped=set(columns))
            con.to_parquet(table.order_by("customer_id"), folder / "customers.parquet", compression="zstd")

    return step


def sql(lines: Path, folder: Path) -> Callable[[], None]:
    """The query that a good engineer writes by hand for DuckDB."""
    import duckdb

    query = SQL.format(lines=lines, as_of=AS_OF, out=folder / "customers.parquet")

    def step() -> None:
        duckdb.connect().execute(query)

    return step


def pandas(lines: Path, folder: Path) -> Callable[[], None]:
    """pandas at its best: only the columns needed, ids as integers from dictionaries, datetime64, no Python per group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def step() -> None:
        read = pq.read_table(lines, columns=["customer_id", "order_id", "ordered_at", "amount"])
        customer, names = _encoded(read["customer_id"])
        order, _ = _encoded(read["order_id"])
        frame = read.select(["ordered_at", "amount"]).to_pandas()
        frame["key"] = customer << 32 | order
        table = _customers(_orders(frame))
        table.insert(0, "customer_id", names.take(pa.array(table.index)).to_pandas())
        table.sort_values("customer_id").to_parquet(folder / "customers.parquet", compression="zstd", index=False)

    return step


def _encoded(ids: pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """Text ids as integers, and the text of each integer."""
    import pyarrow as pa

    joined = ids.dictionary_encode().combine_chunks()  # faster than pandas.factorize, or reading dictionaries
    whole = joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined
    return whole.indices.to_numpy().astype("int64"), whole.dictionary


def _orders(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per customer and order: when, amount, refunds, is_order. `key`: customer and order in one integer."""
    sale = lines["amount"] >= 0
    grouped = lines.assign(
        refunds=lines["amount"].where(~sale, 0.0), sold_at=lines["ordered_at"].where(sale), credit=~sale
    ).groupby("key", sort=False)
    orders = grouped.agg({"amount": "sum", "refunds": "sum", "sold_at": "min", "credit": "any"})
    full = orders["credit"] & (orders["amount"].round(4) <= 0)
    return orders.assign(is_order=orders["sold_at"].notna() & ~full, customer=orders.index.to_numpy() >> 32)


def _customers(orders: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    day = orders["sold_at"].dt.normalize().where(orders["is_order"])
    asked = orders.assign(first=day, last=day).groupby("customer", sort=False)
    table = asked.agg(
        first_order_on=("first", "min"), last_order_on=("last", "max"), frequency=("is_order", "sum"),
        monetary=("amount", "sum"), refunds=("refunds", "sum"),
    )  # fmt: skip
    table[["monetary", "refunds"]] = table[["monetary", "refunds"]].round(4)
    end = pd.Timestamp(AS_OF)
    return table.assign(
        recency_days=(end - table["last_order_on"]).dt.days.astype("Int64"),
        tenure_days=(end - table["first_order_on"]).dt.days.astype("Int64"),
        average_order_value=(table["monetary"] / table["frequency"].where(table["frequency"] > 0)).round(4),
    )


def extract(lines: Path, folder: Path) -> Callable[[], None]:
    """The whole of `segkit.crm.extract`: source, cleaning with every row accounted for, all tables of the run."""
    from segkit import crm, settings

    text = {c: c for c in ("customer_id", "order_id", "ordered_at", "product", "quantity", "unit_price", "amount")}
    config = {"name": "bench", "currency": "EUR", "extracts": {"orders": {"source": str(lines), "columns": text}}}
    asked = settings.parse(config, folder=folder)

    def step() -> None:
        crm.extract(asked, tables=folder, today=AS_OF, as_of=AS_OF)

    return step


WAYS: dict[str, Callable[[Path, Path], Callable[[], None]]] = {
    "segkit": segkit,
    "sql": sql,
    "pandas": pandas,
    "extract": extract,
}


def main(way: str, lines: str, folder: str) -> None:
    """Run one way and write the seconds of its step (imports apart) as JSON to the standard output."""
    step = WAYS[way](Path(lines), Path(folder))
    start = time.perf_counter()
    step()
    json.dump({"seconds": time.perf_counter() - start}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
