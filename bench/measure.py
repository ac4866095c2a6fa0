"""Wall time and peak memory of other processes, and what to say of several runs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One run of a process: wall seconds from start to end, seconds of processor time (all threads), peak resident
    memory in megabytes; `step`: the seconds that the process itself says its work took, start-up and imports apart."""

    seconds: float
    processor: float
    megabytes: float
    step: float | None = None


def run(command: Sequence[str]) -> Run:
    """Run a command to its end. Raises CalledProcessError, its messages attached, where it fails."""
    with tempfile.TemporaryFile() as messages, tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=messages)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            messages.seek(0)
            raise subprocess.CalledProcessError(process.returncode, list(command), stderr=messages.read().decode())
        output.seek(0)
        step = _step(output.read().decode())
    in_bytes = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * in_bytes / 1e6, step)


def _step(output: str) -> float | None:
    return float(json.loads(output)["seconds"]) if output.startswith('{"seconds"') else None


def interleaved(commands: Mapping[str, Sequence[str]], *, rounds: int) -> dict[str, list[Run]]:
    """Every command once a round, A B C A B C, so that a slow spell of the machine meets all of them."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command))
    return runs


def ratios(runs: Sequence[float], others: Sequence[float]) -> list[float]:
    """Run by run of the same round, how many times the other."""
    return [a / b for a, b in zip(runs, others, strict=True)]


def spread(values: Sequence[float], *, digits: int = 2) -> str:
    """`min / median / max`."""
    return " / ".join(f"{v:.{digits}f}" for v in (min(values), statistics.median(values), max(values)))


def python(module: str, *arguments: str | Path) -> list[str]:
    """The command that runs a module in this interpreter."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def verdict(what: str, value: float, *, most: float | None = None, least: float | None = None, unit: str = "×") -> str:
    """A line that says whether a target was met, the median against it."""
    met = (most is None or value <= most) and (least is None or value >= least)
    bound = f"at most {most} {unit}" if most is not None else f"at least {least} {unit}"
    return f"{'met   ' if met else 'missed'}  {what}: {value:.2f} {unit} (target: {bound})"
