"""Words are the same in every language; numbers, money and dates are written as each language does."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from string import Formatter

import nbformat
import pytest

from segkit import schema, schemes
from segkit.errors import InputError
from segkit.i18n import LANGUAGES, Words, catalogue, files, paragraphs

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src" / "segkit").rglob("*.py")) + sorted((ROOT / "src" / "segkit").rglob("*.j2"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BTYD = "".join(path.read_text(encoding="utf-8") for path in SOURCES if path.parent.name == "btyd")
CANNOT_FIT = set(re.findall(r'CannotFit\(\s*"([a-z_]+)"', BTYD))
GROUPS = ("finding", "chart", "axis", "note", "unit", "alt", "page", "tile", "method", "summary", "table", "check", "why")


def placeholders(text: str) -> set[tuple[str, str]]:
    """Names, each with the way it is written; where that is a choice of English words, the name alone."""
    fields = [(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name]
    return {(name, "" if "|" in spec else spec) for name, spec in fields}


def test_every_language_has_the_same_keys():
    keys = {language: set(catalogue(language, "segkit")) for language in LANGUAGES}
    assert keys["en"] == keys["zh"]
    assert len(keys["en"]) > 200


@pytest.mark.parametrize("key", sorted(catalogue("en", "segkit")))
def test_placeholders_of_a_text_agree_between_languages(key):
    assert placeholders(catalogue("en", "segkit")[key]) == placeholders(catalogue("zh", "segkit")[key])


def test_no_key_stands_twice_in_a_catalogue():
    for language in LANGUAGES:
        text = "\n".join(path.read_text(encoding="utf-8") for path in files(language, "segkit"))
        keys = re.findall(r'^msgid "(.+)"$', text, flags=re.MULTILINE)
        assert len(keys) == len(set(keys))


def test_every_key_named_in_code_or_a_notebook_exists():
    texts = [path.read_text(encoding="utf-8") for path in SOURCES]
    texts += [cell.source for path in NOTEBOOKS for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    named = {key for text in texts for key in re.findall(rf"""["']((?:{"|".join(GROUPS)})\.[a-z0-9_.]*[a-z0-9])["']""", text)}
    assert {key for key in named if not key.endswith(".j2")} <= set(catalogue("en", "segkit"))
    assert len(named) > 40


def test_every_finding_has_its_sentence():
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.parent.name == "findings")
    keys = set(re.findall(r'Finding\(\s*"([a-z_]+)"(?: if [^"]*? else "([a-z_]+)")?', code))
    keys = (
        {key for pair in keys for key in pair if key}
        | {"crossing_customers", "crossing_revenue"}
        | {f"typical_{c}" for c in ("recency_days", "frequency", "monetary")}
        | {f"cannot_fit_{why}" for why in CANNOT_FIT}
    )
    assert {f"finding.{key}" for key in keys} == {key for key in catalogue("en", "segkit") if key.startswith("finding.")}


def test_every_note_of_the_extracts_has_its_sentence():
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if "crm" in path.parts)
    keys = set(re.findall(r'\bNote\((?:"[a-z_]+",\s*|[^"]*)"([a-z_]+)"(?: if [^"]*"[a-z_]+" else "([a-z_]+)")?', code))
    found = {key for pair in keys for key in pair if key}
    assert {f"note_of.{key}" for key in found} <= set(catalogue("en", "segkit"))


def test_tables_columns_and_reasons_of_the_schema_have_words():
    words = Words("zh")
    columns = {f"column.{name}" for table in schema.TABLES.values() for name in table.names}
    extracts = {f"extract.{name}" for name in schema.TABLES}
    reasons = {f"reason.{name}" for name in (*schema.REASONS, "used")}
    assert [key for key in sorted(columns | extracts | reasons) if key not in words] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_tiers_are_called_as_their_scheme_file_calls_them(language):
    scheme, words = schemes.load("rfm_8"), Words(language)
    assert {key: words(f"tier.rfm_8.{key}") for key in scheme.names(language)} == scheme.names(language)
    assert words("scheme.rfm_8") == (scheme.zh if language == "zh" else scheme.en)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_paragraph_of_a_notebook_is_there_in_chinese(path):
    prose = catalogue("zh", "notebooks")
    cells = [re.sub(r"<!-- answer -->.*<!-- /answer -->", "", c.source, flags=re.DOTALL)
             for c in nbformat.read(path, 4).cells if c.cell_type == "markdown"]  # fmt: skip
    assert [p for cell in cells for p in paragraphs(cell) if p not in prose] == []


def test_prose_in_english_stays_and_in_chinese_is_found_whatever_its_line_breaks():
    assert Words("en").prose("## Over time") == "## Over time"
    assert Words("zh").prose("##  Over\ntime") == "## 随时间的变化"
    assert Words("zh").prose("A paragraph of one's own.") == "A paragraph of one's own."


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "$0", "US$0"),
        (3.5, "$3.50", "US$3.50"),
        (842.4, "$842", "US$842"),
        (1_234, "$1.23K", "US$1,230"),
        (999_960, "$1M", "US$100万"),
        (1_200_000, "$1.2M", "US$120万"),
        (3_456_000_000, "$3.46B", "US$34.6亿"),
        (-52_000, "-$52K", "-US$5.2万"),
        (float("nan"), "–", "–"),
        (None, "–", "–"),
    ],
)
def test_money_is_written_to_three_figures(value, english, chinese):
    assert Words("en").money(value, "USD") == english
    assert Words("zh").money(value, "USD") == chinese


def test_money_in_full_keeps_every_unit_and_the_sign_of_its_currency():
    assert Words("en").money(1_234_567.8, "GBP", compact=False) == "£1,234,568"
    assert Words("zh").money(1_234_567.8, "CNY", compact=False) == "¥1,234,568"


def test_a_share_never_rounds_to_nothing_or_to_everything():
    words = Words("en")
    assert [words.percent(x) for x in (0, 0.001, 0.614, 0.999, 1)] == ["0%", "<1%", "61%", ">99%", "100%"]
    assert words.percent(0.0004, 1) == "<0.1%"
    assert words.percent(float("nan")) == "–"


def test_days_and_months_are_written_in_both_ways():
    day = dt.date(2011, 12, 9)
    assert (Words("en").date(day), Words("zh").date(day)) == ("9 Dec 2011", "2011年12月9日")
    assert (Words("en").month("2011-12-09"), Words("zh").month("2011-12-09")) == ("Dec 2011", "2011年12月")


def test_a_text_writes_each_number_as_its_placeholder_says():
    words = Words("en").also({"x": "{n:row was|rows were}; {share:percent1}; {m:money}; {n}; {t:word}; {own:word}; {c:column}"})
    said = words("x", n=1, share=0.1234, m=5_000, currency="EUR", t="reason.sample", own="tier.mine.big_fish", c="monetary")
    assert said == "1 row was; 12.3%; €5K; 1; sample order; big fish; revenue"


def test_a_missing_key_and_an_unknown_language_are_refused_with_the_remedy():
    with pytest.raises(KeyError, match=r"no text \"finding.nothing\".*add it in every language"):
        Words("en")("finding.nothing")
    with pytest.raises(InputError, match=r'language "de".*en, zh'):
        Words("de")
