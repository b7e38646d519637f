"""From a queued row to a parcel: who sends, the stored files, the date it carries."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from fairdue.contact import blobs
from fairdue.contact.models import OutboxMessage
from fairdue.contact.transports import Enclosure, Parcel
from fairdue.people.models import Company


def parcel_of(message: OutboxMessage, company: Company, dated: datetime) -> Parcel:
    """Read everything that leaves with a message. Raises BlobError where a stored file is missing or was changed."""
    return Parcel(
        company_code=company.code,
        step_key=message.step_key,
        message_id=message.message_id,
        dated=dated,
        language=message.language,
        sender_name=company.name,
        sender_email=settings.FAIRDUE_MAIL_FROM or company.email,
        reply_to=company.email,
        recipient_name=message.recipient_name,
        recipient_email=message.recipient_email,
        subject=message.subject,
        body_text=message.body_text,
        body_html=message.body_html,
        enclosures=tuple(
            Enclosure(one["file_name"], one["media_type"], blobs.get(message.company_id, one["sha256"]), one["sha256"])
            for one in message.attachments
        ),
    )
