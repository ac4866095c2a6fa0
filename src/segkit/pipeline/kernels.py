"""Kernels for the notebooks of one run: this interpreter, a clean environment, forked from a warm process on Linux."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

_PASSED = """
    PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR TEMP TMP LD_LIBRARY_PATH VIRTUAL_ENV CONDA_PREFIX MPLCONFIGDIR
    SYSTEMROOT WINDIR COMSPEC PATHEXT APPDATA LOCALAPPDATA USERPROFILE PROGRAMDATA PYTHONPATH PYTHONHOME
    PYTHONPYCACHEPREFIX PYTHONDONTWRITEBYTECODE OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS
"""
"""All of the environment a notebook gets, beside LC_* and XDG_*: passwords in it stay out."""


def environment(scratch: Path, *, threads: int) -> dict[str, str]:
    """The environment of a kernel: hash seed, backend and empty IPython profile are the same for everyone, and it computes
    on `threads` cores unless told otherwise. Kernels side by side that each take every core wait for one another."""
    names = _PASSED.split()
    passed = {k: v for k, v in os.environ.items() if k.upper() in names or k.startswith(("LC_", "XDG_"))}
    fixed = {
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(scratch / "ipython"),
    }
    return {"OMP_NUM_THREADS": str(threads)} | passed | fixed


class Kernels:
    """Starts kernels and ends every one of them with the run. `manager` is the class to hand to a notebook client;
    `beside` is how many compute at a time, which share the cores."""

    def __init__(self, *, warm: bool = sys.platform == "linux", beside: int = 2) -> None:
        self._warm = warm
        self._threads = max(1, (os.cpu_count() or 1) // beside)

    def __enter__(self) -> Kernels:
        self._folder = tempfile.TemporaryDirectory(prefix="segkit-", ignore_cleanup_errors=True)
        self.scratch = Path(self._folder.name)
        self.env = environment(self.scratch, threads=self._threads)
        self.log = (self.scratch / "kernels.log").open("w+", encoding="utf-8", errors="replace")
        self.started: list[AsyncKernelManager] = []
        self.manager: type[AsyncKernelManager] = type("_Manager", (_Manager,), {"kernels": self})
        self._line = threading.Lock()
        self._server = self._start_server() if self._warm else None
        return self

    def __exit__(self, *_raised: object) -> None:
        self.kill()
        if self._server and self._server.stdin and self._server.stdout:
            self._server.kill()
            self._server.wait()
            self._server.stdin.close()
            self._server.stdout.close()
        self.log.close()
        self._folder.cleanup()

    def _start_server(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-Xfrozen_modules=off", "-m", "segkit.pipeline.warm"]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=self.log,
            env=self.env,
            cwd=self.scratch,
            text=True,
            start_new_session=True,
        )

    def fork(self, argv: list[str], cwd: str) -> Forked | None:
        """A kernel of the warm process; None where there is none to ask."""
        if not (self._server and self._server.stdin and self._server.stdout):
            return None
        with self._line:
            try:
                self._server.stdin.write(json.dumps({"argv": argv, "cwd": cwd}) + "\n")
                self._server.stdin.flush()
                return Forked(json.loads(self._server.stdout.readline())["pid"])
            except (OSError, ValueError):  # it has died: kernels start the slow way from now on
                self._server = None
                return None

    def kill(self) -> None:
        """End every kernel at once."""
        for manager in self.started:
            process = getattr(manager.provisioner, "process", None)
            if process is not None:
                process.kill()

    def complaint(self) -> str:
        """The last line that kernels wrote to their error stream; empty where they wrote none."""
        self.log.flush()
        lines = (self.scratch / "kernels.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


class Forked:
    """A kernel forked elsewhere, with the part of `subprocess.Popen` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it lives."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        return self.poll() or 0

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


class _Provisioner(LocalProvisioner):
    """Forks where it can, else starts a process as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        kernels: Kernels = self.parent.kernels  # type: ignore[union-attr]
        forked = kernels.fork(cmd[cmd.index("-f") :], str(kwargs["cwd"]))
        if forked is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = forked  # type: ignore[assignment]
        self.pid = self.pgid = forked.pid
        self.cwd = kwargs["cwd"]
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """As a provisioner does, and see it end. A kernel manager would look ten times a second, and each notebook wait."""
        await super().kill(restart=restart)
        end = time.monotonic() + 1
        while await self.poll() is None and time.monotonic() < end:
            await asyncio.sleep(0.002)


class _Client(AsyncKernelClient):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context.setsockopt(zmq.RECONNECT_IVL, 10)  # milliseconds until a socket looks again for a kernel to come

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Until the kernel answers and what it publishes arrives. Jupyter's own then waits for a fifth of a second in which
        nothing arrives; a notebook's client passes over what answers none of its requests.

        Raises DeadKernelError where the kernel has died, RuntimeError where it is not ready in `timeout` seconds.
        """
        end = time.monotonic() + (timeout or math.inf)
        while True:
            self.kernel_info()
            with contextlib.suppress(queue.Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
                return
            if not await self.is_alive():
                from segkit.pipeline.papermill import DeadKernelError

                raise DeadKernelError("the kernel died as it started")
            if time.monotonic() > end:
                raise RuntimeError(f"the kernel did not answer in {timeout} seconds")


class _Manager(AsyncKernelManager):
    """Kernels of this interpreter, whatever kernelspecs the user has installed; sockets are files where they can be."""

    kernels: Kernels

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        argv += ["--HistoryManager.enabled=False", "--colors=NoColor"]
        self._kernel_spec = KernelSpec(argv=argv, display_name="Python 3", language="python")
        self.connection_file = str(self.kernels.scratch / f"{uuid.uuid4().hex[:12]}.json")
        too_long = len(self.connection_file) > 85  # a socket's path may have 104 characters
        self.transport = "tcp" if sys.platform == "win32" or too_long else "ipc"
        self.client_factory = _Client

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        self.kernel_id = uuid.uuid4().hex
        self.provisioner = _Provisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        self.kernels.started.append(self)
        kw |= {"env": self.kernels.env, "stdout": self.kernels.log, "stderr": self.kernels.log}
        return await super()._async_pre_start_kernel(**kw)
