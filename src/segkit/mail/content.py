"""What a mail says, before it is HTML, text or MIME; and how a CRM's text is made fit for a header or a line."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

SUBJECT = 140  # characters; mail programs show fewer, and a header line must not grow without bound
SENTENCE = 400


@dataclass(frozen=True)
class Figure:
    """A key figure: its value, what it is, and a line on it."""

    value: str
    name: str
    more: str = ""


@dataclass(frozen=True)
class Item:
    """One line of a list: who, the figure to the right, why."""

    who: str
    figure: str
    why: str
    urgent: bool = False


@dataclass(frozen=True)
class Group:
    """A list under its heading; `rest`: in words, how many more there are."""

    heading: str
    items: list[Item]
    rest: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart as PNG; `alt` says what it shows, for whom images are blocked."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True)
class Attachment:
    """A file that travels with the mail. `kind`: its MIME type."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Content:
    """A mail in its reader's language. `head`: the firm, the day and the edition; `findings`: severity and sentence."""

    subject: str
    head: list[str]
    lead: str = ""
    figures: list[Figure] = field(default_factory=list)
    findings: list[tuple[str, str]] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    code: str = ""
    notes: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    @property
    def rest(self) -> list[tuple[str, str]]:
        """The findings that the subject has not said already."""
        return [finding for finding in self.findings if finding[1] != self.subject]


def line(text: str, most: int = SENTENCE) -> str:
    """One line without control characters or marks that turn the direction of writing, cut with an ellipsis."""
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in text)
    said = " ".join(kept.split())
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"
