"""Planted dirt. Every dirty row is an extra row: without them the extract is exactly what the process made.

`PLANTED` is the whole list; `plant` adds the rows, and `count` says what a reader must find. Each dirty row has one
fault, but for three rows without an id whose amount is unreadable too: they count under the first reason, missing_id.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from segkit.demo.process import Process
from segkit.schema import REASONS

PLANTED: dict[str, dict[str, int]] = {
    "customers": {"missing_id": 2, "excluded_account": 3, "after_as_of": 4, "repeated_id": 5},
    "contacts": {"missing_id": 4, "excluded_account": 2},
    "orders": {
        "missing_id": 23,
        "excluded_account": 17,
        "unreadable_date": 7,
        "missing_date": 5,
        "impossible_date": 6,
        "after_as_of": 13,
        "cancelled": 29,
        "missing_amount": 11,
        "unreadable_amount": 8,
        "no_exchange_rate": 5,
        "zero_amount": 14,
    },
    "interactions": {"missing_id": 15, "excluded_account": 12, "unreadable_date": 9, "impossible_date": 3, "after_as_of": 10},
    "opportunities": {"missing_id": 3, "excluded_account": 4, "after_as_of": 6},
    "payments": {"missing_id": 6, "excluded_account": 5},
}
BROKEN_LINES = 3  # order lines with an amount that was not quoted, in the first file
DECIMAL_IDS, PLACEHOLDERS, ALIASES, UNREADABLE_DUE = 40, 57, 6, 4
EXCLUDED = {"90001": "Meridian Test Account", "90002": "Meridian Showroom Shanghai", "TEST-1": "测试客户"}
MISSING_IDS = ("", "nan", "-")
PLACEHOLDER_WORDS = ("nan", "Select", "-", "请选择", "N/A")

_ORDER_FAULTS: dict[str, list[dict[str, str]]] = {
    "missing_id": [{"customer_id": w} for w in MISSING_IDS],
    "excluded_account": [{"customer_id": i} for i in EXCLUDED],
    "unreadable_date": [{"ordered_at": w} for w in ("2025-02-30 10:15", "see PO", "end of May")],
    "missing_date": [{"ordered_at": ""}],
    "impossible_date": [{"ordered_at": "1899-12-30 00:00"}],
    "after_as_of": [{"ordered_at": w} for w in ("2026-07-01 00:00", "2026-07-02 09:40", "2099-12-31 00:00")],
    "cancelled": [{"status": w} for w in ("Cancelled", "Canceled", "已取消")],
    "missing_amount": [{"amount": "", "unit_price": ""}],
    "unreadable_amount": [{"amount": w, "unit_price": ""} for w in ("see contract", "TBA by e-mail")],
    "no_exchange_rate": [{"ordered_at": f"2023-06-2{d} 11:30"} for d in range(5)],
    "zero_amount": [
        {"amount": w, "unit_price": "0.00", "list_amount": "", "cost": "", "margin": ""} for w in ("0.00", "$0.00")
    ],
}
_FAULTS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "orders": _ORDER_FAULTS,
    "interactions": {
        "missing_id": [{"customer_id": w} for w in MISSING_IDS],
        "excluded_account": [{"customer_id": i} for i in EXCLUDED],
        "unreadable_date": [{"at": w} for w in ("yesterday", "2024-13-05T08:00:00Z", "last week")],
        "impossible_date": [{"at": "1899-12-30T00:00:00Z"}],
        # the first is past midnight in Shanghai, though still June in UTC
        "after_as_of": [{"at": w} for w in ("2026-06-30T17:30:00Z", "2026-07-01T02:00:00Z", "2026-07-03T06:20:00Z")],
    },
    "contacts": {
        "missing_id": [{"customer_id": w} for w in MISSING_IDS],
        "excluded_account": [{"customer_id": i} for i in EXCLUDED],
    },
    "payments": {
        "missing_id": [{"customer_id": w} for w in MISSING_IDS],
        "excluded_account": [{"customer_id": i} for i in EXCLUDED],
    },
    "customers": {
        "missing_id": [{"customer_id": w} for w in MISSING_IDS[1:]],
        "excluded_account": [{"customer_id": i, "name": n} for i, n in EXCLUDED.items()],
        "after_as_of": [{"customer_id": f"2000{d}", "created_at": f"2026/07/0{d} 10:00", "parent_id": ""} for d in range(1, 5)],
    },
    "opportunities": {
        "missing_id": [{"customer_id": None}],
        "excluded_account": [{"customer_id": i} for i in EXCLUDED],
        "after_as_of": [{"created_at": pd.Timestamp(f"2026-07-0{d} 09:00"), "outcome": "open"} for d in range(1, 4)],
    },
}
_NEW_KEYS = {
    "orders": ("order_id", "SO-9{:04d}"),
    "interactions": ("interaction_id", "9{:05d}"),
    "contacts": ("contact_id", "P9{:03d}"),
    "payments": ("invoice_id", "INV9{:04d}"),
    "opportunities": ("opportunity_id", "OPP-9{:03d}"),
}


def plant(tables: dict[str, pd.DataFrame], process: Process, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The tables with every row of `PLANTED` added near the row it was copied from. Values are replaced, never rows."""
    dirty = dict(tables)
    for name, reasons in PLANTED.items():
        table = tables[name]
        allowed = _templates(name, table, process)
        extra, taken = [], 0
        for reason, rows in reasons.items():
            pool = allowed[allowed.currency != "USD"] if reason == "no_exchange_rate" else allowed
            chosen = pool.iloc[np.sort(rng.choice(len(pool), rows, replace=False))].copy()
            extra.append(_faulty(name, reason, chosen, taken))
            taken += rows
        dirty[name] = _among(table, pd.concat(extra), name)
    return dirty


