"""The `mail` block of a config: who is told of a run, in which language, and of which accounts. No secrets stand here."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

EDITIONS = "all, team:NAME or owner:NAME"


def address(text: str) -> str:
    """A mail address alone, as `name@firm.example`. Raises ValueError for anything else, line breaks among it."""
    bare = text.strip()
    try:
        sound = Address(addr_spec=bare).domain and re.fullmatch(r"[^\s,;<>\x00-\x1f]+@[^\s,;<>@\x00-\x1f]+", bare)
    except (ValueError, IndexError, AttributeError):
        sound = None
    if not sound or not bare.isascii():
        raise ValueError(f"no mail address: {text!r}; write it as name@firm.example")
    return bare


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Recipient(_Frozen):
    """One reader: the address, the language (the run's where none is named), and which edition: all, a team's, an owner's."""

    to: str
    language: Literal["en", "zh"] | None = None
    edition: str = "all"

    @field_validator("to")
    @classmethod
    def _address(cls, value: str) -> str:
        return address(value)

    @field_validator("edition")
    @classmethod
    def _known_edition(cls, value: str) -> str:
        kind, _, name = value.partition(":")
        if value != "all" and not (kind in ("team", "owner") and name.strip()):
            raise ValueError(f'no edition "{value}"; write {EDITIONS}')
        return value if value == "all" else f"{kind}:{name.strip()}"


class Mail(_Frozen):
    """`owners`: every active salesperson with an address gets the own alerts and tasks. `operators` hear of failed runs only.
    `send`: `segkit run` mails a run once it is whole, as with `--mail`."""

    sender: str | None = Field(None, alias="from")
    recipients: tuple[Recipient, ...] = ()
    operators: tuple[str, ...] = ()
    owners: bool = False
    send: bool = False

    @field_validator("sender")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        if value is not None:
            name, bare = parseaddr(value)
            if any(ord(c) < 32 for c in name):
                raise ValueError("a sender's name is one line")
            address(bare)
        return value

    @field_validator("recipients", "operators", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str | dict) else value

    @field_validator("recipients", mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        """`- boss@firm.example` means `- {to: boss@firm.example}`."""
        many = value if isinstance(value, list | tuple) else (value,)
        return tuple({"to": one} if isinstance(one, str) else one for one in many)

    @field_validator("operators")
    @classmethod
    def _operators(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(address(one) for one in value)
