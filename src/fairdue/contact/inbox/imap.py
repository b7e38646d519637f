"""A mailbox over IMAP4rev1, opened for reading only: no mail is marked, moved or deleted there.

A mail's place is the mailbox with its UIDVALIDITY; its mark the UID. UIDs of one UIDVALIDITY only rise, so reading goes on from
the largest that was recorded. Where the server gives out new ones, all are read again and known by their contents.
"""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext

from fairdue.contact.inbox import oauth
from fairdue.contact.inbox.mail import BYTES_MAX

PORTS = {"imaps": 993, "imap+starttls": 143, "imap": 143}
LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
TIMEOUT_S = 60
UIDS_PER_SEARCH = 10_000
BATCH_MAILS, BATCH_BYTES = 50, 8_000_000
"""Mails fetched in one answer, by number and by size."""
HEAD_BYTES = 65_536
_SIZE = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)")
_UID = re.compile(rb"UID (\d+)")


class MailboxError(Exception):
    """The mailbox cannot be read; the message says why. What was read before is recorded."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where mail is fetched, and how."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    mailbox: str
    token_from: str = ""
    """Where an access token comes from (``oauth``), for providers that take no passwords; empty: the password."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail that was fetched. ``head_of`` is the size of one too large, of which this is the head; 0: it is whole."""

    uid: int
    data: bytes
    head_of: int = 0


