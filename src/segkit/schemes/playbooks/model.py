"""The form of a playbook's file, and how one is loaded and proven."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from segkit import schemes
from segkit.errors import InputError
from segkit.schemes.audiences.model import fields, read
from segkit.schemes.conditions import Frozen, When

OWN_FOLDER = "playbooks"  # beside the config
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WAYS = ("every_days", "every_months", "each_months", "own_gap", "gaps", "once_after", "occasion")

Kind = Literal["call", "email", "visit", "review", "offer", "mailing", "greeting", "decide"]


class Gaps(Frozen):
    """Days between touches, the first from the day in the column `since`."""

    gaps: tuple[int, ...]
    since: str

    @field_validator("gaps")
    @classmethod
    def _forward(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value or min(value) < 1:
            raise ValueError("gaps are days of 1 and more")
        return value


class Cadence(Frozen):
    """When a step is due, by one way of these:

    `every_days`, `every_months`: after the last touch (`latest_days`: the day after it from which it is late) · `each_months`:
    once in each calendar period of that many months · `own_gap`: days after the last order, the account's usual gap or the
    upper bound of its gaps · `gaps`: days from the column `since`; `instead` once its own column is known; `by_product`: other
    gaps for a deal about that product; `then_months`: after the last gap · `once_after`: `days` after the column of that name
    · `occasion`: the last working day before a public holiday of the customer, or its birthday.
    """

    every_days: int | None = Field(None, ge=1)
    latest_days: int | None = None
    every_months: int | None = Field(None, ge=1)
    each_months: Literal[1, 2, 3, 4, 6, 12] | None = None
    own_gap: Literal["usual", "upper"] | None = None
    gaps: tuple[int, ...] | None = None
    since: str | None = None
    instead: Gaps | None = None
    by_product: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    then_months: int | None = None
    once_after: str | None = None
    days: int = 0
    occasion: Literal["holiday", "birthday"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Cadence:
        ways = [way for way in WAYS if getattr(self, way) is not None]
        if len(ways) != 1:
            raise ValueError(f"give one of {', '.join(WAYS)}; here: {', '.join(ways) or 'none'}")
        if self.gaps is not None:
            Gaps(gaps=self.gaps, since=self.since or "")
            if not self.since:
                raise ValueError("gaps need since: the column with the day they count from")
        return self

    @property
    def way(self) -> str:
        return next(way for way in WAYS if getattr(self, way) is not None)


class Step(Frozen):
    """One promise of a play. `en`, `zh`: what to do; a list is taken in turn, touch by touch.

    `hours`, `weekdays`: in the customer's own time; `for_whom`: the account's owner or the director of the team;
    `automated`: goes to a mailing list and costs nobody an hour; `when`: only where this holds too, in the language of tiers,
    over the columns of customers and `unanswered` (touches since the last reply).
    """

    key: str
    kind: Kind
    en: tuple[str, ...]
    zh: tuple[str, ...]
    cadence: Cadence
    when: When | None = None
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = WEEKDAYS  # type: ignore[assignment]
    hours: tuple[str, str] = ("09:00", "17:00")
    minutes: int = Field(15, ge=0)
    for_whom: Literal["owner", "director"] = "owner"
    urgent: bool = False
    automated: bool = False

    @field_validator("en", "zh", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("hours")
    @classmethod
    def _clock(cls, value: tuple[str, str]) -> tuple[str, str]:
        if not all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", part) for part in value) or value[0] >= value[1]:
            raise ValueError(f'hours {value[0]}–{value[1]}; write ["13:00", "17:30"], the earlier first')
        return value

    @model_validator(mode="after")
    def _texts(self) -> Step:
        if len(self.en) != len(self.zh) or not self.en:
            raise ValueError("en and zh need the same number of texts, one at least")
        strange = {name for text in (*self.en, *self.zh) for name in fields(text)} - {"name"}
        if strange:
            raise ValueError(f"texts may name {{name}} only, not {', '.join(sorted(strange))}")
        return self

    @property
    def group(self) -> str:
        """Of several steps of one group a customer gets the most pressing: one regular touch at a time."""
        if self.cadence.occasion:
            return f"{self.kind}.{self.cadence.occasion}"
        kind = "touch" if self.kind in ("call", "email") else self.kind
        return f"{kind}.{self.for_whom}" if kind == "review" else kind

    @property
    def counts(self) -> str:
        """The touches that keep the promise: `meeting` (visit, meeting, demo), `mailing`, or any `touch` by one of us."""
        if self.automated:
            return "mailing"
        return "meeting" if self.kind in ("visit", "review") else "touch"

    def texts(self, language: str) -> tuple[str, ...]:
        return self.zh if language == "zh" else self.en


class Play(Frozen):
    """What is done for one tier: the plan in words, whether it is a hunter's work or a farmer's, and how much of an account's
    worth is at stake (`weight`, for a prospect the chance of an order)."""

    tier: str
    en: str
    zh: str
    work: Literal["hunt", "farm"]
    weight: float = Field(1.0, ge=0)
    steps: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _keys_once(self) -> Play:
        keys = [step.key for step in self.steps]
        if len(keys) != len(set(keys)):
            raise ValueError(f"{self.tier}: a key of a step stands twice")
        return self


class Playbook(Frozen):
    """The plays of a scheme's tiers."""

    scheme: str
    plays: tuple[Play, ...]

    @model_validator(mode="after")
    def _tiers_once(self) -> Playbook:
        tiers = [play.tier for play in self.plays]
        twice = sorted({tier for tier in tiers if tiers.count(tier) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} has two plays")
        return self


def names(folder: Path | None = None) -> list[str]:
    """The schemes with a playbook: segkit's, and those in `playbooks/` of the config's folder."""
    return list(_places(folder))


def load(name: str, folder: Path | None = None, schemes_folder: Path | None = None) -> Playbook:
    """A scheme's playbook; one in `playbooks/` of the folder goes before segkit's. Raises InputError where there is none, its
    file breaks the form, or it names a tier that the scheme does not have."""
    places = _places(folder)
    if name not in places:
        raise InputError(f'no playbook "{name}". There are {", ".join(places)}.')
    book = read(places[name], Playbook)
    if book.scheme != name:
        raise InputError(f'playbooks/{name}.yaml: its scheme is "{book.scheme}"; call the file {book.scheme}.yaml.')
    known = {tier.key for tier in schemes.load(name, schemes_folder or folder).tiers}
    strange = [play.tier for play in book.plays if play.tier not in known]
    if strange:
        raise InputError(f"playbooks/{name}.yaml: {name} has no tier {', '.join(strange)}; it has {', '.join(sorted(known))}.")
    return book


def load_all(folder: Path | None = None, schemes_folder: Path | None = None) -> list[Playbook]:
    """Every playbook, those that go before others first: of two equally pressing steps the earlier book's is taken."""
    return [load(name, folder, schemes_folder) for name in names(folder)]


ORDER = ("trade_tier", "rfm_matrix", "lead_temperature", "lead_value", "lifecycle")


def _places(folder: Path | None) -> dict[str, Traversable]:
    brought = {file.name.removesuffix(".yaml"): file for file in files("segkit.schemes.playbooks").iterdir() if _is_book(file)}
    own = {file.stem: file for file in sorted((folder / OWN_FOLDER).glob("*.yaml"))} if folder else {}
    found: dict[str, Traversable] = {**brought, **own}
    return {name: found[name] for name in sorted(found, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))}


def _is_book(file: Traversable) -> bool:
    return file.name.endswith(".yaml") and file.name != "zones.yaml"
