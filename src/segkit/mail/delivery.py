"""Letters → the mail server, each at most once. What failed for certain is tried again after growing pauses."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from segkit.mail.ledger import Ledger
from segkit.mail.letter import Letter
from segkit.mail.server import Server
from segkit.mail.session import NotSent, Session, Unknown

log = logging.getLogger(__name__)
PAUSES = (10.0, 60.0, 300.0)  # seconds before each further round; what is not through after the last one is reported
Fate = Literal["sent", "before", "failed", "unknown", "written"]


@dataclass(frozen=True)
class Outcome:
    """What became of a letter. `before`: an earlier start has sent it; `written`: as a file; `why`: the reason of a
    failure, since when, or which file."""

    letter: Letter
    fate: Fate
    why: str = ""


def due(letters: Sequence[Letter], ledger: Ledger, *, resend: bool = False) -> tuple[list[Letter], list[Outcome]]:
    """Letters that are to go out now, and what is known of the others. Unknown fates are due with `resend` alone."""
    now, known = [], []
    for letter in letters:
        entry = ledger.entry(letter)
        if entry and entry.state == "sent":
            known.append(Outcome(letter, "before", entry.at))
        elif entry and entry.state == "unknown" and not resend:
            known.append(Outcome(letter, "unknown", f"since {entry.at}: {entry.why}"))
        else:
            now.append(letter)
    return now, known


def deliver(
    messages: Sequence[tuple[Letter, str, bytes]],
    *,
    server: Server,
    ledger: Ledger,
    pauses: Sequence[float] = PAUSES,
    sleep: Callable[[float], None] = time.sleep,
    connect: Callable[[Server], Session] = Session,
) -> list[Outcome]:
    """Hand over each (letter, sender, content) and keep the ledger. One round, and one more after each pause for those that
    may go through later."""
    outcomes: dict[str, Outcome] = {}
    waiting = list(messages)
    for pause in (0.0, *pauses):
        if not waiting:
            break
        if pause:
            log.info("mail: %s not sent yet; next attempt in %.0f s", len(waiting), pause)
            sleep(pause)
        waiting = _round(waiting, server, ledger, connect, outcomes)
    return [outcomes[letter.key] for letter, _, _ in messages]


def _round(
    messages: Sequence[tuple[Letter, str, bytes]],
    server: Server,
    ledger: Ledger,
    connect: Callable[[Server], Session],
    outcomes: dict[str, Outcome],
) -> list[tuple[Letter, str, bytes]]:
    """Try each once, over one connection as long as it lasts. Returns those that may go through later."""
    session, later, closed = None, [], None
    for message in messages:
        letter = message[0]
        try:
            if closed:
                raise closed
            session = session if session and session.open else connect(server)
            outcomes[letter.key] = _hand_over(session, message, ledger)
        except NotSent as error:
            closed = error if error.everyone else None
            outcomes[letter.key] = _note(ledger, letter, "failed", str(error))
            later += [message] if error.again else []
    if session:
        session.close()
    return later


def _hand_over(session: Session, message: tuple[Letter, str, bytes], ledger: Ledger) -> Outcome:
    letter, sender, content = message
    try:
        session.send(sender, letter.to, content, before_end=lambda: ledger.write(letter, "handing"))
    except Unknown as error:
        return _note(ledger, letter, "unknown", str(error))
    return _note(ledger, letter, "sent", "")


def _note(ledger: Ledger, letter: Letter, fate: Literal["sent", "failed", "unknown"], why: str) -> Outcome:
    """Write down and tell what became of a letter."""
    ledger.write(letter, fate, why)
    say = log.info if fate == "sent" else log.warning
    say("mail to %s (%s): %s%s", letter.to, letter.edition, fate, f": {why}" if why else "")
    return Outcome(letter, fate, why)
