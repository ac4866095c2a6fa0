"""The form of an alert's file, and how one is loaded and proven."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from pydantic import Field, model_validator

from segkit import schemes
from segkit.errors import InputError
from segkit.schemes.audiences.model import content, fields, formed
from segkit.schemes.conditions import Frozen, When, columns_of
from segkit.schemes.derived import Derived
from segkit.schemes.files import filled

OWN_FOLDER = "alerts"  # beside the config
QUARTER = "quarter"
TOLD = frozenset({"money", "held", "now", "since"})
"""What a reason may name beside columns: the money, the tier by which the account counts and what it is in now (both
`:word`), and the past day that is compared with."""
SPECS = frozenset({"", "money", "percent", "percent1", "decimal", "decimal2", "date", "month", "word"})


class Alert(Frozen):
    """One kind of alert: for whom, when, with which money, and its reason in both languages.

    `for`: scheme → tiers whose accounts it is about; `held`: whether they are in such a tier now, were at the last
    quarter's end, or either. `level: firm`: about the firm as a whole, over the firm's own figures, without `for`.
    `columns`, `when`: as in audiences, over the columns of customers, `tier.<scheme>`, `before.<scheme>` (the tier at the last
    quarter's end) and what `analysis.alerts` measures. `money`: the column with the money at stake (base currency).
    `episode`: the column whose day begins the episode (a later day is a new one), or `quarter`. `lasts_days`: so long from the
    day it was first told a customer's alert of this kind is the same one, whatever its episode. `covered_by`: alerts beside
    which this one is not told of the same account. `silent`: it is not told at all. Reasons name columns in braces, written as
    in `{revenue_12m:money}`, `{share:percent}`, `{last_order_on:date}`, `{now:word}`.
    """

    name: str
    en: str
    zh: str
    severity: Literal["risk", "warn", "good"]
    level: Literal["customer", "firm"] = "customer"
    for_: dict[str, tuple[str, ...]] = Field(default_factory=dict, alias="for")
    held: Literal["now", "before", "either"] = "now"
    parameters: dict[str, float] = Field(default_factory=dict)
    columns: dict[str, Derived] = Field(default_factory=dict)
    when: When
    money: str
    episode: str
    lasts_days: int = Field(0, ge=0)
    covered_by: tuple[str, ...] = ()
    reason_en: str
    reason_zh: str
    silent: bool = False

    @model_validator(mode="after")
    def _bound(self) -> Alert:
        if (self.level == "customer") != bool(self.for_):
            raise ValueError("for: an alert about customers names schemes and their tiers; one about the firm names none")
        if any(not tiers for tiers in self.for_.values()):
            raise ValueError("for: a scheme without tiers; name the tiers that it is about")
        return self

    @model_validator(mode="after")
    def _reasons_agree(self) -> Alert:
        for text in (self.reason_en, self.reason_zh):
            odd = {spec for _, name, spec, _ in Formatter().parse(text) if name and spec and "|" not in spec} - SPECS
            if odd:
                raise ValueError(f"the reason writes a number as {', '.join(sorted(odd))}; use {', '.join(sorted(SPECS))}")
        en, zh = fields(self.reason_en), fields(self.reason_zh)
        if en != zh:
            raise ValueError(f"both reasons must name the same columns; only one has {', '.join(sorted(en ^ zh))}")
        return self

    @property
    def told(self) -> list[str]:
        """The columns whose values its reason names."""
        return sorted(fields(self.reason_en) - TOLD)

    @property
    def needs(self) -> frozenset[str]:
        """The columns that must be there; what is derived is not among them."""
        derived = {c for one in self.columns.values() for c in one.columns - one.optional}
        asked = columns_of(self.when) | {self.money, *self.told} | ({self.episode} - {QUARTER})
        return frozenset((asked | derived) - set(self.columns))

    def title(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    def reason(self, language: str) -> str:
        """Why it is told, with columns in braces."""
        return self.reason_zh if language == "zh" else self.reason_en


def names(folder: Path | None = None) -> list[str]:
    """The alerts that segkit brings, and those in `alerts/` of the folder."""
    return sorted({*_brought(), *_own(folder)})


def load(name: str, folder: Path | None = None, schemes_folder: Path | None = None) -> Alert:
    """An alert by name; one in `alerts/` of the folder goes before segkit's of that name. A firm's file that names no `when`
    keeps what segkit's says, save the keys and parameters that it gives itself.

    Raises InputError where there is none of that name, its file breaks the form, or it names a scheme or tier that is not
    there. `schemes_folder`: where the firm's schemes lie, where that is not `folder`.
    """
    brought, own = _brought(), _own(folder)
    if name not in brought and name not in own:
        raise InputError(f'no alert "{name}". There are {", ".join(names(folder))}.')
    file = f"{OWN_FOLDER}/{name}.yaml"
    raw = content(own[name] if name in own else brought[name])
    if name in own and name in brought and "when" not in raw:
        raw = _varied(content(brought[name]), raw, file)
    alert = formed(filled(raw, raw.get("parameters") or {}, file), Alert, file)
    if alert.name != name:
        raise InputError(f'{file}: its name is "{alert.name}"; call it "{name}", as the file.')
    _check_tiers(alert, file, schemes_folder or folder)
    return alert


def load_all(folder: Path | None = None, schemes_folder: Path | None = None) -> list[Alert]:
    """every alert that is not silent. Raises InputError, also where one is covered by an alert that there is not."""
    every = [load(name, folder, schemes_folder) for name in names(folder)]
    for alert in every:
        strange = sorted(set(alert.covered_by) - {one.name for one in every})
        if strange:
            raise InputError(f'{OWN_FOLDER}/{alert.name}.yaml: covered_by: no alert "{strange[0]}".')
    return [alert for alert in every if not alert.silent]


def _varied(brought: dict[str, Any], own: dict[str, Any], file: str) -> dict[str, Any]:
    """Segkit's file with a firm's keys and parameters."""
    known = brought.get("parameters") or {}
    unknown = sorted(set(own.get("parameters") or {}) - set(known))
    if unknown:
        raise InputError(f'{file}: no parameter "{unknown[0]}"; it has {", ".join(known) or "none"}.')
    return brought | own | {"parameters": known | (own.get("parameters") or {})}


def _check_tiers(alert: Alert, file: str, folder: Path | None) -> None:
    for scheme, tiers in alert.for_.items():
        if scheme not in (there := schemes.names(folder)):
            raise InputError(f'{file}: for: no scheme "{scheme}". There are {", ".join(there)}.')
        known = [tier.key for tier in schemes.load(scheme, folder).tiers]
        strange = [tier for tier in tiers if tier not in known]
        if strange:
            raise InputError(f"{file}: for: {scheme} has no tier {', '.join(strange)}; it has {', '.join(known)}.")


def _brought() -> dict[str, Traversable]:
    return {f.name.removesuffix(".yaml"): f for f in files("segkit.schemes.alerts").iterdir() if f.name.endswith(".yaml")}


def _own(folder: Path | None) -> dict[str, Traversable]:
    return {file.stem: file for file in sorted((folder / OWN_FOLDER).glob("*.yaml"))} if folder else {}
