"""Who brings what, what moved, and what each segment is expected to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.i18n import MISSING, is_missing
from segkit.report.grid import Cell, Grid, cash, count, heads, money, part, rate
from segkit.report.parts.section import Section, sayings, section
from segkit.report.pictures import picture

if TYPE_CHECKING:
    import pandas as pd

    from segkit.workbench import Run

SCHEME = "rfm_matrix"  # the scheme by which the page speaks of segments
MOVES = 8  # movements that are listed


def contribution(run: Run) -> Section:
    """How many customers of each segment bring what."""
    if not run.has("tier_sizes"):
        return section(run, "contribution", "30_tiers", missing=run.words("page.not_made", table="tier_sizes"))
    sizes = run.table("tier_sizes")
    rows = sizes[sizes["scheme"] == SCHEME].sort_values("revenue", ascending=False, kind="stable")
    grids = [_contribution(run, rows)] if len(rows) else []
    return section(run, "contribution", "30_tiers", sentences=sayings(run, ["main_tier", "pyramid"]), grids=grids)


def _contribution(run: Run, rows: pd.DataFrame) -> Grid:
    words, longest = run.words, max(rows["customer_share"].max(), rows["revenue_share"].max())
    names = ("customers", "customer_share", "revenue", "revenue_share")
    cells = [
        [tier(run, row["tier"]), count(run, row["customers"]), share(run, row["customer_share"], longest, tone="quiet"),
         cash(run, row["revenue"]), share(run, row["revenue_share"], longest)]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    customers, revenue = count(run, rows["customers"].sum()), cash(run, rows["revenue"].sum())
    total = [Cell(words("page.total")), customers, Cell(""), revenue, Cell("")]
    head = heads(run, "segment", *names, right=names)
    return Grid(words("page.contribution"), head, [*cells, total], cards=True, classes="total pairs")


def tier(run: Run, key: str, scheme: str = SCHEME) -> Cell:
    """A tier by its name, with its colour."""
    return Cell(run.words.label(f"tier.{scheme}", key), mark=str(key))


def share(run: Run, value: float, longest: float, *, tone: str = "") -> Cell:
    """A share and its bar, beside the longest of the column."""
    return Cell(run.words.percent(value, 1), bar=part(value, longest), tone=tone)


def movement(run: Run) -> Section:
    """What changed since last quarter: between segments where the run has a past to compare with, and month by month."""
    pictures = [*picture(run, "alluvial"), *picture(run, "months")]
    moves = run.table("migration") if run.has("migration") else None
    grids = [_moves(run, moves)] if moves is not None and len(_of_scheme(moves)) else []
    sources = [*(["70_migration"] if moves is not None else []), "20_rfm"]
    said = sayings(run, ["trend_up", "trend_down", "trend_steady", "new_customers", "new_customers_year"])
    return section(run, "movement", *sources, sentences=said, pictures=pictures, grids=grids)


def _of_scheme(moves: pd.DataFrame) -> pd.DataFrame:
    """The movements of the page's scheme, else of the first, since the newest earlier day; most money first."""
    names = moves["scheme"].astype("str")
    rows = moves[names.eq(SCHEME if names.eq(SCHEME).any() else names.iloc[0])] if len(moves) else moves
    rows = rows[rows["since"] == rows["since"].max()] if len(rows) else rows
    moved = rows[rows["from_tier"].astype("str") != rows["to_tier"].astype("str")]
    return moved.sort_values("revenue", ascending=False, kind="stable")


def _moves(run: Run, moves: pd.DataFrame) -> Grid:
    rows, words = _of_scheme(moves), run.words
    cells = [
        [_end(run, row, "from_tier"), _end(run, row, "to_tier"), Cell(words.joined("cause", str(row["cause"]))),
         count(run, row["customers"]), cash(run, row["revenue"])]
        for row in rows.head(MOVES).to_dict("records")
    ]  # fmt: skip
    head = heads(run, "from_tier", "to_tier", "cause", "customers", "revenue", right=("customers", "revenue"))
    caption = words("page.moves", since=rows["since"].iloc[0])
    rest = words("table.shown", shown=len(cells), rows=len(rows)) if len(rows) > len(cells) else ""
    return Grid(caption, head, cells, cards=True, rest=rest, classes="pairs")


def _end(run: Run, row: dict[Any, Any], side: str) -> Cell:
    ends = {"(new)": "page.moved_new", "(lost)": "page.moved_lost"}
    key = str(row[side])
    return Cell(run.words(ends[key])) if key in ends else tier(run, key, str(row["scheme"]))


def segments(run: Run) -> Section:
    """What each segment is expected to bring, and how much of it is at risk."""
    if not run.has("value_segments") or not run.has("value"):
        return section(run, "segments")
    rows = run.table("value_segments")
    return section(run, "segments", "50_value", "60_churn", grids=[_segments(run, _with_risk(run, rows))] if len(rows) else [])


def _with_risk(run: Run, rows: pd.DataFrame) -> pd.DataFrame:
    from segkit.analysis import attention

    if not (run.has("churn") and run.has("tiers")):
        return rows.reindex(columns=[*rows.columns, "churn_risk", "revenue_at_risk"])
    risk = attention.by_tier(run.table("churn"), run.table("tiers"))
    return rows.merge(risk.drop(columns="customers"), on=["scheme", "tier"], how="left")


def _segments(run: Run, rows: pd.DataFrame) -> Grid:
    most, ranged = rows["revenue_at_risk"].max(), bool(rows["expected_low"].notna().any())
    names = ["customers", "expected_revenue", *(["expected_range"] if ranged else []), "churn_risk", "revenue_at_risk"]
    cells = [
        [tier(run, row["tier"], row["scheme"]), count(run, row["customers"]), cash(run, row["expected_revenue"]),
         *([_between(run, row)] if ranged else []), rate(run, row["churn_risk"]),
         Cell(money(run, row["revenue_at_risk"]), bar=part(row["revenue_at_risk"], most), tone="risk")]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    return Grid(run.words("page.segments"), heads(run, "segment", *names, right=names), cells, cards=True, classes="many pairs")


def _between(run: Run, row: dict[Any, Any]) -> Cell:
    """The range of past errors around what is expected."""
    if is_missing(row["expected_low"]):
        return Cell(MISSING, tone="quiet")
    low, high = (run.words.money(row[f"expected_{end}"], run.currency) for end in ("low", "high"))
    return Cell(f"{low} – {high}", tone="quiet")
