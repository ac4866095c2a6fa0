"""A finished run keeps its snapshot: whole or not at all, in place of its own date's only, and nothing of a failed run."""

from __future__ import annotations

import datetime as dt
import json
import os

import pytest

from segkit import settings
from segkit.errors import InputError, StepError
from segkit.pipeline import history


@pytest.fixture
def keeping(house, stage):
    """A house whose config keeps a history in `kept`."""
    house.config["history"] = "kept"
    return house


def days(house) -> list[str]:
    return sorted(path.name for path in (house.home / "kept").glob("*as_of=*"))


def about(house, day: str) -> dict:
    return json.loads((house.home / "kept" / f"as_of={day}" / "about.json").read_text(encoding="utf-8"))


def test_a_finished_run_keeps_a_snapshot_under_its_date(keeping):
    keeping.run()
    assert days(keeping) == ["as_of=2026-10-01"]
    assert about(keeping, "2026-10-01")["tiers"] == "made"


def test_a_re_run_replaces_its_own_date_only(keeping, stage):
    keeping.config["as_of"] = dt.date(2026, 7, 1)
    keeping.run()
    keeping.config["as_of"] = dt.date(2026, 10, 1)
    keeping.run()
    before = about(keeping, "2026-07-01")
    stage.content = b"made anew"
    keeping.run()
    assert about(keeping, "2026-10-01")["tiers"] == "made anew"
    assert about(keeping, "2026-07-01") == before
    assert days(keeping) == ["as_of=2026-07-01", "as_of=2026-10-01"]


def test_a_failed_run_keeps_nothing(keeping, stage):
    stage.failing = {"90_page"}
    with pytest.raises(StepError):
        keeping.run()
    assert not (keeping.home / "kept").exists()


def test_a_write_that_is_killed_leaves_the_earlier_snapshot_and_no_run(keeping, stage, monkeypatch):
    keeping.run()
    stage.content = b"made anew"

    def killed(run, folder, _settings):
        (folder / "tiers.parquet").write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        keeping.run()
    assert about(keeping, "2026-10-01")["tiers"] == "made"
    assert [day for day in days(keeping) if not day.startswith(".")] == ["as_of=2026-10-01"]
    monkeypatch.undo()


def test_what_a_killed_write_left_is_no_snapshot_and_goes_after_a_day(keeping):
    left = keeping.home / "kept" / ".as_of=2026-10-01.7.draft"
    left.mkdir(parents=True)
    (left / "tiers.parquet").write_bytes(b"half")
    keeping.run()
    assert days(keeping) == [left.name, "as_of=2026-10-01"]
    os.utime(left, (0, 0))
    keeping.run()
    assert days(keeping) == ["as_of=2026-10-01"]


def test_a_snapshot_moved_aside_by_an_interrupted_replacement_is_put_back(keeping, stage):
    keeping.run()
    place = keeping.home / "kept"
    (place / "as_of=2026-10-01").rename(place / ".as_of=2026-10-01.old")
    stage.failing = {"20_rfm"}
    with pytest.raises(StepError):
        keeping.run()
    assert days(keeping) == ["as_of=2026-10-01"]


def test_a_disk_that_is_full_fails_the_run_and_says_what_to_do(keeping, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(history, "_write", full)
    with pytest.raises(
        StepError, match=r"kept: the snapshot of this run cannot be written: No space left on device\. .*--resume"
    ):
        keeping.run()
    assert days(keeping) == []
    assert (keeping.home / "out.failed").is_dir()


def test_a_file_in_place_of_the_history_and_the_history_of_another_firm_are_refused_before_anything_runs(keeping, stage):
    (keeping.home / "kept").write_text("letter", encoding="utf-8")
    with pytest.raises(InputError, match="history: kept is a file"):
        keeping.run()
    (keeping.home / "kept").unlink()
    keeping.run()
    keeping.config["name"], stage.began = "other", []
    with pytest.raises(InputError, match='holds snapshots of "firm", this config is named "other"'):
        keeping.run()
    assert stage.began == []


def test_a_history_is_kept_beside_the_config_unless_it_is_said_otherwise(house, stage):
    del house.config["history"]
    house.run()
    assert (house.home / "snapshots" / "firm" / "as_of=2026-10-01").is_dir()
    house.run(keep_history=False, out=house.home / "other")
    assert settings.parse(house.config | {"history": False}).snapshots is None


def test_without_history_nothing_is_read_or_kept(keeping):
    keeping.run(keep_history=False)
    assert not (keeping.home / "kept").exists()


def test_a_run_of_some_notebooks_without_tiers_keeps_nothing(keeping):
    keeping.run(only=["20_rfm"])
    assert not (keeping.home / "kept").exists()


def test_the_demo_that_comes_with_segkit_keeps_its_history_where_the_reports_lie(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = history.placed(settings.load(history.demo_config()))
    assert own.snapshots == tmp_path / "snapshots" / "demo"
    copied = tmp_path / "firm" / "segkit.yaml"
    copied.parent.mkdir()
    copied.write_bytes(history.demo_config().read_bytes())
    assert history.placed(settings.load(copied)).snapshots == copied.parent / "snapshots" / "demo"


def test_a_default_place_that_cannot_be_written_is_said_and_nothing_is_kept(tmp_path, monkeypatch, caplog):
    config = settings.parse({"name": "firm", "extracts": {"orders": {"source": "orders.csv"}}}, folder=tmp_path)
    assert history.placed(config).snapshots == tmp_path / "snapshots" / "firm"
    monkeypatch.setattr("segkit.pipeline.history.os.access", lambda *_: False)
    assert history.placed(config).snapshots is None
    assert "cannot be written. Name a folder under history" in caplog.text
