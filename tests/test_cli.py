"""The command: exit codes, one message, and arguments handed on."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from typer.testing import CliRunner

import segkit.crm
from segkit.cli import app
from segkit.errors import InputError, LockedError, StepError
from segkit.pipeline import run as pipeline

CONFIG = "name: firm\nextracts: {orders: {source: orders.csv}}\n"


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Calls the command in a folder with a config; gives exit code, output and error output."""
    monkeypatch.chdir(tmp_path)
    Path("segkit.yaml").write_text(CONFIG, encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What the pipeline was asked, in place of a run."""
    asked: dict = {}

    def run(settings, **options):
        asked.update(options, settings=settings)
        return tmp_path / "reports/firm-2026-10-01"

    monkeypatch.setattr(pipeline, "run", run)
    return asked


def raising(error):
    def run(settings, **_):
        raise error

    return run


def test_run_hands_on_what_it_was_given(call, asked):
    options = ["--as-of", "2026-09-01", "--lang", "zh", "--out", "there", "--only", "20_rfm", "--only", "90_report"]

    result = call("run", "segkit.yaml", *options, "--resume", "-p", "20_rfm.bins=4", "-p", "share=0.2")

    assert result.exit_code == 0
    assert asked["settings"].as_of == dt.date(2026, 9, 1)
    assert asked["settings"].language == "zh"
    assert asked["out"] == Path("there")
    assert asked["only"] == ["20_rfm", "90_report"]
    assert asked["resume"] is True
    assert asked["given"] == ["20_rfm.bins=4", "share=0.2"]


def test_run_without_options_leaves_the_config_as_it_is(call, asked):
    call("run", "segkit.yaml")

    assert asked["settings"].as_of == "latest"
    assert asked["settings"].language == "en"
    assert asked["out"] is None
    assert (asked["resume"], list(asked["only"]), list(asked["given"])) == (False, [], [])


def test_run_ends_by_printing_the_page_as_one_would_type_it(call, asked, tmp_path):
    page = tmp_path / "reports/firm-2026-10-01/index.html"
    page.parent.mkdir(parents=True)
    page.touch()

    assert call("run", "segkit.yaml").stdout == "reports/firm-2026-10-01/index.html\n"


def test_run_without_a_config_takes_the_demo_here(call, asked, tmp_path):
    (tmp_path / "data/demo").mkdir(parents=True)
    (tmp_path / "data/demo/segkit.yaml").write_text(CONFIG.replace("firm", "demo"), encoding="utf-8")

    call("run")

    assert asked["settings"].name == "demo"


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InputError("orders.csv: empty. Export it again."), 2, "segkit: orders.csv: empty. Export it again.\n"),
        (StepError("20_rfm failed in cell [3]: ValueError"), 1, "segkit: 20_rfm failed in cell [3]: ValueError\n"),
        (LockedError("out: process 7 holds the lock."), 3, "segkit: out: process 7 holds the lock.\n"),
        (KeyboardInterrupt(), 130, "segkit: interrupted. `segkit run` with --resume goes on from there.\n"),
        (ZeroDivisionError("by zero"), 1, "segkit: unexpected ZeroDivisionError: by zero (--debug shows where)\n"),
    ],
)
def test_an_error_is_one_message_and_an_exit_code(call, monkeypatch, error, code, message):
    monkeypatch.setattr(pipeline, "run", raising(error))

    result = call("run", "segkit.yaml")

    assert (result.exit_code, result.stderr) == (code, message)


def test_debug_shows_the_traceback(call, monkeypatch):
    monkeypatch.setattr(pipeline, "run", raising(ZeroDivisionError("by zero")))

    assert "Traceback" in call("run", "segkit.yaml", "--debug").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nowhere.yaml"], "nowhere.yaml: no such config"),
        (["run", "segkit.yaml", "--as-of", "1.9.2026"], "--as-of 1.9.2026: no date. Write it as 2026-09-30"),
        (["check", "nowhere.yaml"], "nowhere.yaml: no such config"),
        (["map", "orders.csv", "-o", "segkit.yaml"], "-o segkit.yaml: exists already"),
        (["run", "--lang", "fr"], "fr"),
        (["fly"], "fly"),
    ],
)
def test_a_wrong_argument_ends_with_exit_code_2(call, monkeypatch, arguments, message):
    proposal = ModuleType("segkit.crm.proposal")
    proposal.propose = lambda files: ""
    monkeypatch.setitem(sys.modules, "segkit.crm.proposal", proposal)

    result = call(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr


def test_check_shows_rows_by_reason_and_notes(call, monkeypatch):
    rows = {
        "orders": {"in": 1250, "used": 1200, "left_out": {"missing_id": 40, "cancelled": 10, "sample": 0}},
        "customers": {"in": 80, "used": 80, "left_out": {}},
    }
    notes = [{"extract": "orders", "key": "duplicates_kept", "rows": 34}]
    summary = SimpleNamespace(as_of=dt.date(2026, 10, 1), rows=rows, notes=notes, inputs=[])
    monkeypatch.setattr(segkit.crm, "check", lambda settings, today: summary, raising=False)

    lines = [line.split() for line in call("check", "segkit.yaml").stdout.splitlines()]

    assert ["as", "of", "2026-10-01"] in lines
    assert next(line for line in lines if line[:1] == ["orders"])[1:4] == ["1,250", "1,200", "40"]
    assert next(line for line in lines if line[:1] == ["10"])[0] == "10"
    assert next(line for line in lines if line[:1] == ["customers"]) == ["customers", "80", "80", "0"]
    assert next(line for line in lines if line[:1] == ["note:"])[:6] == ["note:", "orders:", "34", "equal", "lines", "are"]


def test_help_imports_nothing_heavy():
    code = "import sys, segkit.cli; print({'pandas', 'duckdb', 'papermill', 'pydantic', 'yaml'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "set()\n"
