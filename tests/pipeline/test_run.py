"""What a run does with its steps and its folder; papermill is stood in for, the rest is real."""

from __future__ import annotations

import datetime as dt
import json
import os
import time

import pytest

import segkit.crm
from segkit.errors import InputError, LockedError, StepError
from segkit.pipeline.folder import Folder


def test_every_step_begins_after_the_steps_that_give_what_it_needs(house, stage):
    house.run()

    assert set(stage.began) == {"10_quality", "20_rfm", "30_tiers", "90_page"}
    assert stage.began.index("20_rfm") < stage.began.index("30_tiers")
    assert stage.began[-1] == "90_page"
    assert house.told[:2] == [("extract", "start"), ("extract", "done")]


def test_what_is_done_meanwhile_is_called_once_as_the_last_step_begins_and_has_ended_with_the_run(house, stage):
    called = []

    def meanwhile():
        done = {name for name, state in house.told if state == "done"}
        time.sleep(0.2)
        called.append(done)

    house.run(meanwhile=meanwhile)

    assert len(called) == 1
    assert called[0] >= {"10_quality", "20_rfm", "30_tiers"}


def test_what_is_done_meanwhile_is_called_once_also_where_two_steps_are_the_last(house, stage):
    house.plan("name: 10_quality, needs: [orders]", "name: 90_page, needs: [customers], writes: [index.html]")
    called = []

    house.run(meanwhile=lambda: called.append(1))

    assert called == [1]


def test_only_runs_the_named_notebook_and_those_that_give_what_it_needs(house, stage):
    out = house.run(only=["30_tiers"])

    assert stage.began == ["20_rfm", "30_tiers"]
    assert sorted(file.name for file in (out / "tables").iterdir()) == [
        "customers.parquet",
        "orders.parquet",
        "rfm.parquet",
        "tiers.parquet",
    ]


def test_the_folder_is_named_after_the_config_and_the_day_the_data_give(house, stage):
    assert house.run(out=None) == house.home / "reports" / "firm-2026-10-01"
    assert [path.name for path in (house.home / "reports").iterdir()] == ["firm-2026-10-01"]


def test_today_in_the_config_is_the_day_passed_in(house, stage):
    house.config["as_of"] = "today"

    assert house.run(out=None).name == "firm-2026-11-23"
    assert house.manifest("reports/firm-2026-11-23")["as_of"] == "2026-11-23"


def test_the_manifest_tells_what_was_read_asked_and_done(house, stage):
    house.config["parameters"] = {"20_rfm": {"bins": 4}}

    house.run()

    manifest = house.manifest()
    assert manifest["status"] == "done"
    assert manifest["rows"] == {"orders": {"in": 3, "used": 2, "left_out": {"missing_id": 1}}}
    assert manifest["inputs"][0]["path"] == "orders.csv"
    assert manifest["parameters"]["20_rfm"] == {"bins": 4, "cuts": [1, 2], "label": "a", "share": 0.5, "seed": None}
    assert manifest["steps"]["30_tiers"]["status"] == "done"
    assert set(manifest["timings"]) == {"extract", "10_quality", "20_rfm", "30_tiers", "90_page", "total"}
    assert {"python", "segkit", "pandas", "duckdb"} <= manifest["versions"].keys()


def test_neither_paths_of_the_machine_nor_passwords_reach_the_manifest(house, stage, monkeypatch):
    monkeypatch.setenv("CRM_PASSWORD", "hunter2-env")
    house.config["engine"] = "postgres://reader:hunter2-url@db/crm"

    house.run()

    text = json.dumps(house.manifest())
    assert "hunter2" not in text
    assert str(house.home) not in text


def test_a_failed_step_leaves_its_remains_and_no_run(house, stage):
    stage.failing = {"20_rfm"}

    with pytest.raises(StepError) as failure:
        house.run()

    assert str(failure.value) == (
        "20_rfm failed in cell [2]: ValueError: too few customers. "
        "The executed notebook is kept, with that cell marked: out.failed/notebooks/20_rfm.ipynb"
    )
    assert not (house.home / "out").exists()
    assert not (house.home / "out.partial").exists()
    assert (house.home / "out.failed/notebooks/20_rfm.ipynb").is_file()
    step = house.manifest("out.failed")["steps"]["20_rfm"]
    assert (house.manifest("out.failed")["status"], step["status"], step["cell"]) == ("failed", "failed", 2)
    assert "30_tiers" not in stage.began


def test_a_failed_run_leaves_the_earlier_whole_run_as_it_was(house, stage):
    house.run()
    stage.failing = {"20_rfm"}

    with pytest.raises(StepError):
        house.run()

    assert house.manifest()["status"] == "done"


def test_a_notebook_that_does_not_give_what_it_promises_fails(house, stage):
    stage.silent = {"20_rfm"}

    with pytest.raises(StepError, match=r"20_rfm did not write tables/rfm.parquet, which pipeline.yaml promises"):
        house.run()


def test_a_table_that_the_extract_did_not_give_is_named(house, stage, monkeypatch):
    def poor(settings, *, tables, today, as_of=None):
        summary = given(settings, tables=tables, today=today, as_of=as_of)
        (tables / "orders.parquet").unlink()
        return summary

    given = segkit.crm.extract
    monkeypatch.setattr(segkit.crm, "extract", poor)

    with pytest.raises(StepError, match=r"10_quality needs tables/orders.parquet, which is not there"):
        house.run()


