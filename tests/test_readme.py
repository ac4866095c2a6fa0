"""Every command in the README works: make targets are what CI runs, the others run here in order, with the wheel alone."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from places import ROOT
from segkit import report
from segkit.charts.style import title_of
from segkit.report.drawn import DRAWN
from segkit.report.pictures import figure
from segkit.workbench import open_run
from told import named, told

pytestmark = pytest.mark.long

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.partition("#")[0].strip() for block in BLOCKS for line in block.splitlines() if line.partition("#")[0].strip()]


def test_ci_runs_the_make_commands_of_the_readme():
    ran = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    made = [command for command in COMMANDS if command.startswith("make ")]
    assert made
    assert [command for command in made if command not in ran] == []


def test_the_other_commands_run_one_after_the_other_outside_the_clone(installed, tmp_path):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {"PATH": path, "HOME": str(tmp_path), "PYTHONPATH": str(installed)}
    ran = [command for command in COMMANDS if not command.startswith("make ")]
    assert {shlex.split(command)[1] for command in ran} == {
        "demo",
        "map",
        "check",
        "run",
        "customer",
        "schemes",
        "page",
        "mail",
        "schedule",
    }
    for command in ["python -c \"import os, segkit.cli as c; assert c.__file__.startswith(os.environ['PYTHONPATH'])\"", *ran]:
        if "--lang zh" in command and "run" in shlex.split(command):  # the second run keeps names to itself
            with (tmp_path / "firm" / "segkit.yaml").open("a", encoding="utf-8") as config:
                config.write("\nprivacy: codes\n")
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    assert (tmp_path / "reports" / "firm" / "index.html").is_file()
    assert 'lang="zh' in (tmp_path / "reports" / "firm-april" / "index.html").read_text(encoding="utf-8")
    assert [json.loads(m.read_text(encoding="utf-8"))["status"] for m in (tmp_path / "reports").glob("*/manifest.json")] == [
        "done"
    ] * 2
    no_edition_of_a_salesperson_names_anothers_account(tmp_path / "reports" / "firm")
    no_name_is_in_what_a_run_by_codes_shows(tmp_path / "reports" / "firm-april")
    every_picture_drawn_anew_says_what_the_kept_one_says(tmp_path / "reports" / "firm")


def no_edition_of_a_salesperson_names_anothers_account(run_dir: Path) -> None:
    customers = pd.read_parquet(run_dir / "tables" / "customers.parquet").dropna(subset="owner")
    for owner in customers["owner"].unique():
        page = told(report.page(run_dir, edition=f"owner:{owner}"))
        own, others = (customers[customers["owner"].eq(owner).eq(is_own)] for is_own in (True, False))
        foreign = [*(set(others["name"].dropna()) - set(own["name"])), *others["customer_id"]]
        assert named(page, foreign, own=own["name"].dropna()) == []
        assert named(page, own["name"].dropna()) != []


def no_name_is_in_what_a_run_by_codes_shows(run_dir: Path) -> None:
    tables = {name: pd.read_parquet(run_dir / "tables" / f"{name}.parquet") for name in ("customers", "contacts", "owners")}
    customers = tables["customers"]
    names = {*customers["name"].dropna(), *tables["contacts"]["name"].dropna(), *tables["owners"]["owner"]}
    names |= {value for column in ("contact_name", "contact_email", "contact_phone") for value in customers[column].dropna()}
    shown = [run_dir / "index.html", *(run_dir / "notebooks").glob("*.html"), *(run_dir / "plans").glob("*.html")]
    assert len(shown) > 10
    for file in shown:
        assert named(told(file.read_text(encoding="utf-8")), names) == [], file.name
    for file in (run_dir / "figures").glob("*.png"):
        with Image.open(file) as image:
            assert named(image.info["Description"], names) == [], file.name


def every_picture_drawn_anew_says_what_the_kept_one_says(run_dir: Path) -> None:
    run, chinese = (open_run(run_dir, "90_report", language) for language in ("en", "zh"))
    for name, draw in DRAWN.items():
        ax, key = draw(run)
        with Image.open(run_dir / "figures" / f"{name}.png") as image:
            assert image.info["Description"] == f"{run.words(key)} {title_of(ax)}", name
        assert figure(chinese, name)[1].startswith(chinese.words(key))


def test_every_folder_the_readme_names_is_there():
    named = re.findall(r"^\| (.+?) \|", README, re.MULTILINE)
    paths = [path for cell in named for path in re.findall(r"`([^`]+/)`", cell)]
    assert len(paths) > 8
    assert [path for path in paths if not (ROOT / path).is_dir()] == []
    pictures = re.findall(r"!\[.*?\]\((.+?)\)", README)
    assert [p for p in pictures if not (ROOT / p).is_file()] == []
