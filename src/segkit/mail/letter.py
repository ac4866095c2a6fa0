"""One message to one reader, before and after it is written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

FAILURE = "failure"


@dataclass(frozen=True)
class Letter:
    """To whom, in which language, of which edition: all, team:NAME, owner:NAME or failure. `run`: which run it tells of.

    `key` is the same for the same reader, edition and run, on every start: the ledger goes by it.
    """

    run: str
    to: str
    language: str
    edition: str = "all"

    @property
    def key(self) -> str:
        told = "\n".join((self.run, self.edition, self.to.casefold()))
        return hashlib.sha256(told.encode()).hexdigest()[:32]
