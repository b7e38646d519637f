"""Incoming mail as data: delivery reports (RFC 3464), automatic replies (RFC 3834), replies. Hostile until parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from django.utils.translation import gettext

BYTES_MAX = 25_000_000
BOUNDARIES_MAX = 200
"""Deeply nested mail exhausts parsers; no real report comes near."""
PARTS_MAX = 200
FIELD_CHARS_MAX = 500
TEXT_CHARS_MAX = 20_000
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")


class MailRefused(ValueError):
    """Bytes that are no mail this house reads: too large, nested beyond reason, or broken."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report. ``permanent`` only when it says that delivery failed for good; ``message_ids`` are the originals."""

    message_ids: tuple[str, ...]
    recipient: str
    status: str
    detail: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail from a person or a machine. ``answers`` are the Message-IDs it names, nearest first."""

    message_id: str
    sender: str
    subject: str
    text: str
    answers: tuple[str, ...]
    automatic: bool
    """An out-of-office note or another automatic answer."""


def read(data: bytes) -> Bounce | Reply:
    """Read a mail. Raises MailRefused; no other error leaves, whatever the bytes."""
    if len(data) > BYTES_MAX:
        raise MailRefused(
            gettext("The mail has %(bytes)s bytes; at most %(limit)s are read.")
            % {"bytes": len(data), "limit": BYTES_MAX}
        )
    if data.lower().count(b"boundary=") > BOUNDARIES_MAX:
        raise MailRefused(gettext("The mail is nested beyond reason."))
    try:
        mail = message_from_bytes(data)
        parts = [part for _, part in zip(range(PARTS_MAX), mail.walk(), strict=False)]
        report = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
        return _reply(mail, parts) if report is None else _bounce(report, parts)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise MailRefused(gettext("The mail cannot be read (%(error)s).") % {"error": type(error).__name__}) from None


def _bounce(report: Message, parts: list[Message]) -> Bounce:
    blocks = report.get_payload()
    fields: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else []:
        for name in ("original-recipient", "final-recipient", "action", "status", "diagnostic-code"):
            if isinstance(block, Message) and block.get(name) and name not in fields:
                fields[name] = _plain(block[name])
    address = (fields.get("original-recipient") or fields.get("final-recipient") or "").rpartition(";")[2].strip()
    status = _STATUS.search(fields.get("status", "")) or _STATUS.search(fields.get("diagnostic-code", ""))
    failed = fields.get("action", "").lower() == "failed" and (status is None or status.group(1) == "5")
    detail = fields.get("diagnostic-code") or fields.get("status", "")
    return Bounce(_originals(parts), parseaddr(address)[1], status.group(0) if status else "", detail, failed)


def _originals(parts: list[Message]) -> tuple[str, ...]:
    """Give the Message-IDs of the returned mail or of its returned headers, in order."""
    found: dict[str, None] = {}
    for part in parts:
        kind = part.get_content_type()
        texts: list[str] = []
        if kind == "message/rfc822" and isinstance(inner := part.get_payload(), list) and inner:
            texts = [str(inner[0].get("Message-ID", ""))] if isinstance(inner[0], Message) else []
        elif kind == "text/rfc822-headers":
            texts = re.findall(r"(?im)^message-id:\s*(\S+)", _text(part))
        for text in texts:
            found.update(dict.fromkeys(_MESSAGE_ID.findall(text)))
    return tuple(found)


def _reply(mail: Message, parts: list[Message]) -> Reply:
    named = _MESSAGE_ID.findall(_plain(mail.get("In-Reply-To"), 2000))
    named += reversed(_MESSAGE_ID.findall(_plain(mail.get("References"), 5000)))
    body = next((part for part in parts if part.get_content_type() == "text/plain" and not part.get_filename()), None)
    found = _MESSAGE_ID.search(_plain(mail.get("Message-ID")))
    return Reply(
        message_id=found.group(0) if found else "",
        sender=parseaddr(_plain(mail.get("From")))[1].lower(),
        subject=_plain(mail.get("Subject")),
        text=_text(body)[:TEXT_CHARS_MAX] if body is not None else "",
        answers=tuple(dict.fromkeys(named)),
        automatic=_automatic(mail),
    )


def _automatic(mail: Message) -> bool:
    submitted = _plain(mail.get("Auto-Submitted")).lower()
    if submitted and submitted != "no":
        return True
    return bool(mail.get("X-Autoreply") or mail.get("X-Autorespond")) or _plain(mail.get("Precedence")).lower() in {
        "auto_reply",
        "bulk",
        "junk",
    }


def _plain(value: object, limit: int = FIELD_CHARS_MAX) -> str:
    """Give a header as one line of text, decoded, cut, without control characters."""
    raw = str(value or "")[: limit * 4]
    text = str(make_header(decode_header(raw)))
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit]


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = str(part.get_content_charset() or "utf-8")
    try:
        text = data.decode(charset, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\x00", "")
