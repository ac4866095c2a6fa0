"""What a page tells its reader, and whose names are in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable


def told(page: str) -> str:
    """The text, links and alt texts of a page: without its style sheet and without what pictures are made of."""
    bare = re.sub(r"<style>.*?</style>|data:image/png;base64,[A-Za-z0-9+/=]*", "", page, flags=re.DOTALL)
    return html.unescape(bare)


def named(text: str, names: Iterable[str], *, own: Iterable[str] = ()) -> list[str]:
    """Those of the names that stand in a text as whole words; what belongs to an `own` name that holds one does not count."""
    for name in sorted(own, key=len, reverse=True):
        text = text.replace(name, "")
    return [name for name in names if name in text and re.search(rf"(?<![\w$,.]){re.escape(name)}(?!\w)", text)]
