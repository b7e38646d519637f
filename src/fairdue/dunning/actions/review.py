"""What a person may do with a proposal before it is released: edit it, waive its charges, postpone it, drop it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact.notes import Override
from fairdue.contact.queries import cover_cost
from fairdue.contact.rules import TONES
from fairdue.contact.tone import ALWAYS_REFUSED, advice, findings
from fairdue.dunning.models import RELEASABLE_STATES, Proposal, ProposalState
from fairdue.dunning.queries import policy_of
from fairdue.dunning.reasons import ReleaseReason
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit
from fairdue.ledger.models import Contact
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of

TEXT_CHARS_MAX = 4000


class ReviewError(ValueError):
    """A decision that cannot stand; nothing was written. ``reasons`` say why in every language."""

    def __init__(self, message: str, reasons: Iterable[Reason] = ()) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)


def locked(actor: Actor, proposal_ids: Sequence[int]) -> list[Proposal]:
    """Lock proposals in the order of their ids and give them; raises ReviewError when one is absent or already decided."""
    rows = Proposal.objects.select_for_update(of=("self",)).filter(
        pk__in=list(proposal_ids), company_id=actor.company_id
    )
    found = list(rows.select_related("policy_version").order_by("id"))
    if missing := sorted(set(proposal_ids) - {proposal.pk for proposal in found}):
        raise ReviewError(gettext("There is no proposal %(number)s in this company.") % {"number": missing[0]})
    for proposal in found:
        if proposal.state not in RELEASABLE_STATES:
            why = because(ReleaseReason.ALREADY_DECIDED, state=proposal.state)
            raise ReviewError(
                gettext("This proposal is already %(state)s.") % {"state": proposal.get_state_display()}, [why]
            )
    return found


@transaction.atomic
def do_edit(
    actor: Actor,
    proposal_id: int,
    *,
    text: str | None = None,
    contact_id: int | None = None,
    deadline_on: date | None = None,
    language: str | None = None,
    let_pass: str = "",
) -> Proposal:
    """Change a proposal's own paragraph, contact, deadline or language; what is None stays. A first signature lapses.

    ``let_pass`` is the reason for which a person with the right lets findings of the tone check pass; it is kept with them.
    Raises ReviewError for a text that fails contact's tone check, a contact of another customer, a deadline that is past,
    and for findings that nobody may let pass; NotAllowed without the right to let findings pass.
    """
    actor.need(Right.RELEASE)
    proposal = locked(actor, [proposal_id])[0]
    changed = ["state", "edited", "first_release_by", "first_release_user_id"]
    if text is not None:
        proposal.tone_overrides = _check_tone(actor, proposal, text, language or proposal.language, let_pass.strip())
        proposal.edited_text = text.strip()
        changed += ["edited_text", "tone_overrides"]
    if contact_id is not None:
        if not Contact.objects.filter(pk=contact_id, customer_id=proposal.customer_id).exists():
            raise ReviewError(gettext("This contact is not one of the customer."))
        proposal.contact_id = contact_id
        changed.append("contact")
    if deadline_on is not None:
        if deadline_on <= today_of(actor):
            raise ReviewError(gettext("The deadline %(day)s is not in the future.") % {"day": deadline_on})
        proposal.deadline_on = deadline_on
        changed.append("deadline_on")
    if language is not None:
        proposal.language = language
        changed.append("language")
    proposal.state, proposal.edited = ProposalState.EDITED, True
    proposal.first_release_by, proposal.first_release_user_id = "", None
    proposal.save(update_fields=changed)
    audit.record(actor, "edit_proposal", f"proposal:{proposal.pk}", changed=sorted(changed), text=proposal.edited_text)
    return proposal


def _check_tone(
    actor: Actor, proposal: Proposal, text: str, language: str, let_pass: str
) -> list[dict[str, str]] | None:
    """Give the findings that are let pass, as they are stored; raises ReviewError for those that are not."""
    if len(text) > TEXT_CHARS_MAX:
        raise ReviewError(gettext("The text is longer than %(most)s characters.") % {"most": TEXT_CHARS_MAX})
    legal = policy_of(proposal.policy_version).by_code[proposal.stage_code].legal_stage
    found = [one for one in findings(text, language) if one.category != "threat" or not legal]
    if not found:
        return None
    refused = [one for one in found if not let_pass or one.category in ALWAYS_REFUSED]
    if refused:
        told = [
            reason
            for one in refused
            for reason in (because(TONES[one.category], found=one.found), advice(one.category))
        ]
        words = ", ".join(one.found for one in refused)
        raise ReviewError(
            gettext("The text does not pass the tone check: %(found)s") % {"found": words},
            [because(ReleaseReason.TONE), *dict.fromkeys(told)],
        )
    actor.need(Right.OVERRIDE)
    passed = [Override(one.category, one.found, let_pass[:300], actor.name).as_dict() for one in found]
    audit.record(actor, "let_tone_pass", f"proposal:{proposal.pk}", findings=passed)
    return passed


@transaction.atomic
def do_waive(actor: Actor, proposal_id: int, *, reason: str) -> Proposal:
    """Waive interest and compensation of one proposal. Needs the right to waive, and a reason that is kept."""
    actor.need(Right.WAIVE)
    if not reason.strip():
        raise ReviewError(gettext("Waiving needs a reason."))
    proposal = locked(actor, [proposal_id])[0]
    proposal.waived_charges = f"{actor.name}: {reason.strip()}"[:500]
    if proposal.state == ProposalState.PROPOSED:
        proposal.state = ProposalState.EDITED
    proposal.save(update_fields=["waived_charges", "state"])
    audit.record(actor, "waive_charges", f"proposal:{proposal.pk}", reason=reason.strip())
    return proposal


@transaction.atomic
def do_postpone(actor: Actor, proposal_ids: Sequence[int], *, until: date, reason: str) -> list[Proposal]:
    """Put proposals off until a day; the run of that day (or a later one) proposes the step again.

    Raises ReviewError for a day that is not in the future, or that lies beyond the cover's next duty of a customer.
    """
    actor.need(Right.RELEASE)
    if until <= today_of(actor):
        raise ReviewError(gettext("%(day)s is not in the future.") % {"day": until})
    found = _decide(actor, proposal_ids, ProposalState.POSTPONED, reason)
    for customer_id in sorted({proposal.customer_id for proposal in found}):
        if cost := cover_cost(actor.company_id, customer_id, until, today_of(actor)):
            raise ReviewError(gettext("It would cost the insurance cover."), cost)
    Proposal.objects.filter(pk__in=[proposal.pk for proposal in found]).update(postponed_until=until)
    for proposal in found:
        proposal.postponed_until = until
        audit.record(actor, "postpone", f"proposal:{proposal.pk}", until=until.isoformat(), reason=reason)
    return found


@transaction.atomic
def do_drop(actor: Actor, proposal_ids: Sequence[int], *, reason: str) -> list[Proposal]:
    """Drop proposals for good: their steps do not come back in this episode; the next stage follows in its time."""
    actor.need(Right.RELEASE)
    found = _decide(actor, proposal_ids, ProposalState.DROPPED, reason)
    for proposal in found:
        audit.record(actor, "drop", f"proposal:{proposal.pk}", reason=reason)
    return found


def _decide(actor: Actor, proposal_ids: Sequence[int], state: ProposalState, reason: str) -> list[Proposal]:
    if not reason.strip():
        raise ReviewError(gettext("A reason is needed."))
    found = locked(actor, proposal_ids)
    for proposal in found:
        proposal.state, proposal.note = state, reason.strip()[:500]
        proposal.decided_by, proposal.decided_on = actor.name, today_of(actor)
        proposal.save(update_fields=["state", "note", "decided_by", "decided_on"])
    return found
