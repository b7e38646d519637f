"""Confirming that a third party may act in a country, and taking that back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact.actions.messages import ContactError
from fairdue.contact.models import Basis, ThirdPartyClearance
from fairdue.law.conduct import conduct_of, third_party_step
from fairdue.ledger import audit
from fairdue.people.actor import Actor, Right

DAYS_MAX = 3 * 366
"""A confirmation is looked at anew after three years at the latest."""


@transaction.atomic
def do_confirm_third_party(
    actor: Actor, *, country: str, basis: str, third_party: str, reason: str, valid_from: date, valid_until: date
) -> ThirdPartyClearance:
    """Record a person's word that a third party may act for debtors in ``country`` until a day, with what was seen.

    Raises ContactError where the country's law bars third parties whatever is shown, for a country that is no code of two
    letters, a span that ends before it begins or is longer than three years, and without a name or reason.
    """
    actor.need(Right.POLICY)
    code = country.strip().upper()
    if len(code) != 2 or not code.isalpha():
        raise ContactError(gettext("Please give the two letters of the country, such as DE."))
    if basis not in Basis.values:
        raise ContactError(
            gettext("%(basis)s is nothing to confirm; there are: %(known)s.")
            % {"basis": basis, "known": ", ".join(Basis.values)}
        )
    if not third_party.strip() or not reason.strip():
        raise ContactError(gettext("A confirmation names who acts and what was seen."))
    if not 0 <= (valid_until - valid_from).days <= DAYS_MAX:
        raise ContactError(gettext("A confirmation ends on or after its first day, at most three years later."))
    ruling = third_party_step(conduct_of(code, "no"))
    if ruling.allowed is False:
        raise ContactError(
            gettext("No third party may act in %(country)s (%(source)s): there is nothing to confirm.")
            % {"country": code, "source": ruling.rule.source}
        )
    made = ThirdPartyClearance.objects.create(
        company_id=actor.company_id, country=code, basis=basis, third_party=third_party.strip()[:200],
        reason=reason.strip()[:500], valid_from=valid_from, valid_until=valid_until, confirmed_by=actor.name,
        recorded_at=actor.at,
    )  # fmt: skip
    audit.record(
        actor, "confirm_third_party", f"clearance:{made.pk}", country=code, basis=basis, third_party=made.third_party,
        reason=made.reason, valid_from=valid_from.isoformat(), valid_until=valid_until.isoformat(),
    )  # fmt: skip
    return made


@transaction.atomic
def do_withdraw_clearance(actor: Actor, clearance_id: int, *, reason: str) -> ThirdPartyClearance:
    """Take a confirmation back from now on; what waits in the outbox is judged without it. Twice changes nothing."""
    actor.need(Right.POLICY)
    found = ThirdPartyClearance.objects.select_for_update().get(pk=clearance_id, company_id=actor.company_id)
    if found.withdrawn_at is not None:
        return found
    if not reason.strip():
        raise ContactError(gettext("Taking a confirmation back needs a reason."))
    found.withdrawn_at, found.withdrawn_by, found.withdrawn_reason = actor.at, actor.name, reason.strip()[:500]
    found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    audit.record(actor, "withdraw_clearance", f"clearance:{found.pk}", reason=found.withdrawn_reason)
    return found
