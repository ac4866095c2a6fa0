"""The parts of the page: which figures, tables and findings of a run each shows. Nothing is computed here."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from segkit.charts import tables

if TYPE_CHECKING:
    import pandas as pd

    from segkit.findings import Finding
    from segkit.workbench import Run

RANK = {"risk": 0, "warn": 1, "good": 2, "info": 3}


CAVEATS = ("duplicates_kept", "overlap_changed", "sheets_not_read", "no_rows")
"""Notes of the extracts that a reader of the figures has to know; the others say how a file was read."""


@dataclass(frozen=True)
class Picture:
    """A figure of the run, carried inside the page."""

    source: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Section:
    """One part of the page. `missing`: in words, what the run lacks for it."""

    key: str
    title: str
    lead: str = ""
    sentences: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    table: tables.Written | None = None
    missing: str = ""


@dataclass(frozen=True)
class Tile:
    """One key figure: its value, what it is, and a line on it."""

    value: str
    name: str
    more: str


def picture(run: Run, name: str) -> list[Picture]:
    """The figure of that name with the alt text it carries, or nothing where the run has none."""
    from PIL import Image

    path = run.folder / "figures" / f"{name}.png"
    if not path.is_file():
        return []
    with Image.open(path) as image:
        alt, (width, height) = str(image.info.get("Description", "")), image.size
    encoded = base64.b64encode(path.read_bytes()).decode("ascii")
    return [Picture(f"data:image/png;base64,{encoded}", alt, width, height)]


def section(run: Run, key: str, *, pictures: Iterable[str] = (), table: pd.DataFrame | None = None) -> Section:
    """A part of the page from figures of the run and a table, of which 12 rows at most are shown."""
    words, lead = run.words, f"page.{key}_lead"
    shown = [p for name in pictures for p in picture(run, name)]
    written = None
    if table is not None and len(table):
        written = tables.written(table, words, run.currency, kinds={"revenue": "short_money"})
    title, said = words(f"page.{key}"), words(lead) if lead in words else ""
    return Section(key, title, said, [], shown, written)


def sections(run: Run) -> list[list[Section]]:
    """The page from top to bottom; parts in one list stand side by side where there is room. A part for which the run has
    nothing is left out, save those that every run has."""
    won = [run.say(f) for f in run.found("30_tiers") if f.key == "win_rate"]
    people = replace(section(run, "people", pictures=["owners"]), sentences=won)
    rest = [
        [section(run, "risk", pictures=["risk_value"])],
        [section(run, "outlook", pictures=["expected"]), section(run, "record", pictures=["against"])],
        [section(run, "overdue", pictures=["overdue"]), section(run, "trust", pictures=["separation"])],
        [section(run, "ladder", pictures=["ladder"], table=tier_table(run, "trade_tier"))],
        [section(run, "funnel", pictures=["funnel"]), people],
        [section(run, "activity", pictures=["grid"]), section(run, "months", pictures=["months"])],
    ]
    filled = [[part for part in group if part.pictures or part.table] for group in rest]
    return [[contribution(run)], *(group for group in filled if group), [quality(run)]]


def contribution(run: Run) -> Section:
    """Who brings the revenue: the segments of the RFM matrix."""
    part = section(run, "contribution", pictures=["tier_values"], table=tier_table(run, "rfm_matrix"))
    return part if part.pictures or part.table else _lacking(run, part, "tier_sizes")


def tier_table(run: Run, scheme: str) -> pd.DataFrame | None:
    """Customers and revenue by tier of one scheme, as the run has kept them."""
    if not run.has("tier_sizes"):
        return None
    sizes = run.table("tier_sizes")
    return sizes.loc[sizes["scheme"] == scheme, ["scheme", "tier", "customers", "revenue", "revenue_share"]]


def _lacking(run: Run, part: Section, table: str) -> Section:
    return replace(part, missing=run.words("page.not_made", table=table))


def quality(run: Run) -> Section:
    """What the figures rest on: how much of the orders was used, what was lost, and what a reader has to know."""
    balance = run.table("quality_balance")[["extract", "rows_in", "used", "left_out"]] if run.has("quality_balance") else None
    part = section(run, "quality", table=balance)
    said = [
        run.say(f)
        for f in run.found("10_quality")
        if f.key in ("rows_used", "main_loss", "no_loss", "limit_distance", "all_readable")
    ] + [run.remark(n) for n in run.manifest["notes"] if n["key"] in CAVEATS]
    part = replace(part, sentences=said)
    return part if balance is not None else _lacking(run, part, "quality_balance")


def tiles(run: Run) -> list[Tile]:
    """The key figures: those of which the run has the finding."""
    found: dict[str, dict[str, Any]] = {f.key: {**f.numbers, "currency": run.currency} for f in run.found()}
    shown = {
        "customers": ("totals", lambda n: run.words.number(n["customers"])),
        "orders": ("totals", lambda n: run.words.number(n["orders"])),
        "revenue": ("totals", lambda n: run.words.money(n["revenue"], run.currency)),
        "top": ("concentration", lambda n: run.words.percent(n["revenue_share"])),
        "active": ("active", lambda n: run.words.percent(n["share"])),
        "silent": ("silent", lambda n: run.words.percent(n["share"])),
    }
    return [
        Tile(value(found[key]), run.words(f"tile.{name}", **found[key]), run.words(f"tile.{name}_more", **found[key]))
        for name, (key, value) in shown.items()
        if key in found
    ]


def key_figures(run: Run) -> pd.DataFrame:
    """The key figures as a table: term, figure, and the line on it."""
    import pandas as pd

    return pd.DataFrame([(t.name, t.value, t.more) for t in tiles(run)], columns=["term", "figure", "text"])


HEADLINES = (
    "at_risk", "concentration", "silent", "trend", "expected_total", "overdue", "recommended", "main_tier", "ladder",
    "main_death", "owner_ahead", "one_order", "new_customers", "limit_distance", "few_customers",
)  # fmt: skip
HEADLINES_SHOWN = 6


def headlines(found: list[Finding]) -> list[Finding]:
    """The findings that open the page: risks first, then in the order of `HEADLINES`; all is well goes unsaid."""

    def rank(finding: Finding) -> int | None:
        return next((i for i, head in enumerate(HEADLINES) if finding.key.startswith(head)), None)

    told = [f for f in found if rank(f) is not None and not (f.key == "limit_distance" and f.severity == "good")]
    return sorted(told, key=lambda f: (RANK[f.severity], rank(f)))[:HEADLINES_SHOWN]
