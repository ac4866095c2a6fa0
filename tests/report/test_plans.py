"""Plans on paper: every file is safe to open, says the same tasks, and a page shows what a name holds, not what it does."""

from __future__ import annotations

import csv
import datetime as dt
import json

import icalendar
import pandas as pd
import pytest

from segkit import report
from segkit.report.plans.files import slugs_of
from segkit.schemes import playbooks
from segkit.workbench import open_run
from task_rows import task

NASTY = "=cmd|'/c calc'!A1 <script>alert(1)</script> {x}"


TASKS = pd.DataFrame(
    [task(1), task(2, fits=False), task(3, status="dismissed", fits=None), task(4, owner=None, fits=None),
     task(5, automated=True, fits=None)]
).astype({"fits": "boolean"})  # fmt: skip
ACCOUNTS = pd.DataFrame({"customer_id": ["c"], "name": [NASTY], "contact_phone": ["+49 555 1"], "country": ["Germany"]})
OWNERS = pd.DataFrame({"owner": ["Ann"], "time_zone": ["Asia/Shanghai"]})
EMPTY = pd.DataFrame(columns=["owner", "customer_id"])


@pytest.fixture(params=["en", "zh"])
def plans(tmp_path, request):
    content = {"as_of": "2026-07-01", "currency": "USD", "title": "Firm", "versions": {}, "inputs": [], "notes": []}
    (tmp_path / "manifest.json").write_text(json.dumps(content))
    run = open_run(tmp_path, "80_followup", request.param)
    tasks = report.worded(TASKS, ACCOUNTS, playbooks.load_all(), run.words)
    work = pd.DataFrame({"owner": ["Ann"], "hours_there": [48.0]})
    beside = report.beside(ACCOUNTS, neglected=EMPTY, attainment=EMPTY, revival=EMPTY, workload=work, alerts=EMPTY)
    files = report.write_plans(run, tasks, ACCOUNTS, OWNERS, beside)["files"].tolist()
    assert files == ["plans/ann.csv", "plans/ann.html", "plans/ann.ics", "plans/mailings.csv", "plans/pool.csv"]
    return tmp_path / "plans"


def test_a_csv_shows_a_formula_and_computes_none_and_ends_with_what_did_not_fit(plans):
    rows = list(csv.reader((plans / "ann.csv").open(encoding="utf-8-sig", newline="")))
    assert [row[0] for row in rows[1:]] == ["t1", "t2", "t3"]
    assert "'" + NASTY in rows[1]
    assert "'+49 555 1" in rows[1]


def test_a_calendar_holds_what_fits_under_its_id_and_cancels_what_was_dismissed(plans):
    events = icalendar.Calendar.from_ical((plans / "ann.ics").read_bytes()).walk("VEVENT")
    assert [(str(e["UID"]), str(e["STATUS"])) for e in events] == [("t1@segkit", "CONFIRMED"), ("t3@segkit", "CANCELLED")]
    assert events[0].decoded("DTSTART") == dt.datetime(2026, 7, 1, 7, tzinfo=dt.UTC)
    assert events[0].decoded("DTEND") == dt.datetime(2026, 7, 1, 7, 20, tzinfo=dt.UTC)


def test_a_page_escapes_names_and_shows_both_clocks(plans):
    page = (plans / "ann.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {x}" in page
    assert "<b>09:00</b>" in page
    assert "15:00" in page
    assert "http" not in page.replace("http-equiv", "")


def test_people_whose_names_are_alike_and_a_person_called_pool_keep_files_of_their_own():
    assert slugs_of(["Ann Lee", "ann-lee", "Pool", "李伟", "../x"]) == {
        "../x": "x", "Ann Lee": "ann-lee", "Pool": "pool-2", "ann-lee": "ann-lee-2", "李伟": "李伟"}  # fmt: skip
