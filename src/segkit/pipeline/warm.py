"""A process that has imported the libraries notebooks use and forks a kernel per request.

Importing pandas, seaborn and scikit-learn takes a kernel 2 to 3 seconds; a fork of a process that has done so takes
none. Linux only. Reads `{"argv": […], "cwd": …}` a line from standard input, answers `{"pid": …}`, ends with its input.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import warnings

_PRELOAD = (
    "ipykernel.kernelapp",
    "pyarrow.parquet",
    "pandas",
    "matplotlib.pyplot",
    "segkit.workbench",
    "segkit.findings",
    "seaborn",
    "scipy.stats",
    "sklearn.cluster",
    "sklearn.linear_model",
)


def serve() -> None:
    """Import, then fork until standard input ends."""
    for name in _PRELOAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
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
