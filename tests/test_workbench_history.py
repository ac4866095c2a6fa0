"""A run finds the snapshots of earlier ones: what they kept is what would be rebuilt, and both lead to the same movement."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from places import TODAY
from segkit import crm, settings
from segkit.analysis import backtest, migration, tiers
from segkit.analysis.tiers.placing import place
from segkit.pipeline import history, manifest
from segkit.workbench import open_run

THEN, NOW = dt.date(2024, 10, 1), dt.date(2024, 12, 15)
ROWS = [
    f"c{i},{2023 + (i + n) % 2}-{1 + (3 * i + 5 * n) % 12:02d}-05,{10 * i + n},France"
    for i in range(1, 31)
    for n in range(1 + i % 4)
] + ["late,2024-11-05,50,Peru"]


def run_at(firm: Path, as_of: dt.date):
    """A run as far as its tiers, its snapshot kept."""
    config = settings.load(firm / "segkit.yaml")
    folder = firm / f"run-{as_of}"
    summary = crm.extract(config, tables=folder / "tables", today=TODAY, as_of=as_of)
    content = manifest.content(config, summary=summary, config="", started=dt.datetime.now(dt.UTC))
    (folder / "manifest.json").write_text(json.dumps(content, default=str))
    run = open_run(folder, "70_migration")
    placed, _ = tiers.assign_all(run.schemes(), run.customers(), reasons=run.reasons, as_of=run.as_of)
    run.save("tiers", placed)
    run.save("tier_cuts", tiers.cuts(run.schemes(), run.customers(), as_of=run.as_of))
    draft = history.draft(config, folder)
    assert draft is not None
    draft.place()
    return run


def movement(run) -> migration.Traced:
    placed, first = run.table("tiers"), run.past(run.table("past_days")["cutoff"].max())
    computed = [one for one in run.schemes() if one.name in set(placed["scheme"])]
    dated, _ = backtest.with_history(computed, first, run.customers())
    past = run.back(computed, [one.name for one in dated], None, quarters=4)
    found = migration.trace(past, run.today(None), placed, place=place)
    migration.balance(found.flows, found.past, placed, run.customers())
    return found


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("firm")
    (folder / "orders.csv").write_text("customer_id,ordered_at,amount,country\n" + "\n".join(ROWS), encoding="utf-8")
    (folder / "segkit.yaml").write_text("name: tmp\nextracts: {orders: {source: orders.csv}}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def rebuilt(firm):
    """The movement before any run of then was kept."""
    return movement(run_at(firm, NOW))


@pytest.fixture(scope="module")
def kept(firm, rebuilt):
    """The same once a run on 1 October has left its snapshot."""
    run_at(firm, THEN)
    run = run_at(firm, NOW)
    return run, movement(run)


def test_without_a_snapshot_the_quarters_are_rebuilt(rebuilt):
    assert set(rebuilt.sources["source"]) == {"rebuilt"}
    assert rebuilt.day("quarter") == pd.Timestamp(THEN)
    assert rebuilt.day("last") is None


def test_a_snapshot_at_the_start_of_the_quarter_stands_for_it_and_is_the_last_one_too(kept):
    _, found = kept
    rows = found.sources[found.sources["since"] == pd.Timestamp(THEN)]
    assert rows[["kind", "source"]].to_numpy().tolist() == [["last", "snapshot"], ["quarter", "snapshot"]]
    assert set(found.sources["source"]) == {"snapshot", "rebuilt"}


def test_what_was_kept_and_what_is_rebuilt_say_the_same(rebuilt, kept):
    """Tiers, causes and money of every scheme that can be rebuilt. The snapshot tells of the other schemes too."""
    _, found = kept
    keys = ["since", "scheme", "customer_id"]
    columns = [*keys, "tier", "revenue"]
    both = [
        t.past[t.past["since"] == pd.Timestamp(THEN)].astype({"scheme": str, "tier": str})[columns] for t in (rebuilt, found)
    ]
    same = both[1][both[1]["scheme"].isin(both[0]["scheme"])]
    pd.testing.assert_frame_equal(*(t.sort_values(keys, ignore_index=True) for t in (both[0], same)))
    moves = [t.moves.assign(cause=t.moves["cause"].astype(str)).set_index(keys)["cause"] for t in (rebuilt, found)]
    assert moves[1].reindex(moves[0].index).equals(moves[0])
    assert set(both[1]["scheme"]) - set(both[0]["scheme"]) == {"region", "trade_tier"}


def test_a_snapshot_holds_tiers_cuts_and_what_the_schemes_read(kept):
    run, _ = kept
    folder = run.folder.parent / "snapshots" / "tmp" / f"as_of={THEN}"
    assert sorted(file.name for file in folder.iterdir()) == [
        "about.json",
        "customers.parquet",
        "cuts.parquet",
        "tiers.parquet",
    ]
    wide = pd.read_parquet(folder / "tiers.parquet")
    assert {"customer_id", "revenue", "tier.rfm_matrix", "tier.pyramid"} <= set(wide)
    cuts = pd.read_parquet(folder / "cuts.parquet")
    assert cuts.loc[(cuts["scheme"] == "rfm_matrix") & (cuts["column"] == "r_band"), "cut"].tolist() == [90.0, 365.0]
    assert {"recency_days", "frequency", "monetary"} <= set(pd.read_parquet(folder / "customers.parquet"))


def test_moves_are_told_in_words_with_what_changed(kept):
    run, found = kept
    mine = found.moves[found.moves["scheme"] == "rfm_matrix"]
    said = run.caused(mine)
    recency = said[mine["cause"] == "recency"]
    assert recency.str.match(r"time passed without an order \(days since last order \d+ → \d+\)").all()
    assert len(recency) > 0
    ends = run.moves_in_words(mine)[["from_tier", "to_tier"]].to_numpy().ravel()
    assert "came in" in ends
    assert not {"(new)", "(lost)", "reactivate"} & set(ends)
