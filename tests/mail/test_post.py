"""Mail as part of a run, and from the command line: who is told when, how it ends, and what a kill at the worst moment does."""

from __future__ import annotations

import datetime as dt
import json
import os

import pytest
from bench.sink import PASSWORD
from bench.stress import READERS, Firm
from typer.testing import CliRunner

from mail_room import MAIL, NOW
from segkit.cli import app
from segkit.errors import InputError, LockedError, MailError, StepError
from segkit.mail import Office, Post, from_environment, post
from segkit.settings import parse

TODAY = dt.date(2026, 7, 1)
CONFIG = {"name": "firm", "title": "Firm", "extracts": {"orders": {"source": "orders.csv"}}, "mail": MAIL}


@pytest.fixture
def posted(sink, firm_run, monkeypatch):
    """The mails of a run that stands, or will not stand, in `firm`."""
    monkeypatch.chdir(firm_run.parent)
    office = Office(from_environment(sink.environment()), now=lambda: NOW, options={"pauses": ()})
    settings = parse(CONFIG)
    return Post(settings, settings.mail, office, TODAY, firm_run)


def failing(posted, error):
    with pytest.raises(type(error)), posted.failures_told():
        raise error


def test_a_whole_run_is_mailed_to_its_readers(posted, firm_run, sink):
    assert {outcome.fate for outcome in posted.send(firm_run)} == {"sent"}
    assert sink.inbox.readers == [f"{name}@firm.example" for name in ("boss", "europe", "ann", "bo")]


def test_a_wrong_input_is_told_to_the_operators_in_the_commands_words(posted, sink):
    failing(posted, InputError("orders.csv: empty. Export it again."))

    (message,) = sink.inbox.messages()
    assert sink.inbox.readers == ["it@firm.example"]
    assert "orders.csv: empty. Export it again." in message["Subject"]


def test_an_unforeseen_error_is_named_without_its_text_which_may_hold_a_secret(posted, sink):
    failing(posted, ZeroDivisionError("postgres://me:hunter2@host"))

    (message,) = sink.inbox.messages()
    assert "ZeroDivisionError" in message["Subject"]
    assert "hunter2" not in message.as_string()


def test_a_failed_step_is_told_with_its_cell_and_where_it_is_kept(posted, firm_run, sink):
    failed = firm_run.rename(firm_run.with_name("firm.failed"))
    manifest = json.loads((failed / "manifest.json").read_text())
    steps = {"20_rfm": {"status": "failed", "cell": 3, "error": "KeyError: x"}}
    (failed / "manifest.json").write_text(json.dumps(manifest | {"steps": steps}))
    error = StepError("20_rfm failed in cell [3]")
    error.remains = failed
    failing(posted, error)

    assert "20_rfm, cell [3]: KeyError: x" in sink.inbox.messages()[0]["Subject"]
    assert (failed.parent / "firm.mail.jsonl").is_file()


def test_a_start_that_another_run_holds_back_is_no_failure(posted, sink):
    failing(posted, LockedError("held"))
    assert sink.inbox.taken == []


def test_a_notice_that_cannot_go_out_hides_no_failure(posted, sink, caplog):
    sink.inbox.refused["it@firm.example"] = ["550 no"]
    failing(posted, InputError("orders.csv: empty."))
    assert "550 no" in caplog.text


def test_a_mail_that_failed_and_one_of_unknown_fate_end_in_an_error_that_names_both(posted, firm_run, sink):
    sink.inbox.refused["europe@firm.example"] = ["550 no such user"]
    sink.inbox.taken_unanswered = 1
    with pytest.raises(MailError) as error:
        posted.send(firm_run)

    assert "europe@firm.example (team:Europe): not sent, the server answered 550 no such user" in str(error.value)
    assert "boss@firm.example (all): it may have gone out" in str(error.value)
    assert error.value.exit_code == 1


def test_what_cannot_be_made_ready_shows_when_the_letters_are_written(posted, monkeypatch):
    monkeypatch.setattr("segkit.mail.writing.DRAWN_WITH", ("segkit.no_such_room",))
    assert posted.get_ready() is None


def test_mail_without_readers_or_without_a_server_stops_before_the_run_begins():
    with pytest.raises(InputError, match="no mail: in the config"):
        post(parse({k: v for k, v in CONFIG.items() if k != "mail"}), {}, today=TODAY)
    with pytest.raises(InputError, match="SEGKIT_SMTP_HOST is not set"):
        post(parse(CONFIG), {}, today=TODAY)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"HOST": "h", "USER": "u"}, "SEGKIT_SMTP_PASSWORD is not set"),
        ({"HOST": "h", "PASSWORD": PASSWORD}, "SEGKIT_SMTP_USER is not set"),
        ({"HOST": "h", "SECURITY": "ssl"}, "SEGKIT_SMTP_SECURITY=ssl: write starttls, tls, or none"),
        ({"HOST": "h", "SECURITY": "none"}, "only for a server on this machine"),
        ({"HOST": "h", "PORT": "smtp"}, "SEGKIT_SMTP_PORT=smtp: no port"),
    ],
)
def test_an_environment_that_makes_no_sense_is_refused_by_name_and_without_secrets(given, says):
    with pytest.raises(InputError, match=says) as error:
        from_environment({f"SEGKIT_SMTP_{name}": value for name, value in given.items()})
    assert PASSWORD not in str(error.value)


def test_the_command_lays_down_files_sends_once_and_says_what_became_of_each(firm_run, sink, monkeypatch):
    for name, value in sink.environment().items():
        monkeypatch.setenv(name, value)
    ask = lambda *more: CliRunner().invoke(app, ["mail", str(firm_run), "--to", "boss@firm.example", *more])  # noqa: E731

    assert ask("--dry-run").stdout.startswith("written      boss@firm.example (all): ")
    assert (ask().stdout, ask().exit_code) == ("sent         boss@firm.example (all)\n", 0)
    assert sink.inbox.readers == ["boss@firm.example"]


def test_resend_repeats_what_may_have_gone_out_under_the_same_message_id(firm_run, sink, monkeypatch):
    for name, value in sink.environment().items():
        monkeypatch.setenv(name, value)
    ask = lambda *more: CliRunner().invoke(app, ["mail", str(firm_run), "--to", "boss@firm.example", *more])  # noqa: E731
    sink.inbox.taken_unanswered = 1

    assert (ask().exit_code, ask().exit_code, len(sink.inbox.taken)) == (1, 1, 1)
    assert ask("--resend").exit_code == 0
    first, second = sink.inbox.messages()
    assert first["Message-ID"] == second["Message-ID"]


def test_a_run_killed_among_its_notebooks_and_again_in_its_mails_is_never_half_and_sends_none_twice(sink, tmp_path):
    sink.inbox.pause = 0.3
    firm = Firm(tmp_path, os.environ | sink.environment(), inbox=sink.inbox)
    firm.write()
    out = tmp_path / "runs" / "one"

    assert firm.killed(out, when=(tmp_path / "runs/one.partial/tables/own.parquet").is_file)
    assert not out.exists()
    assert firm.killed(out, when=lambda: len(sink.inbox.taken) == 2)
    assert firm.faults(out) == []
    assert firm.finished(out) == ([], 1)
    assert sorted(sink.inbox.readers) == sorted(READERS)
