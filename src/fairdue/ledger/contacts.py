"""Writers of whom to write to: consent refused, an address changed, a contact ended or added. One transaction and one entry each."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext

from fairdue.ledger import audit
from fairdue.ledger.actions import LedgerError
from fairdue.ledger.models import Consent, Contact, Customer
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of


def _contact(actor: Actor, contact_id: int) -> Contact:
    return Contact.objects.select_for_update().get(pk=contact_id, company_id=actor.company_id)


def _checked(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError:
        raise LedgerError(gettext("%(email)s is no e-mail address.") % {"email": email or "–"}) from None
    return email


@transaction.atomic
def do_refuse_consent(actor: Actor, contact_id: int, *, reason: str) -> Contact:
    """Record that a contact does not want to be written to by e-mail. Twice changes nothing."""
    actor.need(Right.HOLD)
    contact = _contact(actor, contact_id)
    if contact.consent != Consent.REFUSED:
        contact.consent, contact.consent_on = Consent.REFUSED, today_of(actor)
        contact.save(update_fields=["consent", "consent_on"])
        audit.record(actor, "refuse_consent", f"contact:{contact.pk}", reason=reason[:200])
    return contact


@transaction.atomic
def do_change_address(actor: Actor, contact_id: int, *, email: str, reason: str) -> Contact:
    """Give a contact another e-mail address; that the old one bounced or was refused says nothing about it.

    Raises LedgerError for what is no address, and where the customer has such a contact already.
    """
    actor.need(Right.HOLD)
    contact = _contact(actor, contact_id)
    if contact.email.lower() == _checked(email).lower():
        return contact
    _not_twice(contact.customer_id, contact.purpose, email, contact.name)
    contact.email, contact.bounced_on, contact.bounce_reason = email, None, ""
    contact.consent, contact.consent_on, contact.active = Consent.UNKNOWN, None, True
    contact.save(update_fields=["email", "bounced_on", "bounce_reason", "consent", "consent_on", "active"])
    audit.record(actor, "change_address", f"contact:{contact.pk}", reason=reason[:200])
    return contact


@transaction.atomic
def do_end_contact(actor: Actor, contact_id: int, *, reason: str) -> Contact:
    """Record that a contact is no longer there: nothing is sent to it any more. Twice changes nothing."""
    actor.need(Right.HOLD)
    contact = _contact(actor, contact_id)
    if contact.active:
        contact.active = False
        contact.save(update_fields=["active"])
        audit.record(actor, "end_contact", f"contact:{contact.pk}", reason=reason[:200])
    return contact


@transaction.atomic
def do_add_contact(
    actor: Actor, *, customer_id: int, email: str, purpose: str, name: str = "", language: str = "", reason: str
) -> Contact:
    """Add a contact by its e-mail address; one that the customer has already is given, and active again."""
    actor.need(Right.HOLD)
    customer = Customer.objects.get(pk=customer_id, company_id=actor.company_id)
    known = (
        Contact.objects.filter(customer=customer, purpose=purpose, email__iexact=_checked(email)).order_by("id").first()
    )
    if known is not None:
        if not known.active:
            known.active = True
            known.save(update_fields=["active"])
            audit.record(actor, "revive_contact", f"contact:{known.pk}", reason=reason[:200])
        return known
    contact = Contact.objects.create(
        company_id=actor.company_id, customer=customer, purpose=purpose, email=email, name=name[:200], language=language
    )
    audit.record(actor, "add_contact", f"contact:{contact.pk}", customer=customer_id, reason=reason[:200])
    return contact


def _not_twice(customer_id: int, purpose: str, email: str, name: str) -> None:
    if Contact.objects.filter(customer_id=customer_id, purpose=purpose, email__iexact=email, name=name).exists():
        raise LedgerError(gettext("The customer has a contact with the address %(email)s already.") % {"email": email})
