"""One notebook, executed and kept: papermill, without the machine's paths and without its noise."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

from segkit.pipeline.kernels import Kernels
from segkit.pipeline.papermill import DeadKernelError, PapermillExecutionError, execute_notebook

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class CellError(Exception):
    """A cell of a notebook failed. `cell` is its number as the notebook shows it; the text is the error's last line; `kind` the
    name of its class."""

    def __init__(self, cell: int, line: str, *, kind: str = "") -> None:
        super().__init__(line)
        self.cell, self.kind = cell, kind


def execute(source: Path, target: Path, *, parameters: dict[str, Any], kernels: Kernels) -> None:
    """Run `source` with `parameters` and keep the outcome as `target`, whose folder is the notebook's working folder.

    Raises CellError when a cell fails; `target` then holds everything up to that cell, which papermill marks.
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # its errors come as exceptions
    try:
        execute_notebook(
            str(source.resolve()),
            str(target.resolve()),
            parameters=parameters,
            kernel_name="python3",
            language="python",
            start_timeout=120,
            kernel_manager_class=kernels.manager,
            resources={"metadata": {"path": str(target.parent.resolve())}},
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        raise CellError(error.exec_count, _last_line(error.ename, error.evalue), kind=error.ename) from None
    except DeadKernelError:
        raise CellError(_cell_under_way(target), f"the kernel died {kernels.complaint()}".strip()) from None
    finally:
        _tidy(target)


def _last_line(name: str, text: str) -> str:
    lines = _ESCAPES.sub("", text or "").strip().splitlines()
    return f"{name}: {lines[-1].strip()}" if lines else name


def _cell_under_way(target: Path) -> int:
    """The number of the last code cell that was begun; 1 where none was."""
    cells = json.loads(target.read_text(encoding="utf-8"))["cells"]
    begun = [cell["metadata"].get("papermill", {}).get("start_time") for cell in cells if cell["cell_type"] == "code"]
    return max(1, sum(time is not None for time in begun))


def _tidy(target: Path) -> None:
    """Take out where on this machine the notebook came from and went to."""
    if not target.is_file():
        return
    notebook = json.loads(target.read_text(encoding="utf-8"))
    for key in ("input_path", "output_path", "environment_variables"):
        notebook["metadata"].get("papermill", {}).pop(key, None)
    target.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
