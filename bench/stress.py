"""Kill a mailing run with SIGKILL at random moments, start it again, and see that nothing is half and nothing is sent twice.

`python -m bench.stress [--kills 50] [--seed 1]`, or `make stress`. Ends with 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
import yaml

from bench.sink import Inbox, Sink, trust

READERS = ("ann@firm.example", "bo@firm.example", "cy@firm.example")
PLAN = """extract: [customers, orders]
notebooks:
  - {name: 10_own, needs: [customers], gives: [own]}
  - {name: 90_own, needs: [own]}
"""
CELLS = {
    "10_own": """from segkit import findings
from segkit.workbench import open_run
run = open_run(run_dir, "10_own", language)
customers = run.table("customers")
run.save("own", customers)
run.conclude([findings.concentration(customers), findings.silent(customers)])""",
    "90_own": "from segkit.workbench import open_run\nopen_run(run_dir, '90_own', language).findings_table()",
}
PAUSE = 0.4  # seconds between a message and its answer, so that a good part of the run is mailing
MAY = "may have gone out"


@dataclass
class Firm:
    """A small firm in a folder of its own, with two short notebooks, and the command that runs and mails it."""

    folder: Path
    environment: dict[str, str]
    inbox: Inbox = field(default_factory=Inbox)

    def write(self) -> None:
        lines = [f"c{i % 23},2026-0{1 + i % 6}-{10 + i % 17},{50 + 7 * i % 900}" for i in range(180)]
        (self.folder / "orders.csv").write_text("\n".join(["customer,on,amount", *lines]) + "\n", encoding="utf-8")
        columns = {"customer_id": "customer", "ordered_at": "on", "amount": "amount"}
        config = {
            "name": "firm", "as_of": "2026-07-01", "extracts": {"orders": {"source": "orders.csv", "columns": columns}},
            "mail": {"from": "segkit <reports@firm.example>", "recipients": list(READERS)},
        }  # fmt: skip
        (self.folder / "segkit.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")

        self._write_notebooks(self.folder / "notebooks")

    @staticmethod
    def _write_notebooks(folder: Path) -> None:
        folder.mkdir()
        (folder / "pipeline.yaml").write_text(PLAN, encoding="utf-8")
        for name, source in CELLS.items():
            cells = [_cell("p", "run_dir = '..'\nlanguage = 'en'", tags=["parameters"]), _cell("c", source)]
            content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
            (folder / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")

    def start(self, out: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "segkit.cli", "run", "segkit.yaml", "--out", str(out), "--resume", "--mail"]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=pipe, stderr=pipe, text=True,
            start_new_session=True,
        )  # fmt: skip

    def killed(self, out: Path, when: Callable[[], bool]) -> bool:
        """Start and kill once `when` holds. False where the run was over before."""
        process = self.start(out)
        while process.poll() is None and not when():
            time.sleep(0.002)
        over = process.poll() is not None
        if not over:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return not over

    def faults(self, out: Path) -> list[str]:
        """What is wrong after a kill: half a run under a final name, or a reader with two mails."""
        wrong = [f"{to} has {n} mails" for to, n in Counter(self.inbox.readers).items() if n > 1]
        return wrong + ([f"{out.name} is no whole run"] if out.exists() and not whole(out) else [])

    def finished(self, out: Path) -> tuple[list[str], int]:
        """Start again, to the end. What is wrong then, and how many mails' fates are unknown and said to be so."""
        process = self.start(out)
        _, said = process.communicate(timeout=600)
        unknown = [to for to in READERS if f"{to} (all): it {MAY}" in said]
        wrong = self.faults(out) + ([] if out.exists() else [f"no run: {said[-300:]}"])
        wrong += [f"{to} has no mail, and nobody says so" for to in READERS if to not in [*self.inbox.readers, *unknown]]
        wrong += [f"exit code {process.returncode}: {said[-300:]}"] * (process.returncode != bool(unknown))
        wrong += [f"{path.name} is left over" for path in out.parent.glob(f"{out.name}.*") if path.is_dir()]
        return wrong, len(unknown)


def _cell(name: str, source: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    return code | {"id": name, "source": source, "metadata": {"tags": list(tags)}}


def whole(run: Path) -> bool:
    """Whether the folder holds all that its manifest names."""
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    steps = [name for name in manifest["steps"] if name != "extract"]
    files = [run / "notebooks" / f"{name}.{kind}" for name in steps for kind in ("ipynb", "html")]
    files += [run / "tables" / name for name in manifest["steps"]["extract"]["tables"]]
    done = all(step["status"] == "done" for step in manifest["steps"].values())
    return manifest["status"] == "done" and done and all(file.is_file() for file in files)


def place(out: Path, inbox: Inbox) -> str:
    """How far a killed run had come."""
    if inbox.taken:
        return "mailing"
    return (
        "whole, no mail yet"
        if out.exists()
        else "notebooks"
        if (out.with_name(f"{out.name}.partial")).exists()
        else "beginning"
    )


def stress(kills: int, seed: int) -> tuple[list[str], list[str]]:
    """Lines of the report, and what was broken."""
    authority, chance, wrong = trustme.CA(), random.Random(seed), list[str]()
    with tempfile.TemporaryDirectory(prefix="segkit-stress-") as made, Sink(authority) as sink:
        folder = Path(made)
        env = os.environ | sink.environment() | trust(authority, folder) | {"TMPDIR": made}
        firm = Firm(folder, env, inbox=sink.inbox)
        firm.write()
        sink.inbox.pause = PAUSE
        start = time.perf_counter()
        wrong += firm.finished(folder / "runs" / "unkilled")[0]
        whole_time, places, unknown = time.perf_counter() - start, Counter[str](), 0
        for number in range(kills):
            sink.inbox.taken.clear()
            out, moment = folder / "runs" / f"run-{number}", time.perf_counter() + chance.uniform(0, whole_time)
            hit = firm.killed(out, lambda moment=moment: time.perf_counter() >= moment)  # type: ignore[misc]
            places[place(out, sink.inbox) if hit else "over already"] += 1
            more, fates = firm.finished(out) if not (before := firm.faults(out)) else (before, 0)
            wrong, unknown = [*wrong, *(f"kill {number}: {one}" for one in more)], unknown + fates
    told = ", ".join(f"{n} {where}" for where, n in places.most_common())
    lines = [f"{kills} kills with seed {seed} over {whole_time:.1f} s: {told}"]
    lines += [f"{unknown} mails of unknown fate, each named by the next start", f"{len(wrong)} promises broken"]
    return lines, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.stress", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    lines, wrong = stress(asked.kills, asked.seed)
    sys.stdout.write("\n".join([*lines, *wrong]) + "\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
