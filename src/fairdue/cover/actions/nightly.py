"""What a run writes of cover: published facts, tasks of deadlines, delivery stops. Doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from fairdue.contact.models import Task, TaskKind
from fairdue.cover import standing
from fairdue.cover.actions.telling import SOURCE
from fairdue.cover.models import CoverPolicy
from fairdue.cover.reasons import CoverReason
from fairdue.cover.rules import AHEAD_DAYS, NO_BOUND, Kind, task_key
from fairdue.cover.standing import Deadline, Results
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit, insured
from fairdue.ledger.actions import do_publish_facts
from fairdue.ledger.bulk import insert_rows
from fairdue.ledger.measures import Conversion
from fairdue.ledger.models import Effect, EffectKind
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company

TEXTS = {
    Kind.NOTIFY: (CoverReason.NOTIFY, CoverReason.NOTIFY_MISSED),
    Kind.CLAIM: (CoverReason.CLAIM, CoverReason.CLAIM_MISSED),
    Kind.EXTENSION: (CoverReason.EXTENSION, CoverReason.EXTENSION),
    Kind.STOP: (CoverReason.STOP, CoverReason.STOP),
}
"""What a deadline says while it is to come, and once it is missed."""


@dataclass(frozen=True, slots=True)
class Committed:
    """How much a run wrote."""

    facts: int
    tasks_opened: int
    tasks_ended: int
    stops_set: int
    stops_lifted: int


@transaction.atomic
def do_commit(actor: Actor, as_of: date, results: Results, rates: Conversion) -> Committed:
    """Write what the measures of a run say, inside the run's own transaction."""
    actor.need(Right.RUN)
    policies = CoverPolicy.objects.filter(company_id=actor.company_id).in_bulk()
    if not policies:
        return Committed(0, 0, 0, 0, 0)
    country = Company.objects.values_list("country", flat=True).get(pk=actor.company_id)
    through = as_of + timedelta(days=AHEAD_DAYS)
    found = standing.deadlines(results, rates, as_of, country)
    facts = _publish(actor, as_of, results, rates, found, policies)
    near = [one for one in found if one.day <= through or one.kind is Kind.EXTENSION]
    opened, ended = _tasks(actor, as_of, standing.together(near, as_of), policies)
    made, lifted = _stops(actor, as_of, standing.stops(found, as_of))
    return Committed(facts, opened, ended, made, lifted)


def said(one: Deadline, policy: CoverPolicy, as_of: date) -> Reason:
    """Give a deadline as a reason with its numbers."""
    code = TEXTS[one.kind][one.day < as_of]
    return because(
        code, insurer=policy.insurer, policy=policy.number, deadline_on=one.day.isoformat(),
        act_by=one.act_by.isoformat(), at_risk_minor=one.at_risk_minor, currency=one.currency, items=one.items,
    )  # fmt: skip


def _publish(
    actor: Actor,
    as_of: date,
    results: Results,
    rates: Conversion,
    found: list[Deadline],
    policies: Mapping[int, CoverPolicy],
) -> int:
    customers = sorted(set(results["cover_buyers"].column("customer_id").to_pylist()))
    coming = standing.next_deadlines(found, as_of)
    asked = {one.customer_id: one for one in standing.consents_needed(results, rates, as_of)}
    said_of = {
        f"customer:{customer}": [said(one, policies[one.policy_id], as_of).as_dict()]
        for customer, one in coming.items()
    }
    wanted = {
        f"customer:{one.customer_id}": [
            because(
                CoverReason.CONSENT_NEEDED, insurer=policies[one.policy_id].insurer,
                policy=policies[one.policy_id].number, above_minor=one.above_minor, open_minor=one.open_minor,
                currency=one.currency,
            ).as_dict()
        ]
        for one in asked.values()
    }  # fmt: skip
    days = {f"customer:{one}": coming[one].day.toordinal() if one in coming else NO_BOUND for one in customers}
    flags = {f"customer:{one}": int(one in asked) for one in customers}
    last = {f"due_item:{item}": day for item, day in standing.bounds(results).items()}

    def publish(kind: str, values: dict[str, int], reasons: dict[str, list[dict[str, object]]] | None = None) -> int:
        return do_publish_facts(
            actor, room="cover", kind=kind, as_of=as_of, values=values, source_version=SOURCE, reasons=reasons
        )

    return (
        publish("cover_deadline", days, said_of)
        + publish(insured.CONSENT, flags, wanted)
        + publish(insured.LAST_DAY, last)
    )


