"""Measure and print; always ends with 0, since a slow machine is no fault. `python -m bench [--rounds N] …`."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import btyd, clusters, data, measure, migration, scheduled, startup, tiers

SAID = {
    "segkit": "segkit's feature step",
    "sql": "hand-written DuckDB SQL",
    "pandas": "pandas at its best",
    "extract": "segkit's whole extract",
}


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    say(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}. min / median / max; ratios are taken round by round.", "")
    say(f"Customer features from {asked.lines:,} order lines, {asked.rounds} rounds, each in a process of its own")
    lines, targets = _features(data.order_lines(asked.lines), rounds=asked.rounds)
    say(*lines, "", "Start-up, 7 rounds")
    more, last = startup.report(rounds=7)
    say(*more, "", "A whole scheduled run on the demo, and bare notebooks")
    say(*scheduled.report(rounds=asked.rounds), "", "All tier schemes on made-up customers")
    say(*tiers.report(asked.customers, rounds=asked.rounds), "", "Buy-till-you-die models fitted")
    say(*btyd.report(asked.histories, rounds=asked.rounds), "", "Snapshots of past quarters crossed")
    say(*migration.report(asked.customers, rounds=asked.rounds), "", "Clusters from two to ten")
    say(*clusters.report(asked.customers, rounds=asked.rounds), "", *targets, *last)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000_000, help="order lines (default: 20 million)")
    parser.add_argument("--customers", type=int, default=1_000_000, help="customers for the schemes (default: 1 million)")
    parser.add_argument("--histories", type=int, default=btyd.MANY, help="customers for the models (default: 10 million)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way runs (default: 3)")
    return parser


def _features(path: Path, *, rounds: int) -> tuple[list[str], list[str]]:
    """The table and the lines on its targets."""
    with tempfile.TemporaryDirectory(prefix="segkit-bench-") as folder:
        ways = {way: measure.python("bench.features", way, path, _folder(folder, way)) for way in SAID}
        whole = {"extract": ways.pop("extract")}
        runs = measure.interleaved(ways, rounds=rounds) | measure.interleaved(whole, rounds=1)
    pairs = _pairs(runs)
    lines = [*_table(runs), *(f"{what:<50} {measure.spread(found):>24} ×" for (what, _, _), found in pairs.items())]
    judged = [
        measure.verdict(what, statistics.median(found), most=most, least=least) for (what, most, least), found in pairs.items()
    ]
    return lines, judged


def _table(runs: dict[str, list[measure.Run]]) -> list[str]:
    lines = [f"{'':<26} {'seconds of the step':>24} {'of the process':>24} {'processor seconds':>24} {'peak MB':>24}"]
    for way, found in runs.items():
        texts = [measure.spread([r.step or r.seconds for r in found]), measure.spread([r.seconds for r in found])]
        texts += [measure.spread([r.processor for r in found]), measure.spread([r.megabytes for r in found], digits=0)]
        lines.append(f"{SAID[way]:<26} " + " ".join(f"{text:>24}" for text in texts))
    return lines


def _pairs(runs: dict[str, list[measure.Run]]) -> dict[tuple[str, float | None, float | None], list[float]]:
    """What is compared, with the most and the least that it may be → the ratio of each round."""
    step = {way: [r.step or r.seconds for r in found] for way, found in runs.items()}
    whole = {way: [r.seconds for r in found] for way, found in runs.items()}
    memory = {way: [r.megabytes for r in found] for way, found in runs.items()}
    return {
        ("segkit's step to the SQL's", 1.3, None): measure.ratios(step["segkit"], step["sql"]),
        ("segkit's process to the SQL's, start-up included", 1.3, None): measure.ratios(whole["segkit"], whole["sql"]),
        ("segkit's memory to the SQL's", 1.5, None): measure.ratios(memory["segkit"], memory["sql"]),
        ("pandas' step to segkit's", None, 2.5): measure.ratios(step["pandas"], step["segkit"]),
        ("pandas' process to segkit's, start-up included", None, 2.5): measure.ratios(whole["pandas"], whole["segkit"]),
    }


def _folder(parent: str, way: str) -> Path:
    folder = Path(parent) / way
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
