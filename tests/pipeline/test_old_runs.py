"""Old runs are kept by the config's rule, and nothing that is no run of this config is ever touched."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from segkit.pipeline import old_runs
from segkit.pipeline.folder import Folder
from segkit.settings import parse

DAYS = ("2026-04-30", "2026-05-29", "2026-05-30", "2026-06-29", "2026-06-30", "2026-07-01")


@pytest.fixture
def reports(tmp_path):
    """Six runs of the firm in `reports/`."""
    folder = tmp_path / "reports"
    for day in DAYS:
        made(folder / f"firm-{day}")
    return folder


def made(folder, *, name="firm", status="done"):
    folder.mkdir(parents=True)
    day = folder.name[-10:]
    (folder / "manifest.json").write_text(json.dumps({"name": name, "as_of": day, "status": status}))
    return folder


def clear(reports, rule, *, newest="firm-2026-07-01"):
    settings = parse({"name": "firm", "extracts": {"orders": {"source": "o.csv"}}, "keep_runs": rule})
    return [folder.name for folder in old_runs.clear(settings, reports / newest)]


def left(reports):
    return sorted(path.name.removeprefix("firm-") for path in reports.iterdir())


def test_without_a_rule_every_run_stays(reports):
    assert clear(reports, None) == []


def test_the_newest_runs_stay(reports):
    clear(reports, 2)
    assert left(reports) == ["2026-06-30", "2026-07-01"]


def test_the_last_run_of_each_of_the_newest_months_stays_too(reports):
    clear(reports, {"newest": 1, "months": 3})
    assert left(reports) == ["2026-05-30", "2026-06-30", "2026-07-01"]


def test_the_run_just_made_stays_even_where_later_ones_are_there_and_so_does_the_newest(reports):
    clear(reports, 1, newest="firm-2026-04-30")
    assert left(reports) == ["2026-04-30", "2026-07-01"]


def test_what_is_no_run_of_this_config_is_left_alone(reports):
    made(reports / "other-2026-04-01", name="other")
    made(reports / "firm-2026-04-02", name="another firm")
    made(reports / "firm-2026-04-03", status="running")
    made(reports / "firm-2026-04-04-notes")
    (reports / "firm-2026-04-05").mkdir()
    (reports / "firm-2026-04-06").symlink_to(reports / "firm-2026-04-30", target_is_directory=True)
    (reports / "firm-2026-04-30.mail.jsonl").write_text("{}")
    before = set(left(reports))

    clear(reports, 1)

    assert before - set(left(reports)) == set(DAYS) - {"2026-07-01"}


def test_remains_of_attempts_before_the_oldest_run_kept_go_and_later_ones_stay(reports):
    for name in ("2026-05-01.failed", "2026-05-02.partial", "2026-07-02.failed", "2026-05-03.leaving"):
        (reports / f"firm-{name}").mkdir()
    clear(reports, 2)
    assert left(reports) == ["2026-06-30", "2026-07-01", "2026-07-02.failed"]


def test_a_run_that_another_process_holds_stays(reports, caplog):
    with Folder(reports / "firm-2026-04-30").lock():
        clear(reports, 1)
    assert left(reports) == ["2026-04-30", "2026-07-01"]
    assert "firm-2026-04-30 stays" in caplog.text


def test_a_clearing_that_is_interrupted_leaves_no_half_run_under_a_runs_name(reports, monkeypatch):
    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(old_runs.shutil, "rmtree", die)
    with pytest.raises(KeyboardInterrupt):
        clear(reports, 1)
    monkeypatch.undo()
    assert "2026-04-30.leaving" in left(reports) or "2026-04-30" in left(reports)
    assert all((reports / f"firm-{name}" / "manifest.json").is_file() for name in left(reports) if name in DAYS)

    clear(reports, 1)
    assert left(reports) == ["2026-07-01"]


def test_a_run_clears_up_once_it_is_whole_and_a_named_folder_clears_nothing(house, stage):
    house.config |= {"keep_runs": 1, "as_of": dt.date(2026, 9, 1)}
    house.run(out=None)
    house.config["as_of"] = dt.date(2026, 9, 2)
    house.run(out=house.home / "reports" / "firm-2026-09-03")
    assert len(list((house.home / "reports").iterdir())) == 2

    house.run(out=None)
    assert sorted(p.name for p in (house.home / "reports").iterdir()) == ["firm-2026-09-02", "firm-2026-09-03"]
