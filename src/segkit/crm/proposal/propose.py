"""Exports → a proposed config: which file is which table, which column is which, and what only the user can say.

Nothing is guessed where values do not decide: what cannot be told stays as a comment with the candidates.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from segkit import schema
from segkit.crm.proposal import choice as choices
from segkit.crm.proposal import columns as naming
from segkit.crm.proposal import files as exports
from segkit.crm.proposal.choice import Choice, Entry
from segkit.crm.proposal.lines import block, path, scalar, with_comment
from segkit.crm.text import words


def propose(files: Sequence[Path], *, base: Path | None = None) -> str:
    """A config, as YAML with comments, for the files named.

    Sources are written as given, or relative to `base`, the folder in which the config will lie. Where no file holds
    orders or a required column cannot be told, the first lines say so. Raises InputError where a file cannot be read.
    """
    choice = choices.choose(exports.shapes([Path(f) for f in files]))
    blocks = [line for name in _order(choice) for line in _block(choice, name, base)]
    accounts = [
        f"  {key}: {scalar(path(shape.files[0], base))}"
        for key, shape in (("alias", choice.alias), ("exclude", choice.exclude))
        if shape
    ]
    lines = [
        *_opening(choice),
        *_top(choice, [Path(f) for f in files]),
        *(["accounts:", *accounts] if accounts else []),
        "extracts:" if any(not line.lstrip().startswith("#") for line in blocks) else "extracts: {}",
        *blocks,
        *_unused(choice),
    ]
    return "\n".join(lines) + "\n"


def _order(choice: Choice) -> list[str]:
    found = {**choice.partial, **choice.entries}
    return sorted(found, key=lambda name: (name != "orders", list(schema.TABLES).index(name)))


def _opening(choice: Choice) -> Iterator[str]:
    """The first lines: what to do with the proposal, and what it lacks."""
    yield "# Proposed by `segkit map` from headers and the first rows. Read it through, then run `segkit check` on it."
    if "orders" in choice.entries:
        if choice.entries["orders"].remark:
            yield f"# NOTE: {choice.entries['orders'].remark}"
        return
    if "orders" not in choice.partial:
        yield "# INCOMPLETE: no file holds orders (customer, date and amount), the one table that segkit needs."
        return
    lacking = ", ".join(" or ".join(group) for group in choice.partial["orders"].match.missing)
    yield f"# INCOMPLETE: orders has no column for {lacking}. Fill in the lines with a question mark."


def _top(choice: Choice, files: Sequence[Path]) -> Iterator[str]:
    """Name, title, currency and language."""
    title = _title(files)
    yield f"name: {scalar(_slug(title))}"
    yield f"title: {scalar(title)}"
    code, why = _currency(choice)
    yield with_comment(f"currency: {code}", why)
    headers = [header for entry in choice.entries.values() for header in entry.match.columns.values()]
    chinese = sum(bool(re.search(naming.CHINESE, header)) for header in headers)
    if chinese * 2 > len(headers):
        yield "language: zh"
    share = _without_amount(choice.entries.get("orders"))
    if share > 0.2:
        why = f"{share:.0%} of the first orders have no amount; the default, 0.2, would stop there"
        yield with_comment(f"max_left_out: {min(share + 0.1, 1):.1f}", why)


def _title(files: Sequence[Path]) -> str:
    """The file's name where it is one, else that of the folder that holds the files."""
    folders = {file.resolve().parent for file in files}
    stem = files[0].name.split(".")[0] if len(files) == 1 or len(folders) > 1 else folders.pop().name
    spaced = re.sub(r"[-_\s]+", " ", stem).strip() or "segkit"
    return spaced[0].upper() + spaced[1:]


def _slug(title: str) -> str:
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", title).casefold()).strip("-") or "segkit"


def _currency(choice: Choice) -> tuple[str, str]:
    """The base currency and how it was found: column, exchange rates, signs, unit in a header."""
    orders = choice.entries.get("orders") or choice.partial.get("orders")
    if orders is None:
        return "USD", "no orders, so none could be seen: correct it"
    named = orders.values("currency")
    if named and named.cells:
        return _of_column(choice, Counter(_code(cell) for cell in named.cells))
    for name in ("amount", "unit_price"):
        values = orders.values(name)
        hints = [*values.signs(), naming.unit(values.header)] if values else []
        codes = [code for hint in hints if re.fullmatch("[A-Z]{3}", code := _code(hint))]
        if values and codes:
            doubt = "; ¥ is also the yen's sign: JPY?" if codes[0] == "CNY" and values.signs() else ""
            return codes[0], f"from {values.header}{doubt}"
    return "USD", "no currency column or sign was seen: correct it if the amounts are in another"


def _of_column(choice: Choice, seen: Counter[str]) -> tuple[str, str]:
    rates = choice.entries["fx"].values("currency") if "fx" in choice.entries else None
    foreign = {_code(cell) for cell in rates.cells} if rates else set()
    base = [code for code, _ in seen.most_common() if code not in foreign and re.fullmatch("[A-Z]{3}", code)]
    if not base:
        return "USD", f"orders are in {', '.join(seen)}: name the one that the rates lead to"
    if len(seen) == 1:
        return base[0], "the only one in the first rows"
    if rates and len(base) == 1:
        return base[0], f"orders are in {', '.join(seen)}; the rates are of {', '.join(sorted(foreign))}"
    return base[0], f"orders are in {', '.join(seen)}: all but the base need rates, in an fx extract"


def _code(text: str) -> str:
    """A currency code for a code, sign or name."""
    for code, known in words()["currency"].items():
        if text.casefold() in map(str, known):
            return code
    return text.upper()


def _without_amount(orders: Entry | None) -> float:
    """Share of the sample's orders without an amount, nor a quantity and a price."""
    found = [orders.values(name) for name in ("amount", "unit_price")] if orders and not orders.where else []
    return 1 - max(values.filled for values in found if values) if any(found) else 0.0


def _block(choice: Choice, name: str, base: Path | None) -> Iterator[str]:
    """The lines of one extract; those of an incomplete one are comments, unless it is orders."""
    entry = choice.entries.get(name) or choice.partial[name]
    lines = list(block(entry, base))
    if name in choice.entries or name == "orders":
        yield from lines
        return
    yield f"  # {name} is not used until the line with a question mark is filled in:"
    yield from (f"  # {line[2:]}" for line in lines)


def _unused(choice: Choice) -> Iterator[str]:
    if choice.unused:
        yield "# Files not used:"
        yield from (f"#   {shape.label}: {reason}" for shape, reason in choice.unused)
