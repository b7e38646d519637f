"""Links for debtors and what they answer through them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact import blobs, links
from fairdue.contact.actions.messages import ContactError
from fairdue.contact.actions.tasks import end_silence, event, open_task
from fairdue.contact.models import AnswerKind, EventKind, PortalAnswer, PortalLink, StoredBlob, TaskKind
from fairdue.contact.reasons import EventReason
from fairdue.kernel.reasons import because
from fairdue.ledger import audit
from fairdue.ledger.actions import do_hold
from fairdue.ledger.models import Contact, Customer, DueItem, HoldReason
from fairdue.people.actor import Actor, Right
from fairdue.people.days import company_day, today_of

CLAIMS_PAID_DAYS = 10
"""How long "already paid" holds the items: longer than any bank transfer takes; then the bank statement knows better."""
ANSWERS_PER_LINK_MAX = 50
TEXT_CHARS_MAX = 5_000
UPLOAD_TYPES = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
CODES = {
    AnswerKind.RECEIVED: EventReason.ANSWER_RECEIVED,
    AnswerKind.APPROVED: EventReason.ANSWER_APPROVED,
    AnswerKind.WRONG: EventReason.ANSWER_WRONG,
    AnswerKind.ALREADY_PAID: EventReason.ANSWER_ALREADY_PAID,
    AnswerKind.MESSAGE: EventReason.ANSWER_MESSAGE,
}
HOLDS = {
    AnswerKind.WRONG: HoldReason.DISPUTE,
    AnswerKind.ALREADY_PAID: HoldReason.CLAIMS_PAID,
    AnswerKind.MESSAGE: HoldReason.REPLY,
}


class UploadRefused(ValueError):
    """A file that is too large or neither PDF, PNG nor JPEG; nothing was stored."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link and its token. The token exists here only: it goes into the letter and is never stored."""

    link: PortalLink
    token: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a debtor answers: kind, the due items meant (empty: all), a text, a file."""

    kind: str
    due_item_ids: tuple[int, ...] = ()
    text: str = ""
    upload: bytes | None = None
    upload_name: str = ""


@transaction.atomic
def do_make_link(
    actor: Actor, *, customer_id: int, contact_id: int | None = None, step_key: str = "", expires_on: date | None = None
) -> MadeLink:
    """Make a link to a customer's page; by default it opens for as many days as the settings say."""
    actor.need(Right.RELEASE)
    if not Customer.objects.filter(pk=customer_id, company_id=actor.company_id).exists():
        raise ContactError(gettext("The customer is not one of this company."))
    if contact_id is not None and not Contact.objects.filter(pk=contact_id, customer_id=customer_id).exists():
        raise ContactError(gettext("The contact is not one of this customer."))
    token = links.new_token(actor.company_id)
    link = PortalLink.objects.create(
        company_id=actor.company_id, customer_id=customer_id, contact_id=contact_id, step_key=step_key,
        token_hash=links.token_hash(token), created_at=actor.at, expires_on=expires_on or links.last_day(today_of(actor)),
    )  # fmt: skip
    audit.record(actor, "make_link", f"link:{link.pk}", customer=customer_id, expires_on=link.expires_on.isoformat())
    return MadeLink(link, token)


@transaction.atomic
def do_revoke_link(actor: Actor, link_id: int) -> PortalLink:
    """Close a link for good. Revoking twice changes nothing."""
    actor.need(Right.HOLD)
    link = PortalLink.objects.select_for_update().get(pk=link_id, company_id=actor.company_id)
    if link.revoked_at is None:
        link.revoked_at = actor.at
        link.save(update_fields=["revoked_at"])
        audit.record(actor, "revoke_link", f"link:{link.pk}")
        event(actor, link.customer_id, EventKind.LINK, because(EventReason.LINK_REVOKED), subject=f"link:{link.pk}")
    return link


