"""The page in a browser: nothing from outside, no error, nothing for axe-core, sound on a phone and on paper, quick."""

from __future__ import annotations

import shutil

import firm_run
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from segkit import report

PHONE, DESK = {"width": 375, "height": 800}, {"width": 1200, "height": 900}
A4 = {"width": 688, "height": 1009}  # CSS pixels within the margins of the style sheet
LONG = "Gesellschaft für Außenhandelsbeziehungen und Verpackungsmaschinenbau mit beschränkter Haftung"
CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium here: install it, as .ci/run does")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Files by name: the whole page, in Chinese, an edition, one of a run with long names and no CRM, a notebook's page."""
    folder = tmp_path_factory.mktemp("pages")
    run = firm_run.write(folder / "run")
    bare = firm_run.write(
        folder / "bare", without=("key_figures", "migration", "tasks", "workload", "owners", "tiers", "value")
    )
    told = firm_run.customers().assign(name=lambda t: [f"{LONG} {i}" for i in t["customer_id"]]).drop(columns="owner")
    told.to_parquet(bare / "tables" / "customers.parquet")
    written = {
        "whole": report.page(run),
        "chinese": report.page(run, language="zh"),
        "edition": report.page(run, edition="owner:Ann"),
        "bare": report.page(bare),
    }
    for name, html in written.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    _notebook(folder / "notebook.html", folder)
    return {name: folder / f"{name}.html" for name in (*written, "notebook")}


def _notebook(html, folder):
    import nbformat

    table = (
        '<h4>A scheme</h4><div class="wide"><table class="words"><thead><tr><th style="text-align:left">'
        + "long" * 99
        + "</th></tr></thead></table></div>"
    )
    cells = [
        new_markdown_cell("# A question\n\nWhy.\n\n## A part"),
        new_code_cell("run.show(table)", outputs=[new_output("display_data", {"text/html": table})]),
    ]
    (folder / "notebooks").mkdir()
    path = folder / "notebooks" / "own.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    report.export_notebook(path, html, language="en")


@pytest.fixture
def opened(browser, pages, request):
    """A page by its name and the size of the screen; what it asked for and complained of."""
    views = []

    def show(name, size=DESK):
        view = browser.new_page(viewport=size)
        views.append(view)
        view.asked, view.said = [], []
        view.on("request", lambda r: view.asked.append(r.url))
        view.on("console", lambda m: view.said.append(m.text))
        view.on("pageerror", lambda e: view.said.append(str(e)))
        view.goto(pages[name].as_uri())
        return view

    yield show
    for view in views:
        view.close()


NAMES = ("whole", "chinese", "edition", "bare", "notebook")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_loaded_from_outside_and_the_console_stays_silent(opened, pages, name):
    view = opened(name)
    assert [url for url in view.asked if not url.startswith("data:")] == [pages[name].as_uri()]
    assert view.said == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_and_the_page_never_scrolls_sideways(opened, name, size):
    from axe_playwright_python.sync_playwright import Axe

    view = opened(name, size)
    assert view.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = Axe().run(view).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


@pytest.mark.parametrize("name", ["whole", "chinese", "bare"])
def test_on_paper_nothing_is_wider_than_the_sheet_and_no_row_or_chart_is_cut(opened, name):
    view = opened(name, A4)
    view.emulate_media(media="print")
    wide = "[...document.querySelectorAll('table, img')].filter(x => x.getBoundingClientRect().right > innerWidth + 1).length"
    assert view.evaluate(wide) == 0
    whole = "[...document.querySelectorAll('tr, figure, .scroll')].every(x => getComputedStyle(x).breakInside === 'avoid')"
    assert view.evaluate(whole)
    assert view.pdf(format="A4").startswith(b"%PDF")


def test_the_first_paint_comes_within_a_second(opened):
    opened("whole").close()  # the browser itself is warm
    view = opened("whole")
    view.wait_for_function("performance.getEntriesByType('paint').length > 0")
    paints = view.evaluate("performance.getEntriesByType('paint').map(p => p.startTime)")
    assert max(paints) < 1000
