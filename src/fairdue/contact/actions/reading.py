"""A person reads a reply and says what is in it; a person decides on what a mail asks to change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact.actions.messages import ContactError
from fairdue.contact.actions.portal import CLAIMS_PAID_DAYS
from fairdue.contact.actions.tasks import do_finish_task, event, open_task
from fairdue.contact.models import (
    Change,
    ChangeProposal,
    ChangeState,
    EventKind,
    InboundMail,
    MailOutcome,
    MailState,
    Task,
    TaskKind,
)
from fairdue.contact.reasons import EventReason
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit
from fairdue.ledger.actions import do_hold
from fairdue.ledger.contacts import do_add_contact, do_change_address, do_end_contact, do_refuse_consent
from fairdue.ledger.models import ContactPurpose, DueItem, HoldReason
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of

HOLDS = {
    MailOutcome.PROMISE: HoldReason.PROMISE,
    MailOutcome.DISPUTE: HoldReason.DISPUTE,
    MailOutcome.ALREADY_PAID: HoldReason.CLAIMS_PAID,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person found in a reply. Items empty: all of the customer. ``until`` is the promised day; a dispute has none.

    ``amount_minor`` is the part promised or disputed of one item, empty for all of it.
    """

    outcome: str
    note: str = ""
    due_item_ids: tuple[int, ...] = ()
    until: date | None = None
    amount_minor: int | None = None


@transaction.atomic
def do_read_mail(actor: Actor, mail_id: int, found: Finding) -> InboundMail:
    """Record that a person read a reply, and what follows: the reading hold ends, a promise, dispute or "paid" holds what it names.

    Raises ContactError for a mail of nobody or one that was read, a promise without a day to come, an item of somebody else, an
    amount that is no part of one item. Nothing is written then.
    """
    actor.need(Right.HOLD)
    row = InboundMail.objects.select_for_update().get(pk=mail_id, company_id=actor.company_id)
    if row.customer_id is None:
        raise ContactError(gettext("Assign the mail to a customer first."))
    if row.state in {MailState.READ, MailState.DISMISSED}:
        raise ContactError(gettext("The mail was read already."))
    items = _checked(actor, row.customer_id, found)
    outcome = MailOutcome(found.outcome)
    row.state, row.read_at, row.read_by = MailState.READ, actor.at, actor.name
    row.outcome, row.outcome_note = outcome, found.note[:1000]
    row.save(update_fields=["state", "read_at", "read_by", "outcome", "outcome_note"])
    audit.record(actor, "read_mail", f"mail:{row.pk}", outcome=outcome.value, items=[item.pk for item in items])
    # First the new holds, then the end of the reading hold: at no instant is the customer chased.
    _hold(actor, row, outcome, found, items)
    read = because(EventReason.MAIL_READ, subject=row.subject[:200])
    event(actor, row.customer_id, EventKind.NOTE, read, subject=f"mail:{row.pk}", text=found.note)
    _ask(actor, row, outcome)
    finish_reading(actor, row, str(outcome.label))
    return row


def _checked(actor: Actor, customer_id: int, found: Finding) -> list[DueItem]:
    if found.outcome not in MailOutcome.values:
        raise ContactError(gettext("%(outcome)s is no outcome.") % {"outcome": found.outcome})
    wanted = sorted(set(found.due_item_ids))
    items = list(
        DueItem.objects.filter(company_id=actor.company_id, pk__in=wanted, customer_id=customer_id).order_by("id")
    )
    if len(items) != len(wanted):
        raise ContactError(gettext("An item does not belong to this customer."))
    if found.outcome == MailOutcome.PROMISE and (found.until is None or found.until < today_of(actor)):
        raise ContactError(gettext("A promise needs a day, today or later."))
    if found.amount_minor is not None and (len(items) != 1 or not 0 < found.amount_minor <= abs(items[0].amount_minor)):
        raise ContactError(
            gettext("An amount is a part of one item: mark that item, and give no more than its amount.")
        )
    return items


def _hold(actor: Actor, row: InboundMail, outcome: MailOutcome, found: Finding, items: list[DueItem]) -> None:
    reason = HOLDS.get(outcome)
    if reason is None or row.customer_id is None:
        return
    today = today_of(actor)
    until = {
        MailOutcome.PROMISE: found.until,
        MailOutcome.ALREADY_PAID: found.until or today + timedelta(days=CLAIMS_PAID_DAYS),
    }.get(outcome)
    scopes: list[DueItem | None] = [*items] or [None]
    for item in scopes:
        do_hold(
            actor, customer_id=row.customer_id, due_item_id=item.pk if item else None, reason=reason, since=today, until=until,
            amount_minor=found.amount_minor, currency=item.currency if item and found.amount_minor else "",
            note=(found.note or row.subject)[:500], key=f"found:mail:{row.pk}/{item.pk if item else 'customer'}",
        )  # fmt: skip