def _templates(name: str, table: pd.DataFrame, process: Process) -> pd.DataFrame:
    """Rows that may be copied: sound ones, for orders outside the month that stands in both files."""
    if name != "orders":
        return table[~table.customer_id.str.startswith("A-")]
    first, last = process.overlap
    sound = (
        table.status.eq("Completed")
        & table.is_sample.eq("N")
        & table.order_id.str.startswith("SO-")
        & table.returned_amount.isna()
    )
    return table[sound & ~table._day.between(first, last) & ~table.customer_id.str.contains(r"\.|A", regex=True)]


def _faulty(name: str, reason: str, rows: pd.DataFrame, taken: int) -> pd.DataFrame:
    """The copies under new numbers, with the faults of one reason in turn."""
    if reason == "repeated_id":
        return rows.assign(name=rows.name.str.upper(), address="")
    if name in _NEW_KEYS:
        key, pattern = _NEW_KEYS[name]
        rows[key] = [pattern.format(taken + i + 1) for i in range(len(rows))]
    faults = _FAULTS[name][reason]
    for place, index in enumerate(range(len(rows))):
        for column, value in faults[place % len(faults)].items():
            rows.iloc[index, rows.columns.get_loc(column)] = value
    if name == "orders":
        rows = _order_extras(reason, rows)
    if (name, reason) == ("opportunities", "after_as_of"):
        rows = rows.assign(
            first_contact_at=pd.NaT, closed_at=pd.NaT, stage="lead", stage_since=rows.created_at, lost_reason=None
        )
    return rows


