"""Snapshots of finished runs: what the history holds, which of them a run looks back to, and how they cross.

A history is a folder with one folder for each as-of date, `as_of=2026-07-01/`:

`tiers.parquet`      one row per customer: customer_id, revenue, the tier of each scheme (`tier.<scheme>`), and its score where
                     it has one (`score.<scheme>`)
`customers.parquet`  one row per customer: the columns that the schemes read, r_score, f_score, m_score
`cuts.parquet`       one row per scheme, column and cut: the cuts that were measured on that day
`rates.parquet`      on, currency, rate: the exchange rates used, where there were any
`about.json`         name and currency of the firm

Folders of other names (drafts of a run under way) are no snapshots.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from segkit.crm.lookback import NEAR, quarters
from segkit.errors import InputError

NEW, LOST = "(new)", "(lost)"
NOT_PLACED = "not_placed"
TIER, SCORE = "tier.", "score."
KNOWN = "as_of="
EMPTY = {"since": "datetime64[us]", "customer_id": "str", "revenue": "float64"}

Kind = Literal["last", "quarter"]


@dataclass(frozen=True)
class Snapshot:
    """A past as-of date that is kept, and where."""

    as_of: dt.date
    folder: Path
    currency: str

    def table(self, con: Any, name: str) -> ir.Table:
        """One of its tables. Raises InputError where it cannot be read."""
        import duckdb

        path = self.folder / f"{name}.parquet"
        try:
            return con.read_parquet(str(path))
        except (duckdb.Error, OSError):
            raise InputError(
                f"{path}: this snapshot cannot be read. Remove its folder; a run of that date makes it anew."
            ) from None


@dataclass(frozen=True)
class Chosen:
    """The snapshots that a run looks back to. `last`: the newest before as-of; `quarters`: the start of a past quarter → the
    snapshot that stands for it, newest first; `foreign`: left aside, since they are in another currency."""

    last: Snapshot | None
    quarters: dict[dt.date, Snapshot]
    foreign: list[Snapshot]

    @property
    def days(self) -> list[Snapshot]:
        """Each once, newest first."""
        every = {s.as_of: s for s in [*([self.last] if self.last else []), *self.quarters.values()]}
        return sorted(every.values(), key=lambda s: s.as_of, reverse=True)


def kept(history: Path | None, *, name: str) -> list[Snapshot]:
    """All whole snapshots of a history, the oldest first. Raises InputError where it holds those of another firm."""
    found = []
    for folder in sorted(history.glob(f"{KNOWN}*")) if history and history.is_dir() else []:
        about = _about(folder)
        if about.get("name", name) != name:
            raise InputError(
                f'history: {history} holds snapshots of "{about["name"]}", this config is named "{name}". '
                "Name another folder under history, or give the config that name."
            )
        found.append(Snapshot(dt.date.fromisoformat(folder.name.removeprefix(KNOWN)), folder, str(about.get("currency", ""))))
    return found


def _about(folder: Path) -> dict[str, Any]:
    try:
        dt.date.fromisoformat(folder.name.removeprefix(KNOWN))
        return dict(json.loads((folder / "about.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise InputError(f"{folder}: this is no whole snapshot. Remove the folder; a run of that date makes it anew.") from None


def choose(snapshots: Sequence[Snapshot], *, as_of: dt.date, currency: str, fiscal_year_start: int) -> Chosen:
    """The last snapshot before as-of, and for each start of a quarter the newest one up to it, at most `NEAR` days older, else
    the first within as many days after it."""
    before = [s for s in snapshots if s.as_of < as_of]
    own = [s for s in before if s.currency == currency]
    starts = quarters(own[0].as_of - dt.timedelta(NEAR), as_of, fiscal_year_start) if own else []
    found = {start: near for start in starts if (near := _nearest(own, start))}
    return Chosen(own[-1] if own else None, found, [s for s in before if s.currency != currency])


def _nearest(snapshots: Sequence[Snapshot], day: dt.date) -> Snapshot | None:
    near = [s for s in snapshots if abs((s.as_of - day).days) <= NEAR]
    return min(near, key=lambda s: (s.as_of > day, abs((s.as_of - day).days)), default=None)


def hand_over(chosen: Chosen, *, tables: Path, most: int) -> None:
    """Write what a run is told of its history: `snapshot_days` (since, kind, quarter), `snapshot_tiers` and
    `snapshot_customers` (since × customer: what these snapshots hold) of the last one and of the newest `most` quarters, and
    `snapshot_flows` between the quarters further back (see `flows`)."""
    near = dict(list(chosen.quarters.items())[:most])
    listed(chosen).to_parquet(tables / "snapshot_days.parquet", index=False)
    con = ibis.duckdb.connect()
    days = Chosen(chosen.last, near, []).days
    for name in ("tiers", "customers"):
        _stacked(con, days, name, tables / f"snapshot_{name}.parquet")
    flows(con, list(chosen.quarters.values())[::-1]).to_parquet(tables / "snapshot_flows.parquet", index=False)


def listed(chosen: Chosen) -> pd.DataFrame:
    """One row per snapshot and what it stands for: since, kind (`last`, `quarter`, `foreign`), quarter (its start)."""
    rows: list[tuple[dt.date, str, dt.date | None]] = [(chosen.last.as_of, "last", None)] if chosen.last else []
    rows += [(s.as_of, "quarter", start) for start, s in chosen.quarters.items()]
    rows += [(s.as_of, "foreign", None) for s in chosen.foreign]
    table = pd.DataFrame(rows, columns=["since", "kind", "quarter"])
    return table.astype({"since": "datetime64[us]", "kind": "str", "quarter": "datetime64[us]"})


def _stacked(con: Any, days: Sequence[Snapshot], name: str, path: Path) -> None:
    """One table of several snapshots, one below the other, `since` before its columns; where there are none, no rows."""
    if not days:
        empty = pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in EMPTY.items()})
        empty.to_parquet(path, index=False)
        return
    parts = [s.table(con, name).mutate(since=ibis.literal(s.as_of)) for s in days]
    columns = list(dict.fromkeys(c for part in parts for c in part.columns if c != "since"))
    kinds = {c: next(part[c].type() for part in parts if c in part.columns) for c in columns}
    filled = [_filled(part, kinds) for part in parts]
    rows = ibis.union(*filled) if len(filled) > 1 else filled[0]
    con.to_parquet(rows.order_by("since", "customer_id"), path, compression="zstd")


def _filled(part: ir.Table, kinds: dict[str, Any]) -> ir.Table:
    """The columns of all snapshots, null where this one has none; another kind of value is read as that of the newest."""
    own = {c: part[c].try_cast(kind) if c in part.columns else ibis.null(kind) for c, kind in kinds.items()}
    return part.select(since=part["since"], **own)


def flows(con: Any, snapshots: Sequence[Snapshot], *, schemes: Sequence[str] | None = None) -> pd.DataFrame:
    """How many moved from tier to tier between each snapshot and the next, the oldest first: one row per scheme, since, until,
    from_tier and to_tier, with customers, revenue_then (as of `since`) and revenue (as of `until`; of the lost as of `since`).
    Who has no tier in a scheme on one of the days is `(new)` or `(lost)`. `schemes`: default all that both snapshots have."""
    parts = []
    for (a, before), (b, after) in itertools.pairwise((s, s.table(con, "tiers")) for s in snapshots):
        both = [c for c in before.columns if c.startswith(TIER) and c in after.columns]
        wanted = both if schemes is None else [c for c in both if c.removeprefix(TIER) in schemes]
        found = [_crossed(before, after, c).to_pandas() for c in wanted]
        parts += [
            t.assign(scheme=c.removeprefix(TIER), since=a.as_of, until=b.as_of) for c, t in zip(wanted, found, strict=True)
        ]
    columns = ["scheme", "since", "until", "from_tier", "to_tier", "customers", "revenue_then", "revenue"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    kinds = {"since": "datetime64[us]", "until": "datetime64[us]", "customers": "int64"}
    return table[columns].astype(kinds | dict.fromkeys(("revenue_then", "revenue"), "float64"))


def _crossed(before: ir.Table, after: ir.Table, column: str) -> ir.Table:
    """from_tier × to_tier with customers, revenue_then and revenue, of two snapshots' tiers of one scheme."""
    old, new = (
        t.filter(t[column].notnull() & (t[column] != NOT_PLACED)).select("customer_id", "revenue", tier=t[column])
        for t in (before, after)
    )
    joined = old.outer_join(new, "customer_id", rname="{name}_next")
    rows = joined.select(
        from_tier=joined["tier"].fill_null(NEW),
        to_tier=joined["tier_next"].fill_null(LOST),
        then=joined["revenue"].fill_null(0.0),
        now=ibis.coalesce(joined["revenue_next"], joined["revenue"]),
    )
    sums = {"customers": rows.count(), "revenue_then": rows["then"].sum(), "revenue": rows["now"].sum()}
    return rows.group_by("from_tier", "to_tier").agg(**sums)


