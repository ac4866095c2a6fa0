"""Who gets what of a run: recipients of the config, each in a language and an edition, and salespeople with alerts or tasks."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from segkit.errors import InputError
from segkit.i18n import LANGUAGES
from segkit.mail.accounts import people, told
from segkit.mail.content import line
from segkit.mail.letter import FAILURE, Letter
from segkit.recipients import Mail, address
from segkit.report import known_text

if TYPE_CHECKING:
    from segkit.workbench import Run

log = logging.getLogger(__name__)


def letters(run: Run, mail: Mail, *, to: Sequence[str] = ()) -> list[Letter]:
    """One for each reader and edition. `to` names those who are meant; who is neither in the config nor a salesperson
    gets the whole edition. Raises InputError for an edition that the run does not know, and where nobody is named at all."""
    name, own_language = f"{run.folder.name} {run.as_of}", str(run.manifest["language"])
    found = [Letter(name, one.to, one.language or own_language, one.edition) for one in mail.recipients]
    for letter in found:
        if letter.edition != "all":
            people(run, letter.edition)
    found += _owners(run, name, own_language) if mail.owners else []
    if to:
        named = [letter.to for letter in found] + [email for _, email, _ in _salespeople(run)]
        found += [Letter(name, one, own_language) for one in _strangers(to, named)]
        found = [letter for letter in found if _among(letter.to, to)]
    if not found and not mail.operators:
        raise InputError("mail: nobody to mail. Name recipients under mail: in the config, or --to ADDRESS.")
    return list({letter.key: letter for letter in reversed(found)}.values())[::-1]


def operators(mail: Mail, run: str, language: str, *, to: Sequence[str] = ()) -> list[Letter]:
    """A notice of a failed run for each operator, or for those among them who are meant."""
    return [Letter(run, one, language, FAILURE) for one in dict.fromkeys(mail.operators) if not to or _among(one, to)]


def _owners(run: Run, name: str, language: str) -> list[Letter]:
    """The active salespeople with an address and an alert or a task, in their own language where it is spoken here."""
    found, busy = [], _busy(run)
    for owner, email, spoken in _salespeople(run):
        if owner not in busy:
            continue
        try:
            to = address(email)
        except ValueError:
            log.warning('mail: owners: "%s" has no address that can be mailed; nothing is sent', line(owner))
            continue
        found.append(Letter(name, to, spoken if spoken in LANGUAGES else language, f"owner:{owner}"))
    return found


def _salespeople(run: Run) -> list[tuple[str, str, str]]:
    """Name, address and language of the active ones that have an address."""
    owners = run.optional("owners").drop_duplicates("owner")
    active = owners["active"].astype("boolean").fillna(True).astype(bool)
    rows = owners[active & owners["email"].notna()][["owner", "email", "language"]]
    return [(str(owner), str(email), known_text(spoken)) for owner, email, spoken in rows.itertuples(index=False, name=None)]


def _busy(run: Run) -> set[str]:
    """Salespeople with a new alert or an open task."""
    tasks = run.table("tasks") if run.has("tasks") else None
    with_tasks = () if tasks is None else tasks.loc[tasks["status"].eq("open") & ~tasks["automated"].astype(bool), "owner"]
    return {str(owner) for owner in (*told(run.optional("alerts"))["owner"], *with_tasks) if known_text(owner)}


def _strangers(to: Sequence[str], known: Iterable[str]) -> list[str]:
    """Addresses that the config does not name. Raises InputError for what is no address."""
    listed = list(known)
    try:
        return [address(one) for one in to if not _among(one, listed)]
    except ValueError as error:
        raise InputError(f"--to: {error}") from None


def _among(one: str, several: Iterable[str]) -> bool:
    return one.strip().casefold() in {other.strip().casefold() for other in several}
