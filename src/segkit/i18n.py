"""Words, numbers, money and dates in the reader's language. The texts live in `locales/` as Babel catalogues.

The files in `segkit/` hold keyed texts, one file a room: msgid `finding.silent`, msgstr the sentence, in every language. A
placeholder says how its number is written, so that a sentence is given raw numbers: `{share:percent}`, `{revenue:money}`,
`{since:date}`, `{month:month}`, `{tier:word}` (a key that is looked up itself; a firm's own stays), `{days}` (a grouped
number), `{rows:row|rows}` (the number, then the word that fits it). The files in `notebooks/` hold the prose of notebooks
under its English paragraph.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from segkit.errors import InputError

LANGUAGES = ("en", "zh")
MISSING = "–"
LOCALES = Path(__file__).parent / "locales"
_DATES = {"en": "d MMM y", "zh": "y年M月d日"}
_MONTHS = {"en": "MMM y", "zh": "y年M月"}
_FIRST_UNIT = {"en": 1_000, "zh": 10_000}  # below it, compact money is written out


@cache
def catalogue(language: str, domain: str) -> Mapping[str, str]:
    """msgid → msgstr of every file in `locales/<language>/LC_MESSAGES/<domain>/`; empty where there is none."""
    from babel.messages.pofile import read_po

    found: dict[str, str] = {}
    for path in files(language, domain):
        with path.open("rb") as file:
            found |= {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}
    return found


def files(language: str, domain: str) -> list[Path]:
    """The catalogue files of a domain, `segkit` or `notebooks`, in the order of their names."""
    return sorted((LOCALES / language / "LC_MESSAGES" / domain).glob("*.po"))


def paragraphs(markdown: str) -> Iterator[str]:
    """The blocks of a markdown text, split at blank lines, each with its white space folded into blanks."""
    for block in re.split(r"\n\s*\n", markdown):
        if folded := " ".join(block.split()):
            yield folded


def is_missing(value: Any) -> bool:
    """None, NaN and NaT are missing."""
    return value is None or bool(value != value)  # noqa: PLR0124 (NaN and NaT alone differ from themselves)


class Words:
    """Texts and formats of one language, `en` or `zh`. Raises InputError for another, KeyError for a missing key."""

    def __init__(self, language: str = "en") -> None:
        if language not in LANGUAGES:
            raise InputError(f'language "{language}" is not spoken here; use one of: {", ".join(LANGUAGES)}.')
        self.language = language
        self._texts = catalogue(language, "segkit")

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __call__(self, key: str, /, **numbers: Any) -> str:
        """The text under `key`, its placeholders filled. `currency` among the numbers is that of its money."""
        if key not in self._texts:
            raise KeyError(f'no text "{key}" in locales/{self.language}/LC_MESSAGES/segkit/; add it in every language')
        return _Filler(self, str(numbers.get("currency", "USD"))).vformat(self._texts[key], (), numbers)

    def also(self, texts: Mapping[str, str]) -> Words:
        """These words and, for keys that they lack, those of a file of data such as a tier scheme."""
        more = Words(self.language)
        more._texts = {**texts, **self._texts}
        return more

    def label(self, group: str, name: Any) -> str:
        """The word for a name that may be a firm's own (a column, a tier): the text `group.name`, else the name."""
        key = f"{group}.{name}"
        return self(key) if key in self else str(name)

    def joined(self, group: str, names: str) -> str:
        """The words for names that stand joined by `+`: `frequency+money` as "frequency and money"."""
        return self("why.together").join(self.label(group, name) for name in names.split("+"))

    def number(self, value: Any, digits: int = 0) -> str:
        """`12,345` or, with digits, `12,345.68`."""
        from babel.numbers import format_decimal

        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return MISSING if is_missing(value) else format_decimal(_plain(value), format=pattern, locale=self.language)

    def percent(self, value: Any, digits: int = 0) -> str:
        """A share between 0 and 1 as `61%`; a share that would round to 0 % or 100 % but is not shows `<1%`, `>99%`."""
        from babel.numbers import format_percent

        if is_missing(value):
            return MISSING
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
        step = 10.0 ** -(digits + 2)
        if 0 < value < step / 2:
            return "<" + format_percent(step, format=pattern, locale=self.language)
        if 1 - step / 2 < value < 1:
            return ">" + format_percent(1 - step, format=pattern, locale=self.language)
        return format_percent(_plain(value), format=pattern, locale=self.language)

    def money(self, value: Any, currency: str, compact: bool = True) -> str:
        """`$1.2M`, in Chinese `US$120万`, to three figures; written out in full where not compact."""
        from babel.numbers import format_compact_currency, format_currency

        if is_missing(value):
            return MISSING
        value = _figures(_plain(value)) if compact else _plain(value)
        if compact and abs(value) >= _FIRST_UNIT[self.language]:
            return format_compact_currency(value, currency, locale=self.language, fraction_digits=2)
        digits = 2 if compact and abs(value) < 10 and value % 1 else 0
        pattern = "¤#,##0" + (".00" if digits else "")
        return format_currency(value, currency, format=pattern, locale=self.language, currency_digits=False)

    def date(self, value: Any) -> str:
        """`9 Dec 2011`, `2011年12月9日`."""
        return self._day(value, _DATES[self.language])

    def month(self, value: Any) -> str:
        """`Dec 2011`, `2011年12月`."""
        return self._day(value, _MONTHS[self.language])

    def _day(self, value: Any, pattern: str) -> str:
        from babel.dates import format_date

        if is_missing(value):
            return MISSING
        day = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
        return format_date(day, pattern, locale=self.language)

    def prose(self, paragraph: str) -> str:
        """A paragraph of a notebook in this language; English, and what no catalogue holds, stays as it is."""
        return catalogue(self.language, "notebooks").get(" ".join(paragraph.split()), paragraph)


class _Filler(Formatter):
    """Fills a text's placeholders in the way each asks for."""

    def __init__(self, words: Words, currency: str) -> None:
        self.words, self.currency = words, currency

    def format_field(self, value: Any, format_spec: str) -> str:
        words = self.words
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{words.number(value)} {one if value == 1 else many}"
        if format_spec == "money":
            return words.money(value, self.currency)
        if format_spec in ("percent", "date", "month"):
            return str(getattr(words, format_spec)(value))
        if format_spec == "percent1":
            return words.percent(value, 1)
        if format_spec == "decimal":
            return words.number(value, 1)
        if format_spec == "decimal2":
            return words.number(value, 2)
        if format_spec == "word":
            group, _, name = value.rpartition(".")
            return words.label(group, name).replace("_", " ")
        if format_spec == "column":
            return words.label("column", value)
        return value if isinstance(value, str) else words.number(value)


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's own, which Babel formats without surprises."""
    return value.item() if hasattr(value, "item") else value


def _figures(value: float, figures: int = 3) -> float:
    """Rounded to that many significant figures, and never to less than a whole unit when large."""
    if not value or not math.isfinite(value):
        return value
    return float(round(value, figures - 1 - math.floor(math.log10(abs(value)))))


def readable_numbers(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of a finding or note as JSON holds them: days as ISO text, NumPy's numbers as Python's."""
    return {k: v.isoformat()[:10] if isinstance(v, dt.date) else _plain(v) for k, v in numbers.items()}


def parse_numbers(numbers: Any) -> dict[str, Any]:
    """The numbers of a note: a mapping, or JSON text as the tables hold them; none where there are none."""
    if isinstance(numbers, str):
        return dict(json.loads(numbers))
    return dict(numbers) if isinstance(numbers, Mapping) else {}
