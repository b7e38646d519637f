"""How messages leave the house: a transport per channel, all of one shape."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from fairdue.contact.transports.folder import FileFolder, PrintFolder
from fairdue.contact.transports.shape import (
    Enclosure,
    MaybeHandedOver,
    NotHandedOver,
    Outcome,
    Parcel,
    Prepared,
    Transport,
)
from fairdue.contact.transports.smtp import SmtpTransport

__all__ = [
    "Enclosure",
    "FileFolder",
    "MaybeHandedOver",
    "NotHandedOver",
    "Outcome",
    "Parcel",
    "Prepared",
    "PrintFolder",
    "SmtpTransport",
    "Transport",
    "configured",
]


def configured() -> list[Transport]:
    """Give the transports of this installation: e-mail where a server is set, letters and files into the data folder."""
    outbox = Path(settings.DATA_DIR) / "outbox"
    found: list[Transport] = [PrintFolder(outbox / "letters"), FileFolder(outbox / "files")]
    if settings.FAIRDUE_SMTP_URL:
        found.insert(0, SmtpTransport.from_url(settings.FAIRDUE_SMTP_URL, settings.FAIRDUE_SMTP_TOKEN))
    return found
