"""One conversation with the mail server, and what is certain when it breaks off.

A message is the server's only once the line with the single dot has reached it: a connection that ends before makes it drop
what it has (RFC 5321, 3.8 and 4.1.1.4). So whatever goes wrong before that dot is for certain not sent; an answer of 4xx or
5xx to the dot is a refusal and as certain. Only between the dot and its answer is the fate of a message unknown.
"""

from __future__ import annotations

import base64
import contextlib
import re
import select
import smtplib
import ssl
from collections.abc import Callable

from segkit.mail.server import Server

TIMEOUT = 60.0  # seconds for each answer; RFC 5321 4.5.3.2 allows a server minutes, a scheduled run need not
ANSWER_TIMEOUT = 600.0  # seconds for the answer to the dot, as RFC 5321 4.5.3.2.6 asks: giving up there makes fates unknown


class NotSent(Exception):
    """For certain not sent. `again`: it may go through later; `everyone`: no other message would fare better now."""

    def __init__(self, why: str, *, again: bool, everyone: bool = False) -> None:
        super().__init__(why)
        self.again, self.everyone = again, everyone


class Unknown(Exception):
    """It may have gone out: the connection ended between the dot and its answer."""


class Session:
    """A connection with TLS and login. Once it has failed it is closed, and another is to be opened."""

    def __init__(self, server: Server, *, timeout: float = TIMEOUT, answer_timeout: float = ANSWER_TIMEOUT) -> None:
        """Raises NotSent where there is no way in: refused, no TLS, a certificate that does not hold, a wrong password."""
        self._server, self._answer_timeout = server, answer_timeout
        self._smtp: smtplib.SMTP | None = None
        try:
            self._smtp = self._opened(server, timeout)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:  # smtplib has no words for a password that is not ASCII
            raise _no_way_in(server, error) from None

    @staticmethod
    def _opened(server: Server, timeout: float) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=trusted)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=timeout)
        try:
            if server.security == "starttls":
                smtp.starttls(context=trusted)
            if server.user and server.password:
                _login(smtp, server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    @property
    def open(self) -> bool:
        return self._smtp is not None and self._smtp.sock is not None

    def close(self) -> None:
        """Take leave; what the server says to that does not matter any more."""
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._smtp.close()

    def send(self, sender: str, to: str, content: bytes, *, before_end: Callable[[], None]) -> None:
        """Hand over one message to one recipient; `before_end` is called right before the dot.

        Raises NotSent or Unknown. `content`: lines that end with CRLF.
        """
        smtp = self._smtp
        assert smtp is not None
        try:
            self._expect(smtp.mail(sender), 250, everyone=True)
            self._expect(smtp.rcpt(to), 250)
            self._expect(smtp.docmd("DATA"), 354)
            smtp.send(re.sub(rb"(?m)^\.", b"..", content.removesuffix(b"\r\n")) + b"\r\n")
            self._still_there(smtp)
        except (OSError, smtplib.SMTPException) as error:
            smtp.close()
            why = self._server.without_secrets(str(error) or type(error).__name__)
            raise NotSent(f"the connection ended before the message was whole: {why}", again=True) from None
        before_end()
        self._expect(self._answer(smtp), 250)

    @staticmethod
    def _still_there(smtp: smtplib.SMTP) -> None:
        """A server has nothing to say in the middle of a message: what can be read now is its end, or a 421."""
        if smtp.sock is not None and select.select([smtp.sock], [], [], 0)[0]:
            raise smtplib.SMTPServerDisconnected("the server hung up")

    def _answer(self, smtp: smtplib.SMTP) -> tuple[int, bytes]:
        """The answer to the dot."""
        try:
            assert smtp.sock is not None
            smtp.sock.settimeout(self._answer_timeout)
            smtp.send(b".\r\n")
            reply = smtp.getreply()
        except (OSError, smtplib.SMTPException):
            smtp.close()
            raise Unknown("the connection ended before the server had answered whether it took the message") from None
        smtp.sock.settimeout(smtp.timeout)
        return reply

    def _expect(self, reply: tuple[int, bytes], code: int, *, everyone: bool = False) -> None:
        """Raise NotSent for another answer than that. 4xx may pass later; a sender who is refused for good is so for all."""
        got, text = reply
        if got == code or (code == 250 and got == 251):
            return
        assert self._smtp is not None
        if got == 421:
            self._smtp.close()
        else:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.rset()
        said = self._server.without_secrets(text.decode("utf-8", "replace"))
        again = got < 500
        raise NotSent(f"the server answered {got} {said}".strip(), again=again, everyone=everyone and not again)


def _login(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """AUTH PLAIN (RFC 4616) where it is offered: in UTF-8, and once, where smtplib would try a wrong password by every
    mechanism there is and bring an account nearer to being locked."""
    smtp.ehlo_or_helo_if_needed()
    if "PLAIN" not in smtp.esmtp_features.get("auth", "").upper().split():
        smtp.login(user, password)
        return
    code, answer = smtp.docmd("AUTH", "PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()).decode())
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _no_way_in(server: Server, error: Exception) -> NotSent:
    """Why no message can be sent, without the server's words where they might repeat a secret."""
    place = f"{server.host}:{server.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotSent(f"{place}: its certificate does not hold ({error.verify_message})", again=False, everyone=True)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        again, named = error.smtp_code < 500, "SEGKIT_SMTP_USER and SEGKIT_SMTP_PASSWORD"
        return NotSent(f"{place}: {named} are refused ({error.smtp_code})", again=again, everyone=True)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotSent(f"{place}: it offers no {'login' if 'AUTH' in str(error) else 'STARTTLS'}", again=False, everyone=True)
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error if isinstance(error.smtp_error, str) else error.smtp_error.decode("utf-8", "replace")
        said = server.without_secrets(text)
        return NotSent(f"{place}: it answered {error.smtp_code} {said}", again=error.smtp_code < 500, everyone=True)
    if isinstance(error, UnicodeError):
        return NotSent(f"{place}: its ways to log in take ASCII alone", again=False, everyone=True)
    why = server.without_secrets(str(error) or type(error).__name__)
    return NotSent(f"{place}: no connection ({why})", again=True, everyone=True)
