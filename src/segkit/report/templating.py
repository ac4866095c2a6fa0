"""The Jinja environment of all pages: autoescape on, an undefined name is an error, one style sheet."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from segkit.charts.style import css_variables

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """The templates of this folder, strict and escaping."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def stylesheet() -> str:
    """The one style sheet, with the colours that charts use."""
    return css_variables() + "\n" + (TEMPLATES / "style.css").read_text(encoding="utf-8")