_TASK_FIELDS = (
    "company_id", "customer_id", "kind", "key", "due_on", "reasons", "subject", "created_at", "done_by", "outcome",
)  # fmt: skip


def _tasks(
    actor: Actor, as_of: date, found: Iterable[Deadline], policies: Mapping[int, CoverPolicy]
) -> tuple[int, int]:
    """Open what is new, bring amounts up to date, end what is no more. A task that a person ended stays ended."""
    wanted = {task_key(one.policy_id, one.kind, one.customer_id, one.currency, one.day): one for one in found}
    mine = Task.objects.filter(company_id=actor.company_id, key__startswith="cover/")
    known = dict(mine.values_list("key", "done_at"))
    new = sorted(set(wanted) - set(known))
    rows = [
        (
            actor.company_id, wanted[key].customer_id, TaskKind.COVER.value, key, as_of,
            [said(wanted[key], policies[wanted[key].policy_id], as_of).as_dict()], "", actor.at, "", "",
        )
        for key in new
    ]  # fmt: skip
    insert_rows(Task, _TASK_FIELDS, rows)
    if new:
        audit.record_bulk(
            actor, "cover_tasks", f"company:{actor.company_id}", (key.encode() for key in new), tasks=len(new)
        )
    over = []
    for task in mine.filter(done_at__isnull=True).exclude(key__in=new).order_by("id"):
        one = wanted.get(task.key)
        if one is None:
            over.append(task)
            continue
        reasons: list[Any] = [said(one, policies[one.policy_id], as_of).as_dict()]
        if reasons != task.reasons:
            task.reasons = reasons
            task.save(update_fields=["reasons"])
    _end(actor, over)
    return len(new), len(over)


def _end(actor: Actor, over: list[Task]) -> None:
    if not over:
        return
    Task.objects.filter(pk__in=[task.pk for task in over]).update(
        done_at=actor.at, done_by=actor.name, outcome="nothing left to do"
    )
    keys = (task.key.encode() for task in over)
    audit.record_bulk(actor, "cover_tasks_ended", f"company:{actor.company_id}", keys, tasks=len(over))


def _stops(
    actor: Actor, as_of: date, standing_: Mapping[tuple[int, int], tuple[date, dict[str, int]]]
) -> tuple[int, int]:
    """Set a delivery stop for each customer and policy without cover for shipments, and lift those whose cause is gone.

    One audit entry stands for all that were set, one for all that were lifted.
    """
    wanted = {(customer, f"cover/{policy}/stop/{since}"): since for (customer, policy), (since, _) in standing_.items()}
    mine = Effect.objects.filter(
        company_id=actor.company_id, kind=EffectKind.DELIVERY_STOP, cause__startswith="cover/"
    ).order_by("id")
    stored = {(one.customer_id, one.cause): one for one in mine}
    new = sorted(key for key in wanted if key not in stored)
    insert_rows(
        Effect,
        ("company_id", "customer_id", "kind", "since", "until", "cause", "recorded_at"),
        [
            (actor.company_id, customer, EffectKind.DELIVERY_STOP.value, wanted[customer, cause], None, cause, actor.at)
            for customer, cause in new
        ],
    )  # fmt: skip
    again = [one for key, one in sorted(stored.items()) if key in wanted and one.until is not None]
    over = [
        one for key, one in sorted(stored.items()) if key not in wanted and (one.until is None or one.until > as_of)
    ]
    for found, until in ((again, None), (over, as_of)):
        Effect.objects.filter(pk__in=[one.pk for one in found]).update(until=until)
    for action, keys in (
        ("set_effects", [*new, *((one.customer_id, one.cause) for one in again)]),
        ("lift_effects", [(one.customer_id, one.cause) for one in over]),
    ):
        if keys:
            leaves = (f"{customer}|{cause}".encode() for customer, cause in keys)
            audit.record_bulk(
                actor,
                action,
                f"company:{actor.company_id}",
                leaves,
                kind=EffectKind.DELIVERY_STOP.value,
                effects=len(keys),
            )
    return len(new) + len(again), len(over)
