"""`python -m segkit.report NOTEBOOKS RUN_DIR`: fill the answers of the notebooks in a folder from a finished run."""

from __future__ import annotations

import sys
from pathlib import Path

from segkit.report import fill


def main(notebooks: str, run_dir: str) -> None:
    """In English, as the notebooks of the repository are kept."""
    for ipynb in sorted(Path(notebooks).glob("*.ipynb")):
        fill(ipynb, Path(run_dir), language="en")


if __name__ == "__main__":
    main(*sys.argv[1:])
