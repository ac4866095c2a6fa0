"""Order lines to measure with: deterministic, skewed, as an ERP would export them, in Parquet."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

FIRST_DAY = dt.date(2022, 1, 3)
AS_OF = dt.date(2025, 1, 6)  # the day after the last order
LINES_PER_ORDER = 3.4
LINES_PER_CUSTOMER = 15.4
ORDERS_AT_ONCE = 300_000
VERSION = 1  # of what is generated: a new number makes new files


@dataclass(frozen=True)
class Shape:
    """How many orders and customers the lines belong to, and how many products there are."""

    orders: int
    customers: int
    products: int = 4_000


def shape(lines: int) -> Shape:
    """About 6 million orders of 1.2 million customers for 20 million lines."""
    return Shape(max(1, round(lines / LINES_PER_ORDER)), max(1, round(lines / LINES_PER_CUSTOMER)))


def order_lines(lines: int, folder: Path | None = None) -> Path:
    """The Parquet file with `lines` order lines, made where it does not stand in `folder` yet.

    One row per line in order of time: customer_id, order_id, ordered_at, product, quantity, unit_price, amount (two decimals).
    2 % of the orders have a credit: a note of its own, the order taken back in full, or one line of it taken back.
    """
    folder = folder or Path(tempfile.gettempdir()) / "segkit-bench"
    path = folder / f"order-lines-v{VERSION}-{lines}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, lines)
    return path


def _write(path: Path, lines: int) -> None:
    import pyarrow.parquet as pq

    whole, unfinished = shape(lines), path.with_suffix(".unfinished")
    writer, left = None, lines
    for batch in _batches(whole):
        table = batch.slice(0, left)
        writer = writer or pq.ParquetWriter(unfinished, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=1 << 17)
        left -= table.num_rows
        if not left:
            break
    if writer:
        writer.close()
    unfinished.rename(path)


def _batches(whole: Shape) -> Iterator[pa.Table]:
    """Batches of orders in order of time; the last is drawn on beyond `whole.orders`, so that the lines suffice."""
    import numpy as np

    number = 0
    while True:
        start, number = number * ORDERS_AT_ONCE, number + 1
        ids = np.arange(start, min(start + ORDERS_AT_ONCE, max(whole.orders, start + ORDERS_AT_ONCE // 10)))
        yield _lines(ids, whole, np.random.default_rng([VERSION, number]))


def _lines(orders: np.ndarray, whole: Shape, rng: np.random.Generator) -> pa.Table:
    """The lines of some orders: many customers buy rarely and a few often, many orders are short and a few long."""
    import numpy as np

    n = len(orders)
    customer = (rng.random(n) ** 2 * whole.customers).astype(np.int64) * 7_919 % whole.customers
    span = (AS_OF - FIRST_DAY).days * 86_400
    second = np.minimum(orders / whole.orders * span, span - 7_200) + rng.integers(0, 7_200, n)
    kind = rng.random(n)  # below .0075 a credit note, below .015 taken back in full, below .02 one line of it
    count = np.minimum(rng.geometric(1 / 3.2, n) + (rng.random(n) < 0.01) * rng.integers(5, 30, n), 60)
    row = np.repeat(np.arange(n), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    back = np.flatnonzero((kind[row] >= 0.0075) & ((kind[row] < 0.015) | ((kind[row] < 0.02) & (place == 0))))
    quantity = rng.geometric(0.25, len(row))
    quantity = np.where(kind[row] < 0.0075, -quantity, quantity)
    price = np.round(np.exp(rng.normal(2.0, 1.0, len(row))) + 0.05, 2)
    product = (rng.random(len(row)) ** 3 * whole.products).astype(np.int64)
    pick = np.concatenate([np.arange(len(row)), back])
    sign = np.concatenate([np.ones(len(row), np.int64), -np.ones(len(back), np.int64)])
    pick, sign = _with_credits_after(pick, sign)
    numbers = {"customer_id": customer[row[pick]], "order_id": orders[row[pick]], "product": product[pick]}
    return _table(numbers, second[row[pick]], quantity[pick] * sign, price[pick])


def _with_credits_after(pick: np.ndarray, sign: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each credit next to the line that it takes back."""
    import numpy as np

    order = np.lexsort((-sign, pick))
    return pick[order], sign[order]


def _table(numbers: dict[str, np.ndarray], second: np.ndarray, quantity: np.ndarray, price: np.ndarray) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    start = np.datetime64(FIRST_DAY, "us")
    return pa.table(
        {
            "customer_id": _ids("C", numbers["customer_id"], 7),
            "order_id": _ids("O", numbers["order_id"], 8),
            "ordered_at": pa.array(start + second.astype("timedelta64[s]").astype("timedelta64[us]")),
            "product": _ids("P", numbers["product"], 5),
            "quantity": pa.array(quantity),
            "unit_price": pa.array(price),
            "amount": pa.array(np.round(quantity * price, 2)),
        }
    )


def _ids(letter: str, numbers: np.ndarray, digits: int) -> pa.Array:
    """Text ids of one width, such as C0012345."""
    import pyarrow as pa
    import pyarrow.compute as pc

    padded = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width=digits, padding="0")
    return pc.binary_join_element_wise(pa.scalar(letter), padded, "")
