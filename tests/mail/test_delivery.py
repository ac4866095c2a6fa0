"""Each mail goes out at most once: what a server may do to it, what is certain then, and what is done about it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import smtplib
import socket
from types import SimpleNamespace

import pytest
from bench.sink import PASSWORD, Sink

from mail_room import NOW
from segkit.mail.delivery import deliver, due
from segkit.mail.ledger import Ledger
from segkit.mail.server import Server, from_environment
from segkit.mail.session import Session

BODY = b"Subject: hello\r\n\r\nline\r\n.a line that begins with a dot\r\n"


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "firm.mail.jsonl", now=lambda: NOW)


@pytest.fixture
def send(server, ledger, letters):
    """Delivers to all three or to some; the pauses taken are kept in `send.pauses`."""

    def send(*, to=None, server=server, content=BODY, rounds=2):
        send.pauses = []
        messages = [(letter, "reports@firm.example", content) for letter in to or letters]
        found = deliver(messages, server=server, ledger=ledger, pauses=(10, 60)[: rounds - 1], sleep=send.pauses.append)
        return [outcome.fate for outcome in found]

    return send


def events(ledger):
    return [(line["to"][:-13], line["state"]) for line in map(json.loads, ledger.file.read_text().splitlines())]


def why(ledger, letter):
    return ledger.entry(letter).why


def test_each_reader_gets_a_message_of_his_own_whole_and_over_one_connection(send, sink, ledger):
    assert send() == ["sent"] * 3

    assert sink.inbox.readers == ["ann@firm.example", "bo@firm.example", "cy@firm.example"]
    assert sink.inbox.taken[0][1] == BODY
    assert sink.inbox.logins == 1
    assert events(ledger) == [(n, s) for n in ("ann", "bo", "cy") for s in ("handing", "sent")]


def test_the_ledger_is_on_disk_before_the_server_has_the_end_of_the_message(send, sink, ledger, letters, monkeypatch):
    seen = []
    take = sink.inbox.handle_DATA

    async def look(*given):
        seen.append(events(ledger))
        return await take(*given)

    monkeypatch.setattr(sink.inbox, "handle_DATA", look)
    send(to=letters[:1])

    assert seen == [[("ann", "handing")]]


def test_a_second_start_sends_nothing_twice(send, sink, ledger, letters):
    send(to=letters[:2])

    now, known = due(letters, Ledger(ledger.file, now=lambda: NOW))

    assert [letter.to for letter in now] == ["cy@firm.example"]
    assert [outcome.fate for outcome in known] == ["before", "before"]
    assert sink.inbox.readers == ["ann@firm.example", "bo@firm.example"]


def test_the_same_reader_in_other_letters_is_the_same_reader(ledger, letters):
    from dataclasses import replace

    loud, other = replace(letters[0], to="ANN@firm.example"), replace(letters[0], edition="team:Europe")
    assert letters[0].key == loud.key
    assert letters[0].key != other.key


def test_a_refused_connection_is_tried_again_after_growing_pauses_then_reported(send, ledger, letters):
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        closed = Server("localhost", taken.getsockname()[1], "starttls", "u", "p")
        assert send(server=closed, rounds=3) == ["failed"] * 3

    assert send.pauses == [10, 60]
    assert "no connection" in why(ledger, letters[0])
    assert send() == ["sent"] * 3, "certain failures are due again on the next start"


def test_a_wrong_password_is_tried_once_for_all_and_named_by_its_variable(send, sink, ledger, letters):
    wrong = Server("localhost", sink.port, "starttls", "reports@firm.example", "guess-123")

    assert send(server=wrong) == ["failed"] * 3
    assert (sink.inbox.logins, send.pauses) == (1, [])
    assert why(ledger, letters[2]) == f"localhost:{sink.port}: SEGKIT_SMTP_USER and SEGKIT_SMTP_PASSWORD are refused (535)"


def test_an_expired_certificate_stops_before_login(send, authority, ledger, letters):
    with Sink(authority, until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)) as expired:
        assert send(server=from_environment(expired.environment())) == ["failed"] * 3

    assert (expired.inbox.logins, send.pauses) == (0, [])
    assert "its certificate does not hold (certificate has expired)" in why(ledger, letters[0])


def test_a_certificate_of_an_unknown_authority_stops_too(send, ledger, letters):
    import trustme

    with Sink(trustme.CA()) as stranger:
        assert send(server=from_environment(stranger.environment())) == ["failed"] * 3
    assert "its certificate does not hold" in why(ledger, letters[0])


def test_tls_from_the_first_byte_works_as_well(send, authority):
    with Sink(authority, security="tls") as sink:
        assert send(server=from_environment(sink.environment())) == ["sent"] * 3


def test_a_server_without_starttls_gets_neither_password_nor_mail(send, authority, letters, ledger):
    with Sink(authority, security="none") as plain:
        assert send(server=Server("localhost", plain.port, "starttls", "u", PASSWORD)) == ["failed"] * 3
    assert why(ledger, letters[0]).endswith("it offers no STARTTLS")


@pytest.mark.parametrize("answer", ["421 too busy", "450 mailbox locked"])
def test_what_may_pass_is_tried_again_and_the_others_do_not_wait(send, sink, answer):
    sink.inbox.refused["bo@firm.example"] = [answer]

    assert send() == ["sent"] * 3
    assert send.pauses == [10]
    assert sink.inbox.readers == ["ann@firm.example", "cy@firm.example", "bo@firm.example"]


def test_what_does_not_pass_is_reported_with_the_servers_words(send, sink, ledger, letters):
    sink.inbox.refused["bo@firm.example"] = ["450 mailbox locked"] * 9

    assert send() == ["sent", "failed", "sent"]
    assert why(ledger, letters[1]) == "the server answered 450 mailbox locked"


def test_550_for_one_of_three_is_not_tried_again_and_the_other_two_get_theirs(send, sink, ledger, letters):
    sink.inbox.refused["bo@firm.example"] = ["550 no such user"] * 9

    assert send() == ["sent", "failed", "sent"]
    assert send.pauses == []
    assert why(ledger, letters[1]) == "the server answered 550 no such user"


@pytest.mark.parametrize(("answer", "pauses"), [("451 later", [10]), ("554 no", [])])
def test_a_refusal_of_the_whole_message_is_as_certain(send, sink, letters, answer, pauses):
    sink.inbox.answers = [answer]

    assert send(to=letters[:1]) == (["sent"] if pauses else ["failed"])
    assert send.pauses == pauses


def test_a_connection_dropped_within_the_message_is_certain_and_tried_again(send, sink, ledger, letters):
    sink.inbox.hang_up_within = 1

    more = (b"x" * 900 + b"\r\n") * 20_000  # more than the buffers between the two hold, or the dot would be sent unawares
    assert send(to=letters[:1], content=BODY + more) == ["sent"]
    assert events(ledger)[0] == ("ann", "failed"), "the dot was never reached"
    assert len(sink.inbox.taken) == 1


def test_a_server_that_has_hung_up_before_the_dot_is_noticed():
    here, there = socket.socketpair()
    with here:
        smtp = SimpleNamespace(sock=here)
        Session._still_there(smtp)
        there.close()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            Session._still_there(smtp)


def test_a_connection_dropped_after_the_message_leaves_its_fate_unknown_and_is_not_repeated(send, sink, ledger, letters):
    sink.inbox.taken_unanswered = 1

    assert send() == ["unknown", "sent", "sent"]
    assert send.pauses == []
    now, known = due(letters, Ledger(ledger.file, now=lambda: NOW))
    assert now == []
    assert [o.fate for o in known] == ["unknown", "before", "before"]
    assert due(letters, Ledger(ledger.file, now=lambda: NOW), resend=True)[0] == letters[:1]


def test_a_start_that_died_before_the_answer_leaves_its_fate_unknown(ledger, letters):
    ledger.write(letters[0], "handing")
    ledger.write(letters[1], "failed", "421")

    now, known = due(letters, Ledger(ledger.file, now=lambda: NOW))

    assert now == letters[1:]
    assert [o.fate for o in known] == ["unknown"]
    assert known[0].why == "since 2026-07-01T07:00:00.000+00:00: it broke off before the answer"


def test_a_line_that_a_crash_tore_off_is_passed_over_and_closed(ledger, letters):
    ledger.write(letters[0], "sent")
    ledger.file.write_bytes(ledger.file.read_bytes() + b'{"at": "2026-07-01", "key": "')

    again = Ledger(ledger.file, now=lambda: NOW)
    again.write(letters[1], "sent")

    assert [Ledger(ledger.file, now=lambda: NOW).entry(letter) is not None for letter in letters] == [True, True, False]


def test_a_ledger_that_cannot_be_written_keeps_the_mail_back(send, sink, ledger, letters, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger, "write", full)
    with pytest.raises(OSError, match="No space left"):
        send(to=letters[:1])
    assert sink.inbox.taken == []


def test_neither_password_nor_user_reaches_ledger_log_or_error(send, sink, ledger, letters, caplog):
    import base64

    caplog.set_level(logging.DEBUG)
    coded = base64.b64encode(PASSWORD.encode()).decode()
    sink.inbox.refused["ann@firm.example"] = [f"550 you are {PASSWORD} {coded}"]
    send(to=letters[:1])

    logged = "".join(record.getMessage() for record in caplog.records if record.name.startswith("segkit"))
    said = ledger.file.read_text() + logged + repr(from_environment(sink.environment()))
    assert [secret for secret in (PASSWORD, coded) if secret in said] == []
    assert "***" in why(ledger, letters[0])
