"""The page leadership reads: the same in both languages, each number with its source, editions that tell nothing of others."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

import firm_run
import pytest

from places import ROOT
from segkit import report, workbench
from segkit.errors import InputError
from segkit.report.drawn import DRAWN

PARTS = ["findings", "contribution", "movement", "accounts", "risk", "segments", "trust", "record", "week", "quality",
         "methods", "notebooks"]  # fmt: skip


class Read(HTMLParser):
    """Sections, links, alt texts, rows of tables and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.images: list[dict[str, str | None]] = []
        self.text, self._cell = "", False
        self.feed(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.sections += [given["id"]] if tag == "section" else []
        self.links += [given["href"]] if tag == "a" else []
        self.images += [given] if tag == "img" else []
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._cell = self._cell or tag in ("td", "th")

    def handle_endtag(self, tag):
        self._cell = self._cell and tag not in ("td", "th", "table")

    def handle_data(self, data):
        self.text += data
        if self._cell and self.rows and self.rows[-1]:
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    return firm_run.write(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def written(run_dir):
    """The page as asked for, each made once."""
    return cache(lambda **asked: report.page(run_dir, **asked))


@pytest.fixture(scope="module")
def english(written):
    return Read(written())


def row(page: Read, first: str) -> list[str]:
    return next(r for r in page.rows if r and r[0].startswith(first))


def test_the_parts_stand_in_the_order_in_which_a_director_asks(english):
    assert english.sections == PARTS


def test_both_languages_have_the_same_parts_rows_pictures_and_links(written, english):
    chinese = Read(written(language="zh"))
    assert chinese.sections == english.sections
    assert [len(r) for r in chinese.rows] == [len(r) for r in english.rows]
    assert chinese.links == english.links
    counts = [re.findall(r"\d+(?:\.\d+)?%|\b\d{1,3}(?:,\d{3})+\b", " ".join(page.text.split())) for page in (chinese, english)]
    assert sorted(n for n in counts[0] if "%" in n) == sorted(n for n in counts[1] if "%" in n)


def test_every_picture_that_the_page_asks_for_can_be_drawn_anew():
    parts = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "src" / "segkit" / "report" / "parts").glob("*.py"))
    asked = set(re.findall(r'picture\(run, "(\w+)"\)', parts))
    assert len(asked) > 8
    assert asked - set(DRAWN) == set()


def test_another_language_is_said_and_drawn_anew_and_holds_no_sentence_of_the_runs(written):
    page = Read(written(language="zh"))
    said = " ".join(page.text.replace(firm_run.EVIL, "").split())
    for name in [*firm_run.CUSTOMERS["name"], "Meridian Export", "Ann", "Bo"]:
        said = said.replace(name, "")
    assert re.findall(r"[a-z]+ [a-z]+ [a-z]+", said) == []


def test_a_key_figure_tells_its_change_and_whether_that_is_good(written, english):
    html = written()
    assert 'class="change good">▲ 10.6% up since 1 Apr 2024' in html
    assert 'class="change risk">▲ 3.0 pts up since 1 Apr 2024' in html
    assert 'class="change ">unchanged since 1 Apr 2024' in html


def test_without_the_table_of_key_figures_the_findings_give_them(tmp_path):
    text = Read(report.page(firm_run.write(tmp_path, without=("key_figures", "migration")))).text
    assert "$39.8K" in text
    assert "60% of it in the last twelve months" in text


def test_movements_are_listed_with_most_money_first_and_who_stayed_is_not(english):
    assert row(english, "core")[:2] != ["core", "core"]
    moves = [r for r in english.rows if len(r) == 5 and r[1] in ("important, at risk: save", "growth potential")]
    assert [r[-1] for r in moves] == ["$6,000", "$4,000"]
    assert moves[1][0] == "new"


def test_an_account_to_act_on_has_its_owner_money_reason_and_next_step(english):
    assert not any(r[0].startswith("Birch") for r in english.rows if r)
    assert row(english, "Beech Retail") == [
        "Beech Retail b2", "Bo", "$2,100 70% risk", "60 days past the upper bound of its own gap", "no step planned",
    ]  # fmt: skip
    assert row(english, firm_run.EVIL)[-1] == "2 Jul 2024, call Call the buyer"


def test_a_segment_tells_what_is_expected_between_which_errors_and_what_is_at_risk(english):
    assert ["core", "2", "$3,400", "$3K – $4K", "15.0%", "$250"] in english.rows


def test_the_plan_of_the_week_is_told_by_kind_and_by_salesperson_with_the_load(english):
    assert ["Ann", "2", "0", "1.0", "125%", "$700"] in english.rows
    assert ["call", "1", "0", "0.5"] in english.rows


def test_every_number_leads_to_the_notebook_that_made_it(english):
    kept = {f"notebooks/{name}.html" for name in firm_run.FOUND}
    assert set(english.links) == kept
    assert english.links.count("notebooks/60_churn.html") > 4


def test_a_hostile_name_is_text_and_nothing_else(written):
    html = written()
    assert "<b>Umbra" not in html
    assert "&lt;b&gt;Umbra &amp; Sons&lt;/b&gt;" in html


OWN = {"Ann": ("a1", "a2", "a3"), "Bo": ("b1", "b2", "b3")}


@pytest.mark.parametrize(
    ("edition", "owner"), [("owner:Ann", "Ann"), ("owner:Bo", "Bo"), ("team:North", "Ann"), ("team:South", "Bo")]
)
def test_an_edition_shows_its_own_accounts_and_names_no_other(written, edition, owner):
    html = written(edition=edition)
    foreign = firm_run.CUSTOMERS[firm_run.CUSTOMERS["owner"] != owner]
    read = Read(html)
    told = read.text + " ".join(str(image["alt"]) for image in read.images)
    assert [
        n
        for n in (*foreign["name"], *foreign["customer_id"], *foreign["owner"].unique())
        if re.search(rf"\b{re.escape(n)}\b", told)
    ] == []
    assert edition.partition(":")[2] in told
    assert any(name in told for name in firm_run.CUSTOMERS[firm_run.CUSTOMERS["owner"] == owner]["name"])


def test_the_sums_of_an_edition_are_those_of_its_accounts(written):
    read = Read(written(edition="owner:Ann"))
    assert row(read, "all")[1:4:2] == ["3", "$13,800"]
    assert "$39.8K" not in read.text
    assert "$1.05K" in read.text  # its own money at risk


def test_an_edition_travels_alone_so_it_has_no_links_and_no_part_that_compares_people(written):
    read = Read(written(edition="owner:Bo"))
    assert read.links == []
    assert not {"people", "notebooks"} & set(read.sections)


def test_what_an_edition_has_not_it_refuses(run_dir):
    run = workbench.edition_of(workbench.open_run(run_dir, "90_report"), "owner:Ann")
    assert not run.has("migration")
    with pytest.raises(InputError, match="holds the whole firm; an edition of Ann has none"):
        run.table("migration")
    assert run.found() == []


@pytest.mark.parametrize(
    ("edition", "said"),
    [("owner:Zoe", r"no such owner. It has: Ann, Bo"), ("team:East", r"no such team. It has: North, South"),
     ("Ann", r"write all, team:NAME or owner:NAME"), ("owner:", r"write all, team:NAME or owner:NAME")],
)  # fmt: skip
def test_an_unknown_edition_is_an_error_that_names_those_there_are(run_dir, edition, said):
    with pytest.raises(InputError, match=said):
        report.page(run_dir, edition=edition)


def test_all_is_the_whole_page(written):
    assert written(edition="all") == written()
