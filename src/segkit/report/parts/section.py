"""One part of the page, and what all parts need: their words, and where their numbers were made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from segkit.workbench import Edition

if TYPE_CHECKING:
    from segkit.report.grid import Grid
    from segkit.report.pictures import Picture
    from segkit.workbench import Run


@dataclass(frozen=True)
class Link:
    """Where a number was made: the notebook's short name, and its page where the reader has it beside this one."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the page. `missing`: in words, what the run lacks for it."""

    key: str
    title: str
    lead: str = ""
    sentences: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    grids: Sequence[Grid] = ()
    sources: Sequence[Link] = field(default=())
    missing: str = ""

    @property
    def empty(self) -> bool:
        return not (self.sentences or self.pictures or self.grids or self.missing)

    def without(self, said: Collection[str]) -> Section:
        """The part without sentences that the reader has read already: above, or as the title of one of its figures."""
        kept = [s for s in self.sentences if s not in said and not any(s in picture.alt for picture in self.pictures)]
        return replace(self, sentences=kept)


def link(run: Run, notebook: str) -> Link:
    """The notebook's page. An edition travels alone, and pages of the whole firm are not for it: it names the source only."""
    page = f"notebooks/{notebook}.html" if (run.folder / "notebooks" / f"{notebook}.ipynb").is_file() else ""
    return Link(run.words.label("source", notebook), "" if isinstance(run, Edition) else page)


def section(run: Run, key: str, *sources: str, lead: str | None = None, **holds: object) -> Section:
    """A part with its words: `page.<key>`, and `page.<key>_lead` where no lead is given and there is one."""
    words, name = run.words, f"page.{key}_lead"
    said = lead if lead is not None else words(name, days=run.horizon_days) if name in words else ""
    return Section(key, words(f"page.{key}"), said, sources=[link(run, one) for one in sources], **holds)  # type: ignore[arg-type]


def sayings(run: Run, keys: Sequence[str]) -> list[str]:
    """The sentences of these findings, in that order, where the run has them."""
    from segkit.report.found import found

    told = {finding.key: finding for _, finding in found(run)}
    return [run.say(told[key]) for key in keys if key in told]
