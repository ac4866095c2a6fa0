"""Headers and values → canonical columns: how well a file fits a table, which column is which, what is missing."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from segkit import schema
from segkit.crm.proposal import values as reading
from segkit.crm.proposal.values import Values
from segkit.crm.text import words

CHINESE = r"[\u4e00-\u9fff]"
ALIKE, ENOUGH = 0.5, 0.4  # likeness, and likeness × fit, below which a header is not taken for a column
PENALTY = 3  # taken off the score for each required column that is missing
ON_ORDERS = (
    "name",
    "country",
    "province",
    "city",
    "industry",
    "source_channel",
    "owner",
    "contact_name",
    "contact_email",
    "contact_phone",
)
"""Fields of a customer that order lines often carry."""


@dataclass(frozen=True)
class Match:
    """A file read as a table. `columns`: canonical → header; `others`: canonical → further headers that could be it;
    `missing`: groups of which a column is wanted and none was found; `score`: for choosing among tables."""

    table: str
    columns: dict[str, str]
    others: dict[str, list[str]]
    missing: tuple[tuple[str, ...], ...]
    score: float
    remarks: dict[str, str] = field(default_factory=dict)


@cache
def lexicon() -> dict[str, Any]:
    """The word lists of `headers.yaml`."""
    return yaml.safe_load((files("segkit.crm.proposal") / "headers.yaml").read_text(encoding="utf-8"))


def unit(header: str) -> str:
    """What stands in brackets at the end of a header: `元` in `金额（元）`."""
    found = re.search(r"[(\[【]\s*([^()\[\]【】]+?)\s*[)\]】]\s*$", unicodedata.normalize("NFKC", header))
    return found[1] if found else ""


@cache
def normal(header: str) -> str:
    """A header for comparing: without case, blanks, signs, full-width forms and a unit in brackets."""
    text = unicodedata.normalize("NFKC", header).casefold()
    bare = re.sub(r"[(\[【][^()\[\]【】]*[)\]】]\s*$", "", text)
    return re.sub(r"[\W_]+", "", bare) or re.sub(r"[\W_]+", "", text)


@cache
def _names(table: str, name: str) -> tuple[tuple[str, float], ...]:
    """Normal headers of a canonical column, each with how surely it names it. The column's own name comes first."""
    own = lexicon()[table]["columns"]
    if name in own:
        sure, vague = own[name]["is"], own[name].get("may", [])
        listed = [
            (name, 1.0),
            *((w, 1.0 - i / 1000) for i, w in enumerate(sure)),
            *((w, 0.7 - i / 1000) for i, w in enumerate(vague)),
        ]
    else:
        fields = lexicon()["customers"]["columns"][name]["is"]
        listed = [
            (w, 0.8 - i / 1000)
            for i, w in enumerate(fields)
            if normal(w) not in ("name", "company", "fullname", "source", "channel")
        ]
    return tuple((normal(word), weight) for word, weight in listed)


@cache
def likeness(header: str, table: str, name: str) -> float:
    """How surely a header names a canonical column: 1 a known name, less for a vague, longer or misspelt one."""
    text = normal(header)
    forms = {text: 1.0}
    for word in lexicon()[table]["called"]:
        if text.startswith(normal(word)) and len(text) > len(normal(word)):
            forms.setdefault(text[len(normal(word)) :], 0.9)
    exact = [weight * forms[known] for known, weight in _names(table, name) if known in forms]
    return max(exact, default=0.0) or max((_near(text, known) * weight for known, weight in _names(table, name)), default=0.0)


def _near(text: str, known: str) -> float:
    """A header that ends in a known name, or is one misspelt."""
    chinese = re.search(CHINESE, known)
    if text.endswith(known) and len(known) >= (3 if chinese else 8) and len(known) > len(text) / 2:
        return 0.65
    if chinese or len(known) < 6 or abs(len(text) - len(known)) > 2 or not set(text) & set(known[:2]):
        return 0.0
    return 0.6 if difflib.SequenceMatcher(None, text, known).ratio() >= 0.88 else 0.0


def _wanted(table: schema.Table) -> list[schema.Column]:
    """The table's columns; on orders also the fields of a customer that order lines carry."""
    extra = [c for c in schema.CUSTOMER_FIELDS if c.name in ON_ORDERS] if table.name == "orders" else []
    return [*table.columns, *extra]


def match(columns: Sequence[Values], table: schema.Table, *, title: str) -> Match:
    """Read a file as a table. `title`: the name of the file or sheet, which may say what it is."""
    scores = _scores(columns, table)
    chosen = _assigned(scores)
    missing = _complete(chosen, scores, table)
    by_header = {c.header: c for c in columns}
    remarks = _from_stage(chosen, by_header) if table.name == "opportunities" else {}
    if table.name == "orders":
        remarks |= _by_line(chosen, by_header)
        if "amount" in chosen:  # an amount is after discount already
            chosen.pop("discount", None)
    others = {name: _others(name, chosen, scores, columns, table) for name in chosen}
    score = _weigh(chosen, scores, table) + (3 if table.name in called(title) else 0) - PENALTY * len(missing)
    if table.unique and "customer_id" in chosen and by_header[chosen["customer_id"]].distinct < 0.9:
        score -= 6
    return Match(table.name, chosen, {n: o for n, o in others.items() if o}, missing, score, remarks)


