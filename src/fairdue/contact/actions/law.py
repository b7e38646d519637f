"""Recording that a lawyer has confirmed what is collected on a country's law, and taking that back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact.actions.clearances import DAYS_MAX
from fairdue.contact.actions.messages import ContactError
from fairdue.contact.models import LawConfirmation
from fairdue.law.confirmed import Topic, unconfirmed_topics
from fairdue.ledger import audit
from fairdue.people.actor import Actor, Right


@transaction.atomic
def do_confirm_law(
    actor: Actor, *, country: str, topic: str, confirmed_by: str, reference: str, valid_from: date, valid_until: date
) -> LawConfirmation:
    """Record who confirmed what is collected on a topic of a country's law, where the answer stands, and until which day.

    Raises ContactError for a country and topic of which nothing waits to be confirmed, without a name or reference, and for a
    span that ends before it begins or is longer than three years.
    """
    actor.need(Right.POLICY)
    code, known = country.strip().upper(), unconfirmed_topics()
    if topic not in {one.value for one in Topic} or (code, Topic(topic)) not in known:
        there = ", ".join(one.value for place, one in known if place == code)
        raise ContactError(
            gettext("There is nothing to confirm on %(topic)s of %(country)s; there is: %(known)s.")
            % {"topic": topic, "country": code, "known": there or "–"}
        )
    if not confirmed_by.strip() or not reference.strip():
        raise ContactError(gettext("A confirmation names who looked at it and where the answer stands."))
    if not 0 <= (valid_until - valid_from).days <= DAYS_MAX:
        raise ContactError(gettext("A confirmation ends on or after its first day, at most three years later."))
    made = LawConfirmation.objects.create(
        company_id=actor.company_id, country=code, topic=topic, confirmed_by=confirmed_by.strip()[:200],
        reference=reference.strip()[:500], valid_from=valid_from, valid_until=valid_until, recorded_by=actor.name,
        recorded_at=actor.at,
    )  # fmt: skip
    audit.record(
        actor, "confirm_law", f"law_confirmation:{made.pk}", country=code, topic=topic, confirmed_by=made.confirmed_by,
        reference=made.reference, sources=" · ".join(known[code, Topic(topic)]), valid_from=valid_from.isoformat(),
        valid_until=valid_until.isoformat(),
    )  # fmt: skip
    return made


@transaction.atomic
def do_withdraw_law(actor: Actor, confirmation_id: int, *, reason: str) -> LawConfirmation:
    """Take a confirmation back from now on; what waits in the outbox is judged without it. Twice changes nothing."""
    actor.need(Right.POLICY)
    found = LawConfirmation.objects.select_for_update().get(pk=confirmation_id, company_id=actor.company_id)
    if found.withdrawn_at is not None:
        return found
    if not reason.strip():
        raise ContactError(gettext("Taking a confirmation back needs a reason."))
    found.withdrawn_at, found.withdrawn_by, found.withdrawn_reason = actor.at, actor.name, reason.strip()[:500]
    found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    audit.record(actor, "withdraw_law", f"law_confirmation:{found.pk}", reason=found.withdrawn_reason)
    return found
