"""Messages that wait in the outbox, judged again because what is known has changed (docs/algorithms/bank-data-in-the-line.md, 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import QuerySet

from fairdue.contact import settle
from fairdue.contact.facts import GateFacts, GatePolicy, Stage
from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.contact.queries import company_facts, gate_facts, step_of, steps_done
from fairdue.contact.rules import GateResult, check
from fairdue.people.actor import Actor
from fairdue.people.models import Company

PORTION = 500
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Rechecked:
    """Messages looked at, and those held back, by their first reason's code."""

    looked_at: int = 0
    held_back: Counter[str] = field(default_factory=Counter)


def do_recheck(actor: Actor, *, progress: Progress | None = None) -> Rechecked:
    """Hold back every queued message of the company that the gate would stop if it left now; nothing is sent.

    A handful of queries for each portion of messages, and a transaction for each one that is held back. Safe to repeat.
    """
    company = Company.objects.get(pk=actor.company_id)
    ids = list(_queued(company).order_by("id").values_list("pk", flat=True))
    done = Rechecked()
    for start in range(0, len(ids), PORTION):
        for message_id in _stopped(company, actor, ids[start : start + PORTION]):
            verdict = _hold_back(company, actor, message_id)
            if verdict is not None:
                done.held_back[verdict.blocks[0].code] += 1
        done.looked_at += len(ids[start : start + PORTION])
        if progress is not None:
            progress(done.looked_at, len(ids))
    return done


def _queued(company: Company) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(company=company, state=MessageState.QUEUED)


def _stopped(company: Company, actor: Actor, ids: Sequence[int]) -> Iterator[int]:
    """Give the messages of a portion that the gate would stop for good, judged together."""
    messages = list(_queued(company).filter(pk__in=ids).order_by("id"))
    customers = {one.customer_id for one in messages}
    shared = company_facts(company, actor.at)
    facts = gate_facts(company.pk, customers, actor.at, with_items=True, company=company, shared=shared)
    for message in messages:
        verdict = _judge(message, facts[message.customer_id])
        if verdict.blocks and not verdict.waits:
            yield message.pk


def _judge(message: OutboxMessage, facts: GateFacts) -> GateResult:
    if message.requires_steps:
        facts = replace(facts, steps_done=steps_done(message.company_id, message.requires_steps))
    return check(step_of(message, facts), facts, GatePolicy.from_dict(message.gate_policy), Stage.SENDING)


@transaction.atomic
def _hold_back(company: Company, actor: Actor, message_id: int) -> GateResult | None:
    """Judge one message again under lock, and hold it back; None where it left the queue or may go after all."""
    message = _queued(company).select_for_update(no_key=True).filter(pk=message_id).first()
    if message is None:
        return None
    facts = gate_facts(company.pk, [message.customer_id], actor.at, with_items=True, company=company)
    verdict = _judge(message, facts[message.customer_id])
    if not verdict.blocks or verdict.waits:
        return None
    settle.hold_back(actor, message, verdict, claimed=False)
    return verdict
