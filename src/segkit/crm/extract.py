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

from segkit.crm import (
    accounts,
    features,
    further,
    history,
    ledger,
    lookback,
    past,
    rates,
    region,
    sales,
    sources,
    together,
    turnover,
)
from segkit.crm.cleaning import Clean, clean, known, stage
from segkit.crm.contract import prove
from segkit.crm.sources import Note, Raw, engines
from segkit.errors import InputError
from segkit.settings import Extract, Settings


@dataclass(frozen=True)
class Summary:
    """What was read. `rows`: extract → {"in", "used", "left_out": {reason: rows}}; `inputs`: files with their hashes;
    `horizon_days`: the config's, else the one that fits the firm's order gap."""

    as_of: dt.date
    horizon_days: int
    rows: dict[str, dict[str, Any]]
    notes: list[dict[str, Any]] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """All extracts of a config as they were known at as-of, the orders found in them (`events`), and `further` tables."""

    as_of: dt.date
    raws: dict[str, Raw]
    cleans: dict[str, Clean]
    events: ir.Table
    mapped: set[str]
    further: dict[str, ir.Table]
    gap_bound: float
    rates: ir.Table | None = None
    regions: dict[str, str] | None = None

    def pairs(self) -> list[tuple[Clean, Raw]]:
        return [(self.cleans[name], self.raws[name]) for name in self.raws]

    def notes(self) -> list[Note]:
        return [note for extract in self.cleans.values() for note in extract.notes]


def extract(settings: Settings, *, tables: Path, today: dt.date, as_of: dt.date | None = None) -> Summary:
    """Read, clean, check and measure; write customers, orders, order_months, sales_quarters, sales_years, what `further` has,
    left_out and the quality tables to `tables`.

    `as_of` goes before the config's; `today` is the day of the clock. Raises InputError with place, value and remedy.
    """
    with tempfile.TemporaryDirectory(prefix="segkit-") as work, engines.layered():
        reading = _read(settings, Path(work), today=today, as_of=as_of)
        counts = _checked(reading, settings)
        horizon_days = _horizon(reading, settings)
        _write(reading, counts, tables, Path(work))
        _write_sales(reading, settings, tables)
        _write_past(reading, settings, horizon_days, tables, Path(work))
        return _summary(reading, counts, horizon_days)


def check(settings: Settings, *, today: dt.date, as_of: dt.date | None = None) -> Summary:
    """As `extract`, but nothing is written."""
    with tempfile.TemporaryDirectory(prefix="segkit-") as work, engines.layered():
        reading = _read(settings, Path(work), today=today, as_of=as_of)
        return _summary(reading, _checked(reading, settings), _horizon(reading, settings))


def _read(settings: Settings, work: Path, *, today: dt.date, as_of: dt.date | None) -> Reading:
    """Rates first, then orders, which need them and tell as-of, then the other extracts."""
    asked = as_of or settings.as_of
    reader = _Reader(settings, work, today=today, day=today if asked == "today" else asked)
    rate = reader.rates() if "fx" in settings.extracts else None
    reader.clean("orders", rates=rate)
    if "currency" in reader.cleans["orders"].columns:
        _refuse_unknown(reader.cleans["orders"], settings, rate)
    if not isinstance(reader.day, dt.date):
        reader.day = _latest(reader.cleans["orders"], settings)
    for name in settings.extracts:
        if name not in reader.cleans:
            reader.clean(name)
    cleans = {name: reader.known(name, reader.day, rate) for name in settings.extracts}
    spec = settings.extracts["orders"]
    found = stage(features.events(cleans["orders"], spec), "events", work)
    mapped = {name for source in spec.sources for name in source.columns or cleans["orders"].columns}
    own = further.tables(cleans, spec, as_of=reader.day)
    raws = {n: reader.raws[n] for n in settings.extracts}
    return Reading(reader.day, raws, cleans, found, mapped, own, settings.gap_bound, rate, reader.regions)


class _Reader:
    """Reads and cleans one extract after the other into the same engine."""

    def __init__(self, settings: Settings, work: Path, *, today: dt.date, day: dt.date | str) -> None:
        self.settings, self.work, self.today, self.day = settings, work, today, day
        self.con = sources.connect(settings, work)
        self.accounts = accounts.load(settings, self.con, work)
        self.regions = self._regions(settings.regions) if settings.regions else None
        self.latest = None if isinstance(day, dt.date) else today + dt.timedelta(days=1)
        self.raws: dict[str, Raw] = {}
        self.cleans: dict[str, Clean] = {}

    def clean(self, name: str, *, rates: ir.Table | None = None) -> None:
        raws, cleans = [], []
        for i, spec in enumerate(self.settings.extracts[name].sources):
            work = self.work / f"{name}-also-{i}" if i else self.work
            raws.append(sources.read(name, spec, self.settings, self.con, work))
            cleans.append(self._cleaned(raws[-1], spec, work, rates))
        self.raws[name], self.cleans[name] = together.raws(raws), together.cleans(cleans, work=self.work)

    def _cleaned(self, raw: Raw, spec: Extract, work: Path, rates: ir.Table | None) -> Clean:
        work.mkdir(parents=True, exist_ok=True)
        return clean(
            raw,
            spec,
            work=work,
            accounts=self.accounts,
            latest=self.latest,
            as_of=self.day if isinstance(self.day, dt.date) else None,
            currency=self.settings.currency,
            rates=rates,
        )

    def known(self, name: str, as_of: dt.date, daily: ir.Table | None) -> Clean:
        """An extract as it was known at as-of, its amounts in the base currency."""
        then = known(self.cleans[name], as_of)
        return rates.in_base(then, as_of=as_of, currency=self.settings.currency, daily=daily, work=self.work)

    def _regions(self, file: str) -> dict[str, str]:
        rows = accounts.first_columns(self.settings, self.con, self.work, file, 2)
        return region.region_file(pd.DataFrame(rows, columns=["place", "region"]))

    def rates(self) -> ir.Table:
        self.clean("fx")
        return rates.daily(self.cleans["fx"], until=self.today)


