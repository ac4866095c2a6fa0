"""Read all extracts of a config and write the tables that every later step starts from."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from segkit.crm import accounts, engines, features, ledger, rates, sources
from segkit.crm.cleaning import Clean, clean, known
from segkit.crm.contract import prove
from segkit.crm.sources import Note, Raw
from segkit.errors import InputError
from segkit.settings import Settings


@dataclass(frozen=True)
class Summary:
    """What was read. `rows`: extract → {"in", "used", "left_out": {reason: rows}}; `inputs`: files with their hashes."""

    as_of: dt.date
    rows: dict[str, dict[str, Any]]
    notes: list[dict[str, Any]] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """All extracts of a config as they were known at as-of, and the orders found in them."""

    as_of: dt.date
    raws: dict[str, Raw]
    cleans: dict[str, Clean]
    events: ir.Table
    mapped: set[str]

    def pairs(self) -> list[tuple[Clean, Raw]]:
        return [(self.cleans[name], self.raws[name]) for name in self.raws]

    def notes(self) -> list[Note]:
        return [note for extract in self.cleans.values() for note in extract.notes]


def extract(settings: Settings, *, tables: Path, today: dt.date, as_of: dt.date | None = None) -> Summary:
    """Read, clean, check and measure; write customers, orders, order_months, left_out and the quality tables to `tables`.

    `as_of` goes before the config's; `today` is the day of the clock. Raises InputError with place, value and remedy.
    """
    with tempfile.TemporaryDirectory(prefix="segkit-") as work, engines.layered():
        reading = _read(settings, Path(work), today=today, as_of=as_of)
        counts = _checked(reading, settings)
        _write(reading, counts, tables)
        return _summary(reading, counts)


def check(settings: Settings, *, today: dt.date, as_of: dt.date | None = None) -> Summary:
    """As `extract`, but nothing is written."""
    with tempfile.TemporaryDirectory(prefix="segkit-") as work, engines.layered():
        reading = _read(settings, Path(work), today=today, as_of=as_of)
        return _summary(reading, _checked(reading, settings))


def _read(settings: Settings, work: Path, *, today: dt.date, as_of: dt.date | None) -> Reading:
    con = sources.connect(settings, work)
    asked = as_of or settings.as_of
    day = today if asked == "today" else asked
    latest = None if isinstance(day, dt.date) else today + dt.timedelta(days=1)
    merged = accounts.load(settings, con, work)
    raws, cleans = {}, {}
    per_day, currencies = None, []
    for name in sorted(settings.extracts, key=lambda n: n != "fx"):  # rates first: orders need them
        spec = settings.extracts[name]
        raws[name] = sources.read(name, spec, settings, con, work)
        cleans[name] = clean(
            raws[name], spec, work=work, accounts=merged, latest=latest, currency=settings.currency, rates=per_day
        )
        if name == "fx":
            per_day = rates.daily(cleans[name], until=today)
            currencies = per_day.select("currency").distinct().to_pandas()["currency"].tolist()
    if "currency" in cleans["orders"].columns:
        rates.refuse_unknown(cleans["orders"], currency=settings.currency, known=sorted(currencies))
    day = day if isinstance(day, dt.date) else _latest(cleans["orders"], settings)
    cleans = {name: known(cleans[name], day) for name in settings.extracts}
    found = _kept(features.events(cleans["orders"], settings.extracts["orders"]), work)
    mapped = set(settings.extracts["orders"].columns) or set(cleans["orders"].columns)
    return Reading(day, {n: raws[n] for n in settings.extracts}, cleans, found, mapped)


def _latest(orders: Clean, settings: Settings) -> dt.date:
    """The day after the last valid order; any day serves where no row can be used, since the run stops there."""
    last = features.last_order_on(features.events(orders, settings.extracts["orders"]))
    return last + dt.timedelta(days=1) if last else dt.date.max


def _kept(table: ir.Table, work: Path) -> ir.Table:
    con = table.get_backend()
    if con.name != "duckdb":
        return table.cache()
    con.to_parquet(table, work / "events.parquet")
    return con.read_parquet(work / "events.parquet")


def _checked(reading: Reading, settings: Settings) -> pd.DataFrame:
    """Rows by reason, once nothing stands against using them."""
    counts = pd.concat([ledger.count(c, raw) for c, raw in reading.pairs()], ignore_index=True)
    totals = ledger.totals(counts)
    _refuse_early(reading, totals["orders"])
    for name, extract_ in reading.cleans.items():
        if name == "orders" or totals[name]["in"]:
            ledger.refuse_loss(extract_, totals[name], limit=settings.max_left_out)
    if features.last_order_on(reading.events) is None:
        raise InputError(f"{reading.cleans['orders'].place}: {totals['orders']['used']} rows were read, but none is an order "
                         "that was not cancelled. Look at the amount column under extracts.orders.columns.")  # fmt: skip
    return counts


def _refuse_early(reading: Reading, rows: dict[str, Any]) -> None:
    if rows["used"] or not rows["left_out"].get("after_as_of"):
        return
    orders = reading.cleans["orders"].rows
    first = orders["ordered_at"].min(where=orders["_reason"] == "after_as_of").date().to_pyarrow().as_py()
    raise InputError(
        f"as_of {reading.as_of} lies before the first order in {reading.cleans['orders'].place} ({first}): "
        "choose a later as_of."
    )


def _write(reading: Reading, counts: pd.DataFrame, tables: Path) -> None:
    tables.mkdir(parents=True, exist_ok=True)
    table = features.customers(reading.cleans, reading.events, as_of=reading.as_of, mapped=reading.mapped)
    _parquet(table.order_by("customer_id"), tables / "customers.parquet")
    prove(tables / "customers.parquet", as_of=reading.as_of)
    _parquet(features.orders_of(reading.events).order_by("customer_id", "ordered_on", "order_id"), tables / "orders.parquet")
    _parquet(features.order_months(reading.events), tables / "order_months.parquet")
    _parquet(ledger.left_out(reading.pairs()), tables / "left_out.parquet")
    counts.to_parquet(tables / "quality.parquet", index=False)
    columns = pd.concat([ledger.columns(c) for c in reading.cleans.values()], ignore_index=True)
    columns.to_parquet(tables / "quality_columns.parquet", index=False)
    ledger.notes(reading.notes()).to_parquet(tables / "quality_notes.parquet", index=False)


def _parquet(table: ir.Table, path: Path) -> None:
    con = table.get_backend()
    if con.name == "duckdb":
        con.to_parquet(table, path, compression="zstd")
    else:
        table.to_parquet(path)


def _summary(reading: Reading, counts: pd.DataFrame) -> Summary:
    inputs = [
        {"extract": name, "path": path.name, "bytes": path.stat().st_size, "sha256": _sha256(path)}
        for name, raw in reading.raws.items()
        for path in raw.inputs
    ]
    notes = [{"extract": n.extract, "key": n.key, **n.numbers} for n in reading.notes()]
    return Summary(reading.as_of, ledger.totals(counts), notes, inputs)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
