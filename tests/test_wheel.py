"""The installed package works outside the clone: the notebooks and the demo travel in it (`test_readme.py` has whole runs)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long


def test_the_demo_runs_from_an_empty_folder_with_the_package_alone(installed, tmp_path):
    code = "import sys, segkit.cli; assert sys.argv.pop(1) in segkit.cli.__file__; segkit.cli.main()"
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", code, str(installed), "run", "--only", "10_quality", "--lang", "zh"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "reports" / "demo-2026-07-01"
    assert 'lang="zh' in (folder / "notebooks" / "10_quality.html").read_text(encoding="utf-8")
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"] == "done"
