"""The way of a run's mails: who is meant, what is due, what is written, and how it is handed over or laid down as files."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from segkit.errors import InputError, MailError
from segkit.i18n import Words
from segkit.mail import failure as failures
from segkit.mail import readers
from segkit.mail.delivery import Outcome, deliver, due
from segkit.mail.failure import Failure
from segkit.mail.ledger import Ledger, beside
from segkit.mail.letter import Letter
from segkit.mail.message import message
from segkit.mail.server import Server
from segkit.mail.writing import Desk
from segkit.pipeline.folder import Folder
from segkit.pipeline.manifest import versions
from segkit.pipeline.places import short
from segkit.recipients import Mail

Write = Callable[[Sequence[Letter], str], list[bytes]]
NOBODY = "segkit@localhost"  # the sender of files, where none is named


def clock() -> dt.datetime:
    """Now, in the machine's time zone."""
    return dt.datetime.now().astimezone()


@dataclass(frozen=True)
class Office:
    """`server` None: nothing is sent, each message is laid down as an .eml file. `options`: those of `deliver`."""

    server: Server | None
    resend: bool = False
    now: Callable[[], dt.datetime] = clock
    options: dict[str, Any] = field(default_factory=dict)

    def of_run(self, run_dir: Path, mail: Mail | None = None, *, to: Sequence[str] = ()) -> list[Outcome]:
        """Mail a whole run to its readers; where the latest attempt has failed, tell the operators and nobody else.

        `mail`: in place of what the run was made with. Raises InputError where there is no run, LockedError while one is being
        made or mailed there, MailError where the attempt failed, once its operators are told.
        """
        folder = Folder(run_dir.resolve())
        if not any(place.is_dir() for place in (folder.final, folder.failed, folder.old)):
            raise InputError(f"{short(folder.final)}: no run here. `segkit run` makes one.")
        with folder.lock():
            folder.check()
            if folder.failed.is_dir():
                self._of_remains(folder, mail, to)
            manifest = _manifest(folder.final)
            if manifest.get("status") != "done":
                raise InputError(f"{short(folder.final)}: this run is not done. Mail goes out of whole runs only.")
            known = mail or _known(manifest)
            desk = Desk(folder.final, str(manifest["language"]), now=self.now)
            return self._dispatch(folder.final, readers.letters(desk.run, known, to=to), known, desk.write)

    def of_failure(self, run_dir: Path, failure: Failure, mail: Mail, language: str) -> list[Outcome]:
        """Tell the operators of a failed run, for which nothing stands in its place."""
        with Folder(run_dir.resolve()).lock():
            return self._notify(run_dir.resolve(), failure, mail, language, ())

    def _of_remains(self, folder: Folder, mail: Mail | None, to: Sequence[str]) -> None:
        manifest = _manifest(folder.failed)
        failure = failures.of_remains(folder.failed)
        outcomes = self._notify(folder.final, failure, mail or _known(manifest), str(manifest["language"]), to)
        told = ", ".join(f"{one.letter.to}: {one.fate}" for one in outcomes) or "nobody"
        raise MailError(
            f"{short(folder.final)}: the latest attempt failed in {failure.step}. Told: {told}. Nobody else is mailed."
        )

    def _notify(self, run: Path, failure: Failure, mail: Mail, language: str, to: Sequence[str]) -> list[Outcome]:
        words = Words(language)
        content, version = failures.content(failure, words), versions()["segkit"]
        letters = readers.operators(mail, failure.run, language, to=to)

        def write(due: Sequence[Letter], sender: str) -> list[bytes]:
            return [message(one, content, words, sender=sender, now=self.now(), version=version) for one in due]

        return self._dispatch(run, letters, mail, write)

    def _dispatch(self, run: Path, letters: Sequence[Letter], mail: Mail, write: Write) -> list[Outcome]:
        """Write what is due, then hand it over; nothing goes out before all is written."""
        sender = _sender(mail, self.server)
        if self.server is None:
            return _laid_down(run, list(zip(letters, write(letters, sender), strict=True)))
        ledger = Ledger(beside(run), now=self.now)
        now, known = due(letters, ledger, resend=self.resend)
        written = zip(now, write(now, sender), strict=True)
        messages = [(letter, parseaddr(sender)[1], content) for letter, content in written]
        return known + deliver(messages, server=self.server, ledger=ledger, **self.options)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise InputError(f"{short(folder)}: no run here (no manifest.json). `segkit run` makes one.") from None


def _known(manifest: dict[str, Any]) -> Mail:
    """Whom the run's config named when it was made."""
    return Mail(**manifest["mail"]) if manifest.get("mail") else Mail()


def _sender(mail: Mail, server: Server | None) -> str:
    """The config's sender, else the user who logs in, where that is an address."""
    if mail.sender:
        return mail.sender
    if server is None:
        return NOBODY
    if server.user and "@" in server.user:
        return server.user
    raise InputError("mail: no sender. Write from: Name <address> under mail: in the config.")


def _laid_down(run: Path, messages: Sequence[tuple[Letter, bytes]]) -> list[Outcome]:
    """Each message as a file in `<run>.mail/` that a mail program opens; files of an earlier time are removed."""
    folder = run.with_name(f"{run.name}.mail")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.eml"):
        old.unlink()
    outcomes = []
    for number, (letter, content) in enumerate(messages, 1):
        plain = re.sub(r"[^\w.@-]+", "-", f"{letter.edition}-{letter.to}")
        file = folder / f"{number:02d}-{plain[:100]}.eml"
        file.write_bytes(content)
        outcomes.append(Outcome(letter, "written", short(file)))
    return outcomes
