"""Handing messages over, each exactly once. ``docs/algorithms/outbox.md`` gives the argument; the steps are:

1. *Recover*: claims whose dispatcher is gone are resolved (``contact.recovery``), before anything new is claimed.
2. *Claim*: one conditional UPDATE turns ``queued`` into ``claimed``; it must touch exactly one row. In the same transaction
   the gate judges the message on live balances; what it blocks goes back to waiting or is held back, with reasons.
3. *Prepare*: everything that can be undone (connection, sender, recipient). A failure here is known not to have left.
4. *Mark*: for targets that cannot be looked at, ``handing_at`` is committed before the first byte that may not be repeated.
5. *Hand over*, once.
6. *Record* the evidence; only now has the step happened.

A crash before 4 returns the message to the queue, between 4 and 6 it is *uncertain: ask*, or found at its target where
that can be looked at. There is no way from 4 back to 2 but a person's word.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from fairdue.contact import manifest, settle
from fairdue.contact.blobs import BlobError
from fairdue.contact.facts import GatePolicy, Stage
from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.contact.parcels import parcel_of
from fairdue.contact.presence import present
from fairdue.contact.queries import company_facts, gate_facts, step_of, steps_done
from fairdue.contact.reasons import DeliveryReason, GateReason
from fairdue.contact.recovery import recover
from fairdue.contact.rules import GateResult, check
from fairdue.contact.transports import MaybeHandedOver, NotHandedOver, Outcome, Prepared, Transport
from fairdue.kernel.reasons import Reason, because
from fairdue.people.actor import Actor, Right, system_actor
from fairdue.people.models import Company

LEASE = timedelta(minutes=15)
"""How long a claim of a dispatcher on another machine is believed; far above what one hand-over may take."""
FOR_ALL = frozenset(
    {
        GateReason.BANK_DATA_OLD.code,
        GateReason.BANK_DATA_UNKNOWN.code,
        GateReason.IMPORT_WAITING.code,
        GateReason.IMPORT_RUNNING.code,
        GateReason.BANK_FILE_WAITING.code,
        GateReason.DAILY_CAP.code,
        GateReason.DRY_RUN.code,
    }
)
"""Blocks that hold every message of the same kind and policy: asked once, then said once for all."""

Progress = Callable[[int, int], None]
Checkpoint = Callable[[str], None]
Clock = Callable[[], datetime]
SHARED_FOR = timedelta(minutes=1)
"""How long what holds for the whole company (bank data, imports under way) is believed before it is read again."""


def _nothing(_: str) -> None:
    """The checkpoint of production: no test waits to end the process."""


@dataclass(slots=True)
class Summary:
    """What a dispatch did. ``waiting`` and ``held_back`` count blocks of the gate by their first reason."""

    handed_over: int = 0
    recovered: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    held_back: dict[str, int] = field(default_factory=dict)
    later: int = 0
    refused: int = 0
    bounced: int = 0
    uncertain: int = 0
    lost_claims: int = 0
    rehearsed: int = 0
    """Messages that would have left, in a dry run."""
    reasons: list[Reason] = field(default_factory=list)
    """What holds for all of it: old bank data, the daily cap, a channel that is down."""
    examples: dict[str, Reason] = field(default_factory=dict)
    """The first reason, with its values, for each code of ``waiting`` and ``held_back``, and for ``refused`` and ``bounced``."""

    def stopped(self, reason: Reason, *, waits: bool) -> None:
        """Count a message that does not leave now, by its first reason."""
        counts = self.waiting if waits else self.held_back
        counts[reason.code] = counts.get(reason.code, 0) + 1
        self.examples.setdefault(reason.code, reason)

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data; reasons stand in their stored form (``kernel.reasons``)."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        plain["reasons"] = [reason.as_dict() for reason in self.reasons]
        plain["examples"] = {code: reason.as_dict() for code, reason in self.examples.items()}
        return plain


def dispatch(
    company_id: int,
    at: datetime,
    transports: Sequence[Transport],
    *,
    limit: int | None = None,
    dry_run: bool = False,
    actor: Actor | None = None,
    clock: Clock | None = None,
    progress: Progress | None = None,
    checkpoint: Checkpoint = _nothing,
) -> Summary:
    """Hand over what is queued for a company and channel, oldest first; ``at`` is the moment that counts for the gate.

    An entrance gives its ``clock``: the moment is then read anew for each message, and ``at`` only stands for who acts.
    Must not run inside a transaction: each step commits for itself. A dry run asks the gate and changes nothing.
    """
    actor = actor or system_actor(company_id, at)
    actor.need(Right.RELEASE)
    run = _Run(company_id, {one.channel: one for one in transports}, actor, clock or (lambda: at), checkpoint)
    if dry_run:
        return run.rehearse(limit)
    folder = Path(settings.DATA_DIR) / "dispatch"
    with _durable(), present(folder) as owner:
        run.summary.recovered = recover(run.actor, company_id, run.at, run.transports, folder)
        waiting = list(run.waiting().values_list("pk", "channel", "kind", "gate_policy")[:limit])
        try:
            for done, (message_pk, channel, kind, policy) in enumerate(waiting, start=1):
                if not run.is_held(channel, _group(kind, policy)):
                    run.one(message_pk, owner)
                if progress is not None:
                    progress(done, len(waiting))
        finally:
            for transport in run.transports.values():
                transport.close()
        manifest.write_all(company_id, run.at, run.transports.values())
    return run.summary


@contextmanager
def _durable() -> Iterator[None]:
    """Make every commit outlive a power cut while messages leave: a claim that rolled back would send a second mail."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=NORMAL")


