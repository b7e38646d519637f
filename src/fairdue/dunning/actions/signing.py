"""Who may release what: the amount limit of one person, and the rule of two persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fairdue.dunning.models import Proposal
from fairdue.dunning.policy.shape import Policy, Release
from fairdue.dunning.reasons import ReleaseReason
from fairdue.dunning.strategy import stage_of
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit
from fairdue.ledger.rates import DayRates, Unknown
from fairdue.people.actor import Actor


def permit(
    actor: Actor, proposal: Proposal, policy: Policy, company_currency: str, rates: Callable[[date], DayRates]
) -> tuple[str, tuple[Reason, ...]]:
    """Say whether the actor's word is enough: an empty state means yes, else ``refused`` or ``first`` with the reasons.

    Where two persons are needed the first word is written down as a signature; the same person's second word does not
    count, and a program is no person. An amount in another currency is held against the actor's limit, which is in the
    company's currency, at the rate of the day that the proposal is for: whoever reads it later finds the same answer.
    """
    over = _over_limit(actor, proposal, company_currency, rates)
    if over is not None:
        return "refused", (over,)
    if not needs_two(policy, proposal):
        return "", ()
    if proposal.first_release_user_id is None:
        if actor.user_id is None:
            return "refused", (because(ReleaseReason.SECOND_PERSON, first=actor.name),)
        proposal.first_release_by, proposal.first_release_user_id = actor.name, actor.user_id
        proposal.save(update_fields=["first_release_by", "first_release_user_id"])
        audit.record(actor, "sign", f"proposal:{proposal.pk}", due_minor=proposal.due_minor)
        return "first", (because(ReleaseReason.FIRST_OF_TWO, first=actor.name),)
    if actor.user_id is None or actor.user_id == proposal.first_release_user_id:
        return "refused", (because(ReleaseReason.SECOND_PERSON, first=proposal.first_release_by),)
    return "", ()


def needs_two(policy: Policy, proposal: Proposal) -> bool:
    """Say whether the stage or the amount asks for two persons."""
    above = (policy.two_person_above_minor or {}).get(proposal.currency)
    by_amount = above is not None and proposal.due_minor > above
    return by_amount or stage_of(policy, proposal.stage_code, proposal.stage_changes).release is Release.TWO_PERSON


def _over_limit(
    actor: Actor, proposal: Proposal, company_currency: str, rates: Callable[[date], DayRates]
) -> Reason | None:
    if actor.release_limit_minor is None:
        return None
    amount = proposal.due_minor
    if proposal.currency != company_currency:
        converted = rates(proposal.as_of).convert(amount, proposal.currency, company_currency)
        if isinstance(converted, Unknown):
            return because(
                ReleaseReason.NO_RATE_FOR_LIMIT, on=proposal.as_of.isoformat(), currency=proposal.currency,
                limit_currency=company_currency,
            )  # fmt: skip
        amount = converted.amount_minor
    if amount <= actor.release_limit_minor:
        return None
    return because(ReleaseReason.OVER_LIMIT, amount=proposal.due_minor, currency=proposal.currency)
