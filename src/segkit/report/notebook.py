"""An executed notebook → a page of its own: prose in the reader's language, code folded away, nothing loaded from afar."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.i18n import Words, paragraphs
from segkit.report.exporting import exported
from segkit.report.page import title
from segkit.report.parts.trust import CAVEATS
from segkit.report.templating import stylesheet
from segkit.report.top import RANK
from segkit.workbench import Run, as_markdown, open_run

if TYPE_CHECKING:
    from segkit.findings import Finding

ANSWER = re.compile(r"<!-- answer -->.*?<!-- /answer -->", re.DOTALL)
ANSWERS = 6  # findings in the answer
WARNINGS = ("warn", "risk")


def fill_summary(notebook: Any, run_dir: Path, words: Words) -> Any:
    """The notebook with the answer of its `summary` cell filled in from what it found.

    The answer: the weightiest findings, the period, the source, the caveats. Without findings it stays as it is.
    """
    from copy import deepcopy

    filled = deepcopy(notebook)
    run = open_run(run_dir, _name(filled), words.language)
    found = run.found(run.notebook) if run.notebook else []
    said = f"<!-- answer -->\n{_answer(run, found)}\n<!-- /answer -->" if found else ""
    for cell in filled.cells:
        if found and "summary" in cell.metadata.get("tags", []):
            before, _, rest = cell.source.partition("<!-- answer -->")
            cell.source = before + said + rest.partition("<!-- /answer -->")[2] if rest else cell.source
    return filled


def _answer(run: Run, found: list[Finding]) -> str:
    """Findings as a list, risks first, then period, source and caveats, as markdown."""
    from pathlib import PurePath

    told = sorted(found, key=lambda f: RANK[f.severity])[:ANSWERS]
    words, parts = run.words, ["\n".join(f"- {as_markdown(run.say(f))}" for f in told)]
    totals = _totals(run)
    if totals:
        parts.append(words("summary.period", as_of=run.as_of, **totals))
    files = ", ".join(dict.fromkeys(as_markdown(PurePath(i["path"]).name) for i in run.manifest["inputs"]))
    parts.append(words("summary.source", files=files or "–", code=run.currency))
    caveats = [run.remark(note) for note in run.manifest["notes"] if note["key"] in CAVEATS]
    caveats += [run.say(f) for f in run.found("10_quality") if f.severity in WARNINGS and f not in found]
    listed = "\n".join(f"- {as_markdown(c)}" for c in caveats)
    parts.append(f"{words('summary.caveats')}\n\n{listed}" if caveats else words("summary.none"))
    return "\n\n".join(parts)


def _totals(run: Run) -> Mapping[str, Any] | None:
    """The period of the orders, also where the notebook that finds it has not run yet; None where nobody has ordered."""
    told = next((finding.numbers for finding in run.found() if finding.key == "totals"), None)
    if told or not run.has("customers"):
        return told
    from segkit import findings

    customers = run.table("customers")
    return findings.totals(customers).numbers if (customers["frequency"] > 0).any() else None


def _name(notebook: Any) -> str:
    """Under which name the notebook opened its run."""
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    match = re.search(r"""open_run\([^,]+,\s*["']([^"']+)["']""", code)
    return match[1] if match else ""


def translate(notebook: Any, words: Words) -> Any:
    """The notebook with every paragraph of its markdown in the reader's language; the filled answer is so already."""
    from copy import deepcopy

    spoken = deepcopy(notebook)
    for cell in spoken.cells:
        if cell.cell_type == "markdown":
            answer = ANSWER.search(cell.source)
            before, after = (cell.source[: answer.start()], cell.source[answer.end() :]) if answer else (cell.source, "")
            kept = [answer[0].removeprefix("<!-- answer -->").removesuffix("<!-- /answer -->").strip()] if answer else []
            cell.source = "\n\n".join([*map(words.prose, _blocks(before)), *kept, *map(words.prose, _blocks(after))])
    return spoken


def _blocks(markdown: str) -> list[str]:
    """Blocks between blank lines, as written: lists and tables keep their lines."""
    return [block for block in re.split(r"\n\s*\n", markdown) if any(paragraphs(block))]


def fill(ipynb: Path, run_dir: Path, *, language: str) -> None:
    """Fill the answer of an executed notebook in place, from what the run found."""
    import nbformat

    notebook = nbformat.read(ipynb, as_version=4)
    nbformat.write(fill_summary(notebook, run_dir, Words(language)), ipynb)


def export_notebook(ipynb: Path, html: Path, *, language: str) -> None:
    """Write an executed notebook as HTML. In a run's folder, its answer is filled in first, in both."""
    import nbformat

    folder, words, notebook = ipynb.resolve().parent.parent, Words(language), nbformat.read(ipynb, as_version=4)
    if (folder / "manifest.json").is_file():
        notebook = fill_summary(notebook, folder, words)
        nbformat.write(notebook, ipynb)
    heading = title(notebook, ipynb.stem, words)
    resources = {"segkit": {"title": heading, "style": stylesheet(), "words": words, "run": _run_line(folder, words)}}
    html.write_text(exported(translate(notebook, words), resources, words), encoding="utf-8")


def _run_line(folder: Path, words: Words) -> str:
    """The run's title and as-of, for the head of the page."""
    path = folder / "manifest.json"
    if not path.is_file():
        return ""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return f"{manifest['title']} | {words('note.as_of', as_of=manifest['as_of'])}"
