"""The notice of a failed run, for its operators alone: which step, which cell, which error, where the remains lie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segkit.i18n import Words
from segkit.mail.content import SUBJECT, Content, Figure, line
from segkit.pipeline.places import short

LINES = 20  # of the failing cell's source


@dataclass(frozen=True)
class Failure:
    """What is known of a failed run. `run`: the same for the same failure of the same day; `cell`: number as shown."""

    run: str
    title: str
    as_of: str
    step: str
    error: str
    cell: int | None = None
    source: str = ""
    kept: str = ""


def of_remains(remains: Path) -> Failure:
    """The failure that a run left under `.failed`, from its manifest and the executed notebook."""
    manifest: dict[str, Any] = json.loads((remains / "manifest.json").read_text(encoding="utf-8"))
    failed: Iterator[tuple[str, dict[str, Any]]] = (
        (name, step) for name, step in manifest["steps"].items() if step["status"] == "failed"
    )
    broken: tuple[str, dict[str, Any]] = ("extract", {"error": "it broke off", "cell": None})
    name, step = next(failed, broken)
    notebook = remains / "notebooks" / f"{name}.ipynb"
    run = f"{remains.name} {manifest['as_of']} {name} {step.get('cell')} {step['error']}"
    return Failure(
        run=run,
        title=manifest["title"],
        as_of=manifest["as_of"],
        step=name,
        error=str(step["error"]),
        cell=step.get("cell"),
        source=_source(notebook, step.get("cell")),
        kept=short(notebook),
    )


def of_error(error: Exception, *, name: str, title: str, day: str, told: str) -> Failure:
    """A failure before there was anything to keep. `told`: what the command says of it."""
    return Failure(run=f"{name} {day} {type(error).__name__} {told}", title=title, as_of=day, step="extract", error=told)


def _source(notebook: Path, cell: int | None) -> str:
    """The source of the cell with that number; empty where there is none."""
    if cell is None or not notebook.is_file():
        return ""
    cells: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    source = next(("".join(one["source"]) for one in cells if one.get("execution_count") == cell), "")
    return "\n".join(line(text) if text.strip() == text else text[:200] for text in source.splitlines()[:LINES])


def content(failure: Failure, words: Words) -> Content:
    """The notice in a language."""
    place = words("mail.cell_of", step=failure.step, cell=failure.cell) if failure.cell else failure.step
    subject = words("mail.failed_subject", place=place, error=line(failure.error, SUBJECT))
    return Content(
        subject=line(subject, SUBJECT),
        head=[line(failure.title), words("note.as_of", as_of=failure.as_of)],
        lead=words("mail.failed_lead"),
        figures=[Figure(place, words("mail.failed_place"))],
        findings=[("risk", line(failure.error))],
        code=failure.source,
        notes=[words("mail.failed_kept", place=failure.kept)] * bool(failure.kept) + [words("mail.failed_resume")],
    )
