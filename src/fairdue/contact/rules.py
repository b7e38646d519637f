"""The pre-send gate: may this step leave now? Pure; asked at the proposal and again at the moment of sending.

The eight checks of the domain's gate, in its order; ``docs/algorithms/pre-send-gate.md`` gives them in prose with worked
examples. Every block is a reason with its numbers. A block either *waits* (the message stays queued and is tried again)
or *stops* (the message does not fit the world any more, and a person or the next run decides).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fairdue.contact.claimed import CHASES, WRITTEN_IN_ANSWER, contact_of
from fairdue.contact.clock import local_day
from fairdue.contact.conduct import conduct, doubts, law_uncertain, other_contacts, quiet, retry_at
from fairdue.contact.facts import ContactFacts, GateFacts, GatePolicy, Stage, Step
from fairdue.contact.money import account_data, balance, bank_data, in_transit, small_balance
from fairdue.contact.reasons import GateReason, waits
from fairdue.contact.standing import cover, holds, imports, internal_check, reply
from fairdue.contact.tone import ALWAYS_REFUSED, findings
from fairdue.kernel.reasons import Reason, because


@dataclass(frozen=True, slots=True)
class GateResult:
    """The gate's answer. ``passed`` means that nothing blocks; ``waits`` that every block passes by waiting."""

    blocks: tuple[Reason, ...]
    held_items: tuple[int, ...]
    """Due items wholly held: not to be claimed."""
    allowed_items: tuple[int, ...]
    """Due items of which at least a part may be claimed."""
    retry_at: datetime | None = None
    """When waiting blocks could have passed, where that can be told."""
    warnings: tuple[Reason, ...] = ()
    """What does not hold the step, and should be known: law that is not certain."""

    @property
    def passed(self) -> bool:
        """Tell whether the step may leave."""
        return not self.blocks

    @property
    def waits(self) -> bool:
        """Tell whether waiting is all that is needed."""
        return bool(self.blocks) and all(waits(block) for block in self.blocks)


Check = Callable[[Step, GateFacts, GatePolicy, Stage], Iterator[Reason]]


