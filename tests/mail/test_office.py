"""A run's mails: who gets which edition in which language, nobody more than that, and nobody twice."""

from __future__ import annotations

import email
import email.policy
import json
import re
import shutil

import pytest

from mail_room import MAIL, NOW
from segkit.errors import InputError, LockedError, MailError
from segkit.mail import Office, from_environment
from segkit.pipeline.folder import Folder
from segkit.recipients import Mail, Recipient

ALL, TEAM, ANN, BO = ("all", "boss"), ("team:Europe", "europe"), ("owner:Ann", "ann"), ("owner:Bo", "bo")


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    """(edition, name) → message, each laid down once."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("written") / "firm")
    found = {}
    chinese = Recipient(to="boss@firm.example", language="zh")
    mail = Mail(**MAIL | {"recipients": [chinese, *MAIL["recipients"][1:]]})
    for outcome in Office(None, now=lambda: NOW).of_run(folder, mail):
        file = folder.parent / "firm.mail" / outcome.why.rpartition("/")[2]
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        found[outcome.letter.edition, outcome.letter.to.partition("@")[0]] = message
    return found


@pytest.fixture
def office(sink, authority):
    return Office(from_environment(sink.environment()), now=lambda: NOW, options={"pauses": ()})


def parts(message, kind):
    return [part for part in message.walk() if part.get_content_type() == kind]


def body(message, kind="text/html"):
    return next(part for part in parts(message, kind) if not part.get_filename()).get_content()


def test_readers_of_the_config_and_active_salespeople_with_news_get_one_mail_each(written):
    assert list(written) == [ALL, TEAM, ANN, BO]


def test_the_subject_is_the_finding_in_the_readers_language(written):
    assert written[ALL]["Subject"] == "30% 的客户超过 365 天没有下单；他们过去带来 US$31万，占收入的 31%"
    assert written[BO]["Subject"] == "1 new alert, first Dada AG: $90K at stake"
    assert written[ANN]["Subject"].startswith("1条新预警，首先是Zoë")


def test_text_and_html_say_the_same_findings_and_figures(written):
    for kind in ("text/plain", "text/html"):
        assert [s for s in ("US$100万", "前 20% 的客户带来 76% 的收入", "30%") if s not in body(written[ALL], kind)] == []


def test_charts_stand_in_the_html_beside_it_and_say_what_they_show_where_images_are_blocked(written):
    html, pictures = body(written[ALL]), parts(written[ALL], "image/png")
    assert (
        re.findall(r'src="cid:(\w+)"', html) == [p["Content-ID"].strip("<>") for p in pictures] == ["tier_values", "risk_value"]
    )
    assert all("%" in alt for alt in re.findall(r'<img[^>]* alt="([^"]+)"', html))
    assert {p.get_content_disposition() for p in pictures} == {"inline"}


def test_charts_speak_the_readers_language(written, made):
    alts = re.findall(r'<img[^>]* alt="([^"]+)"', body(written[ALL]))
    assert all(re.search("[\u4e00-\u9fff]", alt) for alt in alts)


def test_css_is_inlined_and_nothing_is_loaded_or_run(written):
    for message in written.values():
        html = body(message)
        assert 'style="' in html
        assert "var(--" not in html.split("</head>")[1]
        assert re.findall(r'(?:src|href)="(?!cid:)|url\(|<script', html) == []
        assert len(html.encode()) < 100_000


def test_a_firm_with_endless_names_and_many_rows_stays_below_what_is_clipped(firm_run):
    import pandas as pd

    for name in ("customers", "alerts", "tasks", "churn"):
        file = firm_run / "tables" / f"{name}.parquet"
        table = pd.concat([pd.read_parquet(file)] * 60, ignore_index=True)
        for key in {"customer_id", "alert_id", "task_id"} & set(table):
            table[key] = table[key] + (table.index // (len(table) // 60)).astype(str)
        table.assign(**({"name": "名" * 5_000} if name == "customers" else {})).to_parquet(file)
    for outcome in Office(None, now=lambda: NOW).of_run(firm_run):
        file = firm_run.parent / "firm.mail" / outcome.why.rpartition("/")[2]
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert len(body(message).encode()) < 100_000
        assert len(message["Subject"]) < 200


def test_a_name_of_the_crm_adds_no_header_and_runs_nothing(written):
    for message in written.values():
        assert message["Bcc"] is None
        assert "\u202e" not in body(message)
        assert "&lt;i&gt;Firm&lt;/i&gt;" in body(message)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body(written[ANN])


def test_a_salesperson_sees_the_own_accounts_and_no_figure_of_the_firm(written):
    everything = written[BO].as_string() + body(written[BO]) + body(written[BO], "text/plain")
    assert "Dada AG" in everything
    assert [s for s in ("Zoë", "Ebo", "$1M", "76%") if s in everything] == []
    assert [part.get_filename() for part in written[BO].iter_attachments()] == ["index.html", "bo.ics"]


def test_a_team_sees_the_accounts_of_its_people(written):
    text = body(written[TEAM], "text/plain")
    assert "Dada AG" in text
    assert "Zoë" in text
    assert "Ebo" not in text


def test_an_alert_is_told_once_and_one_that_waits_for_the_next_run_not_yet(written):
    text = body(written[ANN], "text/plain")
    assert "no order since May" in text
    assert [said for said in ("told in June", "waits") if said in text] == []


def test_the_whole_edition_carries_the_page(written):
    attached = {part.get_filename(): part.get_content_type() for part in written[ALL].iter_attachments()}
    assert attached == {"index.html": "text/html"}


def test_the_calendar_holds_the_own_tasks_in_the_own_language(written):
    import icalendar

    (file,) = parts(written[ANN], "text/calendar")
    events = icalendar.Calendar.from_ical(file.get_content()).walk("VEVENT")
    assert [str(event["UID"]) for event in events] == ["t1@segkit", "t4@segkit"]
    assert re.search("[\u4e00-\u9fff]", str(events[0]["SUMMARY"]))


def test_tasks_of_the_week_leave_out_later_automated_and_unfitting_ones(written):
    assert body(written[ANN], "text/plain").count("2026年7月1日 09:00") == 1
    assert "2026年7月9日" not in body(written[ANN], "text/plain")


def test_customers_who_are_not_to_be_contacted_have_an_alert_but_no_task_and_no_place_on_the_list(firm_run):
    office, asia = Office(None, now=lambda: NOW), Mail(recipients=[{"to": "asia@firm.example", "edition": "team:Asia"}])
    (outcome,) = office.of_run(firm_run, asia)
    message = email.message_from_bytes(
        (firm_run.parent / "firm.mail" / outcome.why.rpartition("/")[2]).read_bytes(), policy=email.policy.default
    )
    assert "not to be contacted" in body(message, "text/plain")
    assert "Accounts to act on" not in body(message, "text/plain")
    assert parts(message, "text/calendar") == []


def test_a_salesperson_without_a_sound_address_is_named_and_gets_nothing(firm_run, caplog):
    Office(None, now=lambda: NOW).of_run(firm_run)
    assert 'owners: "Cy" has no address that can be mailed' in caplog.text


def test_an_edition_that_the_run_does_not_know_stops_before_anything_is_sent(firm_run, office, sink):
    wrong = Mail(recipients=["boss@firm.example", {"to": "x@firm.example", "edition": "team:Africa"}])
    with pytest.raises(InputError, match=r'"team:Africa": the run has no such team. It has: Asia, Europe'):
        office.of_run(firm_run, wrong)
    assert sink.inbox.taken == []


def test_a_run_goes_out_once_whoever_starts_it_again(firm_run, office, sink):
    assert [o.fate for o in office.of_run(firm_run)] == ["sent"] * 4
    assert [o.fate for o in office.of_run(firm_run)] == ["before"] * 4
    assert len(sink.inbox.taken) == 4


def test_the_ledger_outlives_the_folder_that_a_next_run_of_the_day_replaces(firm_run, made, office, sink):
    office.of_run(firm_run)
    shutil.rmtree(firm_run)
    shutil.copytree(made, firm_run)

    assert {o.fate for o in office.of_run(firm_run)} == {"before"}


def test_a_run_of_another_day_is_another_run(firm_run, office, sink):
    office.of_run(firm_run)
    manifest = json.loads((firm_run / "manifest.json").read_text())
    (firm_run / "manifest.json").write_text(json.dumps(manifest | {"as_of": "2026-07-02"}))

    assert {o.fate for o in office.of_run(firm_run)} == {"sent"}


def test_to_means_this_reader_alone_and_a_stranger_gets_the_whole_edition(firm_run, office, sink):
    assert [o.letter.edition for o in office.of_run(firm_run, to=["BO@firm.example"])] == ["owner:Bo"]
    assert [o.letter.edition for o in office.of_run(firm_run, to=["new@firm.example"])] == ["all"]
    assert sink.inbox.readers == ["bo@firm.example", "new@firm.example"]


def test_a_salesperson_named_by_to_never_gets_the_whole_edition(firm_run, office, sink):
    quiet = Mail(recipients=["boss@firm.example"], sender="r@firm.example")
    with pytest.raises(InputError, match="nobody to mail"):
        office.of_run(firm_run, quiet, to=["bo@firm.example"])
    assert sink.inbox.taken == []


def test_a_dry_run_needs_no_server_sends_nothing_and_leaves_the_ledger_alone(firm_run):
    for _ in range(2):
        outcomes = Office(None, now=lambda: NOW).of_run(firm_run)
    assert {outcome.fate for outcome in outcomes} == {"written"}
    assert sorted(p.name for p in firm_run.parent.iterdir()) == ["firm", "firm.mail"]
    assert len(list((firm_run.parent / "firm.mail").iterdir())) == 4


def test_a_run_that_is_being_made_or_mailed_is_left_alone(firm_run, office, sink):
    with Folder(firm_run).lock(), pytest.raises(LockedError, match="holds the lock"):
        office.of_run(firm_run)
    assert sink.inbox.taken == []


def test_only_whole_runs_are_mailed(firm_run, office, tmp_path):
    with pytest.raises(InputError, match="no run here"):
        office.of_run(tmp_path / "nothing")
    manifest = json.loads((firm_run / "manifest.json").read_text())
    (firm_run / "manifest.json").write_text(json.dumps(manifest | {"status": "running"}))
    with pytest.raises(InputError, match="not done"):
        office.of_run(firm_run)


def fail(run, *, error="ValueError: rows do not add up <b>"):
    """Beside the run, what a failed attempt of a later day left."""
    failed = run.with_name("firm.failed")
    (failed / "notebooks").mkdir(parents=True)
    manifest = json.loads((run / "manifest.json").read_text())
    steps = {"10_quality": {"status": "failed", "cell": 2, "error": error}}
    (failed / "manifest.json").write_text(json.dumps(manifest | {"status": "failed", "steps": steps, "as_of": "2026-07-02"}))
    cells = [{"cell_type": "code", "execution_count": n, "source": f"check({n})\n", "metadata": {}} for n in (1, 2)]
    (failed / "notebooks" / "10_quality.ipynb").write_text(json.dumps({"cells": cells}))


def test_a_failed_run_is_told_to_its_operators_alone_with_the_failing_cell(firm_run, office, sink):
    fail(firm_run)
    with pytest.raises(MailError, match=r"failed in 10_quality. Told: it@firm.example: sent. Nobody else is mailed"):
        office.of_run(firm_run)

    (message,) = sink.inbox.messages()
    assert sink.inbox.readers == ["it@firm.example"]
    assert message["Subject"].strip() == "Run failed in 10_quality, cell [2]: ValueError: rows do not add up <b>"
    assert "check(2)" in body(message)
    assert "check(1)" not in body(message)
    assert "firm.failed/notebooks/10_quality.ipynb" in body(message, "text/plain")
    assert list(message.iter_attachments()) == []


def test_the_same_failure_is_told_once_and_another_one_anew(firm_run, office, sink):
    for error, told in (("ValueError: a", 1), ("ValueError: a", 1), ("ValueError: b", 2)):
        shutil.rmtree(firm_run.with_name("firm.failed"), ignore_errors=True)
        fail(firm_run, error=error)
        with pytest.raises(MailError):
            office.of_run(firm_run)
        assert len(sink.inbox.taken) == told
