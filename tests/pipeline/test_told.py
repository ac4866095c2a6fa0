"""The ledger of told alerts: written when a run becomes final, never by one that failed, whole or not at all."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from segkit.errors import InputError, StepError
from segkit.pipeline import told


@pytest.fixture
def raised(house, stage, monkeypatch):
    """A run whose notebook 30_tiers writes the alerts named; `history` is configured."""
    house.config["history"] = "history"
    house.notebook("30_tiers")
    house.plan("name: 30_tiers, needs: [customers], gives: [alerts]")
    now: list[str] = []

    def execute(source, target, *, parameters, kernels):
        from segkit.pipeline.execute import CellError

        target.write_text("{}", encoding="utf-8")
        run = target.parents[1]
        before = pd.read_parquet(run / told.TABLE)
        day = pd.Timestamp(house.config["as_of"])
        known = before.set_index("alert_id")["first_told_on"].to_dict()
        rows = [(one, one[0], "order_missing", known.get(one, day)) for one in now]
        pd.DataFrame(rows, columns=list(told.COLUMNS)).to_parquet(run / told.ALERTS)
        if stage.failing:
            raise CellError(1, "broken")

    from segkit.pipeline import steps

    monkeypatch.setattr(steps, "execute", execute)

    def run(day: str, *ids: str) -> dict[str, str]:
        house.config["as_of"] = dt.date.fromisoformat(day)
        now[:] = ids
        house.run()
        assert ledger(house)["alert_id"].is_unique
        return {row.alert_id: str(row.first_told_on)[:10] for row in ledger(house).itertuples()}

    return run


def ledger(house) -> pd.DataFrame:
    return told.read(house.home / "history" / told.FILE)


def test_three_runs_tell_each_alert_once_and_an_ended_episode_stays_known(raised):
    assert raised("2026-06-01", "a1", "b1") == {"a1": "2026-06-01", "b1": "2026-06-01"}
    assert raised("2026-06-02", "b1", "c1") == {"a1": "2026-06-01", "b1": "2026-06-01", "c1": "2026-06-02"}
    assert raised("2026-06-03", "a1", "a2")["a2"] == "2026-06-03"


def test_a_failed_run_tells_nothing_and_its_repetition_tells_what_it_would_have(raised, house, stage):
    raised("2026-06-01", "a1")
    stage.failing = {"30_tiers"}
    with pytest.raises(StepError):
        raised("2026-06-02", "a1", "b1")
    assert ledger(house)["alert_id"].tolist() == ["a1"]
    stage.failing = set()
    again = {"a1": "2026-06-01", "b1": "2026-06-02"}
    assert raised("2026-06-02", "a1", "b1") == again
    assert raised("2026-06-02", "a1", "b1") == again


def test_alerts_held_back_are_not_in_the_ledger_and_a_run_without_history_keeps_none(house, stage, tmp_path):
    from segkit.settings import parse

    run = tmp_path / "run"
    (run / "tables").mkdir(parents=True)
    rows = [("a1", "a", "k", pd.Timestamp(2026, 6, 1)), ("b1", "b", "k", pd.NaT)]
    pd.DataFrame(rows, columns=list(told.COLUMNS)).to_parquet(run / told.ALERTS)
    told.keep(parse(house.config, folder=house.home), run)
    told.bring(parse(house.config, folder=house.home), run)
    assert not (run / told.TABLE).exists()
    settings = parse(house.config | {"history": "history"}, folder=house.home)
    told.keep(settings, run)
    assert ledger(house)["alert_id"].tolist() == ["a1"]
    assert [f.name for f in (house.home / "history").iterdir() if not f.name.endswith(".lock")] == [told.FILE]


def test_a_ledger_that_is_no_table_stops_the_run_before_anything_is_read(raised, house):
    (house.home / "history").mkdir()
    (house.home / "history" / told.FILE).write_bytes(b"not a table")
    with pytest.raises(InputError, match=r"history: alerts.parquet: not readable.*move it away"):
        raised("2026-06-01", "a1")
    assert not (house.home / "out").exists()


def test_a_history_that_cannot_be_a_folder_is_refused(raised, house):
    (house.home / "history").write_text("a file")
    with pytest.raises(InputError, match=r"history is a file\. Name a folder under history"):
        raised("2026-06-01", "a1")
