"""What opens the page: the key figures with their change, and the findings, the most important first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.i18n import is_missing
from segkit.report import figures
from segkit.report.found import Told, found
from segkit.report.parts.section import Link, link
from segkit.workbench import Edition

if TYPE_CHECKING:
    import pandas as pd

    from segkit.findings import Finding
    from segkit.workbench import Run

RANK = {"risk": 0, "warn": 1, "good": 2, "info": 3}
TILES = 8  # key figures at most
FIRST = (
    "revenue_quarter", "profit_quarter", "customers_active", "new_customers", "core_repurchase_rate", "revenue_at_risk",
    "overdue_accounts", "revenue_share_top20",
)  # fmt: skip
"""The key figures that a page opens with, as far as the run has them; the others follow in the table's order."""
HEADLINES = (
    "at_risk", "accounts_overdue", "trend", "concentration", "expected_total", "silent", "main_tier", "recommended",
    "plan_left_out", "ladder", "main_death", "owner_ahead", "one_order", "new_customers", "limit_distance", "few_customers",
)  # fmt: skip
SHOWN = 6


@dataclass(frozen=True)
class Tile:
    """One key figure: its value, what it is, a line on it, its change and whether that is good, bad or neither."""

    value: str
    name: str
    more: str
    source: Link
    change: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Headline:
    """A finding that opens the page."""

    severity: str
    text: str
    source: Link


def tiles(run: Run) -> list[Tile]:
    """The figures of the table `key_figures` with their change; without it those of which the run has the finding."""
    table = run.table("key_figures") if run.has("key_figures") and not isinstance(run, Edition) else None
    if table is not None and len(table):
        place = table["figure"].map({figure: i for i, figure in enumerate(FIRST)}).fillna(len(FIRST))
        shown = table.assign(place=place).sort_values("place", kind="stable").head(TILES)
        return [_figure(run, row) for row in shown.to_dict("records")]
    told = {finding.key: (name, {**finding.numbers, "currency": run.currency}) for name, finding in found(run)}
    return [_plain(run, name, *told[key]) for name, key in PLAIN.items() if key in told]


PLAIN = {
    "customers": "totals",
    "revenue": "totals",
    "orders": "totals",
    "top": "concentration",
    "active": "active",
    "silent": "silent",
}


def _plain(run: Run, name: str, notebook: str, numbers: dict[str, Any]) -> Tile:
    words = run.words
    value = {
        "customers": lambda n: words.number(n["customers"]),
        "orders": lambda n: words.number(n["orders"]),
        "revenue": lambda n: words.money(n["revenue"], run.currency),
        "top": lambda n: words.percent(n["revenue_share"]),
        "active": lambda n: words.percent(n["share"]),
        "silent": lambda n: words.percent(n["share"]),
    }[name]
    return Tile(value(numbers), words(f"tile.{name}", **numbers), words(f"tile.{name}_more", **numbers), link(run, notebook))


def _figure(run: Run, row: dict[Any, Any]) -> Tile:
    """A row of `key_figures`. `note`: a key of the words, or a text of the firm's own."""
    words, note = run.words, row.get("note")
    more = "" if is_missing(note) or not note else words(note) if note in words else str(note)
    name = words.label("key_figure", row["figure"])
    change, tone = _change(run, row)
    value = figures.said(row["value"], row["unit"], words, run.currency)
    return Tile(value, name, more, link(run, str(row["notebook"])), change, tone)


def _change(run: Run, row: dict[Any, Any]) -> tuple[str, str]:
    """The change since the earlier day in words, and whether it is `good` or `risk`."""
    change = figures.moved(row, run.words)
    if change is None:
        return "", ""
    way = {1: "up", 0: "same", -1: "down"}[change[0]]
    better = row["better"] or ""
    tone = "" if way == "same" or better not in ("up", "down") else "good" if way == better else "risk"
    return run.words(f"page.change_{way}", by=change[1], since=row["since"]), tone


def headlines(told: Told) -> Told:
    """The findings that open the page: risks, then what to watch, then the rest, each in the order of `HEADLINES`, one a theme;
    all is well goes unsaid."""

    def theme(key: str) -> int | None:
        return next((i for i, head in enumerate(HEADLINES) if key.startswith(head)), None)

    def weight(pair: tuple[str, Finding]) -> tuple[int, int, int]:
        key, severity = pair[1].key, pair[1].severity
        return min(RANK[severity], RANK["good"]), theme(key) or 0, len(key)

    untold = ("limit_distance", "good")
    known = [(name, f) for name, f in told if theme(f.key) is not None and (f.key, f.severity) != untold]
    first = {theme(f.key): (name, f) for name, f in sorted(known, key=weight, reverse=True)}
    return sorted(first.values(), key=weight)[:SHOWN]


def opening(run: Run) -> list[Headline]:
    """The headlines of a run, in words."""
    return [Headline(f.severity, run.say(f), link(run, name)) for name, f in headlines(found(run))]


def key_figures(run: Run) -> pd.DataFrame:
    """The key figures as a table: term, figure, and the line on it."""
    import pandas as pd

    rows = [(t.name, t.value, t.change or t.more) for t in tiles(run)]
    return pd.DataFrame(rows, columns=["term", "figure", "text"])
