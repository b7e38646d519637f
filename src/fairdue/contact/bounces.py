"""Delivery reports: RFC 3464 where a server writes one, and the free text of those that do not. From a mail that was read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr

from fairdue.contact.inbox import kinds
from fairdue.contact.inbox.decode import header_text
from fairdue.contact.inbox.expressions import plain_text
from fairdue.contact.inbox.mail import FIELD_CHARS_MAX, MESSAGE_ID, Mail, reports

_STATUS = re.compile(r"(?<![\w.])([245])\.[0-7]\.\d{1,3}(?!\.?\w)")
"""An enhanced status (RFC 3463, with the subjects that are registered); no part of an IP address or of a version."""
_REPLY_CODE = re.compile(r"(?<![\d.,])55[0-4](?![\d.,]?\d)")
_SERVERS = ("mailer-daemon@", "postmaster@", "mail-daemon@", "mailerdaemon@")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report. ``permanent`` only when it says that delivery failed for good; ``message_ids`` are the originals."""

    message_ids: tuple[str, ...]
    recipient: str
    status: str
    detail: str
    permanent: bool


def bounce(mail: Mail) -> Bounce | None:
    """Give what a delivery report says, None for any other mail."""
    report = next(reports(mail), None)
    if report is not None:
        return _standard(report, mail)
    if mail.sender.startswith(_SERVERS) and (mail.inner or mail.headers.get("x-failed-recipients") or _returns(mail)):
        return _free(mail)
    return None


def _returns(mail: Mail) -> bool:
    """Tell whether a server's prose says that a mail came back or is late: its subject, or its first words."""
    subject, said = plain_text(mail.subject), plain_text(mail.body[:2_000])
    return bool(kinds.begins("returned", subject) or kinds.says("returned", said))


def _standard(report: Message, mail: Mail) -> Bounce:
    blocks = report.get_payload()
    fields: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else []:
        for name in ("original-recipient", "final-recipient", "action", "status", "diagnostic-code"):
            if isinstance(block, Message) and block.get(name) and name not in fields:
                fields[name] = header_text(str(block[name]), FIELD_CHARS_MAX)
    address = (fields.get("original-recipient") or fields.get("final-recipient") or "").rpartition(";")[2].strip()
    status = _STATUS.search(fields.get("status", "")) or _STATUS.search(fields.get("diagnostic-code", ""))
    failed = fields.get("action", "").lower() == "failed" and (status is None or status.group(1) == "5")
    detail = fields.get("diagnostic-code") or fields.get("status", "")
    return Bounce(_originals(mail), parseaddr(address)[1], status.group(0) if status else "", detail, failed)


def _free(mail: Mail) -> Bounce:
    """Read a report in prose: it failed for good where it quotes a 5.x.x status or a 55x reply and no 4.x.x one."""
    said = mail.body[:20_000]
    classes = {found.group(1) for found in _STATUS.finditer(said)}
    permanent = ("5" in classes or bool(_REPLY_CODE.search(said))) and "4" not in classes
    status = next((found.group(0) for found in _STATUS.finditer(said)), "")
    line = next((line.strip() for line in said.split("\n") if status and status in line), mail.subject)
    recipient = parseaddr(mail.headers.get("x-failed-recipients", "").partition(",")[0])[1]
    return Bounce(_originals(mail), recipient, status, line[:FIELD_CHARS_MAX], permanent)


def _originals(mail: Mail) -> tuple[str, ...]:
    """Give the Message-IDs of the returned mail or of its returned headers, in order."""
    found = {one.message_id: None for one in mail.inner if one.message_id}
    for file in mail.files:
        if file.media_type == "text/rfc822-headers":
            text = file.data[:20_000].decode("ascii", "replace")
            named = re.findall(r"(?im)^message-id:\s*(\S+)", text)
            found.update({one: None for name in named for one in MESSAGE_ID.findall(name)})
    return tuple(found)
