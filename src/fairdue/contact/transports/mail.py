"""A message as RFC 5322 bytes: text and HTML as alternatives, stored files attached. The same parcel gives the same bytes."""

from __future__ import annotations

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from fairdue.contact.transports.shape import Parcel

POLICY = SMTP.clone(cte_type="7bit")
STEP_HEADER = "X-Fairdue-Step"


def step_mark(step_key: str) -> str:
    """Give what stands in ``X-Fairdue-Step``: the step's hash, which tells outsiders nothing."""
    return hashlib.sha256(step_key.encode()).hexdigest()[:32]


def mail_address(email: str, name: str = "") -> Address:
    """Make an address that no header can be smuggled through. Raises ValueError for one that is no address."""
    local, at, domain = email.strip().rpartition("@")
    if not at or not local or not domain:
        raise ValueError(f"{email!r} is no e-mail address")
    if not local.isascii():
        raise ValueError(f"{email!r}: only domains may have letters beyond ASCII")
    plain = "".join(char if char.isprintable() else " " for char in name)
    return Address(" ".join(plain.split()), local, domain.encode("idna").decode())


def build(parcel: Parcel) -> bytes:
    """Give the bytes of a parcel. Raises ValueError where an address or header cannot be written."""
    message = EmailMessage(policy=POLICY)
    message["Message-ID"] = parcel.message_id
    message["Date"] = format_datetime(parcel.dated)
    message["From"] = mail_address(parcel.sender_email, parcel.sender_name)
    if parcel.reply_to and parcel.reply_to != parcel.sender_email:
        message["Reply-To"] = mail_address(parcel.reply_to)
    message["To"] = mail_address(parcel.recipient_email, parcel.recipient_name)
    message["Subject"] = " ".join(parcel.subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = parcel.language.replace("_", "-")
    message[STEP_HEADER] = step_mark(parcel.step_key)
    message.set_content(parcel.body_text or parcel.subject)
    if parcel.body_html:
        message.add_alternative(parcel.body_html, subtype="html")
    for enclosure in parcel.enclosures:
        maintype, _, subtype = enclosure.media_type.partition("/")
        message.add_attachment(enclosure.data, maintype=maintype, subtype=subtype, filename=enclosure.file_name)
    for number, part in enumerate(one for one in message.walk() if one.is_multipart()):
        part.set_boundary("=_" + hashlib.sha256(f"{parcel.message_id}{number}".encode()).hexdigest()[:40])
    return message.as_bytes()
