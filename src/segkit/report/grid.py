"""Tables of the page: cells with a second line, a bar or a mark, numbers to the right, aligned on the decimal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.i18n import is_missing

if TYPE_CHECKING:
    from segkit.workbench import Run


@dataclass(frozen=True)
class Cell:
    """One cell. `more`: a second, quiet line; `bar`: a share that is drawn, 0 to 1; `mark`: the tier whose colour stands
    before the text; `tone`: risk or quiet."""

    text: str
    more: str = ""
    bar: float | None = None
    mark: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Header:
    """The head of a column. `right`: its cells are numbers; `wide`: it takes the room that is left."""

    text: str
    right: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: what it holds (for those who cannot see it), heads, rows. `cards`: on a phone each row is a card; `rest`: in
    words, what is not shown."""

    caption: str
    headers: Sequence[Header]
    rows: Sequence[Sequence[Cell]]
    cards: bool = False
    rest: str = ""
    classes: str = ""


def money(run: Run, value: float) -> str:
    """In full, so that a column stands on its decimal."""
    return run.words.money(value, run.currency, compact=False)


def cash(run: Run, value: float) -> Cell:
    """A sum of money."""
    return Cell(money(run, value))


def count(run: Run, value: float, digits: int = 0) -> Cell:
    """A number."""
    return Cell(run.words.number(value, digits))


def rate(run: Run, value: float) -> Cell:
    """A share, with one decimal in every row."""
    return Cell(run.words.percent(value, 1))


def heads(run: Run, *columns: str, right: Sequence[str] = (), wide: str = "") -> list[Header]:
    """Heads of columns by name, `column.<name>`."""
    return [Header(run.words.label("column", c), c in right, c == wide) for c in columns]


def part(value: float, whole: float) -> float | None:
    """A bar's length: the share of the longest; nothing where it cannot be drawn."""
    if is_missing(value) or is_missing(whole) or whole <= 0:
        return None
    return min(max(float(value) / float(whole), 0.0), 1.0)