class _Run:
    """One dispatch: its moment, its ways out, what it has learnt so far."""

    def __init__(
        self, company_id: int, transports: dict[str, Transport], actor: Actor, clock: Clock, checkpoint: Checkpoint
    ) -> None:
        self.company = Company.objects.get(pk=company_id)
        self.transports, self.actor, self.clock, self.checkpoint = transports, actor, clock, checkpoint
        self.summary = Summary()
        self.at = self._shared_at = clock()
        self._read_clock()
        self._shared = company_facts(self.company, self.at)
        self._down: set[str] = set()
        self._for_all: dict[str, Reason] = {}

    def _read_clock(self) -> None:
        self.at = self.clock()
        self.actor = replace(self.actor, at=self.at)

    def waiting(self) -> QuerySet[OutboxMessage]:
        """Give the messages that may be tried now, oldest first."""
        due = Q(not_before__isnull=True) | Q(not_before__lte=self.at)
        return OutboxMessage.objects.filter(
            due, company=self.company, state=MessageState.QUEUED, channel__in=list(self.transports)
        ).order_by("id")

    def rehearse(self, limit: int | None) -> Summary:
        """Ask the gate about what waits, and write nothing."""
        for message in self.waiting()[:limit].iterator(chunk_size=100):
            verdict = self._judge(message)
            if verdict.passed:
                self.summary.rehearsed += 1
            else:
                self._count(verdict)
        return self.summary

    def is_held(self, channel: str, group: str) -> bool:
        """Tell, and count, whether a message need not be tried: its channel is down, or a block holds for its whole group."""
        if channel in self._down:
            self.summary.later += 1
            return True
        reason = self._for_all.get(group)
        if reason is not None:
            self.summary.stopped(reason, waits=True)
        return reason is not None

    def one(self, message_pk: int, owner: str) -> None:
        """Bring one message from the queue to its end: handed over, waiting, held back, bounced or uncertain."""
        self.checkpoint("start")
        self._read_clock()
        message = self._claim(message_pk, owner)
        if message is None:
            return
        self.checkpoint("claimed")
        transport = self.transports[message.channel]
        prepared = self._prepare(message, transport, owner)
        if prepared is None:
            return
        self.checkpoint("prepared")
        if not transport.repeatable and not settle.mark(message, owner, self.at):
            prepared.abandon()
            self.summary.lost_claims += 1
            return
        self.checkpoint("marked")
        self._hand_over(message, prepared, owner)
        self.checkpoint("recorded")

    def _claim(self, message_pk: int, owner: str) -> OutboxMessage | None:
        """Claim a message and judge it, in one transaction; None where it is not ours or not to leave now."""
        with transaction.atomic(durable=True):
            mine = self.waiting().filter(pk=message_pk).update(
                state=MessageState.CLAIMED, claimed_by=owner, claimed_at=self.at, lease_until=self.at + LEASE,
                handing_at=None, attempt=F("attempt") + 1,
            )  # fmt: skip
            if mine != 1:
                return None
            message = OutboxMessage.objects.get(pk=message_pk)
            verdict = self._judge(message)
            if verdict.passed:
                return message
            self._learn(message, verdict)
            settle.hold_back(self.actor, message, verdict)
            self._count(verdict)
            return None

    def _judge(self, message: OutboxMessage) -> GateResult:
        """Ask the gate on the balances of this moment."""
        policy = GatePolicy.from_dict(message.gate_policy)
        if policy.daily_cap is not None or abs(self.at - self._shared_at) >= SHARED_FOR:
            self._shared, self._shared_at = company_facts(self.company, self.at), self.at
        facts = gate_facts(
            self.company.pk, [message.customer_id], self.at, with_items=True, company=self.company, shared=self._shared
        )[message.customer_id]
        if message.requires_steps:
            facts = replace(facts, steps_done=steps_done(self.company.pk, message.requires_steps))
        return check(step_of(message, facts), facts, policy, Stage.SENDING)

    def _learn(self, message: OutboxMessage, verdict: GateResult) -> None:
        group = _group(message.kind, message.gate_policy)
        for block in verdict.blocks:
            if block.code in FOR_ALL and group not in self._for_all:
                self._for_all[group] = block
                if block not in self.summary.reasons:
                    self.summary.reasons.append(block)

    def _count(self, verdict: GateResult) -> None:
        self.summary.stopped(verdict.blocks[0], waits=verdict.waits)

    def _prepare(self, message: OutboxMessage, transport: Transport, owner: str) -> Prepared | None:
        dated = message.created_at if transport.repeatable else self.at
        try:
            return transport.prepare(parcel_of(message, self.company, dated))
        except NotHandedOver as stop:
            self._not_handed(message, owner, stop)
        except BlobError as error:
            reason = because(DeliveryReason.NOT_DRAWN, detail=str(error)[:200])
            self._not_handed(message, owner, NotHandedOver(Outcome.REFUSED, reason))
        except OSError as error:
            reason = because(DeliveryReason.TEMPORARY, detail=str(error)[:200])
            self._not_handed(message, owner, NotHandedOver(Outcome.LATER, reason))
        return None

    def _hand_over(self, message: OutboxMessage, prepared: Prepared, owner: str) -> None:
        try:
            evidence = prepared.hand_over()
        except NotHandedOver as stop:
            self._not_handed(message, owner, stop)
        except MaybeHandedOver as doubt:
            settle.uncertain(self.actor, message, owner, str(doubt))
            self.summary.uncertain += 1
        except Exception as error:  # noqa: BLE001 - whatever ended the hand-over, the message may have left
            settle.uncertain(self.actor, message, owner, f"{type(error).__name__}: {error}")
            self.summary.uncertain += 1
        else:
            self.checkpoint("handed")
            self._record(message, owner, evidence)

    def _record(self, message: OutboxMessage, owner: str, evidence: dict[str, object]) -> None:
        """Record a hand-over; a letter whose claim another dispatcher has taken meanwhile is that one's to record."""
        try:
            settle.handed_over(self.actor, message, owner, evidence)
        except settle.ClaimLostError:
            self.summary.lost_claims += 1
        else:
            self.summary.handed_over += 1

    def _not_handed(self, message: OutboxMessage, owner: str, stop: NotHandedOver) -> None:
        """Put a message that is known not to have left where its failure sends it."""
        if stop.outcome is Outcome.ADDRESS:
            settle.address_refused(self.actor, message, owner, stop.reason)
            self.summary.bounced += 1
            self.summary.examples.setdefault("bounced", stop.reason)
        elif stop.outcome is Outcome.REFUSED:
            settle.refused(self.actor, message, owner, stop.reason)
            self.summary.refused += 1
            self.summary.examples.setdefault("refused", stop.reason)
        else:
            if stop.outcome is Outcome.CHANNEL_DOWN:
                self._down.add(message.channel)
                self.summary.reasons.append(stop.reason)
            settle.later(self.actor, message, owner, stop)
            self.summary.later += 1


def _group(kind: str, policy: dict[str, object]) -> str:
    return f"{kind} {json.dumps(policy, sort_keys=True)}"