@transaction.atomic
def do_record_answer(link_id: int, company_id: int, answer: Answer, at: datetime) -> PortalAnswer:
    """Record a debtor's answer. The open link is the authority; no user's rights are asked.

    "Wrong" holds the named items as disputed and asks for a check inside the house, "already paid" holds them for ten days,
    a message holds the customer's next step until it is read; each makes a task for today. Raises ContactError for a closed
    link, an item of somebody else or too many answers; UploadRefused for a bad file. Nothing is written then.
    """
    link = PortalLink.objects.select_for_update().get(pk=link_id, company_id=company_id)
    if not links.is_open(link, company_day(link.company, at)):
        raise ContactError(gettext("The link is expired or revoked."))
    if answer.kind not in AnswerKind.values:
        raise ContactError(
            gettext("%(kind)s is no answer; there are: %(known)s.")
            % {"kind": answer.kind, "known": ", ".join(AnswerKind.values)}
        )
    if link.answers.count() >= ANSWERS_PER_LINK_MAX:
        raise ContactError(gettext("No more answers are taken through this link."))
    wanted = sorted(set(answer.due_item_ids))
    if DueItem.objects.filter(pk__in=wanted, customer_id=link.customer_id).count() != len(wanted):
        raise ContactError(gettext("An item of the answer does not belong to this customer."))
    actor = Actor(company_id=company_id, at=at, name=links.actor_name(link.pk), roles=frozenset({"system"}))
    made = PortalAnswer.objects.create(
        company_id=company_id, customer_id=link.customer_id, link=link, kind=answer.kind, due_item_ids=wanted,
        text=answer.text[:TEXT_CHARS_MAX], upload=_kept(company_id, answer, at), upload_name=_safe_name(answer), at=at,
    )  # fmt: skip
    audit.record(actor, "answer", f"answer:{made.pk}", kind=answer.kind, items=wanted)
    _follow_up(actor, made)
    return made


def _follow_up(actor: Actor, made: PortalAnswer) -> None:
    kind, subject = AnswerKind(made.kind), f"answer:{made.pk}"
    reason = because(CODES[kind])
    event(actor, made.customer_id, EventKind.ANSWER, reason, subject=subject, channel="portal", text=made.text)
    # Who speaks of some items through one letter's link has not yet answered another letter.
    end_silence(actor, made.customer_id, step_key=made.link.step_key if made.due_item_ids else "")
    if kind not in HOLDS:
        return
    today = today_of(actor)
    until = today + timedelta(days=CLAIMS_PAID_DAYS) if kind is AnswerKind.ALREADY_PAID else None
    for item_id in made.due_item_ids if made.due_item_ids and kind is not AnswerKind.MESSAGE else [None]:
        do_hold(
            actor, customer_id=made.customer_id, due_item_id=item_id, reason=HOLDS[kind], since=today, until=until,
            note=made.text[:500], key=f"{subject}/{item_id or 'customer'}",
        )  # fmt: skip
    if kind is AnswerKind.WRONG:
        open_task(
            actor, customer_id=made.customer_id, kind=TaskKind.INTERNAL_CHECK, key=f"{subject}/check", due_on=today,
            reasons=[reason], subject=subject,
        )  # fmt: skip
    task_kind = TaskKind.REPLY if kind is AnswerKind.MESSAGE else TaskKind.ANSWER
    open_task(
        actor,
        customer_id=made.customer_id,
        kind=task_kind,
        key=subject,
        due_on=today,
        reasons=[reason],
        subject=subject,
    )


def _kept(company_id: int, answer: Answer, at: datetime) -> StoredBlob | None:
    if not answer.upload:
        return None
    if len(answer.upload) > settings.FAIRDUE_UPLOAD_MAX_BYTES:
        raise UploadRefused(
            gettext("The file is larger than %(limit)s bytes.") % {"limit": settings.FAIRDUE_UPLOAD_MAX_BYTES}
        )
    media_type = next((kind for magic, kind in UPLOAD_TYPES if answer.upload.startswith(magic)), None)
    if media_type is None:
        raise UploadRefused(gettext("Only PDF, PNG and JPEG files are taken."))
    return blobs.keep(company_id, answer.upload, media_type, at)


def _safe_name(answer: Answer) -> str:
    """Keep what a file name may say: no folders, no control characters."""
    name = answer.upload_name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in name if char.isprintable())[:200] if answer.upload else ""
