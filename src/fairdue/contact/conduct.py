"""The gate's checks on the law of the customer's place: its rules of conduct, its hours and days, what is not certain. Pure.

The rule is ``docs/algorithms/conduct.md``; rows are chosen once for a country or a part of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache

from fairdue.contact.claimed import CHASES, DISTURBS, WRITTEN_IN_ANSWER, contact_of, place_of
from fairdue.contact.clock import local_day, next_open_moment, quiet_zone, rest_day
from fairdue.contact.facts import GateFacts, GatePolicy, PastContact, Stage, Step
from fairdue.contact.reasons import GateReason
from fairdue.contact.tone import third_parties
from fairdue.kernel.reasons import Reason, Value, because
from fairdue.law.conduct import UNKNOWN_COUNTRY, Conduct, conduct_of, third_party_step
from fairdue.law.conduct_table import ConductRule, RuleCode
from fairdue.law.confirmed import Basis, citation, is_confirmed, topic_of


def other_contacts(step: Step, facts: GateFacts) -> list[PastContact]:
    """Give the contacts that count against a step: the customer's, and those by its e-mail address; its own run is none."""
    own = {step.step_key, step.run_key} - {""}
    contact = contact_of(step, facts)
    shared = facts.shared_history.get(contact.email.lower(), ()) if contact and contact.email else ()
    return [past for past in (*facts.history, *shared) if past.key not in own]


def law_of(facts: GateFacts) -> Conduct:
    """Give the rules of conduct at the customer's place."""
    return conduct_of(facts.place.country, facts.natural_person, facts.place.subdivision)


def doubts(step: Step, facts: GateFacts) -> tuple[Reason, ...]:
    """Say what is not certain in law for a notice: rules of conduct nobody collected or confirmed, what the text rests on or leaves out.

    Two doubts on one country and topic with other sources stand beside each other; what a person has confirmed is no doubt.
    """
    if step.kind != CHASES:
        return ()
    law = law_of(facts)
    unknown = () if law.known else (because(GateReason.LAW_UNKNOWN, country=law.country or UNKNOWN_COUNTRY),)
    rests = [Basis(rule.country, topic_of(rule.code), rule.source) for rule in law.rules if _binds(rule, step)]
    found = dict.fromkeys((*unknown, *unconfirmed(rests), *step.law_doubts))
    return tuple(one for one in found if not _is_settled(one, facts.company.law_confirmed))


def unconfirmed(rests: Iterable[Basis]) -> tuple[Reason, ...]:
    """Say which of the rows that a message rests on nobody has confirmed: one reason a country and topic, with all sources."""
    sources: dict[tuple[str, str], dict[str, None]] = {}
    for row in rests:
        if not is_confirmed(row.source):
            sources.setdefault((row.country, row.topic.value), {})[citation(row.source)] = None
    return tuple(
        because(GateReason.LAW_UNCONFIRMED, law=country, law_topic=topic, source=" · ".join(told))
        for (country, topic), told in sorted(sources.items())
    )


def _binds(rule: ConductRule, step: Step) -> bool:
    """Tell whether a rule of conduct decides about a notice on its way; what the text rests on, its writer says."""
    if rule.code in (RuleCode.MIN_DAYS_BETWEEN, RuleCode.CONTACTS_PER_WEEK):
        return True
    if rule.code in (RuleCode.CONTACT_HOURS, RuleCode.CONTACT_DAYS):
        return step.channel in DISTURBS
    if rule.code in (RuleCode.CALLS_PER_DAY, RuleCode.CALLS_PER_WEEK):
        return step.channel == "call"
    return rule.code in (RuleCode.THIRD_PARTY, RuleCode.THIRD_PARTY_CONTENT) and step.third_party


def _is_settled(doubt: Reason, confirmed: frozenset[tuple[str, str]]) -> bool:
    if doubt.code != GateReason.LAW_UNCONFIRMED.code:
        return False
    told = dict(doubt.values)
    return (str(told["law"]), str(told["law_topic"])) in confirmed


def law_uncertain(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block a notice that lacks what the law asks it to state; and one whose law is not certain, where the policy asks for it."""
    if step.kind == CHASES:
        yield from step.missing_content
    if policy.law_uncertain == "hold":
        yield from doubts(step, facts)


def quiet(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block, at sending, a channel that disturbs while it is night, a rest day or a holiday at the recipient's place."""
    if stage is not Stage.SENDING or step.channel not in policy.quiet_channels:
        return
    place = place_of(step, facts)
    if policy.business_days_only and (day := rest_day(facts.at, place)):
        yield because(GateReason.NO_BUSINESS_DAY, local_day=day.isoformat(), country=place.country or "")
    elif (zone := quiet_zone(facts.at, place, policy)) is not None:
        yield because(GateReason.QUIET_HOURS, local_time=zone[1], zone=zone[0])


def conduct(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block what the customer's country does not allow, or not yet; what the policy already blocks is not told again."""
    law = law_of(facts)
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
    place, window = place_of(step, facts), _window(facts.place.country, facts.natural_person, facts.place.subdivision)
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
def _window(country: str | None, natural_person: str, subdivision: str | None = None) -> GatePolicy:
    """Give the hours and days of a country in the form of a policy, so that one clock serves both."""
    law = conduct_of(country, natural_person, subdivision)
    days, hours = law.rule(RuleCode.CONTACT_DAYS), law.rule(RuleCode.CONTACT_HOURS)
    opens, closes = hours.minutes if hours and hours.minutes else (0, 0)
    return GatePolicy(
        quiet_from_minute=closes, quiet_to_minute=opens, business_days_only=bool(days and days.value == "business")
    )


def retry_at(blocks: tuple[Reason, ...], step: Step, facts: GateFacts, policy: GatePolicy) -> datetime | None:
    """Give the next open moment at the recipient's place where the clock is among the blocks, else None."""
    own = {GateReason.QUIET_HOURS.code, GateReason.NO_BUSINESS_DAY.code}
    law = {GateReason.LAW_HOURS.code, GateReason.LAW_NO_BUSINESS_DAY.code}
    if all(block.code not in own | law for block in blocks):
        return None
    windows = [policy] if step.channel in policy.quiet_channels else []
    if step.channel in DISTURBS and step.kind not in WRITTEN_IN_ANSWER:
        windows.append(_window(facts.place.country, facts.natural_person, facts.place.subdivision))
    return next_open_moment(facts.at, place_of(step, facts), *windows)
