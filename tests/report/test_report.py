"""The page and the notebooks as pages: one file each, escaped, whole in both languages."""

from __future__ import annotations

import datetime as dt
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from segkit import charts, findings, report, workbench
from segkit.charts import style
from segkit.findings import Finding
from segkit.i18n import Words
from segkit.report import top
from segkit.report.drawn import DRAWN
from segkit.report.parts import parts

SIZES = pd.DataFrame(
    [("rfm_matrix", "core", 2, 0.2, 700_000.0, 0.7), ("rfm_matrix", "reactivate", 8, 0.8, 300_000.0, 0.3),
     ("trade_tier", "KA", 10, 0.01, 1_000_000.0, 1.0), ("trade_tier", "B", 7, 0.99, 0.0, 0.0)],
    columns=["scheme", "tier", "customers", "customer_share", "revenue", "revenue_share"],
)  # fmt: skip
TOTALS = {"customers": 10, "prospects": 1, "orders": 25, "median_orders": 2.0, "revenue": 1e6, "year_share": 0.5}
PERIOD = {"first": dt.date(2023, 7, 1), "last": dt.date(2024, 6, 30)}
FOUND = {
    "10_quality": [Finding("rows_used", {"extract": "extract.orders", "rows": 100, "used": 90, "share": 0.9}, "info")],
    "20_rfm": [
        Finding("totals", TOTALS | PERIOD),
        Finding("concentration", {"top": 0.2, "customers": 2, "revenue_share": 0.76, "revenue": 760_000.0}),
        Finding("silent", {"days": 365, "customers": 3, "share": 0.3, "revenue": 310_000.0, "revenue_share": 0.31}, "risk"),
    ],
}


class Page(HTMLParser):
    """Addresses, alt texts and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.alts: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.addresses += [v for k, v in attrs if k in ("src", "href") and v]
        if tag == "img":
            self.alts.append(given.get("alt") or "")

    def handle_data(self, data):
        self.text += data


@pytest.fixture(params=["en", "zh"])
def run_dir(request, tmp_path, monkeypatch) -> Path:
    """A whole run of a firm with an unfriendly name, without a notebook having run."""
    import IPython.display

    monkeypatch.setattr(IPython.display, "display", lambda *a, **k: None)
    note = {"extract": "orders", "key": "duplicates_kept", "rows": 34}
    manifest = {
        "title": "A & B <script>alert(1)</script>", "as_of": "2024-07-01", "currency": "USD", "language": request.param,
        "status": "running", "rows": {}, "notes": [note], "inputs": [{"path": "a_*.csv"}], "versions": {"segkit": "0.1.0"},
        "horizon_days": 90,
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name, found in FOUND.items():
        run = workbench.open_run(tmp_path, name, request.param)
        run.conclude(found)
    run.save("tier_sizes", SIZES)
    labels = run.labels(findings.main_tier(SIZES.head(2)), customers=10)
    run.figure("risk_value", charts.rfm.sizes(SIZES.head(2), labels), run.words("alt.tier_sizes"))
    return tmp_path


def executed(run_dir: Path, *outputs, name: str = "20_rfm") -> Path:
    """An executed notebook in the run's folder."""
    question = "# Who orders, how recently, how often, for how much?"
    summary = new_markdown_cell(f"{question}\n\n<!-- answer -->\n<!-- /answer -->\n\nWhat to take away:")
    summary.metadata["tags"] = ["summary"]
    opened = new_code_cell(f'run = open_run(run_dir, "{name}", language)', outputs=list(outputs), execution_count=1)
    path = run_dir / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=[summary, opened, new_markdown_cell("## Over time\n\nMy own words.")]), path)
    return path


def test_the_page_needs_no_other_file_and_runs_no_script(run_dir):
    executed(run_dir)
    page = Page(html := report.page(run_dir))
    assert {a for a in page.addresses if not a.startswith("data:")} == {"notebooks/20_rfm.html"}
    assert "script" not in page.tags
    assert "<script>" not in html
    assert len(html.encode()) < 3_000_000


def test_the_page_says_title_period_key_figures_and_what_stands_out(run_dir):
    text = Page(report.page(run_dir)).text
    chinese = json.loads((run_dir / "manifest.json").read_text(encoding="utf-8"))["language"] == "zh"
    chinese_words = ["US$100万", "核心价值客户", "风险", "2024年6月30日"]
    english_words = ["$1M", "low value, to reactivate", "risk", "30 Jun 2024"]
    said = ["A & B <script>alert(1)</script>", "76%", "34", *(chinese_words if chinese else english_words)]
    assert [s for s in said if s not in text] == []


