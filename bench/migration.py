"""Twenty quarterly snapshots of a million made-up customers, read and crossed, against one DuckDB scan of the same columns.

`python -m bench.migration [CUSTOMERS] [ROUNDS]`. Both run in this process, in turns, on all cores; files are in the cache.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import measure

CUSTOMERS, SNAPSHOTS, MOST = 1_000_000, 20, 12.0
VERSION = 1  # of what is generated: a new number makes new files
SCHEMES = {
    "rfm_matrix": ("core", "growth", "loyal", "save", "developing", "new", "reactivate", "not_placed"),
    "pyramid": ("top", "high", "middle", "bottom", "not_placed"),
}


def history(customers: int, folder: Path | None = None) -> Path:
    """A history of `SNAPSHOTS` quarters, made where it does not stand yet: a customer changes its tier every sixth quarter on
    average, and in each quarter one in twenty-five is not known yet or not any more."""
    place = (folder or Path(tempfile.gettempdir()) / "segkit-bench") / f"history-v{VERSION}-{customers}"
    for quarter in range(SNAPSHOTS):
        target = place / f"as_of={dt.date(2021 + quarter // 4, 1 + 3 * (quarter % 4), 1)}"
        if not (target / "about.json").exists():
            target.mkdir(parents=True, exist_ok=True)
            _write(target, customers, quarter)
    return place


def _write(folder: Path, customers: int, quarter: int) -> None:
    import duckdb

    picked = ", ".join(
        f'{list(tiers)!r}[1 + (hash(i * {7 + at} + (i + {quarter}) // 6) % {len(tiers)})::INT] AS "tier.{name}"'
        for at, (name, tiers) in enumerate(SCHEMES.items())
    )
    columns = (
        f"'C' || lpad(i::VARCHAR, 7, '0') AS customer_id, round(exp(3 + 5 * (hash(i) % 1000) / 1000), 2) AS revenue, {picked}"
    )
    rows = f"SELECT {columns} FROM range({customers}) AS t(i) WHERE hash(i) % 25 <> {quarter} ORDER BY customer_id"
    duckdb.connect().execute(f"COPY ({rows}) TO '{folder / 'tiers.parquet'}' (FORMAT PARQUET, COMPRESSION ZSTD)")
    (folder / "about.json").write_text(json.dumps({"name": "bench", "currency": "USD"}), encoding="utf-8")


def scan(place: Path) -> float:
    """Seconds of one scan that reads every value of the columns which crossing one scheme needs."""
    import duckdb

    start = time.perf_counter()
    asked = 'SELECT max(customer_id), max("tier.rfm_matrix"), sum(revenue)'
    duckdb.connect().execute(f"{asked} FROM read_parquet('{place}/*/tiers.parquet')").fetchall()
    return time.perf_counter() - start


def crossed(place: Path) -> tuple[float, int]:
    """Seconds of segkit's crossing of one scheme over all snapshots, and how many customers moved or stayed in all."""
    import ibis

    from segkit.crm import snapshots

    start = time.perf_counter()
    table = snapshots.flows(ibis.duckdb.connect(), snapshots.kept(place, name="bench"), schemes=["rfm_matrix"])
    return time.perf_counter() - start, int(table["customers"].sum())


def report(customers: int = CUSTOMERS, *, rounds: int = 3) -> list[str]:
    """What was measured, line by line."""
    place = history(customers)
    scan(place)
    pairs = [(crossed(place), scan(place)) for _ in range(rounds)]
    ours, scans = [seconds for (seconds, _), _ in pairs], [seconds for _, seconds in pairs]
    said = f"{SNAPSHOTS} snapshots of {customers:,} customers: {measure.spread(ours)} s; one scan: {measure.spread(scans)} s"
    ratio = statistics.median(measure.ratios(ours, scans))
    return [said, f"{pairs[0][0][1]:,} customers told from quarter to quarter", measure.verdict("crossing", ratio, most=MOST)]


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    sys.stdout.write("\n".join(report(*numbers[:1], rounds=(numbers[1:] or [3])[0])) + "\n")
