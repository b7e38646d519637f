"""The pre-send gate: may this step leave now? Pure; asked at the proposal and again at the moment of sending.

The eight checks of the domain's gate, in its order; ``docs/algorithms/pre-send-gate.md`` gives them in prose with worked
examples. Every block is a reason with its numbers. A block either *waits* (the message stays queued and is tried again)
or *stops* (the message does not fit the world any more, and a person or the next run decides).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from fairdue.contact.clock import local_day, next_open_moment, quiet_zone, rest_day
from fairdue.contact.facts import (
    ClaimItem,
    CompanyFacts,
    ContactFacts,
    GateFacts,
    GatePolicy,
    ItemState,
    Place,
    Stage,
    Step,
)
from fairdue.contact.reasons import GateReason, waits
from fairdue.contact.tone import findings, third_parties
from fairdue.kernel.reasons import Reason, Value, because
from fairdue.law.conduct import UNKNOWN_COUNTRY, Conduct, conduct_of, third_party_step
from fairdue.law.conduct_table import ConductRule, RuleCode

REASONS_PER_CHECK_MAX = 10
"""Items named one by one in a block; the others are counted, so that a customer of 500 items stays readable."""
CHASES = "notice"
WRITTEN_IN_ANSWER = frozenset({"answer", "thank_you", "confirmation"})
"""Kinds that answer the customer: they are no contact that the budget counts, and no hold on chasing stops them."""
DISTURBS = frozenset({"email", "call"})
"""Channels to which a country's hours and days apply, whatever the policy says: they ring or ping."""
PPM = 1_000_000


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
    return GateResult(blocks, held, allowed, retry_at(blocks, step, facts, policy) if blocks else None)


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


# 1. The balance, re-checked at the moment of sending, and money in transit.