def _refuse_unknown(orders: Clean, settings: Settings, per_day: ir.Table | None) -> None:
    known_ = per_day.select("currency").distinct().to_pandas()["currency"].tolist() if per_day is not None else []
    rates.refuse_unknown(orders, currency=settings.currency, known=sorted(known_))


def _latest(orders: Clean, settings: Settings) -> dt.date:
    """The day after the last valid order; any day serves where no row can be used, since the run stops there."""
    last = features.last_order_on(features.events(orders, settings.extracts["orders"]))
    return last + dt.timedelta(days=1) if last else dt.date.max


def _checked(reading: Reading, settings: Settings) -> pd.DataFrame:
    """Rows by reason, once nothing stands against using them."""
    counts = ledger.count(reading.pairs())
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


def _write(reading: Reading, counts: pd.DataFrame, tables: Path, work: Path) -> None:
    tables.mkdir(parents=True, exist_ok=True)
    own = {name: stage(table, name, work) for name, table in reading.further.items()}
    gaps = further.spaced(reading.events, bound=reading.gap_bound, work=work)
    table = features.customers(
        reading.cleans,
        reading.events,
        as_of=reading.as_of,
        mapped=reading.mapped,
        named=further.named(reading.cleans, as_of=reading.as_of),
        parts=further.columns(reading.cleans, reading.events, own, gaps=gaps, as_of=reading.as_of),
    )
    _parquet(table.order_by("customer_id"), tables / "customers.parquet")
    prove(tables / "customers.parquet", as_of=reading.as_of)
    located = region.locate(tables / "customers.parquet", own=reading.regions)
    _parquet(features.orders_of(reading.events).order_by("customer_id", "ordered_on", "order_id"), tables / "orders.parquet")
    turnover_years = turnover.years(reading.cleans["orders"], as_of=reading.as_of)
    _parquet(turnover_years.order_by(*turnover.ORDER), tables / "revenue_years.parquet")
    _parquet(features.order_months(reading.events), tables / "order_months.parquet")
    for name, found in own.items():
        _parquet(found.order_by(*further.ORDER[name]), tables / f"{name}.parquet")
    _parquet(ledger.left_out(reading.pairs()), tables / "left_out.parquet")
    counts.to_parquet(tables / "quality.parquet", index=False)
    columns = pd.concat([ledger.columns(c) for c in reading.cleans.values()], ignore_index=True)
    columns.to_parquet(tables / "quality_columns.parquet", index=False)
    ledger.notes([*reading.notes(), *located]).to_parquet(tables / "quality_notes.parquet", index=False)


def _write_sales(reading: Reading, settings: Settings, tables: Path) -> None:
    """Orders, new customers and money by fiscal quarter and year."""
    for name, months in sales.MONTHS.items():
        start = settings.fiscal_year_start
        rows = sales.by_period(reading.events, tables / "customers.parquet", months=months, fiscal_year_start=start)
        _parquet(rows, tables / f"{name}.parquet")


def _horizon(reading: Reading, settings: Settings) -> int:
    return settings.horizon_days or lookback.horizon(past.median_gap(reading.events))


def _write_past(reading: Reading, settings: Settings, horizon_days: int, tables: Path, work: Path) -> None:
    """The customers at past days, for back-tests and movement, and what the firm's history says of them."""
    start = settings.fiscal_year_start
    days = past.days(reading.events, as_of=reading.as_of, horizon_days=horizon_days, fiscal_year_start=start)
    spec = settings.extracts["orders"]
    past.write(
        reading.cleans,
        spec,
        reading.events,
        days,
        as_of=reading.as_of,
        bound=reading.gap_bound,
        tables=tables,
        work=work,
    )
    quarters = [one.cutoff for one in days if one.kind == "quarter"]
    history.write(
        reading.cleans["orders"], settings, quarters, daily=reading.rates, as_of=reading.as_of, tables=tables, work=work
    )


def _parquet(table: ir.Table, path: Path) -> None:
    con = table.get_backend()
    if con.name == "duckdb":
        con.to_parquet(table, path, compression="zstd")
    else:
        table.to_parquet(path)


def _summary(reading: Reading, counts: pd.DataFrame, horizon_days: int) -> Summary:
    inputs = [
        {"extract": name, "path": path.name, "bytes": path.stat().st_size, "sha256": _sha256(path)}
        for name, raw in reading.raws.items()
        for path in raw.inputs
    ]
    notes = [{"extract": n.extract, "key": n.key, **n.numbers} for n in reading.notes()]
    return Summary(reading.as_of, horizon_days, ledger.totals(counts), notes, inputs)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
