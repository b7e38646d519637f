"""E-mail over SMTP. Everything before DATA can be undone; the server's word after the final dot is the evidence."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext

from fairdue.contact.inbox import oauth
from fairdue.contact.reasons import DeliveryReason
from fairdue.contact.transports.mail import build, mail_address
from fairdue.contact.transports.shape import MaybeHandedOver, NotHandedOver, Outcome, Parcel
from fairdue.kernel.reasons import because

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
TIMEOUT_S = 60
"""Longest silence of the server; well below the dispatcher's lease."""
MAILS_PER_CONNECTION_MAX = 100
"""Servers end long sessions; a fresh one is cheaper than a lost mail."""
DETAIL_CHARS_MAX = 200
_LINE_DOT = re.compile(rb"(?m)^\.")
_BAD_MAILBOX = re.compile(r"\b5\.1\.[0-9]+\b|\b5\.2\.1\b")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in, and how."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""
    token_from: str = ""
    """Where an access token comes from instead of the password (``contact.inbox.oauth``)."""


def read_url(url: str, token_from: str = "") -> Server:
    """Read ``smtp://``, ``smtps://`` or ``smtp+starttls://`` with user, password, host and port. Raises ValueError.

    ``token_from`` says where an access token comes from instead of the password; a token goes over TLS only, or to this machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("FAIRDUE_SMTP_URL must be smtp://, smtps:// or smtp+starttls://user:password@host:port")
    if token_from:
        if parts.password or not parts.username:
            raise ValueError("FAIRDUE_SMTP_TOKEN is set: FAIRDUE_SMTP_URL must hold the user and no password")
        if not token_from.startswith(oauth.KINDS):
            raise ValueError("FAIRDUE_SMTP_TOKEN must begin with file:, command: or oauth:")
        if parts.scheme == "smtp" and parts.hostname not in oauth.LOCAL:
            raise ValueError(
                "FAIRDUE_SMTP_URL: smtp:// would send the token in the clear; use smtps:// or smtp+starttls://"
            )
    return Server(
        parts.scheme,
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        token_from,
    )


class SmtpTransport:
    """A session with a mail server, kept over several messages."""

    channel = "email"
    repeatable = False

    def __init__(self, server: Server, *, timeout_s: int = TIMEOUT_S) -> None:
        self._server, self._timeout_s = server, timeout_s
        self._session: smtplib.SMTP | None = None
        self._mails = 0

    @classmethod
    def from_url(cls, url: str, token_from: str = "") -> SmtpTransport:
        """Make the transport of a URL; ``token_from`` as for ``read_url``."""
        return cls(read_url(url, token_from))

    def prepare(self, parcel: Parcel) -> _Mail:
        """Build the bytes, connect, name sender and recipient. Raises NotHandedOver."""
        if not parcel.sender_email:
            raise NotHandedOver(Outcome.CHANNEL_DOWN, because(DeliveryReason.NO_SENDER))
        try:
            data = build(parcel)
            sender, to = mail_address(parcel.sender_email).addr_spec, mail_address(parcel.recipient_email).addr_spec
        except ValueError as error:
            raise NotHandedOver(Outcome.REFUSED, because(DeliveryReason.NOT_DRAWN, detail=_cut(str(error)))) from None
        if self._session is not None and self._mails < MAILS_PER_CONNECTION_MAX:
            try:
                return self._envelope(self._session, sender, to, data)
            except (OSError, smtplib.SMTPServerDisconnected):
                # An idle session may have been ended by the server: that says nothing about this message.
                pass
        self.close()
        try:
            return self._envelope(self._connect(), sender, to, data)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self.close()
            raise NotHandedOver(Outcome.LATER, because(DeliveryReason.TEMPORARY, detail=_cut(str(error)))) from None

    def _connect(self) -> smtplib.SMTP:
        """Open a session. Raises NotHandedOver(CHANNEL_DOWN) for whatever is wrong with the server or its account."""
        server = self._server
        try:
            if server.scheme == "smtps":
                session: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, timeout=self._timeout_s, context=ssl.create_default_context()
                )
            else:
                session = smtplib.SMTP(server.host, server.port, timeout=self._timeout_s)
            session.ehlo_or_helo_if_needed()
            if server.scheme == "smtp+starttls":
                session.starttls(context=ssl.create_default_context())
                session.ehlo()
            if server.token_from:
                self._show_token(session)
            elif server.user:
                session.login(server.user, server.password)
        except (OSError, smtplib.SMTPException, oauth.TokenError) as error:
            detail = _cut(f"{server.host}:{server.port}: {error}")
            raise NotHandedOver(Outcome.CHANNEL_DOWN, because(DeliveryReason.UNREACHABLE, detail=detail)) from None
        self._session, self._mails = session, 0
        return session

    def _show_token(self, session: smtplib.SMTP) -> None:
        """Sign in with a token that is asked for now. Raises TokenError; what the server says to it never tells the token."""
        server = self._server
        token = oauth.access_token(server.token_from, "FAIRDUE_SMTP_TOKEN")
        offered = tuple(f"AUTH={one.upper()}" for one in session.esmtp_features.get("auth", "").split())
        mechanism, answer = oauth.spoken(offered, server.user, token, server.host, server.port)
        try:
            session.auth(mechanism, lambda challenge=None: answer(challenge or b"").decode("ascii"))
        except UnicodeError:
            raise oauth.TokenError(gettext("The user name holds signs that the server cannot be told.")) from None
        except smtplib.SMTPException as error:
            raise oauth.TokenError(str(error).replace(token, "…")) from None

    def _envelope(self, session: smtplib.SMTP, sender: str, to: str, data: bytes) -> _Mail:
        code, reply = session.mail(sender)
        if code != 250:
            session.rset()
            down = code // 100 == 5
            reason = because(
                DeliveryReason.UNREACHABLE if down else DeliveryReason.TEMPORARY, detail=_text(code, reply)
            )
            raise NotHandedOver(Outcome.CHANNEL_DOWN if down else Outcome.LATER, reason)
        code, reply = session.rcpt(to)
        if code not in {250, 251}:
            session.rset()
            if code // 100 == 5:
                refused = because(DeliveryReason.ADDRESS_REFUSED, address=to, detail=_text(code, reply))
                raise NotHandedOver(Outcome.ADDRESS, refused)
            raise NotHandedOver(Outcome.LATER, because(DeliveryReason.TEMPORARY, detail=_text(code, reply)))
        return _Mail(self, session, data, to)

    def find(self, parcel: Parcel) -> dict[str, object] | None:
        """A mail server cannot be asked what it has taken."""
        return None

    def close(self) -> None:
        """End the session politely, or at once where the server is gone."""
        session, self._session, self._mails = self._session, None, 0
        if session is not None:
            try:
                session.quit()
            except (OSError, smtplib.SMTPException):
                session.close()

    def used(self) -> None:
        """Count a mail of this session."""
        self._mails += 1

    @property
    def host(self) -> str:
        """The server's name and port, for evidence."""
        return f"{self._server.host}:{self._server.port}"


