"""Models of an earlier run reach the next one through the history, or through the run that it replaces."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from segkit.errors import InputError
from segkit.pipeline import earlier
from segkit.settings import parse

APRIL, JULY = dt.date(2026, 4, 1), dt.date(2026, 7, 1)


def firm(tmp_path, **keys):
    return parse({"name": "firm", "extracts": {"orders": {"source": "orders.csv"}}, **keys}, folder=tmp_path)


def run_of(folder, day, content):
    (folder / "models").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"as_of": day.isoformat()}))
    (folder / "models" / "clusters.json").write_text(json.dumps(content))
    return folder


def brought(run):
    file = run / "models" / "earlier" / "clusters.json"
    return json.loads(file.read_text()) if file.is_file() else None


def test_the_newest_model_from_before_the_day_is_taken_and_never_one_of_the_same_day(tmp_path):
    settings = firm(tmp_path, history="past")
    for day in (APRIL, JULY, dt.date(2026, 10, 1)):
        earlier.keep(settings, run_of(tmp_path / str(day), day, {"of": str(day)}), as_of=day)

    for as_of, expected in ((APRIL, None), (JULY, {"of": "2026-04-01"}), (dt.date(2026, 8, 1), {"of": "2026-07-01"})):
        run = tmp_path / f"run-{as_of}"
        earlier.bring(settings, run, as_of=as_of, replaced=tmp_path / "none")
        assert brought(run) == expected


def test_a_second_run_of_a_day_replaces_what_the_history_holds_of_it(tmp_path):
    settings = firm(tmp_path, history="past")
    for n in (1, 2):
        earlier.keep(settings, run_of(tmp_path / f"r{n}", APRIL, {"n": n}), as_of=APRIL)
    files = sorted(file.name for file in (tmp_path / "past").rglob("*") if file.is_file())
    assert files == ["2026-04-01.json"]
    earlier.bring(settings, tmp_path / "run", as_of=JULY, replaced=tmp_path / "none")
    assert brought(tmp_path / "run") == {"n": 2}


def test_without_a_history_the_run_that_is_replaced_hands_its_model_on_where_it_is_older(tmp_path):
    old = run_of(tmp_path / "out", APRIL, {"of": "april"})
    for as_of, expected in ((JULY, {"of": "april"}), (APRIL, None)):
        run = tmp_path / f"run-{as_of}"
        earlier.bring(firm(tmp_path, history=False), run, as_of=as_of, replaced=old)
        assert brought(run) == expected
    earlier.keep(firm(tmp_path, history=False), old, as_of=APRIL)
    assert not (tmp_path / "past").exists()


def test_a_model_that_cannot_be_read_is_named_with_the_remedy(tmp_path):
    settings = firm(tmp_path, history="past")
    file = tmp_path / "past" / "models" / "clusters" / "2026-04-01.json"
    file.parent.mkdir(parents=True)
    file.write_text("{half")
    with pytest.raises(InputError, match=r"2026-04-01.json: not readable as JSON.*Remove it"):
        earlier.bring(settings, tmp_path / "run", as_of=JULY, replaced=tmp_path / "none")


def test_a_run_keeps_its_models_and_the_next_one_finds_them(house, stage, monkeypatch):
    house.config["history"] = "past"

    def with_model(source, target, *, parameters, kernels):
        stage(source, target, parameters=parameters, kernels=kernels)
        models = target.parents[1] / "models"
        models.mkdir(exist_ok=True)
        (models / "clusters.json").write_text('{"k": 3}')

    from segkit.pipeline import steps

    monkeypatch.setattr(steps, "execute", with_model)
    house.config["as_of"] = APRIL
    house.run()
    house.config["as_of"] = JULY
    assert brought(house.run()) == {"k": 3}
