"""What the first values of a column look like: dates, money, e-mail addresses, yes and no, words of a list."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property

from segkit import schema
from segkit.crm import dates, money
from segkit.crm.text import words

_HALF_WIDTH = str.maketrans(money.WIDE, money.NARROW)
_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(Z|[+-]\d\d:?\d\d|[+-]\d\d)$")
_SIGNS = re.compile(r"US\$|HK\$|R\$|CN¥|[$€£¥₹₽₩฿₫₺₴]")


@dataclass(frozen=True)
class Values:
    """One column of a sample. `cells`: its values without those that stand for missing; `rows`: rows of the sample."""

    header: str
    cells: tuple[str, ...]
    rows: int

    def share(self, pattern: str) -> float:
        """Share of the cells in which a pattern is found."""
        found = re.compile(pattern, re.IGNORECASE)
        return sum(bool(found.search(cell)) for cell in self.cells) / max(len(self.cells), 1)

    def among(self, known: set[str]) -> float:
        """Share of the cells that are one of `known`, in lower case."""
        return sum(cell.lower() in known for cell in self.cells) / max(len(self.cells), 1)

    @property
    def filled(self) -> float:
        return len(self.cells) / max(self.rows, 1)

    @cached_property
    def distinct(self) -> float:
        return len(set(self.cells)) / max(len(self.cells), 1)

    @cached_property
    def numeric(self) -> float:
        """Share of the cells that read as a number or an amount of money."""
        pattern = re.compile(money.MONEY)
        return sum(bool(pattern.match(cell.translate(_HALF_WIDTH))) for cell in self.cells) / max(len(self.cells), 1)

    @cached_property
    def fractional(self) -> float:
        """Share of the cells with decimals or a currency sign, as money has."""
        return self.share(r"\d[.,]\d{1,2}(\D|$)|[$€£¥￥]")

    @cached_property
    def days(self) -> dict[str, int]:
        """Formats of a day → cells that they read, best first. ISO moments with an offset count as `%Y-%m-%d`."""
        found: Counter[str] = Counter()
        for cell in self.cells:
            fitting = _formats(re.sub("[A-Za-z]", "a", re.sub("[0-9]", "9", cell)))
            found.update(day for day, forms in fitting.items() if any(read(cell, form) for form in forms))
        found["%Y-%m-%d"] += sum(map(self._instant, self.cells))
        return {day: n for day, n in found.most_common() if n}

    @staticmethod
    def _instant(cell: str) -> bool:
        return bool(_OFFSET.match(cell))

    @cached_property
    def dated(self) -> float:
        """Share of the cells that one format of a day reads."""
        return max(self.days.values(), default=0) / max(len(self.cells), 1)

    @property
    def instants(self) -> bool:
        """Whether the moments name their offset from UTC."""
        return bool(self.cells) and all(self._instant(cell) for cell in self.cells)

    def rivals(self) -> list[str]:
        """Formats that read every value but swap day and month, so that the values do not decide."""
        best = [day for day, n in self.days.items() if n == len(self.cells)]
        return [day for day in best if any(sorted(day) == sorted(other) and day != other for other in best)]

    def signs(self) -> list[str]:
        """Currency signs in the amounts, most frequent first."""
        found = Counter(sign[0] for cell in self.cells if (sign := _SIGNS.search(cell.translate(_HALF_WIDTH))))
        return [sign for sign, _ in found.most_common()]


@cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    """Day format, format with a time of day, and the shape of texts that it may read."""
    return [(day, form, re.compile(dates.shape_pattern(form))) for day in dates.DAYS for form in dates.with_times(day)]


@cache
def _formats(shape: str) -> dict[str, list[str]]:
    """Day format → formats that may read texts of a shape (`99/99/9999`)."""
    fitting: dict[str, list[str]] = {}
    if 6 <= len(shape) <= 40 and "9" in shape:
        for day, form, pattern in _patterns():
            if pattern.fullmatch(shape):
                fitting.setdefault(day, []).append(form)
    return fitting


def read(cell: str, form: str) -> dt.datetime | None:
    """The moment that a format reads in a text, or None."""
    try:
        return dt.datetime.strptime(cell, form)  # noqa: DTZ007
    except ValueError:
        return None


def column(header: str, cells: list[str | None]) -> Values:
    """The values of a column without the words that stand for missing."""
    missing = set(words()["missing"])
    kept = tuple(cell.strip() for cell in cells if cell is not None and cell.strip().lower() not in missing)
    return Values(header, kept, len(cells))


def fit(values: Values, wanted: schema.Column) -> float:
    """How well values go with a canonical column: 0 not at all, 1 well; an empty column neither way."""
    if not values.cells:
        return 0.75
    if wanted.name in _FORMS:
        return 1.0 if values.share(_FORMS[wanted.name]) >= 0.6 else 0.0
    by_kind = {
        "id": lambda: _as_id(values),
        "moment": lambda: 1.0 if values.dated >= 0.8 else 0.0,
        "day": lambda: 1.0 if values.dated >= 0.8 else 0.0,
        "money": lambda: 1.0 if values.numeric >= 0.8 and not values.share(r"^0\d+$") else 0.0,
        "number": lambda: 1.0 if values.numeric >= 0.8 else 0.0,
        "flag": lambda: 1.0 if values.among({*words()["true"], *words()["false"]}) >= 0.8 else 0.0,
        "choice": lambda: _as_choice(values, wanted),
        "text": lambda: _as_text(values, wanted),
    }
    return by_kind[wanted.kind]()


_FORMS = {
    "email": "@", "contact_email": "@", "phone": r"\d{3}", "contact_phone": r"\d{3}", "website": r"\w\.\w",
    "currency": r"^([A-Z]{3}|[^\w\s]{1,2}|US\$|HK\$|人民币|元|美元|美金|欧元|英镑|日元|港币|港元)$",
    "time_zone": r"/|UTC|GMT|[+-]\d",
}  # fmt: skip


def _as_id(values: Values) -> float:
    """An id names things: it is filled, and neither a moment nor an amount."""
    if values.dated >= 0.9 and not values.share(r"^\d+$"):
        return 0.0
    return 0.3 if values.share(r"^[^\d]*\d+[.,]\d*[1-9]$") > 0.3 else 0.6 + 0.4 * values.filled


def _as_choice(values: Values, wanted: schema.Column) -> float:
    known = {word for key, list_ in words().get(wanted.name, {}).items() for word in (key, *map(str, list_))}
    if values.among(known) > 0:
        return 1.0
    return 0.75 if len(set(values.cells)) <= max(12, values.rows // 10) and values.dated < 0.5 else 0.0


def _as_text(values: Values, wanted: schema.Column) -> float:
    if wanted.name not in ("period", "note", "product") and values.dated >= 0.9:
        return 0.0
    digits = wanted.name in ("name", "owner", "country", "city", "industry", "contact_name") and values.numeric > 0.8
    return 0.3 if digits else 1.0
