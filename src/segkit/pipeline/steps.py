"""The notebooks of one run, each after those it waits for, a few at a time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from segkit import report
from segkit.errors import InputError, StepError
from segkit.pipeline.execute import CellError, execute
from segkit.pipeline.folder import Folder
from segkit.pipeline.kernels import Kernels
from segkit.pipeline.manifest import Content, Manifest
from segkit.pipeline.parameters import Values
from segkit.pipeline.places import short
from segkit.pipeline.plan import Plan, Step

Tell = Callable[[str, str, float], None]
"""Told of every step: its name, `start`, `done`, `kept` or `failed`, and the seconds it took."""


@dataclass
class Steps:
    """All that a step of this run needs to know."""

    plan: Plan
    values: Values
    folder: Folder
    manifest: Manifest
    kernels: Kernels
    tell: Tell
    meanwhile: Callable[[], object] | None = None  # called once, when no step is left to begin
    stopped: bool = False

    def run(self, *, workers: int) -> None:
        """Every step that is not done yet. Raises the first StepError once the steps beside it have ended."""
        kept = done(self.plan, self.values, self.manifest.content, self.folder.partial)
        sorter = TopologicalSorter(self.plan.graph)
        sorter.prepare()
        failures: list[BaseException] = []
        with self._pool(workers) as pool:
            running: dict[Future[None], str] = {}
            ready, ended = list[str](), set[str]()
            aside: threading.Thread | None = None
            while sorter.is_active() and not failures:
                ready = sorted([*ready, *sorter.get_ready()], key=self.plan.waited_for, reverse=True)
                now, ready = ready[: workers - len(running)], ready[workers - len(running) :]
                running |= {pool.submit(self._step, name, kept=name in kept): name for name in now}
                if self.meanwhile and not aside and self.plan.steps.keys() == ended | set(running.values()):
                    aside = threading.Thread(target=self.meanwhile, daemon=True)
                    aside.start()
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    error = future.exception()
                    failures += [error] if error else []
                    ended.add(name)
                    sorter.done(name)
        if failures:
            raise failures[0]
        if aside:  # forks of a process in which a thread imports would wait for that import for ever
            aside.join()

    @contextlib.contextmanager
    def _pool(self, workers: int) -> Any:
        """Threads that end at once, with their kernels, where the run is interrupted."""
        with ThreadPoolExecutor(workers) as pool:
            try:
                yield pool
            except BaseException:
                self.stopped = True
                self.kernels.kill()
                raise
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _missing(self, files: list[str]) -> list[str]:
        return missing(files, self.folder.partial)

    def _step(self, name: str, *, kept: bool) -> None:
        if kept:
            self.tell(name, "kept", 0.0)
            return
        start = time.perf_counter()
        self.tell(name, "start", 0.0)
        self.manifest.step(name, status="running", sha256=_digest(self.plan, self.values, self.manifest.content, name))
        try:
            self._perform(self.plan.steps[name])
        except Exception as error:
            raise self._failure(name, error, start) from error
        seconds = round(time.perf_counter() - start, 2)
        self.manifest.step(name, status="done", seconds=seconds)
        self.tell(name, "done", seconds)

    def _perform(self, step: Step) -> None:
        """Execute, export, and hold the notebook to its promise."""
        missing = self._missing([f"tables/{table}.parquet" for table in step.needs])
        if missing:
            raise StepError(f"needs {', '.join(missing)}, which is not there")
        target = self.folder.partial / "notebooks" / f"{step.name}.ipynb"
        language = self.manifest.content["language"]
        # The notebook works in its own folder, so that the run lies at ".." now and wherever it is moved to.
        parameters = {"run_dir": "..", "language": language} | self.values[step.name]
        execute(self.plan.notebook(step.name), target, parameters=parameters, kernels=self.kernels)
        report.export_notebook(target, target.with_suffix(".html"), language=language)
        missing = self._missing(step.outputs())
        if missing:
            raise StepError(f"did not write {', '.join(missing)}, which pipeline.yaml promises")

    def _failure(self, name: str, error: Exception, start: float) -> StepError:
        """The failure in one sentence, with the place where its remains will lie; noted in the manifest."""
        seconds = round(time.perf_counter() - start, 2)
        place = short(self.folder.failed / "notebooks" / f"{name}.ipynb")
        if isinstance(error, CellError):
            what, cell = f"failed in cell [{error.cell}]: {error}", error.cell
            kept = f"The executed notebook is kept, with that cell marked: {place}"
        else:
            what, cell = (
                str(error) if isinstance(error, StepError) else f"failed: {type(error).__name__}: {error}",
                None,
            )
            kept = f"Its remains are kept: {place}"
        if not self.stopped:
            self.manifest.step(name, status="failed", seconds=seconds, cell=cell, error=str(error))
            self.tell(name, "failed", seconds)
        failure = StepError(f"{name} {what.rstrip('.')}. {kept}")
        if isinstance(error, CellError) and error.kind == InputError.__name__:
            failure.exit_code = InputError.exit_code
        return failure


def done(plan: Plan, values: Values, content: Content, root: Path) -> set[str]:
    """Steps whose outcome is in the folder `root`, from the same notebook with the same parameters and the same tables.

    `content`: the manifest of that folder.
    """
    before, kept = content["steps"], set[str]()
    for name in plan.order():
        files = [f"notebooks/{name}.ipynb", f"notebooks/{name}.html", *plan.steps[name].outputs()]
        step = before.get(name, {})
        same = step.get("status") == "done" and step.get("sha256") == _digest(plan, values, content, name)
        if same and plan.graph[name] <= kept and not missing(files, root):
            kept.add(name)
    return kept


def missing(files: list[str], root: Path) -> list[str]:
    return [file for file in files if not (root / file).is_file()]


def _digest(plan: Plan, values: Values, content: Content, name: str) -> str:
    asked = json.dumps([values[name], content["language"]], sort_keys=True, default=str)
    return hashlib.sha256(plan.notebook(name).read_bytes() + asked.encode()).hexdigest()
