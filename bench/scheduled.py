"""A whole scheduled run on the demo (every notebook, the page, the mails) against papermill and nbconvert on as many notebooks
that only import the same libraries and draw one plot, as many at a time. `python -m bench.scheduled`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import measure

MOST = 1.5  # times the bare notebooks, which import what segkit's notebooks do, directly or through segkit
BARE = """import babel.numbers
import pandas as pd
import pyarrow.dataset
import pydantic
import yaml
import matplotlib.pyplot as plt
import seaborn as sns
import scipy.stats
import sklearn.cluster
import sklearn.linear_model
sns.barplot(x=[1, 2, 3], y=[1, 3, 2])"""


def bare(folder: Path, *, notebooks: int, workers: int) -> None:
    """Run and export the bare notebooks as anyone would: a kernel each, so many side by side."""
    import nbformat
    import papermill
    from nbconvert import HTMLExporter
    from nbformat.v4 import new_code_cell, new_notebook

    source = folder / "bare.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(BARE)]), source)

    def one(number: int) -> None:
        target = folder / f"{number}.ipynb"
        papermill.execute_notebook(str(source), str(target), kernel_name="python3", progress_bar=False)
        text, _ = HTMLExporter().from_filename(str(target))
        target.with_suffix(".html").write_text(text, encoding="utf-8")

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, range(notebooks)))


def scheduled(folder: Path, environment: dict[str, str]) -> float:
    """Seconds of `segkit run --mail` on the demo, as cron starts it."""
    from segkit.pipeline.places import demo_config

    command = [
        sys.executable,
        "-m",
        "segkit.cli",
        "run",
        str(demo_config()),
        "--out",
        str(folder / "run"),
        "--resume",
        "--mail",
    ]
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def report(*, rounds: int = 3) -> list[str]:
    """What was measured, and whether it met the target, in lines."""
    import os

    import trustme

    from bench.sink import Sink, trust
    from segkit.pipeline import places, plan
    from segkit.pipeline.run import side_by_side

    several, workers, authority = len(plan.load(places.notebooks()).steps), side_by_side(), trustme.CA()
    ours, theirs = list[float](), list[float]()
    with Sink(authority) as sink:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory(prefix="segkit-bench-") as folder:
                environment = os.environ | sink.environment() | trust(authority, Path(folder))
                ours.append(scheduled(Path(folder), environment))
                theirs.append(measure.run(measure.python("bench.scheduled", folder, str(several), str(workers))).seconds)
    ratio = statistics.median(measure.ratios(ours, theirs))
    return [
        f"{'segkit run --mail':<34} {measure.spread(ours):>24} s, {len(sink.inbox.taken) // rounds} mails",
        f"{f'{several} bare notebooks, {workers} at a time':<34} {measure.spread(theirs):>24} s",
        measure.verdict("a whole scheduled run to as many bare notebooks", ratio, most=MOST),
    ]


def main() -> None:
    if len(sys.argv) == 4:
        bare(Path(sys.argv[1]), notebooks=int(sys.argv[2]), workers=int(sys.argv[3]))
    else:
        sys.stdout.write("\n".join(report(rounds=int(sys.argv[1]) if len(sys.argv) > 1 else 3)) + "\n")


if __name__ == "__main__":
    main()