def _ask(actor: Actor, row: InboundMail, outcome: MailOutcome) -> None:
    """Open the task that an outcome asks for: another recipient, or copies."""
    wanted = {
        MailOutcome.WRONG_CONTACT: (TaskKind.RECIPIENT, EventReason.NEW_RECIPIENT),
        MailOutcome.RESEND_COPY: (TaskKind.OTHER, EventReason.COPY_WANTED),
    }.get(outcome)
    if wanted is not None:
        open_task(
            actor, customer_id=row.customer_id, kind=wanted[0], key=f"found:mail:{row.pk}", due_on=today_of(actor),
            reasons=[because(wanted[1])], subject=f"mail:{row.pk}",
        )  # fmt: skip


def finish_reading(actor: Actor, row: InboundMail, outcome: str) -> None:
    """End the task of a mail; the hold that waits for its reading ends with it."""
    task = Task.objects.filter(
        company_id=actor.company_id, key=f"mail:{row.pk}:{row.assigned}", done_at__isnull=True
    ).first()
    if task is not None:
        do_finish_task(actor, task.pk, outcome=outcome)


@transaction.atomic
def do_accept_change(
    actor: Actor, proposal_id: int, *, note: str = "", new_email: str = "", name: str = ""
) -> ChangeProposal:
    """Make the change that a mail asks for. ``new_email`` corrects the address that was read. Accepting twice changes nothing.

    Raises ContactError for one that was refused or names no contact to change, LedgerError for what is no address.
    """
    actor.need(Right.HOLD)
    row = ChangeProposal.objects.select_for_update().get(pk=proposal_id, company_id=actor.company_id)
    if row.state == ChangeState.ACCEPTED:
        return row
    if row.state == ChangeState.REFUSED:
        raise ContactError(gettext("The change was refused already."))
    address = (new_email or row.new_email).strip()
    reason = f"mail:{row.mail_id}"
    if row.change == Change.DEPUTY or (row.contact_id is None and row.change == Change.NEW_ADDRESS):
        _add(actor, row, address, name, reason)
    elif row.contact_id is None:
        raise ContactError(gettext("The mail came from no contact of this customer; there is nothing to change."))
    elif row.change == Change.OPT_OUT:
        do_refuse_consent(actor, row.contact_id, reason=reason)
    elif row.change == Change.NEW_ADDRESS:
        do_change_address(actor, row.contact_id, email=address, reason=reason)
    else:
        do_end_contact(actor, row.contact_id, reason=reason)
        if address:
            _add(actor, row, address, name, reason)
    return _decide(actor, row, ChangeState.ACCEPTED, note, because(EventReason.CHANGE_ACCEPTED))


def _add(actor: Actor, row: ChangeProposal, address: str, name: str, reason: str) -> None:
    purpose = row.contact.purpose if row.contact is not None else ContactPurpose.PAYABLES
    language = row.contact.language if row.contact is not None else ""
    do_add_contact(
        actor, customer_id=row.customer_id, email=address, purpose=purpose, name=name, language=language, reason=reason
    )


@transaction.atomic
def do_refuse_change(actor: Actor, proposal_id: int, *, note: str) -> ChangeProposal:
    """Refuse what a mail asks to change, with a reason. Raises ContactError without one, and for one that was accepted."""
    actor.need(Right.HOLD)
    row = ChangeProposal.objects.select_for_update().get(pk=proposal_id, company_id=actor.company_id)
    if row.state == ChangeState.REFUSED:
        return row
    if row.state == ChangeState.ACCEPTED:
        raise ContactError(gettext("The change was made already."))
    if not note.strip():
        raise ContactError(gettext("Refusing needs a reason."))
    return _decide(actor, row, ChangeState.REFUSED, note, because(EventReason.CHANGE_REFUSED, note=note[:200]))


def refuse_changes_of(actor: Actor, mail: InboundMail, note: str) -> None:
    """Refuse what a mail asks to change and nobody decided yet, because it is not this customer's. Inside the caller's transaction."""
    waiting = ChangeProposal.objects.select_for_update().filter(mail=mail, state=ChangeState.PROPOSED)
    for row in waiting.order_by("id"):
        _decide(actor, row, ChangeState.REFUSED, note, because(EventReason.CHANGE_REFUSED, note=note[:200]))


def _decide(actor: Actor, row: ChangeProposal, state: ChangeState, note: str, reason: Reason) -> ChangeProposal:
    row.state, row.decided_at, row.decided_by, row.decision_note = state, actor.at, actor.name, note[:500]
    row.save(update_fields=["state", "decided_at", "decided_by", "decision_note"])
    audit.record(actor, "decide_change", f"change:{row.pk}", state=state.value, note=note[:200])
    event(actor, row.customer_id, EventKind.NOTE, reason, subject=f"mail:{row.mail_id}")
    return row
