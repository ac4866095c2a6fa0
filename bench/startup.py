"""How long it takes until segkit answers."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

from bench import measure

TARGET = 0.4  # seconds, `segkit --help`


def report(*, rounds: int) -> tuple[list[str], list[str]]:
    """Lines of the table, and a line for the target."""
    script = shutil.which("segkit", path=str(Path(sys.executable).parent))
    commands = {
        "segkit --help": [script, "--help"]
        if script
        else [sys.executable, "-c", "from segkit.cli import main; main(['--help'])"],
        "import segkit.crm": [sys.executable, "-c", "import segkit.crm"],
        "python alone": [sys.executable, "-c", "pass"],
    }
    runs = measure.interleaved(commands, rounds=rounds)
    lines = [f"{name:<22} {measure.spread([r.seconds for r in runs[name]]):>24} s" for name in commands]
    median = statistics.median(r.seconds for r in runs["segkit --help"])
    return lines, [measure.verdict("segkit --help", median, most=TARGET, unit="s")]
