"""Proving a scheme: which tiers overlap, which can never be reached, and what is left to `otherwise`.

Rules are boxes over cells: every column is parted at the numbers and words that the scheme names, into cells within which
no rule tells values apart. Boxes are cut and met exactly, cell by cell; nothing is sampled. Columns count as independent.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from segkit import schema
from segkit.schemes.conditions import Condition
from segkit.schemes.model import Scheme

UNKNOWN = "unknown"
OTHER = "any other"
MOST = 20_000  # boxes after which the rest is no longer told apart
_WHOLE = {"days", "orders", "categories", "touches", "minutes", "mailings", "visits", "replies", "messages", "inquiries",
          "quotes", "complaints", "demos", "deals", "levels", "invoices", "contacts", "people"}  # fmt: skip

Cell = str | tuple[float, float]
"""A word, `unknown`, or a range of numbers: one number where both ends are equal, else all between the ends."""
Box = dict[str, frozenset[Cell]]


@dataclass(frozen=True)
class Audit:
    """`overlaps`: pairs of tiers that share customers (the first wins) · `unreachable`: tier → why · `left`: the cells that
    no rule takes, column → its values in words · `complete`: False where these were too many to list all."""

    overlaps: tuple[tuple[str, str], ...] = ()
    unreachable: dict[str, str] = field(default_factory=dict)
    left: tuple[dict[str, tuple[str, ...]], ...] = ()
    complete: bool = True


def audit(scheme: Scheme) -> Audit:
    """Prove a scheme. Rules are taken within `among`."""
    if scheme.open:
        return Audit()
    cells = _cells(scheme)
    among = _among(scheme, cells)
    rest = list(among)
    taken: list[tuple[str, Box]] = []
    reached: set[str] = set()
    complete = True
    for rule in scheme.rules:
        box = _box(rule.when, cells)
        reached |= {rule.tier} if any(_meet(box, one) for one in rest) else set()
        taken += [(rule.tier, box)]
        rest = [piece for one in rest for piece in _without(one, box)]
        if len(rest) > MOST:
            return Audit(complete=False)
    ruled = {rule.tier for rule in scheme.rules}
    reached |= {t.key for t in scheme.tiers if t.key not in ruled} if rest else set()
    missing = {t.key: _why(t.key, ruled) for t in scheme.tiers if t.key not in reached}
    return Audit(tuple(_overlaps(taken, among)), missing, tuple(_said(_merged(rest), cells)), complete)


def _why(tier: str, ruled: set[str]) -> str:
    return "the tiers before it take all its customers" if tier in ruled else "the other tiers leave nobody to it"


def _overlaps(taken: list[tuple[str, Box]], among: list[Box]) -> Iterator[tuple[str, str]]:
    told: set[tuple[str, str]] = set()
    for i, (first, a) in enumerate(taken):
        for second, b in taken[i + 1 :]:
            both = _meet(a, b)
            if first != second and (first, second) not in told and both and any(_meet(both, one) for one in among):
                told.add((first, second))
                yield first, second


def _among(scheme: Scheme, cells: Box) -> list[Box]:
    """All cells of those for whom the scheme is."""
    return [cells | _box(one.when, cells) for one in scheme.among] if scheme.among else [cells]


def _conditions(scheme: Scheme) -> Iterator[tuple[str, Condition]]:
    for when in [r.when for r in scheme.rules] + [one.when for one in scheme.among or ()]:
        yield from when.items()


def _cells(scheme: Scheme) -> Box:
    """The cells of every column that a rule names."""
    named: dict[str, list[Condition]] = {}
    for column, condition in _conditions(scheme):
        named.setdefault(column, []).append(condition)
    return {column: frozenset(_parted(scheme, column, conditions)) for column, conditions in named.items()}


def _parted(scheme: Scheme, column: str, conditions: list[Condition]) -> Iterator[Cell]:
    derived = scheme.columns.get(column)
    if not (derived and (derived.known_share or derived.signs or (derived.band and derived.band.missing))):
        yield UNKNOWN
    if derived and derived.values:
        yield from derived.values
    elif any(c.listed for c in conditions):
        yield from {
            v for c in conditions for v in (*(c.in_ or ()), *(c.not_in or ()), *((f"*{c.contains}*",) if c.contains else ()))
        }
        yield OTHER
    elif any(c.ranged for c in conditions):
        yield from _ranges(scheme, column, conditions)
    elif any(c.equals is not None for c in conditions):
        yield from ("yes", "no")
    else:
        yield OTHER


def _ranges(scheme: Scheme, column: str, conditions: list[Condition]) -> Iterator[Cell]:
    """Each number that a condition names, and what lies between two of them."""
    low, high, whole = _domain(scheme, column)
    ends = {e for c in conditions for e in (c.min, c.max, c.above, c.below) if e is not None and low <= e <= high}
    edges = sorted(ends | {low, high})
    yield from ((e, e) for e in edges if math.isfinite(e))
    for a, b in itertools.pairwise(edges):
        if not whole or math.floor(a) + 1 < b:
            yield (a, b)


def _domain(scheme: Scheme, column: str) -> tuple[float, float, bool]:
    """Least and greatest value that a column can have, and whether it has whole numbers only."""
    derived = scheme.columns.get(column)
    if derived:
        if derived.score:
            return 1, derived.score.bins, True
        if derived.signs:
            return 0, len(derived.signs), True
        share = derived.known_share or derived.rank_share or derived.cumulative_share
        return (0, 1, False) if share else (-math.inf, math.inf, derived.word in ("count_of",))
    made = {"score": (0.0, 100.0, False) if scheme.kind == "points" else None, "share_before": (0.0, 1.0, False)}
    if made.get(column):
        return made[column]  # type: ignore[return-value]
    known = schema.customer_columns().get(column)
    if known is None or column in scheme.own or known.kind == "money":
        return -math.inf, math.inf, False
    if "-" in known.unit:
        low, high = known.unit.split("-")
        return float(low), float(high), known.unit == "1-5" and column.endswith("_score")
    if known.unit == "share":
        return (-math.inf, math.inf, False) if column.startswith("margin") else (0.0, 1.0, False)
    return (0.0, math.inf, True) if known.unit in _WHOLE else (-math.inf, math.inf, False)


def _box(when: dict[str, Condition], cells: Box) -> Box:
    """The cells that meet a rule, for each column that it names."""
    return {column: frozenset(cell for cell in cells[column] if _fits(condition, cell)) for column, condition in when.items()}


def _fits(condition: Condition, cell: Cell) -> bool:
    if cell == UNKNOWN:
        return condition.known is False
    if condition.known is False:
        return False
    if isinstance(cell, str):
        return _word_fits(condition, cell)
    low, high = cell
    single = low == high
    if condition.equals is not None and not (single and low == float(condition.equals)):
        return False
    return (
        (condition.min is None or low >= condition.min)
        and (condition.max is None or high <= condition.max)
        and (condition.above is None or low > condition.above or (not single and low == condition.above))
        and (condition.below is None or high < condition.below or (not single and high == condition.below))
    )


def _word_fits(condition: Condition, cell: str) -> bool:
    if condition.equals is not None:
        return cell == ("yes" if condition.equals else "no")
    part = condition.contains
    return (
        (condition.in_ is None or cell in condition.in_)
        and (condition.not_in is None or cell not in condition.not_in)
        and (part is None or part.casefold() in cell.casefold())
    )


def _meet(a: Box, b: Box) -> Box | None:
    """The cells that two boxes share, None where there are none. A column that a box does not name is free."""
    both = dict(a)
    for column, values in b.items():
        both[column] = both[column] & values if column in both else values
        if not both[column]:
            return None
    return both if all(both.values()) else None


def _without(box: Box, taken: Box) -> Iterator[Box]:
    """The box without the cells of another, as boxes that do not overlap."""
    if not _meet(box, taken):
        yield box
        return
    left = dict(box)
    for column, values in taken.items():
        outside = left[column] - values
        if outside:
            yield left | {column: outside}
        left[column] = left[column] & values


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes that differ in one column only, as one."""
    merged = True
    while merged and len(boxes) < 200:
        merged = False
        for i, a in enumerate(boxes):
            for j in range(i + 1, len(boxes)):
                differ = [c for c in a if a[c] != boxes[j][c]]
                if len(differ) == 1:
                    boxes = [
                        *boxes[:i],
                        a | {differ[0]: a[differ[0]] | boxes[j][differ[0]]},
                        *boxes[i + 1 : j],
                        *boxes[j + 1 :],
                    ]
                    merged = True
                    break
            if merged:
                break
    return boxes


def _said(boxes: list[Box], cells: Box) -> Iterator[dict[str, tuple[str, ...]]]:
    """What is left over, in words: only the columns that part it from the rest."""
    for box in boxes:
        yield {c: tuple(_joined(values)) for c, values in box.items() if values != cells[c]}


def _joined(values: frozenset[Cell]) -> Iterator[str]:
    """The cells in order and in words, ranges of numbers that touch as one."""
    runs: list[list[tuple[float, float]]] = []
    for cell in sorted(c for c in values if isinstance(c, tuple)):
        if runs and runs[-1][-1][1] == cell[0]:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    yield from (_text(run[0], run[-1]) for run in runs)
    yield from sorted(c for c in values if isinstance(c, str))


def _text(first: tuple[float, float], last: tuple[float, float]) -> str:
    """A run of cells; an end that is a cell of its own belongs to it."""
    low, high = first[0], last[1]
    least, most = "" if first[1] == low else ">", "" if last[0] == high else "<"
    if low == high:
        return f"{low:g}"
    if math.isinf(high):
        return f"{least or '≥'} {low:g}" if math.isfinite(low) else "any"
    return f"{least}{low:g}–{most}{high:g}" if math.isfinite(low) else f"{most or '≤'} {high:g}"
