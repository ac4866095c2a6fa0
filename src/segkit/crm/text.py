"""Text of an export → canonical text, ids, flags and choices, as Ibis expressions.

`text` comes first: what the others take as text has been through it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import ibis
import ibis.expr.types as ir
import yaml

_SPACES = {"\u00a0": " ", "\u3000": " ", "\u200b": "", "\ufeff": ""}


@cache
def words() -> dict[str, Any]:
    """The word lists of `words.yaml`: placeholder words, flags, and the words of each choice."""
    return yaml.safe_load((files("segkit.crm") / "words.yaml").read_text(encoding="utf-8"))


def plain(column: ir.Column) -> ir.StringColumn:
    """The value as text without blanks around it; floats that are whole lose their `.0`."""
    if column.type().is_floating():
        whole = (column == column.floor()) & (column.abs() < 1e15)
        return ibis.ifelse(whole, column.cast("int64").cast("string"), column.cast("string"))
    text = column.cast("string")
    if not column.type().is_string():
        return text
    usual = text  # replaced one by one: translate is computed for every row, replace once for each word of a dictionary
    for odd, space in _SPACES.items():
        usual = usual.replace(odd, space)
    if column.get_backend().name == "duckdb":  # most texts have no odd blanks: one look instead of four
        usual = ibis.ifelse(_bytes(text) == text.length(), text, usual)
    return usual.strip()


@ibis.udf.scalar.builtin(name="strlen")
def _bytes(value: str) -> int:  # type: ignore[empty-body]
    """Bytes of a text (DuckDB)."""


def among(value: ir.StringValue, wanted: Iterable[str]) -> ir.BooleanValue:
    """Whether a text is one of many words. A pattern and not IN: of that DuckDB makes a join, which unpacks every column of
    the row once for each column that is looked up."""
    return value.re_search(f"^({'|'.join(re.escape(word) for word in wanted)})$")


def text(column: ir.Column, *, country: bool = False) -> ir.StringColumn:
    """Text, or null where a placeholder word stands for "missing". `NA` is a country."""
    value = plain(column)
    if not (column.type().is_string() or column.type().is_floating()):
        return value
    missing = [w for w in words()["missing"] if not (country and w in words()["missing_not_country"])]
    return ibis.ifelse(among(value.lower(), missing), ibis.null("string"), value)


def _lower(column: ir.Column) -> ir.StringValue:
    return (column if column.type().is_string() else text(column)).lower()


def identifier(column: ir.Column) -> ir.StringColumn:
    """An id as text: `17850.0` is `17850`; `007` and `7` stay two ids."""
    if not column.type().is_string():
        return text(column)
    value = column
    return ibis.ifelse(value.re_search(r"^[0-9]+\.0+$"), value.re_replace(r"\.0+$", ""), value)


def flag(column: ir.Column) -> ir.BooleanColumn:
    """True or false from the usual words in both languages, null for any other."""
    if column.type().is_boolean():
        return column
    value = _lower(column)
    return ibis.cases((among(value, words()["true"]), True), (among(value, words()["false"]), False))


def choice(column: ir.Column, name: str) -> ir.StringColumn:
    """The canonical word of a choice column; a word not in the list stays, in lower case."""
    value = _lower(column)
    known = words().get(name, {})
    return ibis.cases(*((among(value, [key, *list_]), key) for key, list_ in known.items()), else_=value)


def currency(column: ir.Column) -> ir.StringColumn:
    """A currency code in capitals; signs and Chinese names become codes."""
    value = text(column) if not column.type().is_string() else column
    return ibis.cases(
        *((among(value.lower(), [str(w) for w in list_]), key) for key, list_ in words()["currency"].items()),
        else_=value.upper(),
    )
