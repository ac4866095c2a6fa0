"""Mail as part of a run: readers are told once it is whole, operators where it failed."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segkit.errors import InputError, LockedError, MailError, SegkitError, StepError
from segkit.mail import failure as failures
from segkit.mail.delivery import Outcome
from segkit.mail.office import Office
from segkit.mail.server import from_environment
from segkit.mail.writing import get_ready
from segkit.pipeline.folder import named
from segkit.recipients import Mail
from segkit.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """The mails of the run that is about to be made of `settings`."""

    settings: Settings
    mail: Mail
    office: Office
    today: dt.date
    out: Path | None = None

    @contextlib.contextmanager
    def failures_told(self) -> Iterator[None]:
        """Tell the operators of what is raised within, and raise it on. A run that another holds back has not failed."""
        try:
            yield
        except LockedError:
            raise
        except Exception as error:
            self._tell(error)
            raise

    def _tell(self, error: Exception) -> None:
        """Whatever happens to the notice, the failure itself is what the command ends with."""
        try:
            self._notice(error)
        except (SegkitError, OSError) as also:
            log.warning("mail: operators are not told: %s", also)

    def _notice(self, error: Exception) -> None:
        day = self.settings.as_of if isinstance(self.settings.as_of, dt.date) else self.today
        remains = error.remains if isinstance(error, StepError) else None
        place = self.out or named(self.settings.name, "latest" if self.settings.as_of == "latest" else day)
        if remains:
            place, failure = remains.with_name(remains.name.removesuffix(".failed")), failures.of_remains(remains)
        else:
            told = str(error) if isinstance(error, SegkitError) else type(error).__name__
            failure = failures.of_error(error, name=place.name, title=self.settings.title, day=day.isoformat(), told=told)
        self.office.of_failure(place, failure, self.mail, self.settings.language)

    def get_ready(self) -> None:
        """What can be done for the letters before the run is whole, see `writing.get_ready`. What goes wrong shows again when
        they are written."""
        with contextlib.suppress(Exception):
            get_ready()

    def send(self, run_dir: Path) -> list[Outcome]:
        """Mail the whole run. Raises MailError where a mail has not gone out, or may or may not have."""
        outcomes = self.office.of_run(run_dir, self.mail)
        judge(outcomes)
        return outcomes


def post(settings: Settings, environ: Mapping[str, str], *, today: dt.date, out: Path | None = None) -> Post:
    """Raises InputError, before the run begins, where the config has no `mail:` or the environment no server."""
    if settings.mail is None:
        raise InputError(f"{settings.file}: --mail, but no mail: in the config. Name its recipients there.")
    return Post(settings, settings.mail, Office(from_environment(environ)), today, out)


def judge(outcomes: Sequence[Outcome]) -> None:
    """Raise MailError where a mail failed or its fate is unknown, naming each."""
    failed = [f"{one.letter.to} ({one.letter.edition}): not sent, {one.why}" for one in outcomes if one.fate == "failed"]
    unknown = [
        f"{one.letter.to} ({one.letter.edition}): it may have gone out, {one.why}" for one in outcomes if one.fate == "unknown"
    ]
    if failed or unknown:
        remedies = ["`segkit mail RUN_DIR` tries what failed again"] * bool(failed)
        remedies += ["`segkit mail RUN_DIR --resend` repeats what may have gone out"] * bool(unknown)
        raise MailError(f"mail: {'; '.join([*failed, *unknown])}. {'; '.join(remedies)}.")
