"""Replies that may be the signed answer to a balance confirmation: proposed by reference, confirmed by a person. No writes.

A mail answers a confirmation where it answers the message that carried it, or where subject, new text or a file's name hold its
number; a PDF or picture that came with it may be the signed letter. Closed confirmations are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from fairdue.contact.models import InboundMail, MailState
from fairdue.dunning.balance.models import BalanceConfirmation
from fairdue.dunning.balance.rules import reminder_key
from fairdue.formats.copies.naming import Numbers, number_key

ENDINGS = (".pdf", ".png", ".jpg", ".jpeg")
MAILS_MAX = 50


@dataclass(frozen=True, slots=True)
class Signable:
    """A file of a mail that may be the signed answer to a confirmation."""

    confirmation: BalanceConfirmation
    mail: InboundMail
    place: int
    file_name: str

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.mail.pk}:{self.place}"


def confirmations_of(mail: InboundMail) -> list[Signable]:
    """Give the open confirmations that a mail's files may answer. One query, none where nothing was sent along."""
    if mail.customer_id is None or not _scans(mail):
        return []
    rows = BalanceConfirmation.objects.filter(
        company_id=mail.company_id, customer_id=mail.customer_id, closing__isnull=True
    )
    return [one for row in rows.order_by("-as_of", "-id")[:MAILS_MAX] for one in _signable(row, mail)]


def scans_for(row: BalanceConfirmation) -> list[Signable]:
    """Give the files of the customer's mails since the day of the balance that may be its signed answer, newest first. One query."""
    since = datetime.combine(row.as_of, time.min, UTC)
    mails = InboundMail.objects.filter(company_id=row.company_id, customer_id=row.customer_id, received_at__gte=since)
    mails = mails.exclude(attachments=[]).exclude(state=MailState.DISMISSED).select_related("message").defer("quoted")
    return [one for mail in mails.order_by("-received_at", "-id")[:MAILS_MAX] for one in _signable(row, mail)]


def _scans(mail: InboundMail) -> list[tuple[int, str]]:
    named = [(place, str(one["file_name"])) for place, one in enumerate(mail.attachments)]
    return [(place, name) for place, name in named if name.lower().endswith(ENDINGS)]


def _signable(row: BalanceConfirmation, mail: InboundMail) -> list[Signable]:
    """Give the files that name the confirmation; where none does but the mail answers it, all of them."""
    known = Numbers({number_key(row.number): (row.pk,)})
    scans = _scans(mail)
    by_name = [(place, name) for place, name in scans if known.in_name(name.rpartition(".")[0])]
    answers = mail.message is not None and mail.message.step_key in {row.message_key, reminder_key(row.message_key)}
    meant = by_name or (scans if answers or known.in_name(mail.subject) or known.in_text(mail.text) else [])
    return [Signable(row, mail, place, name) for place, name in meant]
