"""The gate's answer as data for programs: codes with their values, and their texts beside. Amounts are minor units."""

from __future__ import annotations

from typing import Any

from fairdue.contact.remedies import Remedy
from fairdue.contact.why import Finding
from fairdue.dunning.why import Case, Why, remedies_of
from fairdue.kernel.reasons import Reason
from fairdue.ledger.models import Customer
from fairdue.wording import words


def _told(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [{**reason.as_dict(), "text": words.reason(reason)} for reason in reasons]


def as_data(answer: Why, customer: Customer) -> dict[str, Any]:
    """Give the answer for programs: codes with their values, and their texts beside. Amounts are minor units."""
    return {
        "customer": customer.number,
        "id": customer.pk,
        "as_of": answer.today.isoformat(),
        "at": answer.at.isoformat(),
        "policy": answer.policy,
        "reasons": _told(answer.reasons),
        "cases": [_case(case, answer, customer) for case in answer.cases],
        "balance": answer.balance and _case(answer.balance, answer, customer),
    }


def _case(case: Case, answer: Why, customer: Customer) -> dict[str, Any]:
    coming = case.coming
    return {
        "outcome": case.outcome.value,
        "currency": case.currency,
        "stage": case.stage,
        "channel": case.channel,
        "due_minor": case.due_minor,
        "held_minor": case.held_minor,
        "items": case.items,
        "proposal": case.proposal_id,
        "message": case.message_id,
        "reasons": _told(case.reasons),
        "standing": _told(case.standing),
        "charges": _told(case.charges),
        "next": coming and {"on": coming.on.isoformat(), "stage": coming.stage, "reasons": _told(coming.reasons)},
        "remedies": [_remedy(remedy, answer, customer) for remedy in case.remedies],
        "checks": [_check(check, answer, customer) for check in case.checks],
    }


def _check(check: Finding, answer: Why, customer: Customer) -> dict[str, Any]:
    return {
        "check": check.check,
        "name": words.reason(check.name),
        "verdict": check.verdict.value,
        "reasons": _told(check.reasons),
        "facts": _told(check.facts),
        "remedies": [_remedy(remedy, answer, customer) for remedy in remedies_of(check)],
    }


def _remedy(remedy: Remedy, answer: Why, customer: Customer) -> dict[str, Any]:
    return {"text": words.reason(remedy.text), "page": remedy.page, "command": command(remedy, answer, customer)}


def command(remedy: Remedy, answer: Why, customer: Customer) -> str:
    """Give the command that does what a remedy says, with the customer and policy filled in."""
    return remedy.command.replace("{customer}", customer.number).replace("{policy}", answer.policy)
