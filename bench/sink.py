"""A mail server of one's own that asks for TLS and login, keeps what it takes, and fails as it is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import email
import email.policy
import socket
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "reports@firm.example", "s3cret-Pässword"
SMALL = 4_096  # bytes that the server's socket takes in when it is to hang up within a message


@dataclass
class Inbox:
    """What was taken, and what is to go wrong. `refused`: address → answers to RCPT, one a time, then none; `pause`: seconds
    between the end of a message and its answer; `taken_unanswered`: messages to hang up on after they were taken."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    hang_up_within: int = 0
    taken_unanswered: int = 0
    pause: float = 0.0
    logins: int = 0

    def clear(self) -> None:
        self.__dict__.update(Inbox().__dict__)

    @property
    def readers(self) -> list[str]:
        """Addresses of the messages taken, in order."""
        return [to for to, _ in self.taken]

    def messages(self) -> list[EmailMessage]:
        return [email.message_from_bytes(content, policy=email.policy.default) for _, content in self.taken]  # type: ignore[misc]

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802
        if self.refused.get(address):
            return self.refused[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.taken += [(to, envelope.original_content or b"") for to in envelope.rcpt_tos]
        if self.taken_unanswered:
            self.taken_unanswered -= 1
            server.transport.abort()
        await asyncio.sleep(self.pause)
        return "250 taken"

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        self.logins += 1
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """As SMTP asks, or hanging up after the first line."""
        if not self.event_handler.hang_up_within:
            await super().smtp_DATA(arg)
            return
        self.event_handler.hang_up_within -= 1
        await self.push("354 go on")
        await self._reader.readline()
        self.transport.abort()


class Sink(Controller):
    """The server in a thread of its own; `with Sink(…) as sink`. `authority` signs its certificate, which ends at `until`."""

    def __init__(
        self, authority: trustme.CA, *, security: str = "starttls", until: dt.datetime | None = None, inbox: Inbox | None = None
    ) -> None:
        certificate = authority.issue_cert("localhost", not_after=until)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.inbox, self.security = inbox or Inbox(), security
        keys: dict[str, Any] = {"authenticator": self.inbox.authenticate, "auth_required": True}
        if security == "starttls":
            keys |= {"tls_context": context, "require_starttls": True}
        else:
            keys |= {"auth_require_tls": False}  # all of it is inside TLS
        super().__init__(self.inbox, hostname="localhost", port=0, ssl_context=context if security == "tls" else None, **keys)

    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        assert self.server is not None
        listening = self.server.sockets[0]
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self.port = listening.getsockname()[1]
        super()._trigger_server()

    def __enter__(self) -> Sink:
        self.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()

    def environment(self) -> dict[str, str]:
        """What segkit reads of it."""
        where = {"HOST": "localhost", "PORT": str(self.port), "SECURITY": self.security, "USER": USER, "PASSWORD": PASSWORD}
        return {f"SEGKIT_SMTP_{name}": value for name, value in where.items()}


def trust(authority: trustme.CA, folder: Path) -> dict[str, str]:
    """The environment in which a process trusts that authority and no other."""
    file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return {"SSL_CERT_FILE": str(file)}
