"""The installed package works outside the clone: the notebooks and the demo travel in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from places import ROOT

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder that holds the package as a wheel unpacks it."""
    uv = shutil.which("uv", path=os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]]))
    assert uv, "uv is missing: `make test` installs it"
    folder = tmp_path_factory.mktemp("wheel")
    build = [uv, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(folder / "site")
    return folder / "site"


def test_the_demo_runs_from_an_empty_folder_with_the_package_alone(installed, tmp_path):
    code = "import sys, segkit.cli; assert sys.argv.pop(1) in segkit.cli.__file__; segkit.cli.main()"
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", code, str(installed), "run", "--only", "20_rfm", "--only", "90_report", "--lang", "zh"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "reports" / "demo-2026-07-01"
    assert "核心价值客户" in (folder / "index.html").read_text(encoding="utf-8")
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"] == "done"
