"""What `segkit schedule` prints starts a run from an empty environment, twice at a time never, and says how it ended."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import subprocess
import sys

import pytest
import yaml

from segkit import schedule, settings
from segkit.errors import InputError
from segkit.pipeline.folder import Folder

ORDERS = "customer,on,amount\n" + "".join(f"c{i % 7},2026-0{1 + i % 6}-1{i % 9},{100 + i}\n" for i in range(40))
NOTEBOOK = """{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "p", "outputs": [],
 "execution_count": null, "metadata": {"tags": ["parameters"]}, "source": "run_dir = '..'\\nlanguage = 'en'"}]}"""


@pytest.fixture
def planned(tmp_path):
    """A config in a folder with an awkward name, scheduled with one notebook of its own."""
    folder = tmp_path / "it's 100% ours"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks" / "pipeline.yaml").write_text(PLAN)
    (folder / "notebooks" / "10_own.ipynb").write_text(NOTEBOOK)
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "segkit.env").write_text("SEGKIT_ORDERS='orders.csv'\n")
    source = {"source": "$SEGKIT_ORDERS", "columns": {"customer_id": "customer", "ordered_at": "on", "amount": "amount"}}
    (folder / "segkit.yaml").write_text(yaml.safe_dump({"name": "firm", "as_of": "today", "extracts": {"orders": source}}))
    return plan(folder)


PLAN = "extract: [customers, orders]\nnotebooks:\n  - {name: 10_own, needs: [customers]}\n"


def plan(folder, *, at="07:05", days="weekdays"):
    config = folder / "segkit.yaml"
    return schedule.plan(settings.load(config), config, folder, at=at, days=days)


def run(planned, command):
    """In an environment that holds nothing, but for where segkit's own sources are when they are not installed."""
    bare = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    return subprocess.run(command, env=bare, capture_output=True, text=True, check=False, cwd="/")


def log(planned):
    return (planned.folder / "segkit.log").read_text(encoding="utf-8")


def test_the_crontab_line_makes_a_run_from_an_empty_environment_and_a_second_start_is_held_off(planned):
    minute, hour, *when, line = planned.crontab().split(maxsplit=5)
    assert (minute, hour, *when) == ("5", "7", "*", "*", "1-5")
    line = line.replace(r"\%", "%")  # as cron does
    final = planned.folder / "reports" / f"firm-{dt.date.today()}"

    with Folder(final).lock():
        assert run(planned, ["/bin/sh", "-c", line]).returncode == 3
    assert f"process {os.getpid()} on " in log(planned)

    done = run(planned, ["/bin/sh", "-c", line])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (final / "manifest.json").is_file()
    lines = log(planned).splitlines()
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 10_own done in \d+\.\d s", text) for text in lines)
    assert lines[-1] == f"reports/firm-{dt.date.today()}"


def test_the_service_runs_the_same_command_and_knows_which_exits_not_to_repeat(planned):
    service = dict(line.split("=", 1) for line in planned.service().splitlines() if "=" in line)
    command = shlex.split(service["ExecStart"].replace("%%", "%"))
    assert command == planned.command()
    assert service["WorkingDirectory"].replace("%%", "%") == str(planned.folder)
    assert service["EnvironmentFile"].replace("%%", "%") == f"-{planned.folder / 'segkit.env'}"
    assert service["RestartPreventExitStatus"] == "2 3"
    assert "OnCalendar=Mon..Fri *-*-* 07:05:00\nPersistent=true" in planned.timer()


def test_a_wrong_config_ends_the_line_with_2(planned):
    planned.config.write_text("name: firm\n")
    assert run(planned, ["/bin/sh", "-c", planned.line()]).returncode == 2
    assert '"extracts" is missing' in log(planned)


def test_a_config_with_a_day_of_its_own_is_scheduled_for_the_clocks_and_one_with_readers_mails(tmp_path):
    (tmp_path / "segkit.yaml").write_text(
        "as_of: 2026-07-01\nextracts: {orders: {source: o.csv}}\nmail: {recipients: [a@b.example]}\n"
    )
    assert plan(tmp_path).command()[1:] == [
        "-m", "segkit.cli", "run", str(tmp_path / "segkit.yaml"), "--as-of", "today", "--resume", "--mail"
    ]  # fmt: skip


def test_no_secret_of_the_environment_is_printed(planned, monkeypatch):
    monkeypatch.setenv("SEGKIT_SMTP_PASSWORD", "hunter2")
    assert "hunter2" not in str(planned)
    assert sys.executable in str(planned)


def test_a_time_that_is_none_is_refused(tmp_path):
    (tmp_path / "segkit.yaml").write_text("extracts: {orders: {source: o.csv}}\n")
    with pytest.raises(InputError, match=r"--at 7 o'clock: no time of day"):
        plan(tmp_path, at="7 o'clock")