def _scores(columns: Sequence[Values], table: schema.Table) -> dict[tuple[str, str], float]:
    """(canonical, header) → likeness × fit, where it is enough."""
    scores = {}
    needed = {name for group in table.required for name in group}
    for wanted in _wanted(table):
        for values in columns:
            like = likeness(values.header, table.name, wanted.name)
            usable = values.cells or wanted.name not in needed
            if like >= ALIKE and usable and _right_unit(values.header, wanted):
                scores[wanted.name, values.header] = like * reading.fit(values, wanted)
    return {pair: score for pair, score in scores.items() if score >= ENOUGH}


def _right_unit(header: str, wanted: schema.Column) -> bool:
    """A duration in seconds is none in minutes."""
    return wanted.unit != "minutes" or not re.search(r"sec|hour|秒|小时", unit(header), re.IGNORECASE)


def _assigned(scores: dict[tuple[str, str], float]) -> dict[str, str]:
    """The best pairs, each column and each header once."""
    chosen: dict[str, str] = {}
    for name, header in sorted(scores, key=lambda pair: -scores[pair]):
        if name not in chosen and header not in chosen.values():
            chosen[name] = header
    return chosen


def _complete(chosen: dict[str, str], scores: dict[tuple[str, str], float], table: schema.Table) -> tuple[tuple[str, ...], ...]:
    """Fill required columns from headers that already name another; the groups that stay empty."""
    missing: list[tuple[str, ...]] = []
    for group in table.required:
        if any(name in chosen for name in group):
            continue
        found = max((p for p in scores if p[0] == group[0]), key=scores.__getitem__, default=None)
        if found:
            chosen[found[0]] = found[1]
        elif all(group[0] != other[0] for other in missing):
            missing.append(group)
    return tuple(missing)


def _from_stage(chosen: dict[str, str], columns: dict[str, Values]) -> dict[str, str]:
    """Where only the stage says how deals ended, the outcome is read from it."""
    stage = columns.get(chosen.get("stage", ""))
    ends = [set(map(str, words()["outcome"][end])) for end in ("won", "lost")]
    if stage is None or "outcome" in chosen or not all(stage.among(end) for end in ends):
        return {}
    chosen["outcome"] = stage.header
    return {"outcome": "the stage also says how the deal ended"}


def _by_line(chosen: dict[str, str], columns: dict[str, Values]) -> dict[str, str]:
    """Where the amount is the whole order's, repeated or only on its first line, quantity × price is the line's."""
    if not {"amount", "order_id", "quantity", "unit_price"} <= chosen.keys():
        return {}
    amount, order = columns[chosen["amount"]], columns[chosen["order_id"]]
    total = amount.header not in ("", order.header) and normal(amount.header) in (
        "total",
        "grandtotal",
        "ordertotal",
        "orderamount",
        "订单金额",
        "订单总额",
    )
    if order.distinct < 0.95 and (amount.filled < 0.95 or total):
        del chosen["amount"]
        return {"unit_price": f"{amount.header} is the whole order's, so lines count as quantity × price"}
    return {}


def _others(
    name: str, chosen: dict[str, str], scores: dict[tuple[str, str], float], columns: Sequence[Values], table: schema.Table
) -> list[str]:
    """Further headers that could be a canonical column and are not taken."""
    taken = set(chosen.values())
    found = [header for other, header in sorted(scores, key=lambda p: -scores[p]) if other == name and header not in taken]
    if (name,) in table.required and table.column(name).kind in ("moment", "day"):  # type: ignore[union-attr]
        found += [c.header for c in columns if c.dated >= 0.8 and c.header not in taken and c.header not in found]
    return found[:4]


def _weigh(chosen: dict[str, str], scores: dict[tuple[str, str], float], table: schema.Table) -> float:
    telling = set(lexicon()[table.name]["telling"])
    own = {c.name for c in table.columns}
    weights = {name: 2.0 if name in telling else 1.0 if name in own else 0.4 for name in chosen}
    return sum(weights[name] * scores.get((name, header), 0.6) for name, header in chosen.items())


def called(title: str) -> set[str]:
    """The tables whose name stands in the name of a file or sheet; the longest name wins."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", title))
    text = " " + re.sub(r"[^a-z\u4e00-\u9fff]+", " ", spaced.casefold()) + " "
    found: dict[str, int] = {}
    for table, entry in lexicon().items():
        fits = [w for w in map(str.casefold, entry["called"]) if (w in text if re.search(CHINESE, w) else f" {w} " in text)]
        if fits:
            found[table] = max(map(_weight_of, fits))
    return {table for table, length in found.items() if length == max(found.values())}


def _weight_of(word: str) -> int:
    """A Chinese sign says about as much as three letters."""
    return sum(3 if re.match(CHINESE, sign) else 1 for sign in word)


def is_known(cells: Iterable[str]) -> bool:
    """Whether any of these words is a header of a table."""
    known = {
        normal(w) for entry in lexicon().values() for c in entry["columns"].values() for w in [*c["is"], *c.get("may", [])]
    }
    return any(normal(cell) in known for cell in cells if cell)