def test_a_whole_run_replaces_the_one_before(house, stage):
    (house.run() / "left over").write_text("old", encoding="utf-8")

    out = house.run()

    assert not (out / "left over").exists()
    assert sorted(path.name for path in house.home.iterdir()) == ["notebooks", "orders.csv", "out"]


def test_a_folder_that_is_no_run_is_never_replaced(house, stage):
    (house.home / "out").mkdir()
    (house.home / "out" / "letter.txt").write_text("dear", encoding="utf-8")

    with pytest.raises(InputError, match="holds something that is no segkit run"):
        house.run()

    assert (house.home / "out" / "letter.txt").is_file()
    assert stage.began == []


def test_a_run_moved_aside_by_an_interrupted_replacement_is_put_back(house, stage):
    house.run().rename(house.home / "out.old")
    stage.failing = {"20_rfm"}

    with pytest.raises(StepError):
        house.run()

    assert house.manifest()["status"] == "done"


def test_a_wrong_extract_leaves_nothing_behind(house, stage, monkeypatch):
    def refuse(settings, **_):
        raise InputError("orders.csv: empty")

    monkeypatch.setattr(segkit.crm, "extract", refuse)

    with pytest.raises(InputError, match="empty"):
        house.run()

    assert sorted(path.name for path in house.home.iterdir()) == ["notebooks", "orders.csv"]


def test_a_second_run_is_told_who_holds_the_lock(house, stage):
    with Folder(house.home / "out").lock(), pytest.raises(LockedError) as locked:
        house.run()

    assert str(locked.value).startswith(f"out: process {os.getpid()} on ")
    assert "since 2" in str(locked.value)
    assert locked.value.exit_code == 3


def test_resume_runs_only_what_was_not_done(house, stage):
    stage.failing = {"30_tiers"}
    with pytest.raises(StepError):
        house.run()
    stage.began.clear()
    stage.failing = set()

    out = house.run(resume=True)

    assert stage.began == ["30_tiers", "90_page"]
    assert ("extract", "kept") in house.told
    assert ("20_rfm", "kept") in house.told
    assert house.manifest()["status"] == "done"
    assert [path.name for path in out.parent.glob("out*")] == ["out"]


def test_resume_finds_a_run_that_the_data_named(house, stage):
    stage.failing = {"30_tiers"}
    with pytest.raises(StepError):
        house.run(out=None)
    stage.failing = set()

    assert house.run(out=None, resume=True).name == "firm-2026-10-01"
    assert ("extract", "kept") in house.told


def test_resume_runs_a_notebook_again_whose_parameters_changed_and_what_depends_on_it(house, stage):
    stage.failing = {"90_page"}
    with pytest.raises(StepError):
        house.run()
    stage.began.clear()
    stage.failing = set()

    house.run(resume=True, given=["20_rfm.bins=7"])

    assert stage.began == ["20_rfm", "30_tiers", "90_page"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda house: (house.home / "orders.csv").write_text("more rows", encoding="utf-8"), "files of orders have"),
        (lambda house: house.config.update(currency="CNY"), "the config or segkit has changed"),
        (lambda house: (house.home / "out.failed/tables/orders.parquet").unlink(), "tables of its extract are gone"),
    ],
)
def test_resume_starts_anew_and_says_why_where_the_question_has_changed(house, stage, caplog, change, why):
    stage.failing = {"90_page"}
    with pytest.raises(StepError):
        house.run()
    stage.began.clear()
    stage.failing = set()
    change(house)

    house.run(resume=True)

    assert why in caplog.text
    assert len(stage.began) == 4


def test_resume_does_not_trust_a_table_in_a_database(house, stage, caplog):
    house.config["extracts"] = {"orders": {"source": "orders.csv"}, "customers": {"table": "accounts"}}
    stage.failing = {"90_page"}
    for resume in (False, True):
        with pytest.raises(StepError):
            house.run(resume=resume)

    assert "customers lies in a database, where a change cannot be seen" in caplog.text


def test_a_day_in_the_config_names_the_folder_and_reaches_the_extract(house, stage):
    house.config["as_of"] = dt.date(2026, 9, 1)

    assert house.run(out=None).name == "firm-2026-09-01"
    assert house.manifest("reports/firm-2026-09-01")["as_of"] == "2026-09-01"


def test_resume_keeps_a_run_that_stands_whole_and_runs_nothing(house, stage):
    first = house.run()
    made = (first / "manifest.json").stat().st_mtime_ns
    stage.began.clear()

    assert house.run(resume=True) == first
    assert stage.began == []
    assert (first / "manifest.json").stat().st_mtime_ns == made
    assert {state for _, state in house.told} == {"kept"}


def test_resume_keeps_a_whole_run_that_the_data_named(house, stage):
    first = house.run(out=None)
    stage.began.clear()
    assert house.run(out=None, resume=True) == first
    assert stage.began == []


def test_resume_makes_a_whole_run_anew_whose_parameters_or_files_are_others(house, stage):
    house.run()
    for options in ({"given": ["20_rfm.bins=7"]}, {}):
        stage.began.clear()
        house.run(resume=True, **options)
        assert len(stage.began) == 4
        (house.home / "orders.csv").write_text("more rows", encoding="utf-8")