def read_url(url: str, token_from: str = "") -> Account:
    """Read ``imaps://user:password@host:port/mailbox`` or ``imap+starttls://``; ``imap://`` only on this machine.

    ``token_from`` says where an access token comes from instead of the password. Raises ValueError.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or not parts.username:
        raise ValueError("FAIRDUE_IMAP_URL must be imaps:// or imap+starttls://user:password@host:port/mailbox")
    if parts.scheme == "imap" and parts.hostname not in LOCAL:
        raise ValueError(
            "FAIRDUE_IMAP_URL: imap:// would send the password in the clear; use imaps:// or imap+starttls://"
        )
    if token_from and parts.password:
        raise ValueError("FAIRDUE_IMAP_URL holds a password and FAIRDUE_IMAP_TOKEN is set; leave one of them out")
    if token_from and not token_from.startswith(oauth.KINDS):
        raise ValueError("FAIRDUE_IMAP_TOKEN must begin with file:, command: or oauth:")
    return Account(
        parts.scheme,
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        unquote(parts.username),
        unquote(parts.password or ""),
        unquote(parts.path.lstrip("/")) or "INBOX",
        token_from,
    )


def utf7(name: str) -> str:
    """Give a mailbox name in IMAP's own form of UTF-7 (RFC 3501, 5.1.3), quoted."""
    made = []
    for part in re.findall(r"[ -~]+|[^ -~]+", name):
        if part[0] <= "~" and part[0] >= " ":
            made.append(part.replace("&", "&-"))
        else:
            packed = base64.b64encode(part.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            made.append(f"&{packed}-")
    return '"' + "".join(made).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Mailbox:
    """An open mailbox. Raises MailboxError for whatever is wrong with server, account or answers."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._secret = account.password
        try:
            self._session = self._connect()
            self._log_in()
            self._asked(self._session.select(utf7(account.mailbox), readonly=True))
            self._validity = self._said("UIDVALIDITY")
            self._next = self._said("UIDNEXT")
        except (OSError, imaplib.IMAP4.error, ValueError, oauth.TokenError) as error:
            raise self._error(error) from None

    def _log_in(self) -> None:
        account = self._account
        if not account.token_from:
            self._asked(self._session.login(account.user, account.password))
            return
        self._secret = oauth.access_token(account.token_from)
        offered = tuple(one.upper() for one in self._session.capabilities)
        mechanism, answer = oauth.spoken(offered, account.user, self._secret, account.host, account.port)
        self._asked(self._session.authenticate(mechanism, answer))

    def _connect(self) -> imaplib.IMAP4:
        account = self._account
        if account.scheme == "imaps":
            return imaplib.IMAP4_SSL(
                account.host, account.port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT_S
            )
        session = imaplib.IMAP4(account.host, account.port, timeout=TIMEOUT_S)
        if account.scheme == "imap+starttls":
            session.starttls(ssl.create_default_context())
        return session

    @property
    def place(self) -> str:
        """The name under which this mailbox is remembered; another UIDVALIDITY is another place."""
        account = self._account
        return f"imap:{account.user}@{account.host}:{account.port}/{account.mailbox}#{self._validity}"

    def _said(self, name: str) -> int:
        found = self._session.response(name)[1]
        return int(found[0]) if found and found[0] else 0

    def _asked(self, answer: tuple[str, Sequence[object]]) -> list[bytes | tuple[bytes, bytes]]:
        kind, data = answer
        if kind != "OK":
            raise imaplib.IMAP4.error(data[0] if data else kind)
        return [one for one in data if isinstance(one, bytes | tuple)]

    def _error(self, error: Exception) -> MailboxError:
        told = str(error).removeprefix("b'").rstrip("'")[:200] or type(error).__name__
        place = f"{self._account.host}:{self._account.port}"
        return MailboxError(
            gettext("The mailbox %(mailbox)s at %(place)s cannot be read: %(error)s")
            % {
                "mailbox": self._account.mailbox,
                "place": place,
                "error": told.replace(self._secret or "\0", "…"),
            }
        )

    def uids_above(self, last: int) -> list[int]:
        """Give the UIDs above one, rising."""
        try:
            found: list[int] = []
            low = last + 1
            while not self._next or low < self._next:
                high = str(low + UIDS_PER_SEARCH - 1) if self._next else "*"
                answer = self._asked(self._session.uid("SEARCH", f"UID {low}:{high}"))
                found += [int(uid) for line in answer if isinstance(line, bytes) for uid in line.split()]
                low += UIDS_PER_SEARCH
                if not self._next:
                    break
        except (OSError, imaplib.IMAP4.error, ValueError) as error:
            raise self._error(error) from None
        # "n:*" names the last mail even where it lies below n.
        return sorted(uid for uid in set(found) if uid > last)

    def mails(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Give the mails of rising UIDs, some at a time; of one too large to be read only its head. One that is gone is left out."""
        try:
            for first in range(0, len(uids), UIDS_PER_SEARCH // 20):
                sizes = self._sizes(uids[first : first + UIDS_PER_SEARCH // 20])
                for batch in _batches(sizes):
                    head_of = sizes[batch[0]] if sizes[batch[0]] > BYTES_MAX else 0
                    yield from (Fetched(uid, data, head_of) for uid, data in self._fetch(batch, bool(head_of)))
        except (OSError, imaplib.IMAP4.error, ValueError) as error:
            raise self._error(error) from None

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        answer = self._asked(self._session.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)"))
        found = {}
        for line in answer:
            if match := _SIZE.search(line if isinstance(line, bytes) else line[0]):
                uid, size, other_size, other_uid = match.groups()
                found[int(uid or other_uid)] = int(size or other_size)
        return {uid: found[uid] for uid in uids if uid in found}

    def _fetch(self, uids: Sequence[int], head_only: bool) -> list[tuple[int, bytes]]:
        part = f"BODY.PEEK[]<0.{HEAD_BYTES}>" if head_only else "BODY.PEEK[]"
        answer = self._asked(self._session.uid("FETCH", ",".join(map(str, uids)), f"(UID {part})"))
        found: dict[int, bytes] = {}
        for at, line in enumerate(answer):
            if not isinstance(line, tuple):
                continue
            after = answer[at + 1] if at + 1 < len(answer) else b""
            match = _UID.search(line[0]) or (_UID.search(after) if isinstance(after, bytes) else None)
            if match:
                found[int(match.group(1))] = line[1]
        return [(uid, found[uid]) for uid in uids if uid in found]

    def close(self) -> None:
        """Log out politely, or drop the connection where the server is gone."""
        try:
            self._session.logout()
        except (OSError, imaplib.IMAP4.error):
            self._session.shutdown()


def _batches(sizes: dict[int, int]) -> Iterator[list[int]]:
    """Part the mails into answers of a bearable size; one too large to be read stands alone."""
    batch: list[int] = []
    filled = 0
    for uid, size in sizes.items():
        if batch and (len(batch) >= BATCH_MAILS or filled + size > BATCH_BYTES or size > BYTES_MAX):
            yield batch
            batch, filled = [], 0
        batch.append(uid)
        filled += size
        if size > BYTES_MAX:
            yield batch
            batch, filled = [], 0
    if batch:
        yield batch
