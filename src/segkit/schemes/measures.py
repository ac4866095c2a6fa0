"""How each word of the derived columns is computed, over a view of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.schemes.conditions import met
from segkit.schemes.derived import Band, Derived, Score

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np

    from segkit.schemes.view import View


@dataclass(frozen=True)
class Scope:
    """For whom a column is measured, and when; `base`: the customers whose cuts, ranks, rates and counts hold."""

    over: np.ndarray
    as_of: dt.date | None
    base: Yard


@dataclass(frozen=True)
class Yard:
    """Customers by whom others are measured: their view, derived columns and all, and which rows of it count."""

    view: View
    among: np.ndarray

    def known(self, column: str) -> np.ndarray:
        """The values of a column that are known among those who count."""
        import numpy as np

        values = self.view.numbers(column)[self.among]
        return values[~np.isnan(values)]

    def over(self, one: Derived) -> Yard:
        """The same customers, those counted for whom the column is measured."""
        return self if one.over is None else Yard(self.view, met(one.over, self.view))


def derive(
    columns: Mapping[str, Derived], view: View, *, among: np.ndarray, as_of: dt.date | None, yard: Yard | None = None
) -> dict[str, list[float]]:
    """Add the derived columns to the view, in their order; returns the cuts of bands and scores by column.

    A column that the table itself brings is taken as it stands. Cuts, ranks, rates and counts are of the rows in `among`, or
    of the customers in `yard`, whose view has the same columns derived: those of another day, say.
    """
    cuts: dict[str, list[float]] = {}
    for name, one in columns.items():
        if name in view:
            continue
        over = among if one.over is None else met(one.over, view)
        base = Yard(view, over) if yard is None else yard.over(one)
        if one.band:
            cuts[name] = _band(one.band, name, view, over, base)
        elif one.score:
            cuts[name] = _score(one.score, name, view, over, base)
        elif one.first_of:
            _first_of(one.first_of, name, view)
        else:
            view.add(name, MEASURES[one.word](one, view, Scope(over, as_of, base)))
    return cuts


def _cuts(band: Band, values: np.ndarray) -> list[float]:
    """`values`: those known among whom it is measured."""
    import numpy as np

    if band.cuts is not None:
        return list(band.cuts)
    if isinstance(band.at, float | int):
        return [float(band.at)]
    if not len(values):
        return []
    if band.quantiles:
        return [float(q) for q in np.quantile(values, np.arange(1, band.quantiles) / band.quantiles)]
    return [float(np.mean(values) if band.at == "mean" else np.median(values))]


def _binned(values: np.ndarray, cuts: list[float], *, equal: str) -> np.ndarray:
    """The part each value lies in, -1 where it is unknown."""
    import numpy as np

    part = np.zeros(len(values), dtype="int8")
    for cut in cuts:
        part += values > cut if equal == "lower" else values >= cut
    part[np.isnan(values)] = -1
    return part


def _band(band: Band, name: str, view: View, over: np.ndarray, base: Yard) -> list[float]:
    cuts = _cuts(band, base.known(band.of))
    codes = _binned(view.numbers(band.of), cuts, equal=band.equal)
    if band.missing:
        codes[codes < 0] = band.names.index(band.missing)
    codes[~over] = -1
    view.add_codes(name, codes, list(band.names))
    return cuts


def _score(score: Score, name: str, view: View, over: np.ndarray, base: Yard) -> list[float]:
    import numpy as np

    values = view.numbers(score.of)
    known = over & ~np.isnan(values)
    quantiles = Band(of=score.of, quantiles=score.bins, names=tuple(map(str, range(score.bins))))
    cuts = _cuts(quantiles, base.known(score.of))
    part = _binned(values, cuts, equal="lower")
    rank = score.bins - part if score.best == "low" else part + 1
    view.add(name, np.where(known, rank, np.nan))
    return cuts


def _first_of(columns: tuple[str, ...], name: str, view: View) -> None:
    """Numbers stay numbers; where one of the columns is text, all are."""
    import numpy as np
    import pandas as pd

    there = [c for c in columns if c in view]
    frame = view.frame
    if all(c not in frame or pd.api.types.is_numeric_dtype(frame[c].dtype) for c in there):
        values = np.full(len(view), np.nan)
        for column in there:
            values = np.where(np.isnan(values), view.numbers(column), values)
        view.add(name, values)
        return
    codes, words = np.full(len(view), -1), list[str]()
    for column in there:
        more, values_of = view.codes(column)
        codes = np.where((codes < 0) & (more >= 0), more + len(words), codes)
        words += values_of
    places = {word: i for i, word in enumerate(dict.fromkeys(words))}
    lookup = np.array([*(places[word] for word in words), -1], dtype="int32")
    view.add_codes(name, lookup[codes], list(places))


def _ratio(one: Derived, view: View, _scope: Scope) -> np.ndarray:
    import numpy as np

    assert one.ratio
    above, below = (view.numbers(c) for c in one.ratio)
    return np.divide(above, below, out=np.full(len(view), np.nan), where=below != 0)


def _difference(one: Derived, view: View, _scope: Scope) -> np.ndarray:
    assert one.difference
    return view.numbers(one.difference[0]) - view.numbers(one.difference[1])


def _weighted(one: Derived, view: View, _scope: Scope) -> np.ndarray:
    import numpy as np

    weights = one.weighted or dict.fromkeys(one.sum or (), 1.0)
    total, known = np.zeros(len(view)), np.zeros(len(view), dtype=bool)
    for column in weights:
        if column in view:
            values = view.numbers(column)
            known |= ~np.isnan(values)
            total += weights[column] * np.nan_to_num(values)
    return np.where(known, total, np.nan)


def _estimated(one: Derived, view: View, scope: Scope) -> np.ndarray:
    import numpy as np

    assert one.estimated
    by = view.numbers(one.estimated.by)
    if one.estimated.of not in view:
        return by
    values = view.numbers(one.estimated.of)
    of, over = (scope.base.view.numbers(c)[scope.base.among] for c in (one.estimated.of, one.estimated.by))
    both = ~np.isnan(of) & ~np.isnan(over)
    total = over[both].sum()
    rate = of[both].sum() / total if total else 1.0
    return np.where(np.isnan(values), by * rate, values)


def _days_since(one: Derived, view: View, scope: Scope) -> np.ndarray:
    import numpy as np

    if scope.as_of is None:
        raise ValueError(f"as_of is needed for the days since {one.days_since}")
    today = np.datetime64(scope.as_of, "D").astype("int64")
    return today - view.days(str(one.days_since))


def _greater(values: np.ndarray, base: np.ndarray | None, amounts: np.ndarray) -> tuple[np.ndarray, float]:
    """For each value the amount held by those of `base` that are greater, and the amount of all. `base`: None for the values
    themselves; `amounts`: of each one in it."""
    import numpy as np

    order = np.argsort(values, kind="stable")
    others = order if base is None else np.argsort(base, kind="stable")
    held = np.concatenate([np.cumsum(amounts[others][::-1])[::-1], [0.0]])
    result = np.empty(len(values))
    result[order] = held[np.searchsorted((values if base is None else base)[others], values[order], side="right")]
    return result, float(held[0])


def _rank_share(one: Derived, view: View, scope: Scope) -> np.ndarray:
    import numpy as np

    column = one.rank_share or one.cumulative_share or ""
    values = view.numbers(column)
    known = scope.over & ~np.isnan(values)
    base = None if scope.base.view is view else scope.base.known(column)
    result = np.full(len(view), np.nan)
    held = values[known] if base is None else base
    amounts = np.ones(len(held)) if one.rank_share else np.clip(held, 0, None)
    before, total = _greater(values[known], base, amounts)
    result[known] = before / total if total > 0 else np.nan
    return result


def _known_share(one: Derived, view: View, _scope: Scope) -> np.ndarray:
    import numpy as np

    there = [c for c in one.known_share or () if c in view]
    filled = np.zeros(len(view))
    for column in there:
        filled += view.known(column)
    return filled / len(there) if there else np.full(len(view), np.nan)


def _count_of(one: Derived, view: View, scope: Scope) -> np.ndarray:
    import numpy as np

    codes, values = view.codes(one.count_of or "")
    in_base, names = scope.base.view.codes(one.count_of or "")
    found = np.bincount(in_base[scope.base.among & (in_base >= 0)], minlength=len(names))
    by_name = dict(zip(names, found.tolist(), strict=True))
    counts = np.array([*(by_name.get(name, 0) for name in values), np.nan], dtype=float)
    return counts[codes]


def _signs(one: Derived, view: View, _scope: Scope) -> np.ndarray:
    import numpy as np

    count = np.zeros(len(view))
    for sign in one.signs or ():
        count += met(sign, view)
    return count


MEASURES: dict[str, Callable[[Derived, View, Scope], np.ndarray]] = {
    "ratio": _ratio,
    "difference": _difference,
    "sum": _weighted,
    "weighted": _weighted,
    "estimated": _estimated,
    "days_since": _days_since,
    "rank_share": _rank_share,
    "cumulative_share": _rank_share,
    "known_share": _known_share,
    "count_of": _count_of,
    "signs": _signs,
}