def test_a_chinese_page_holds_no_english_sentence(run_dir):
    page = report.page(run_dir)
    if 'lang="zh"' in page:
        text = Page(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)).text
        assert re.findall(r"[a-z]+ [a-z]+ [a-z]+", text.replace("A & B <script>alert(1)</script>", "")) == []


def test_every_picture_has_an_alt_text_with_its_finding(run_dir):
    (alt,) = Page(report.page(run_dir)).alts
    assert "70%" in alt
    assert "20%" in alt


def test_risks_open_the_page_and_what_is_well_goes_unsaid():
    well = Finding("limit_distance", {}, "good")
    told = top.headlines([("20_rfm", f) for f in (*FOUND["20_rfm"], well, Finding("trend_up", {}, "good"))])
    assert [f.key for _, f in told] == ["silent", "trend_up", "concentration"]


def test_both_languages_show_the_same_things(tmp_path):
    (tmp_path / "manifest.json").write_text(
        json.dumps(
            {
                "title": "T",
                "as_of": "2024-07-01",
                "currency": "USD",
                "language": "en",
                "status": "running",
                "rows": {},
                "notes": [],
                "inputs": [],
                "versions": {},
                "horizon_days": 90,
            }
        )
    )
    english = Page(report.page(tmp_path)).tags
    manifest = (tmp_path / "manifest.json").read_text().replace('"en"', '"zh"')
    (tmp_path / "manifest.json").write_text(manifest)
    assert Page(report.page(tmp_path)).tags == english


def test_a_part_whose_table_is_missing_says_so(tmp_path, run_dir):
    (run_dir / "tables" / "tier_sizes.parquet").unlink()
    assert "tier_sizes" in Page(report.page(run_dir)).text


def test_a_part_that_a_firm_with_orders_alone_cannot_have_is_left_out(run_dir):
    sizes = SIZES[SIZES["scheme"] == "rfm_matrix"]
    workbench.open_run(run_dir, "30_tiers").save("tier_sizes", sizes)
    run = workbench.edition_of(workbench.open_run(run_dir, "90_report"), None)
    assert not {"accounts", "week", "people"} & {part.key for part in parts(run)}