def check(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> GateResult:
    """Ask all checks and give every block at once, so that a person mends them in one go.

    Raises ValueError when a sending is judged without the live items of its customer.
    """
    if stage is Stage.SENDING and step.items and facts.items is None:
        raise ValueError("the gate at sending needs the live open amounts of the customer")
    held, allowed = _split(step, facts)
    blocks = tuple(reason for one in CHECKS for reason in one(step, facts, policy, stage))
    warnings = tuple(reason for reason in doubts(step, facts) if reason not in blocks)
    return GateResult(blocks, held, allowed, retry_at(blocks, step, facts, policy) if blocks else None, warnings)


def _split(step: Step, facts: GateFacts) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Part the step's items: wholly held (disputed, promised, …) and claimable at least in part."""
    held: list[int] = []
    allowed: list[int] = []
    for item in step.items:
        state = (facts.items or {}).get(item.due_item_id)
        held_minor = max(item.held_minor, state.held_minor if state else 0)
        open_minor = state.open_minor if state else item.open_minor
        (held if 0 < open_minor <= held_minor else allowed).append(item.due_item_id)
    return tuple(held), tuple(allowed)


# Money (1, 2, 6) is ``contact.money``, holds and what else stands between us (3) ``contact.standing``, law (7) ``contact.conduct``.


def _bank_data(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    if step.kind == CHASES:
        if reason := bank_data(facts.company, policy, facts.today):
            yield reason
        yield from account_data(step, facts, policy, facts.today)


# 4. The contact budget, the days between two steps, quiet hours and holidays at the customer's place.


def budget(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block when the customer was contacted often or recently enough, whatever the invoices, rooms and channels.

    One run is one contact. What went to another customer at the same e-mail address counts: it reached the same person.
    """
    if step.kind in WRITTEN_IN_ANSWER or not (facts.history or facts.shared_history):
        return
    today, others = local_day(facts.at, facts.place), other_contacts(step, facts)
    week = [past for past in others if timedelta(0) <= today - past.on < timedelta(days=7)]
    used = len({past.key for past in week})
    if policy.contacts_per_week is not None and used >= policy.contacts_per_week:
        yield because(GateReason.CONTACTS_PER_WEEK, used=used, limit=policy.contacts_per_week)
    limit = policy.contacts_per_week_by_channel.get(step.channel)
    used = len({past.key for past in week if past.channel == step.channel})
    if limit is not None and used >= limit:
        yield because(GateReason.CHANNEL_PER_WEEK, used=used, limit=limit, channel=step.channel)
    last_on = max((past.on for past in others), default=None)
    if last_on is not None and (today - last_on).days < policy.min_days_between:
        yield because(GateReason.MIN_DAYS_BETWEEN, last_on=last_on.isoformat(), min_days=policy.min_days_between)


# 5. The recipient.


def erased(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block, at sending, what goes to somebody who was erased and whom a restored database holds again."""
    to = {f"customer:{facts.customer_id}", f"contact:{step.contact_id}"}
    if stage is Stage.SENDING and to & facts.company.erased:
        yield because(GateReason.ERASED_BEFORE)


def recipient(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block when nobody right can be reached: purpose, activity, bounce, opt-out, address, language."""
    if step.channel == "call":
        return
    contact = contact_of(step, facts)
    if contact is None and (step.contact_id is not None or step.channel == "email"):
        yield because(GateReason.NO_RECIPIENT, channel=step.channel)
        return
    if contact is not None:
        yield from _contact(step, contact, policy)
    if step.channel == "letter" and not facts.address_complete:
        yield because(GateReason.NO_ADDRESS)
    if not (contact.language if contact else facts.language):
        yield because(GateReason.LANGUAGE_UNKNOWN)


def _contact(step: Step, contact: ContactFacts, policy: GatePolicy) -> Iterator[Reason]:
    if not contact.active:
        yield because(GateReason.CONTACT_INACTIVE)
    if policy.purposes and contact.purpose not in policy.purposes and step.kind not in WRITTEN_IN_ANSWER:
        yield because(GateReason.WRONG_PURPOSE, purpose=contact.purpose, allowed=", ".join(policy.purposes))
    if contact.consent == "refused":
        yield because(GateReason.OPTED_OUT)
    if step.channel != "email":
        return
    if not contact.email:
        yield because(GateReason.NO_EMAIL)
    elif contact.bounced_on is not None:
        yield because(GateReason.BOUNCED, bounced_on=contact.bounced_on.isoformat())
    if step.recipient_email is not None and contact.email and step.recipient_email.lower() != contact.email.lower():
        yield because(GateReason.RECIPIENT_CHANGED)


def choose_contact(facts: GateFacts, channel: str, policy: GatePolicy) -> ContactFacts | None:
    """Give the first contact that the gate would accept for ``channel``, in the policy's order of purposes, then by id."""
    rank = {purpose: at for at, purpose in enumerate(policy.purposes)}
    fitting = [one for one in facts.contacts if one.purpose in rank or not rank]
    for contact in sorted(fitting, key=lambda one: (rank.get(one.purpose, 0), one.contact_id)):
        step = Step(step_key="", channel=channel, currency="", contact_id=contact.contact_id)
        if contact.language and not any(True for _ in _contact(step, contact, policy)):
            return contact
    return None


# 6. Small balances, 7. the legal clock, 8. the tone of edited text, and the house's own brakes.


def legal_clock(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block before the day the law or contract allows, while a step that must come first is missing, and by ``conduct``."""
    if step.earliest_on is not None and local_day(facts.at, facts.place) < step.earliest_on:
        yield because(GateReason.LEGAL_CLOCK, earliest_on=step.earliest_on.isoformat())
    for key in step.requires:
        if key not in facts.steps_done:
            yield because(GateReason.STEP_MISSING, step=key)
    yield from conduct(step, facts, policy, stage)


def tone(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block text that a person wrote and that threatens outside the legal stage, blames, shames, insults or discloses.

    A finding that a person with the right let pass, with a reason, is not told again; some kinds nobody lets pass.
    """
    if not step.edited_text:
        return
    for one in findings(step.edited_text, step.language):
        let_pass = one.category not in ALWAYS_REFUSED and (one.category, one.found) in step.tone_overrides
        if not let_pass and not (one.category == "threat" and step.legal_stage):
            yield because(TONES[one.category], found=one.found)


TONES = {
    "threat": GateReason.TONE_THREAT,
    "violence": GateReason.TONE_VIOLENCE,
    "criminal": GateReason.TONE_CRIMINAL,
    "blame": GateReason.TONE_BLAME,
    "shaming": GateReason.TONE_SHAMING,
    "insult": GateReason.TONE_INSULT,
    "pressure": GateReason.TONE_PRESSURE,
    "false_claim": GateReason.TONE_FALSE_CLAIM,
    "disclosure": GateReason.TONE_DISCLOSURE,
    "exposure": GateReason.TONE_EXPOSURE,
}


def documents(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block while a copy is missing that the policy insists on, and when one that goes along was taken back meanwhile."""
    for kind, lacking in step.missing_copies:
        code = GateReason.COPY_MISSING if lacking else GateReason.COPY_MISSING_WIDE
        yield because(code, copy_kind=kind, **({"documents": lacking} if lacking else {}))
    taken_back = sum(sha256 in facts.withdrawn for sha256 in step.enclosed)
    if taken_back:
        yield because(GateReason.COPY_WITHDRAWN, count=taken_back)


def release(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block, at sending, what misses its second person, is beyond the daily cap, or is only rehearsed."""
    if stage is not Stage.SENDING:
        return
    if policy.two_person_release and (step.approved_by is None or step.approved_by == step.released_by):
        yield because(GateReason.SECOND_PERSON)
    if policy.daily_cap is not None and facts.company.handed_over_today >= policy.daily_cap:
        yield because(GateReason.DAILY_CAP, used=facts.company.handed_over_today, limit=policy.daily_cap)
    if policy.dry_run:
        yield because(GateReason.DRY_RUN)


CHECKS: tuple[Check, ...] = (
    erased, balance, in_transit, _bank_data, imports, holds, reply, internal_check, cover, budget, quiet, recipient,
    small_balance, legal_clock, law_uncertain, tone, documents, release,
)  # fmt: skip
