"""What commands print: what a check found, and one customer's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer


def check(summary: Any) -> None:
    """Rows in, used and left out of every extract, then what else is to be known."""
    from rich.console import Console
    from rich.table import Table

    from segkit.i18n import Words

    words = Words("en")
    table = Table("extract", "rows", "used", "left out", "reason", box=None, pad_edge=False)
    for column in table.columns[1:4]:
        column.justify = "right"
    for name, rows in summary.rows.items():
        parts = [(f"{n:,}", words(f"reason.{reason}")) for reason, n in rows["left_out"].items() if n]
        for i, (n, reason) in enumerate(parts or [("0", "")]):
            head = ("", "", "") if i else (name, f"{rows['in']:,}", f"{rows['used']:,}")
            table.add_row(*head, n, reason)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"as of {summary.as_of.isoformat()}", table, sep="\n\n")
    for note in summary.notes:
        told = note | {"extract": f"extract.{note['extract']}"}
        console.print("note:", words(f"note_of.{told.pop('key')}", **told), markup=False)


def outcomes(found: Sequence[Any]) -> None:
    """What became of each mail, a line each."""
    said = {"before": "sent before"}
    for one in found:
        more = f": {one.why}" if one.why else ""
        typer.echo(_printable(f"{said.get(one.fate, one.fate):<12} {one.letter.to} ({one.letter.edition}){more}"))


def customer(sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
    """Headings, and below each its lines of label and text."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, soft_wrap=True)
    for heading, lines in sections:
        table = Table(box=None, pad_edge=False, show_header=False)
        for label, text in lines:
            table.add_row(f"[dim]{_plain(label)}[/]", _plain(text))
        console.print(f"[bold]{_plain(heading)}[/]", table, "", sep="\n")


def _plain(text: str) -> str:
    """A CRM's text, whose brackets are no mark-up and whose control characters reach no terminal."""
    from rich.markup import escape

    return escape(_printable(text))


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())
