"""The run as a table of contents: plan, lock, extract, notebooks, final name."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from segkit.errors import StepError
from segkit.pipeline import earlier, history, old_runs, own, parameters, places, told
from segkit.pipeline import manifest as manifests
from segkit.pipeline import plan as plans
from segkit.pipeline.folder import Folder, named
from segkit.pipeline.manifest import Manifest
from segkit.settings import Settings

log = logging.getLogger(__name__)


def quiet(_name: str, _state: str, _seconds: float) -> None:
    """Tell nobody."""


def run(
    settings: Settings,
    *,
    today: dt.date,
    out: Path | None = None,
    only: Sequence[str] = (),
    resume: bool = False,
    given: Sequence[str] = (),
    notebooks: Path | None = None,
    tell: Callable[[str, str, float], None] = quiet,
    workers: int | None = None,
    keep_history: bool = True,
    meanwhile: Callable[[], object] | None = None,
) -> Path:
    """Extract, run the notebooks, and return the run folder, which appears under its name only when whole.

    `today` is what `as_of: today` means; `only` names notebooks (those that give what they need come along); `given`
    holds parameters as `KEY=VALUE`; `tell` hears of every step (see `steps.Tell`); without `keep_history` no snapshot is read
    or kept; `meanwhile` is called in a thread of its own once no notebook is left to begin, and has ended with the run.
    Raises InputError before anything is run where a wish cannot be met, LockedError where another run is at work, StepError
    where a notebook fails.
    """
    start = time.perf_counter()
    settings = history.placed(settings, keep=keep_history)
    every = plans.load(notebooks or places.notebooks())
    parameters.check(every, settings.parameters)
    own.check(settings)
    history.check(settings)
    told.check(settings)
    plan = every.only(only)
    values = parameters.resolve(plan, configured=settings.parameters, given=given)
    as_of = today if settings.as_of == "today" else settings.as_of if isinstance(settings.as_of, dt.date) else None
    folder = Folder((out or named(settings.name, as_of or "latest")).resolve())
    with contextlib.ExitStack() as held:
        held.enter_context(folder.lock())
        folder.check()
        way_in = _WayIn(settings, plan, folder, today, as_of, held, tell, named_by_data=not (out or as_of))
        if resume and (whole := way_in.whole(values)):
            return whole
        from segkit.pipeline.kernels import Kernels

        workers = workers or side_by_side()
        kernels = held.enter_context(Kernels(beside=workers))
        _imported_meanwhile()
        folder, manifest = (resume and way_in.taken_up()) or way_in.extracted()
        readers = settings.mail and settings.mail.model_dump(mode="json", by_alias=True)
        manifest.update(status="running", parameters=values, versions=manifests.versions(), mail=readers)
        told.bring(settings, folder.partial)
        from segkit.pipeline.steps import Steps

        try:
            Steps(plan, values, folder, manifest, kernels, tell, meanwhile).run(workers=workers)
            snapshot = history.draft(settings, folder.partial)
        except StepError as error:
            _close(manifest, "failed", start)
            folder.fail()
            error.remains = folder.failed
            raise
        _close(manifest, "done", start)
        folder.finish()
        if snapshot:
            snapshot.place()
        told.keep(settings, folder.final)
        earlier.keep(settings, folder.final, as_of=dt.date.fromisoformat(manifest.content["as_of"]))
    if not out:
        old_runs.clear(settings, folder.final)
    return folder.final


@dataclass(frozen=True)
class _WayIn:
    """How a run comes by its tables: from an earlier attempt, or from the extract."""

    settings: Settings
    plan: plans.Plan
    folder: Folder
    today: dt.date
    as_of: dt.date | None
    held: contextlib.ExitStack
    tell: Callable[[str, str, float], None]
    named_by_data: bool  # the folder's name waits for the date of the last order

    def whole(self, values: parameters.Values) -> Path | None:
        """The run that is asked for, where it stands whole already and nothing was begun since."""
        from segkit.pipeline.steps import done

        for folder in [] if self._attempts() else self._folders():
            content = manifests.load(folder.final / "manifest.json")
            if not content or content["status"] != "done" or self._unlike(content, folder.final):
                continue
            if done(self.plan, values, content, folder.final) == self.plan.steps.keys():
                for name in content["steps"]:
                    self.tell(name, "kept", 0.0)
                return folder.final
        return None

    def taken_up(self) -> tuple[Folder, Manifest] | None:
        """The newest attempt that asked for the same; says why where there is none."""
        for folder, remains in self._attempts():
            content = manifests.load(remains / "manifest.json")
            why = self._unlike(content, remains) if content else "it broke off before the extract was done"
            if content and not why:
                if folder != self.folder:
                    self.held.enter_context(folder.lock())
                    folder.check()
                folder.take_up(remains)
                self.tell("extract", "kept", 0.0)
                return folder, Manifest(folder.partial / "manifest.json", content)
            log.warning("--resume: %s cannot be continued: %s. Starting anew.", places.short(remains), why)
        return None

    def _attempts(self) -> list[tuple[Folder, Path]]:
        """Unfinished and failed runs that could be this one, newest first."""
        there = [(one, path) for one in self._folders() for path in (one.partial, one.failed) if path.is_dir()]
        return sorted(there, key=lambda pair: pair[1].stat().st_mtime, reverse=True)

    def _folders(self) -> list[Folder]:
        """Where this run could stand: its folder, and where the data name it, those of every day."""
        if not self.named_by_data:
            return [self.folder]
        stem = self.folder.final.name.removesuffix("latest")
        day = "[0-9]" * 4 + "-[0-9][0-9]-[0-9][0-9]"
        found = {path.name[: len(stem) + 10] for path in self.folder.final.parent.glob(f"{stem}{day}*")}
        return [self.folder, *(Folder(self.folder.final.with_name(name)) for name in sorted(found, reverse=True))]

    def _unlike(self, content: manifests.Content, remains: Path) -> str:
        """What differs from the attempt that `content` describes; empty where nothing does."""
        if content["config_sha256"] != manifests.config_digest(self.settings, as_of=self.as_of):
            return "the config or segkit has changed"
        others = content["steps"].keys() - self.plan.steps.keys() - {"extract"}
        if others:
            return f"it ran other notebooks ({', '.join(sorted(others))})"
        if any(not (remains / "tables" / table).is_file() for table in content["steps"]["extract"]["tables"]):
            return "tables of its extract are gone"
        return manifests.changed_inputs(self.settings, content["inputs"])

    def extracted(self) -> tuple[Folder, Manifest]:
        """A fresh extract, in a folder that knows its final name."""
        from segkit import crm

        start, started = time.perf_counter(), dt.datetime.now(dt.UTC)
        self.folder.begin()
        own.bring(self.settings, self.folder.partial)
        tables = self.folder.partial / "tables"
        self.tell("extract", "start", 0.0)
        try:
            summary = crm.extract(self.settings, tables=tables, today=self.today, as_of=self.as_of)
            folder = self._final(summary.as_of)
            earlier.bring(self.settings, folder.partial, as_of=summary.as_of, replaced=folder.final)
        except BaseException:
            self.folder.drop()
            raise
        seconds = round(time.perf_counter() - start, 2)
        config = manifests.config_digest(self.settings, as_of=self.as_of)
        content = manifests.content(self.settings, summary=summary, config=config, started=started)
        manifest = Manifest(folder.partial / "manifest.json", content)
        written = sorted(file.name for file in (folder.partial / "tables").iterdir())
        manifest.step("extract", status="done", seconds=seconds, tables=written)
        self.tell("extract", "done", seconds)
        return folder, manifest

    def _final(self, as_of: dt.date) -> Folder:
        """The folder under the name that the data give it, locked too."""
        if not self.named_by_data:
            return self.folder
        final = Folder(named(self.settings.name, as_of).resolve())
        self.held.enter_context(final.lock())
        final.check()
        return self.folder.rename(final.final)


def _imported_meanwhile() -> None:
    """Import what the steps need while the engine is at work on the extract and this interpreter waits for it."""
    threading.Thread(target=importlib.import_module, args=("segkit.pipeline.steps",), daemon=True).start()


def side_by_side() -> int:
    """Notebooks at a time: they wait much, and each takes the memory of a kernel."""
    return max(2, min(4, os.cpu_count() or 1))


def _close(manifest: Manifest, status: str, start: float) -> None:
    timings = {name: step["seconds"] for name, step in manifest.content["steps"].items() if "seconds" in step}
    timings["total"] = round(time.perf_counter() - start, 2)
    finished = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    manifest.update(status=status, finished_at=finished, timings=timings)