def test_each_target_group_is_a_file_with_its_reasons_safe_in_a_spreadsheet(run_dir):
    run = workbench.open_run(run_dir, "30_tiers", "en")
    members = pd.DataFrame(
        [("007", "sleeping", "late"), ("8", "sleeping", "-"), ("8", "quiet", "so")],
        columns=["customer_id", "audience", "reason"],
    )
    report.write_lists(run, members, pd.DataFrame({"customer_id": ["007", "8"], "name": ["=cmd()", "B"], "city": ["X", "Y"]}))
    lines = (run_dir / "audiences" / "sleeping.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["customer,name,why", "007,'=cmd(),late", "8,B,'-"]
    assert (run_dir / "audiences" / "quiet.csv").is_file()


def test_publishing_writes_the_page_into_the_run(run_dir):
    run = workbench.open_run(run_dir, "90_report", "en")
    assert report.publish(run).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_notebook_page_is_translated_and_its_answer_filled(run_dir):
    language = json.loads((run_dir / "manifest.json").read_text(encoding="utf-8"))["language"]
    words, html = Words(language), run_dir / "20_rfm.html"
    report.export_notebook(executed(run_dir), html, language=language)
    text = " ".join(Page(html.read_text(encoding="utf-8")).text.split())
    said = [words("finding.silent", **FOUND["20_rfm"][2].numbers), words("note.as_of", as_of="2024-07-01"), "My own words.",
            words("page.back"), words.prose("## Over time").removeprefix("## "), "a_*.csv", words.prose("What to take away:"),
            words("note_of.duplicates_kept", extract="extract.orders", rows=34)]  # fmt: skip
    assert [s for s in said if s not in text] == []


def test_a_notebook_page_loads_nothing_and_folds_its_code_away(run_dir):
    html = run_dir / "20_rfm.html"
    report.export_notebook(executed(run_dir), html, language="en")
    page = Page(html.read_text(encoding="utf-8"))
    assert [a for a in page.addresses if not a.startswith(("#", "data:"))] == ["../index.html"]
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert page.tags.count("details") == 1


def test_the_alt_text_of_a_chart_reaches_the_notebook_page(run_dir):
    png = new_output("display_data", data={"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"alt": 'A "chart" <b>'}})
    html = run_dir / "20_rfm.html"
    report.export_notebook(executed(run_dir, png), html, language="en")
    assert Page(html.read_text(encoding="utf-8")).alts == ['A "chart" <b>']


def test_a_picture_without_alt_text_is_said_to_have_none(run_dir):
    html = run_dir / "20_rfm.html"
    shown = [new_output("display_data", data={"image/png": "iVBORw0KGgo="}),
             new_output("display_data", data={"image/svg+xml": "<svg/>"}, metadata={"alt": 'a "drawing"'}),
             new_output("display_data", data={"image/svg+xml": "<svg/>"}),
             new_output("display_data", data={"image/jpeg": "/9j/"})]  # fmt: skip
    report.export_notebook(executed(run_dir, *shown), html, language="zh")
    none = Words("zh")("page.undescribed")
    assert Page(html.read_text(encoding="utf-8")).alts == [none, 'a "drawing"', none, none]


def test_html_that_a_notebook_shows_stays_as_it_is(run_dir):
    html, shown = run_dir / "20_rfm.html", """<div title="<img src=x onerror=a>"><script>s = "<img src='x'>"</script></div>"""
    report.export_notebook(executed(run_dir, new_output("display_data", data={"text/html": shown})), html, language="en")
    assert shown in html.read_text(encoding="utf-8")


def test_the_code_of_a_notebook_page_is_coloured(run_dir):
    path, html = executed(run_dir), run_dir / "20_rfm.html"
    notebook = nbformat.read(path, 4)
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    notebook.cells.append(new_code_cell("import this"))
    nbformat.write(notebook, path)
    report.export_notebook(path, html, language="en")
    assert '<span class="kn">import</span>' in html.read_text(encoding="utf-8")


def test_a_notebook_page_names_the_period_before_it_was_found_and_none_where_nobody_ordered(run_dir):
    (run_dir / "findings" / "20_rfm.json").unlink()
    html, path, words = run_dir / "10.html", executed(run_dir, name="10_quality"), Words("en")
    days = {f"{which}_order_on": pd.to_datetime([day]) for which, day in PERIOD.items()}
    for orders, told in ((3, True), (0, False)):
        buyer = {"frequency": [orders], "monetary": [9.0], "revenue_12m": [9.0]}
        workbench.open_run(run_dir, "10_quality", "en").save("customers", pd.DataFrame(buyer | days))
        report.export_notebook(path, html, language="en")
        text = Page(html.read_text(encoding="utf-8")).text
        assert (words("summary.period", as_of=dt.date(2024, 7, 1), **PERIOD) in text) is told
        assert words("finding.rows_used", **FOUND["10_quality"][0].numbers) in text


def test_the_stream_drawn_anew_stands_under_what_was_found_on_moves(run_dir):
    columns = ["since", "until", "from_tier", "to_tier", "customers", "revenue_then", "revenue", "scheme", "measured"]
    days = pd.to_datetime(["2024-04-01", "2024-07-01"])
    step = [*days, "core", "save", 2, 8.0, 10.0, "rfm_matrix", "customers"]
    run = workbench.open_run(run_dir, "70_migration", "en")
    run.save("migration_steps", pd.DataFrame([step], columns=columns))
    moved = findings.migration.moved(run.table("migration_steps"), scheme="rfm_matrix")
    run.conclude([FOUND["10_quality"][0], moved])
    ax, _ = DRAWN["alluvial"](run)
    assert style.title_of(ax) == run.say(moved)


def test_filling_the_answer_twice_gives_the_same_and_leaves_the_original_alone(run_dir):
    notebook = nbformat.read(executed(run_dir), 4)
    before = notebook.cells[0].source
    once = report.fill_summary(notebook, run_dir, Words("en"))
    twice = report.fill_summary(once, run_dir, Words("en"))
    assert once.cells[0].source == twice.cells[0].source
    assert once.cells[0].source.count("<!-- answer -->") == 1
    assert notebook.cells[0].source == before


def test_a_notebook_outside_a_run_is_exported_as_it_is(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    path = tmp_path / "a" / "b" / "own.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Mine"), new_code_cell("1 + 1")]), path)
    report.export_notebook(path, path.with_suffix(".html"), language="zh")
    assert "Mine" in path.with_suffix(".html").read_text(encoding="utf-8")
