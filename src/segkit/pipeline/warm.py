"""A process that has imported what notebooks use, read segkit's own texts and schemes, and forks a kernel per request.

Importing pandas, seaborn and scikit-learn takes a kernel 2 to 3 seconds; a fork of a process that has done so takes
none. Linux only. Reads `{"argv": […], "cwd": …}` a line from standard input, answers `{"pid": …}`, ends with its input.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import warnings
from pathlib import Path

_PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "pyarrow.dataset",
    "pandas",
    "matplotlib.pyplot",
    "seaborn",
    "scipy.stats",
    "sklearn.cluster",
    "sklearn.linear_model",
    "segkit.findings",
    "segkit.report",
)


def serve() -> None:
    """Import and read, then fork until standard input ends."""
    for name in _PRELOAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    _read_texts()
    gc.set_threshold(50_000, 20, 20)
    gc.collect()
    gc.freeze()  # what is imported is no garbage: a kernel need not look there, nor copy its pages
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels leave no zombies
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _kernel(wanted["argv"], wanted["cwd"], parent=os.getppid())
        sys.stdout.write(json.dumps({"pid": pid}) + "\n")
        sys.stdout.flush()


def _read_texts() -> None:
    """Have in memory what every notebook asks for: the rooms of the analysis, texts, names, schemes, the font."""
    from segkit import analysis
    from segkit.charts.style import register_font
    from segkit.i18n import LANGUAGES, Words
    from segkit.workbench.naming import names_in_files

    for room in pkgutil.iter_modules(analysis.__path__, "segkit.analysis."):
        importlib.import_module(room.name)
    for language in LANGUAGES:
        names_in_files(Path(), Words(language))
    register_font()


def _kernel(argv: list[str], cwd: str, *, parent: int) -> None:
    """Be a fresh kernel in a process of its own group; never returns."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)  # standard output was the line to the parent
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    os.chdir(cwd)
    sys.modules.pop("matplotlib_inline.backend_inline", None)  # it ties itself to the kernel that imports it
    from ipykernel.kernelapp import launch_new_instance

    # It ends when the parent does. The environment would be too late: its default was read at import.
    launch_new_instance(argv=[*argv, f"--IPKernelApp.parent_handle={parent}"])
    os._exit(0)


if __name__ == "__main__":
    serve()