class _Mail:
    """A mail whose sender and recipient the server accepted."""

    def __init__(self, transport: SmtpTransport, session: smtplib.SMTP, data: bytes, to: str) -> None:
        self._transport, self._session, self._data, self._to = transport, session, data, to

    def hand_over(self) -> dict[str, object]:
        """Send the content. Before the server asks for it nothing has left; after the first byte only its word counts."""
        try:
            code, reply = self._session.docmd("DATA")
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self._transport.close()
            raise NotHandedOver(Outcome.LATER, because(DeliveryReason.TEMPORARY, detail=_cut(str(error)))) from None
        if code != 354:
            raise self._refused(code, reply)
        try:
            ending = b"" if self._data.endswith(b"\r\n") else b"\r\n"
            self._session.send(_LINE_DOT.sub(b"..", self._data) + ending + b".\r\n")
            code, reply = self._session.getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self._transport.close()
            raise MaybeHandedOver(_cut(str(error))) from None
        self._transport.used()
        if code // 100 not in {2, 4, 5}:
            raise MaybeHandedOver(_text(code, reply))
        if code // 100 != 2:
            raise self._refused(code, reply)
        return {"kind": "smtp", "server": self._transport.host, "to": self._to, "reply": _text(code, reply)}

    def abandon(self) -> None:
        """Forget sender and recipient."""
        try:
            self._session.rset()
        except (OSError, smtplib.SMTPServerDisconnected):
            self._transport.close()

    def _refused(self, code: int, reply: bytes) -> NotHandedOver:
        """Sort a refusal of the content: 4xx later, 5xx never; a 5xx that speaks of the mailbox is a bounce."""
        detail = _text(code, reply)
        if code // 100 != 5:
            return NotHandedOver(Outcome.LATER, because(DeliveryReason.TEMPORARY, detail=detail))
        if _BAD_MAILBOX.search(detail):
            refused = because(DeliveryReason.ADDRESS_REFUSED, address=self._to, detail=detail)
            return NotHandedOver(Outcome.ADDRESS, refused)
        return NotHandedOver(Outcome.REFUSED, because(DeliveryReason.REFUSED, detail=detail))


def _text(code: int, reply: bytes) -> str:
    return _cut(f"{code} {reply.decode('utf-8', 'replace')}")


def _cut(text: str) -> str:
    return " ".join(text.split())[:DETAIL_CHARS_MAX]
