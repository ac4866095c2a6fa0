"""What a run is told of the firm's history: its snapshots, the exchange rates, and today's customers at the rates of then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir

from segkit.crm import revaluing, snapshots
from segkit.crm.cleaning import Clean
from segkit.schema import MOST_QUARTERS
from segkit.settings import Settings


def write(
    orders: Clean,
    settings: Settings,
    quarters: Sequence[dt.date],
    *,
    daily: ir.Table | None,
    as_of: dt.date,
    tables: Path,
    work: Path,
) -> None:
    """Write what `snapshots.hand_over` and `revaluing.write` say, and where there is an fx extract `rates` (on, currency, rate
    until as-of). `quarters`: the past days that the run rebuilds from its orders; `daily`: the rates as known today."""
    found = snapshots.kept(settings.snapshots, name=settings.name)
    start = settings.fiscal_year_start
    chosen = snapshots.choose(found, as_of=as_of, currency=settings.currency, fiscal_year_start=start)
    snapshots.hand_over(chosen, tables=tables, most=MOST_QUARTERS)
    then: dict[dt.date, ir.Table] = {}
    if daily is not None:
        known = daily.filter(daily["on"] < ibis.literal(as_of)).order_by("currency", "on")
        known.to_parquet(tables / "rates.parquet", compression="zstd")
        then = {day: daily.filter(daily["on"] < ibis.literal(day)) for day in quarters}
        then |= {s.as_of: _rates(s, daily) for s in chosen.days[: MOST_QUARTERS + 1]}
    spec = settings.extracts["orders"]
    revaluing.write(orders, spec, then, daily=daily, currency=settings.currency, as_of=as_of, tables=tables, work=work)


def _rates(snapshot: snapshots.Snapshot, daily: ir.Table) -> ir.Table:
    """The exchange rates of a snapshot; where it kept none, today's up to its day."""
    if (snapshot.folder / "rates.parquet").is_file():
        return ibis.memtable(snapshot.table(ibis.duckdb.connect(), "rates").select("on", "currency", "rate").to_pyarrow())
    return daily.filter(daily["on"] < ibis.literal(snapshot.as_of)).select("on", "currency", "rate")
