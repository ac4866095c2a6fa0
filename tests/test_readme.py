"""Every command in the README works: make targets are what CI runs, the others run here in order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.partition("#")[0].strip() for block in BLOCKS for line in block.splitlines() if line.partition("#")[0].strip()]


def test_ci_runs_the_make_commands_of_the_readme():
    ran = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    made = [command for command in COMMANDS if command.startswith("make ")]
    assert made
    assert [command for command in made if command not in ran] == []


def test_the_other_commands_run_one_after_the_other(tmp_path):
    env = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    ran = [command for command in COMMANDS if not command.startswith("make ")]
    every = {"demo", "map", "check", "run", "customer", "schemes", "mail", "schedule"}
    assert {shlex.split(command)[1] for command in ran} == every
    for command in ran:
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    assert (tmp_path / "reports" / "firm" / "index.html").is_file()
    assert 'lang="zh' in (tmp_path / "reports" / "firm-april" / "index.html").read_text(encoding="utf-8")


def test_every_folder_the_readme_names_is_there():
    named = re.findall(r"^\| (.+?) \|", README, re.MULTILINE)
    paths = [path for cell in named for path in re.findall(r"`([^`]+/)`", cell)]
    assert len(paths) > 8
    assert [path for path in paths if not (ROOT / path).is_dir()] == []
    pictures = re.findall(r"!\[.*?\]\((.+?)\)", README)
    assert [p for p in pictures if not (ROOT / p).is_file()] == []