def write_tiers(tables: Path, path: Path) -> None:
    """A run's tiers, scores and revenue as one row per customer, see `tiers.parquet` above."""
    con = ibis.duckdb.connect()
    tiers, people = (con.read_parquet(str(tables / f"{name}.parquet")) for name in ("tiers", "customers"))
    wide = _wide(tiers, TIER, "tier").join(people.select("customer_id", revenue=people["monetary"]), "customer_id")
    if (tables / "tier_scores.parquet").is_file():
        wide = wide.left_join(_wide(con.read_parquet(str(tables / "tier_scores.parquet")), SCORE, "score"), "customer_id")
        wide = wide.drop("customer_id_right")
    names = sorted(c for c in wide.columns if c not in ("customer_id", "revenue"))
    con.to_parquet(wide.select("customer_id", "revenue", *names).order_by("customer_id"), path, compression="zstd")


def _wide(rows: ir.Table, prefix: str, value: str) -> ir.Table:
    """One row per customer, a column for each scheme."""
    schemes = sorted(rows.select("scheme").distinct().to_pandas()["scheme"])
    picked = {f"{prefix}{s}": rows[value].arbitrary(where=rows["scheme"] == s) for s in schemes}
    return rows.mutate(customer_id=rows["customer_id"].cast("string")).group_by("customer_id").agg(**picked)