def _order_extras(reason: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Which file a row without a sound date stands in, and the three rows with two faults."""
    if reason == "after_as_of":
        return rows.assign(_day=10_000)
    if reason == "no_exchange_rate":
        return rows.assign(_day=-10)
    if reason == "missing_id":
        return rows.assign(amount=["see contract"] * 3 + list(rows.amount[3:]))
    return rows


def _among(table: pd.DataFrame, extra: pd.DataFrame, name: str) -> pd.DataFrame:
    """Each extra row after the row it was copied from; orders in the order of their days."""
    both = pd.concat([table, extra])
    both = both.iloc[np.argsort(both.index.to_numpy(), kind="stable")]
    return both.sort_values("_day", kind="stable", ignore_index=True) if name == "orders" else both.reset_index(drop=True)


def soil(tables: dict[str, pd.DataFrame], process: Process) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Dirt that loses no row: aliases, ids as `17850.0`, placeholder words, due days. The second frame is the alias file."""
    orders, customers, pairs = aliases(tables["orders"], tables["customers"], process.generator(32))
    soiled = {
        "orders": decimal_ids(orders, process.generator(33)),
        "customers": placeholders(customers, process.generator(34)),
        "payments": unreadable_due(tables["payments"], process.generator(35)),
    }
    return {**tables, **soiled}, pairs


def unreadable_due(payments: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A few invoices whose due day cannot be read; the invoice itself counts."""
    due = payments.due_on.copy()
    due.iloc[np.sort(rng.choice(len(due), UNREADABLE_DUE, replace=False))] = ["31.02.2025", "on delivery"] * 2
    return payments.assign(due_on=due)


def decimal_ids(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Some ids as a spreadsheet leaves them: `17850.0`. Ids that start with zeros are not touched."""
    single = ~orders.duplicated(keep=False) & orders.order_id.str.startswith("SO-0")
    rows = orders.index[orders.customer_id.str.fullmatch("[1-9][0-9]{4}") & single]
    chosen = np.sort(rng.choice(rows.to_numpy(), DECIMAL_IDS, replace=False))
    ids = orders.customer_id.copy()
    ids.loc[chosen] = ids.loc[chosen] + ".0"
    return orders.assign(customer_id=ids)


def placeholders(customers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Words that mean "missing" where the CRM knows nothing, one a row."""
    fields = ["industry", "trade_type", "website", "relationship", "city"]
    frame = customers.copy()
    spaces = [(row, f) for f in fields for row in frame.index[frame[f].isna()]]
    for place, i in enumerate(np.sort(rng.choice(len(spaces), PLACEHOLDERS, replace=False))):
        row, field = spaces[i]
        frame.loc[row, field] = PLACEHOLDER_WORDS[place % len(PLACEHOLDER_WORDS)]
    return frame


def aliases(
    orders: pd.DataFrame, customers: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Some accounts under two numbers: (orders, customers, alias file). Two orders in five carry the old number `A-…`."""
    counts = orders.groupby("customer_id").order_id.nunique()
    chosen = np.sort(rng.choice(counts.index[counts.between(8, 30)].to_numpy(), ALIASES, replace=False))
    pairs = pd.DataFrame({"alias": [f"A-{101 + 13 * i}" for i in range(ALIASES)], "customer_id": chosen})
    other = pairs.set_index("customer_id").alias
    swapped = orders.order_id.str.fullmatch("SO-[0-9]*[0369]") & orders.customer_id.isin(pairs.customer_id)
    orders = orders.assign(customer_id=orders.customer_id.where(~swapped, orders.customer_id.map(other)))
    rows = customers[customers.customer_id.isin(pairs.customer_id)]
    rows = rows.assign(customer_id=rows.customer_id.map(other), name=rows.name + " (old)", parent_id=None)
    return orders, pd.concat([customers, rows], ignore_index=True), pairs


def broken_lines(text: str, table: pd.DataFrame, amount: str | int) -> str:
    """`text` (the CSV of `table`) with three more lines whose amount has a comma and no quotes: one field too many."""
    lines = text.split("\n")
    plain = [i for i, line in enumerate(lines) if '"' not in line and line.startswith("SO-") and i > 50]
    for offset, i in enumerate(plain[:: len(plain) // BROKEN_LINES][:BROKEN_LINES]):
        fields = lines[i + offset].split(",")
        place = list(table.columns).index(amount)
        fields[0], fields[place] = f"SO-8{offset:04d}", "1,250.00"
        lines.insert(i + offset + 1, ",".join(fields))
    return "\n".join(lines)


def count(clean: dict[str, pd.DataFrame], process: Process) -> dict[str, Any]:
    """What a reader must find: per extract `in`, `used` and rows left out by reason; `notes` on what loses no row."""
    orders = clean["orders"]
    doubled = orders._day.between(*process.overlap)
    sample = orders.is_sample.eq("Y")
    truth: dict[str, Any] = {}
    for name, table in clean.items():
        lost = dict(PLANTED.get(name, {}))
        used = len(table)
        if name == "orders":
            lost = {"unreadable_line": BROKEN_LINES, "overlap": int(doubled.sum()), **lost, "sample": int(sample.sum())}
            used -= int(sample.sum())
        if name == "customers":
            lost["repeated_id"] += ALIASES
            used -= ALIASES
        inside = {reason: lost[reason] for reason in REASONS if reason in lost}
        truth[name] = {"in": used + sum(lost.values()), "used": used, **inside}
    return truth
