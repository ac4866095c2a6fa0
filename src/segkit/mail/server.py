"""The outgoing mail server, from the environment alone: SEGKIT_SMTP_HOST, _PORT, _USER, _PASSWORD and _SECURITY."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from segkit.errors import InputError

Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
OWN_MACHINE = ("localhost", "127.0.0.1", "::1")
PREFIX = "SEGKIT_SMTP_"


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, and how. `user` None: without login."""

    host: str
    port: int
    security: Security = "starttls"
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    def without_secrets(self, text: str) -> str:
        """A server's words, one printable line of at most 200 characters, with user and password struck out."""
        secrets = [one for one in (self.password, self.user) if one]
        secrets += [base64.b64encode(one.encode()).decode() for one in secrets]
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def from_environment(environ: Mapping[str, str]) -> Server:
    """Raises InputError, naming the variable, where one is missing or makes no sense; no value of a secret is named."""
    given = {name: environ.get(PREFIX + name) or None for name in ("HOST", "PORT", "USER", "PASSWORD", "SECURITY")}
    if not given["HOST"]:
        raise InputError(f"{PREFIX}HOST is not set in the environment. Set it to the outgoing mail server, or use --dry-run.")
    security = (given["SECURITY"] or "starttls").lower()
    if security not in PORTS:
        raise InputError(f"{PREFIX}SECURITY={security}: write starttls, tls, or none (for a server on this machine).")
    if security == "none" and given["HOST"] not in OWN_MACHINE:
        raise InputError(f"{PREFIX}SECURITY=none: only for a server on this machine. Use starttls or tls with {given['HOST']}.")
    if bool(given["USER"]) != bool(given["PASSWORD"]):
        lacking = "PASSWORD" if given["USER"] else "USER"
        raise InputError(f"{PREFIX}{lacking} is not set in the environment. Set both, or neither for a server without login.")
    port = given["PORT"] or str(PORTS[cast(Security, security)])
    if not (port.isdecimal() and 0 < int(port) < 65_536):
        raise InputError(f"{PREFIX}PORT={port}: no port. Write a number such as {PORTS[cast(Security, security)]}.")
    return Server(given["HOST"], int(port), cast(Security, security), given["USER"], given["PASSWORD"])