def balance(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block when what the text claims is not what is open now, or when a credit was booked that it does not show."""
    if stage is not Stage.SENDING or not step.items:
        return
    now = facts.items or {}
    found = [reason for item in step.items if (reason := _changed(step, item, now.get(item.due_item_id)))]
    if step.kind == CHASES:
        shown, currencies = {item.due_item_id for item in step.items}, claimed_by_currency(step, facts)
        found += [
            because(
                GateReason.CREDIT_NOT_SHOWN,
                document=state.document,
                credit_minor=-state.open_minor,
                currency=state.currency or step.currency,
            )
            for item_id, state in now.items()
            if state.open_minor < 0 and (state.currency or step.currency) in currencies and item_id not in shown
        ]
    yield from _at_most(found)


def _changed(step: Step, item: ClaimItem, state: ItemState | None) -> Reason | None:
    document = (state.document if state else "") or f"#{item.due_item_id}"
    currency = (state.currency if state else "") or step.currency
    if state is None or state.open_minor == 0:
        return because(
            GateReason.ITEM_SETTLED, document=document, claimed_minor=item.claimed_minor(), currency=currency
        )
    if state.open_minor != item.open_minor:
        return because(
            GateReason.BALANCE_CHANGED,
            document=document,
            open_minor=state.open_minor,
            claimed_minor=item.open_minor,
            currency=currency,
        )
    return None


def in_transit(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block a notice while money that may be this customer's, in a currency it claims, is not matched.

    Money up to the policy's share of the claim does not hold it: an old overpayment of a cent must not stop a notice.
    """
    if step.kind != CHASES or not facts.unmatched_minor:
        return
    for currency, claimed in sorted(claimed_by_currency(step, facts).items()):
        amount = facts.unmatched_minor.get(currency, 0)
        if amount > 0 and amount * PPM > max(claimed, 0) * policy.in_transit_ignore_ppm:
            yield because(GateReason.IN_TRANSIT, amount_minor=amount, claimed_minor=max(claimed, 0), currency=currency)


# 2. The age of the bank data. The answer is the same for all customers of a company: a run asks once and says so once.


def bank_data(company: CompanyFacts, policy: GatePolicy, today: date) -> Reason | None:
    """Give the reason that holds the dunning of a whole company, or None. Payments never read is no licence to dun."""
    if policy.bank_data_max_age_days is None:
        return None
    if company.bank_data_through is None:
        return because(GateReason.BANK_DATA_UNKNOWN, max_days=policy.bank_data_max_age_days)
    age_days = (today - company.bank_data_through).days
    if age_days <= policy.bank_data_max_age_days:
        return None
    return because(
        GateReason.BANK_DATA_OLD,
        through=company.bank_data_through.isoformat(),
        age_days=age_days,
        max_days=policy.bank_data_max_age_days,
    )


def _bank_data(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    if step.kind == CHASES and (reason := bank_data(facts.company, policy, facts.at.date())):
        yield reason


# 3. Holds: the disputed, promised or planned part is not chased; the rest is.


def holds(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block when the customer is held, when nothing is left, and at sending when a hold came after the text was made."""
    if step.kind in WRITTEN_IN_ANSWER:
        return
    if facts.customer_holds:
        yield because(GateReason.CUSTOMER_HELD, hold_reasons=", ".join(facts.customer_holds))
        return
    if step.kind != CHASES or facts.items is None:
        return
    if stage is Stage.SENDING:
        yield from _at_most([reason for item in step.items if (reason := _held_since(step, item, facts.items))])
    elif step.items and all(claimed <= 0 for claimed in claimed_by_currency(step, facts).values()):
        yield because(GateReason.NOTHING_LEFT)


def _held_since(step: Step, item: ClaimItem, now: Mapping[int, ItemState]) -> Reason | None:
    state = now.get(item.due_item_id)
    if state is None or state.open_minor <= 0 or state.held_minor <= item.held_minor:
        return None
    return because(
        GateReason.ITEM_HELD,
        document=state.document or f"#{item.due_item_id}",
        held_minor=state.held_minor,
        open_minor=state.open_minor,
        currency=state.currency or step.currency,
        hold_reasons=", ".join(state.hold_reasons),
    )


# 4. The contact budget, the days between two steps, quiet hours and holidays at the customer's place.


def budget(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block when the customer was contacted often or recently enough, whatever the invoices. One run is one contact."""
    if step.kind in WRITTEN_IN_ANSWER or not facts.history:
        return
    today = local_day(facts.at, facts.place)
    own = {step.step_key, step.run_key} - {""}
    others = [past for past in facts.history if past.key not in own]
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


def quiet(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block, at sending, a channel that disturbs while it is night, a rest day or a holiday at the recipient's place."""
    if stage is not Stage.SENDING or step.channel not in policy.quiet_channels:
        return
    place = _place(step, facts)
    if policy.business_days_only and (day := rest_day(facts.at, place)):
        yield because(GateReason.NO_BUSINESS_DAY, local_day=day.isoformat(), country=place.country or "")
    elif (zone := quiet_zone(facts.at, place, policy)) is not None:
        yield because(GateReason.QUIET_HOURS, local_time=zone[1], zone=zone[0])


# 5. The recipient.


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


def small_balance(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block a notice that claims less than the policy's minimum in each of its currencies: a statement only."""
    if step.kind != CHASES or not step.items:
        return
    small = []
    for currency, amount in sorted(claimed_by_currency(step, facts).items()):
        minimum = policy.minimum_by_currency.get(currency, 0)
        if amount > 0 and amount >= minimum:
            return
        if amount > 0:
            small.append((currency, amount, minimum))
    for currency, amount, minimum in small:
        yield because(GateReason.SMALL_BALANCE, amount_minor=amount, minimum_minor=minimum, currency=currency)


def legal_clock(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block before the day the law or contract allows, while a step that must come first is missing, and by ``conduct``."""
    if step.earliest_on is not None and local_day(facts.at, facts.place) < step.earliest_on:
        yield because(GateReason.LEGAL_CLOCK, earliest_on=step.earliest_on.isoformat())
    for key in step.requires:
        if key not in facts.steps_done:
            yield because(GateReason.STEP_MISSING, step=key)
    yield from conduct(step, facts, policy, stage)


# Part of 7: conduct in the customer's country. The rule is docs/algorithms/conduct.md; rows are chosen once for a country.


def conduct(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block what the customer's country does not allow, or not yet; what the policy already blocks is not told again."""
    law = conduct_of(facts.place.country, facts.natural_person)
    if step.third_party or step.edited_text:
        yield from _third_party(step, law)
    if step.kind in WRITTEN_IN_ANSWER:
        return
    if facts.history:
        yield from _law_budget(step, facts, policy, law)
    if stage is Stage.SENDING and step.channel in DISTURBS:
        yield from _law_clock(step, facts, policy, law)


def _named(law: Conduct, rule: ConductRule) -> dict[str, Value]:
    return {"country": law.country or UNKNOWN_COUNTRY, "source": rule.source, "confidence": rule.confidence.value}


def _third_party(step: Step, law: Conduct) -> Iterator[Reason]:
    ruling = third_party_step(law)
    if ruling.allowed is False:
        if step.third_party:
            yield because(GateReason.THIRD_PARTY_BARRED, **_named(law, ruling.rule))
        for found in third_parties(step.edited_text, step.language):
            yield because(GateReason.THIRD_PARTY_NAMED, found=found, **_named(law, ruling.rule))
    elif ruling.allowed is None and step.third_party and not step.third_party_cleared:
        yield because(GateReason.THIRD_PARTY_LICENCE, **_named(law, ruling.rule))


def _law_budget(step: Step, facts: GateFacts, policy: GatePolicy, law: Conduct) -> Iterator[Reason]:
    """Judge the days between two notices unless the policy is as strict, contacts of a week unless it holds, and calls."""
    today = local_day(facts.at, facts.place)
    own = {step.step_key, step.run_key} - {""}
    others = [past for past in facts.history if past.key not in own]
    days = law.rule(RuleCode.MIN_DAYS_BETWEEN)
    if days and step.kind == CHASES and policy.min_days_between < (least := days.number or 0):
        last_on = max((past.on for past in others if past.kind == CHASES), default=None)
        if last_on is not None and (today - last_on).days < least:
            yield because(GateReason.LAW_DAYS_BETWEEN, last_on=last_on.isoformat(), min_days=least, **_named(law, days))
    if week := law.rule(RuleCode.CONTACTS_PER_WEEK):
        limit, own_limit = week.number or 0, policy.contacts_per_week
        used = len({past.key for past in others if timedelta(0) <= today - past.on < timedelta(days=7)})
        if used >= limit and (own_limit is None or used < own_limit):
            yield because(GateReason.LAW_CONTACTS_PER_WEEK, used=used, limit=limit, **_named(law, week))
    if step.channel == "call":
        yield from _law_calls([(today - past.on).days for past in others if past.channel == "call"], law)


def _law_calls(days_ago: list[int], law: Conduct) -> Iterator[Reason]:
    for code, days in ((RuleCode.CALLS_PER_DAY, 1), (RuleCode.CALLS_PER_WEEK, 7)):
        used, rule = sum(0 <= ago < days for ago in days_ago), law.rule(code)
        if rule and used >= (limit := rule.number or 0):
            yield because(GateReason.LAW_CALLS, used=used, days=days, limit=limit, **_named(law, rule))


def _law_clock(step: Step, facts: GateFacts, policy: GatePolicy, law: Conduct) -> Iterator[Reason]:
    """Judge the hours and days at the recipient's place, unless the policy's own quiet already holds the message."""
    place, window = _place(step, facts), _window(facts.place.country, facts.natural_person)
    days, hours = law.rule(RuleCode.CONTACT_DAYS), law.rule(RuleCode.CONTACT_HOURS)
    day = rest_day(facts.at, place) if window.business_days_only else None
    zone = quiet_zone(facts.at, place, window)
    if (day or zone) and any(True for _ in quiet(step, facts, policy, Stage.SENDING)):
        return
    if days and day:
        yield because(GateReason.LAW_NO_BUSINESS_DAY, local_day=day.isoformat(), **_named(law, days))
    elif hours and zone:
        yield because(GateReason.LAW_HOURS, local_time=zone[1], zone=zone[0], hours=hours.value, **_named(law, hours))


@cache
def _window(country: str | None, natural_person: str) -> GatePolicy:
    """Give the hours and days of a country in the form of a policy, so that one clock serves both."""
    law = conduct_of(country, natural_person)
    days, hours = law.rule(RuleCode.CONTACT_DAYS), law.rule(RuleCode.CONTACT_HOURS)
    opens, closes = hours.minutes if hours and hours.minutes else (0, 0)
    return GatePolicy(
        quiet_from_minute=closes, quiet_to_minute=opens, business_days_only=bool(days and days.value == "business")
    )


_TONES = {
    "threat": GateReason.TONE_THREAT,
    "blame": GateReason.TONE_BLAME,
    "shaming": GateReason.TONE_SHAMING,
    "disclosure": GateReason.TONE_DISCLOSURE,
}


def tone(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block text that a person wrote and that threatens outside the legal stage, blames, shames or discloses."""
    if step.edited_text:
        for category, found in findings(step.edited_text, step.language):
            if category != "threat" or not step.legal_stage:
                yield because(_TONES[category], found=found)


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
    balance, in_transit, _bank_data, holds, budget, quiet, recipient, small_balance, legal_clock, tone, documents, release,
)  # fmt: skip


def retry_at(blocks: tuple[Reason, ...], step: Step, facts: GateFacts, policy: GatePolicy) -> datetime | None:
    """Give the next open moment at the recipient's place where the clock is among the blocks, else None."""
    own = {GateReason.QUIET_HOURS.code, GateReason.NO_BUSINESS_DAY.code}
    law = {GateReason.LAW_HOURS.code, GateReason.LAW_NO_BUSINESS_DAY.code}
    if all(block.code not in own | law for block in blocks):
        return None
    windows = [policy] if step.channel in policy.quiet_channels else []
    if step.channel in DISTURBS and step.kind not in WRITTEN_IN_ANSWER:
        windows.append(_window(facts.place.country, facts.natural_person))
    return next_open_moment(facts.at, _place(step, facts), *windows)


def contact_of(step: Step, facts: GateFacts) -> ContactFacts | None:
    """Give the contact that the step names."""
    return next((one for one in facts.contacts if one.contact_id == step.contact_id), None)


def _place(step: Step, facts: GateFacts) -> Place:
    contact = contact_of(step, facts)
    return contact.place if contact else facts.place


def claimed_by_currency(step: Step, facts: GateFacts) -> dict[str, int]:
    """Give what may be claimed of the step's items, by currency: open less held, credit notes taken off.

    A message may carry the letters of two currencies; they never add up. The step's own currency is always there.
    """
    totals = {step.currency: 0}
    for item in step.items:
        state = (facts.items or {}).get(item.due_item_id)
        currency = (state.currency if state else "") or step.currency
        open_minor = state.open_minor if state else item.open_minor
        held_minor = max(item.held_minor, state.held_minor if state else 0)
        totals[currency] = totals.get(currency, 0) + open_minor - (held_minor if open_minor > 0 else 0)
    return totals


def _at_most(found: list[Reason]) -> Iterator[Reason]:
    yield from found[:REASONS_PER_CHECK_MAX]
    if len(found) > REASONS_PER_CHECK_MAX:
        yield because(GateReason.MORE_ITEMS, count=len(found) - REASONS_PER_CHECK_MAX)
