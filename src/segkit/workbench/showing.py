"""Sentences as a notebook shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence


def as_markdown(text: str) -> str:
    """Text with the signs of markdown and HTML made harmless."""
    return re.sub(r"([\\`*_\[\]<>&$#|~])", r"\\\1", text)


def show_list(sentences: Sequence[str]) -> None:
    """Show sentences as a list."""
    from IPython.display import display

    text = "\n".join(f"- {as_markdown(s)}" for s in sentences)
    display({"text/markdown": text, "text/plain": "\n".join(f"- {s}" for s in sentences)}, raw=True)
