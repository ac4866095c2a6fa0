"""`index.html`: the run on one page of two minutes, in one file that needs nothing else; whole, or an edition of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.report import top
from segkit.report.found import found
from segkit.report.parts import parts
from segkit.report.templating import environment, stylesheet
from segkit.workbench import Edition, Run, edition_of, open_run

if TYPE_CHECKING:
    from segkit.i18n import Words

METHODS = (
    "as_of", "recency", "frequency", "monetary", "scores", "tiers", "rfm_matrix", "expected", "churn", "at_risk", "act_on",
    "overdue", "separation", "plan", "quality",
)  # fmt: skip
THIS = "90_report"


def page(run_dir: Path, *, language: str | None = None, edition: str | None = None) -> str:
    """The page of a run as HTML, in the run's language unless another is asked for.

    `edition`: `all`, `team:NAME` or `owner:NAME`; the latter two show the accounts of these people only. Raises
    InputError where there is no run, no such language, team or salesperson.
    """
    run = open_run(run_dir, THIS, language)
    return page_of(run, edition)


def page_of(run: Run, edition: str | None) -> str:
    """As `page`, of an open run, in its language."""
    return render(edition_of(run, edition))


def publish(run: Run) -> Path:
    """Write the page of a notebook's run as `index.html`, say so, and return its place."""
    from IPython.display import Markdown, display

    text = render(edition_of(run, None)).encode("utf-8")
    path = run.output / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    display(Markdown(run.words("page.written")))
    return path


def render(run: Run) -> str:
    """The page from what the run's notebooks have kept: findings, figures, tables."""
    opening = top.opening(run)
    said = {line.text for line in opening}
    totals = next((f.numbers for _, f in found(run) if f.key == "totals"), None)
    context: dict[str, Any] = {
        "run": run,
        "words": run.words,
        "style": stylesheet(),
        "who": run.who if isinstance(run, Edition) else "",
        "period": run.words("page.period", **totals) if totals else "",
        "tiles": top.tiles(run),
        "headlines": opening,
        "sections": [part.without(said) for part in parts(run)],
        "methods": METHODS,
        "horizon": run.manifest.get("horizon_days"),
        "notebooks": [] if isinstance(run, Edition) else notebooks(run.folder, run.words),
        "version": run.manifest["versions"].get("segkit", ""),
    }
    return environment().get_template("page.html.j2").render(context)


def notebooks(run_dir: Path, words: Words) -> list[tuple[str, str]]:
    """The run's notebooks as (link, title), in the order of their names; the one that writes the page is not among them."""
    files = [f for f in sorted((run_dir / "notebooks").glob("*.ipynb")) if f.stem != THIS]
    return [(f"notebooks/{f.stem}.html", title(json.loads(f.read_text(encoding="utf-8")), f.stem, words)) for f in files]


def title(notebook: Any, name: str, words: Words) -> str:
    """A notebook's first heading in the reader's language, else its name."""
    cells = [c["source"] for c in notebook["cells"] if c["cell_type"] == "markdown"]
    lines = "".join(cells[0]).splitlines() if cells else []
    heading = next((line for line in lines if line.startswith("# ")), "")
    return words.prose(heading).removeprefix("# ").strip() or name
