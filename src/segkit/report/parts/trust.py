"""How far the numbers can be trusted: segmentations held against the next period, forecasts against what came, rows used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.report.grid import Cell, Grid, cash, count, heads, part
from segkit.report.parts.section import Section, sayings, section
from segkit.report.pictures import picture
from segkit.workbench import Edition

if TYPE_CHECKING:
    import pandas as pd

    from segkit.workbench import Run

SHOWN = 6  # segmentations that are listed
CAVEATS = ("duplicates_kept", "overlap_changed", "sheets_not_read", "no_rows")
"""Notes of the extracts that a reader of the figures has to know; the others say how a file was read."""
USED = ("rows_used", "main_loss", "no_loss")


def segmentation(run: Run) -> Section:
    """Which segmentation separated best what customers did next."""
    from segkit.analysis import backtest

    rows = run.table("segment_backtest") if run.has("segment_backtest") else None
    table = backtest.compare(rows) if rows is not None and len(rows) else None
    grids = [_segmentation(run, table)] if table is not None and len(table) else []
    said = sayings(run, ["recommended", "none_recommended", "separated_one_window", "nothing_to_bake_off"])
    return section(run, "trust", "45_bakeoff", sentences=said, grids=grids)


def _segmentation(run: Run, table: pd.DataFrame) -> Grid:
    words, most = run.words, table["separation"].max()
    cells = [_segmentation_row(run, row, most) for row in table.head(SHOWN).to_dict("records")]
    names = ("separation", "segments", "stability_ari")
    rest = words("table.shown", shown=len(cells), rows=len(table)) if len(table) > len(cells) else ""
    head = heads(run, "scheme", *names, "against_best", right=names)
    return Grid(words("page.trust"), head, cells, cards=True, rest=rest, classes="pairs")


def _segmentation_row(run: Run, row: dict[Any, Any], most: float) -> list[Cell]:
    words, near = run.words, bool(row["within_noise"])
    tone = "" if near else "quiet"
    told = Cell(words.percent(row["separation"], 1), bar=part(row["separation"], most), tone=tone)
    size, stable = count(run, row["segments"]), count(run, row["stability_ari"], 2)
    return [
        Cell(words.label("scheme", row["scheme"])),
        told,
        size,
        stable,
        Cell(words(f"page.{'near' if near else 'behind'}"), tone=tone),
    ]


def clusters(run: Run) -> Section:
    """The clusters beside the rules: who stands together when only the figures speak."""
    pictures = picture(run, "cluster_profiles") if not isinstance(run, Edition) else []
    return section(run, "clusters", "40_clusters", pictures=pictures)


def record(run: Run) -> Section:
    """What was forecast at past days, and what came."""
    whole = not isinstance(run, Edition)
    pictures = [*picture(run, "track_record"), *picture(run, "against")] if whole else []
    said = sayings(run, ["forecast_record", "churn_model", "churn_model_folds", "churn_record_high", "churn_record_low"])
    rows = run.table("churn_record") if run.has("churn_record") else None
    grids = [_record(run, rows)] if rows is not None and len(rows) else []
    return section(run, "record", "50_value", "60_churn", sentences=said, pictures=pictures, grids=grids)


def _record(run: Run, rows: pd.DataFrame) -> Grid:
    """Of the newest window, band by band: how many had been expected not to order, and how many did not."""
    words = run.words
    newest = rows[rows["cutoff"] == rows["cutoff"].max()]
    newest = newest.assign(whole=newest["band"].astype("str").eq("all")).sort_values("whole", kind="stable")
    counts = ("customers", "churned_forecast", "churned")
    sums = () if isinstance(run, Edition) else ("revenue_forecast", "revenue")  # the whole firm's money is not for an edition
    cells = [
        [Cell(words.label("band", row["band"])), *(count(run, row[c]) for c in counts), *(cash(run, row[c]) for c in sums)]
        for row in newest.to_dict("records")
    ]
    names = (*counts, *sums)
    head = heads(run, "band", *names, right=names)
    return Grid(words("page.record_of", since=newest["cutoff"].iloc[0]), head, cells, cards=True, classes="total pairs")


def quality(run: Run) -> Section:
    """What the figures rest on, in one line."""
    from segkit.report.found import found

    told = [
        f for name, f in found(run) if name == "10_quality" and f.key in USED and f.numbers.get("extract", ORDERS) == ORDERS
    ]
    said = [run.say(finding) for finding in told[:2]]
    said += (
        [run.remark(note) for note in run.manifest["notes"] if note["key"] in CAVEATS] if not isinstance(run, Edition) else []
    )
    line = run.words("page.sentence_join").join(said)
    missing = "" if run.has("quality_balance") or said else run.words("page.not_made", table="quality_balance")
    return section(run, "quality", "10_quality", sentences=[line] if line else [], missing=missing)


ORDERS = "extract.orders"
