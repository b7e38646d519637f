"""Why something would leave or not: each of the gate's checks by itself, with what it found. Pure.

No rule stands here. Every verdict is what the gate's own check answers; a figure beside it is the gate's answer to a
stricter question (a budget of none, a minimum beyond every claim), so that it is counted where it decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from fairdue.contact import claimed, conduct, rules
from fairdue.contact.clock import quiet_zone
from fairdue.contact.facts import GateFacts, GatePolicy, Place, Stage, Step
from fairdue.contact.reasons import GateReason, waits
from fairdue.kernel.reasons import Reason, ReasonCode, Value, because, gettext_noop
from fairdue.law.conduct import UNKNOWN_COUNTRY
from fairdue.law.conduct_table import RuleCode

ALWAYS = 10**6
"""Days between two contacts that no history keeps, and so makes the gate name the last one."""


class Verdict(StrEnum):
    """What one check says."""

    PASSES = "passes"
    HOLDS = "holds"
    WAITS = "waits"
    """Holds, and passes by waiting."""
    NOT_ASKED = "not_asked"


class CheckName(ReasonCode):
    """What each check of the gate is called; the code is the name of its function in ``contact.rules``."""

    BALANCE = ("check_balance", gettext_noop("Balance at this moment"))
    IN_TRANSIT = ("check_in_transit", gettext_noop("Payment in transit"))
    BANK_DATA = ("check_bank_data", gettext_noop("Age of the bank data"))
    HOLDS = ("check_holds", gettext_noop("Disputes, promises and other holds"))
    IMPORTS = ("check_imports", gettext_noop("Imports under way"))
    REPLY = ("check_reply", gettext_noop("Replies"))
    INTERNAL_CHECK = ("check_internal_check", gettext_noop("Internal check"))
    COVER = ("check_cover", gettext_noop("Insurance cover"))
    LAW_UNCERTAIN = ("check_law_uncertain", gettext_noop("Certainty of the law"))
    BUDGET = ("check_budget", gettext_noop("Contact budget and days between"))
    QUIET = ("check_quiet", gettext_noop("Quiet hours and holidays"))
    RECIPIENT = ("check_recipient", gettext_noop("Recipient"))
    SMALL_BALANCE = ("check_small_balance", gettext_noop("Small balance"))
    LEGAL_CLOCK = ("check_legal_clock", gettext_noop("Legal clock"))
    TONE = ("check_tone", gettext_noop("Tone of edited text"))
    DOCUMENTS = ("check_documents", gettext_noop("Copies of documents"))
    RELEASE = ("check_release", gettext_noop("Second person, daily cap, dry run"))
    OTHER = ("check_other", gettext_noop("Check “%(name)s”"))


class WhyFact(ReasonCode):
    """What lies behind a verdict."""

    CLAIMED = ("why_claimed", gettext_noop("Open items: %(items)s. May be claimed: %(claimed_minor)s %(currency)s."))
    NO_ITEMS = ("why_no_items", gettext_noop("The message claims no item."))
    UNMATCHED = ("why_unmatched", gettext_noop("%(amount_minor)s %(currency)s received are not matched yet."))
    UNMATCHED_SHARED = (
        "why_unmatched_shared",
        gettext_noop(
            "Of this, %(amount_minor)s %(currency)s may be of several customers (up to %(count)s): it counts for each of them until"
            " the bank line is decided."
        ),
    )
    NONE_UNMATCHED = ("why_none_unmatched", gettext_noop("No money received waits to be matched."))
    BANK_THROUGH = (
        "why_bank_through",
        gettext_noop("Payments are known through %(through)s; the policy allows %(max_days)s days."),
    )
    BANK_NEVER = ("why_bank_never", gettext_noop("No day is known through which payments were read."))
    PART_HELD = (
        "why_part_held",
        gettext_noop("%(document)s: %(held_minor)s of %(open_minor)s %(currency)s is on hold (%(hold_reasons)s)."),
    )
    NOTHING_HELD = ("why_nothing_held", gettext_noop("No hold is in force on what it claims."))
    BUDGET_USED = ("why_budget_used", gettext_noop("%(used)s of %(limit)s contacts in seven days are used."))
    BUDGET_OPEN = ("why_budget_open", gettext_noop("%(used)s contacts in seven days; the policy sets no limit."))
    LAST_CONTACT = (
        "why_last_contact",
        gettext_noop("The last contact was on %(last_on)s; %(min_days)s days between two are asked for."),
    )
    NO_CONTACT_YET = ("why_no_contact_yet", gettext_noop("No contact in the last weeks."))
    LOCAL_TIME = (
        "why_local_time",
        gettext_noop(
            "It is %(local_time)s at the customer's place (%(zone)s); quiet from %(quiet_from)s to %(quiet_to)s."
        ),
    )
    OPENS_AT = ("why_opens_at", gettext_noop("It may go from %(opens_on)s %(local_time)s on (%(zone)s)."))
    GOES_TO = ("why_goes_to", gettext_noop("Goes to %(contact)s (%(purpose)s) by %(channel)s, in %(language)s."))
    GOES_BY = ("why_goes_by", gettext_noop("Goes to the customer's address by %(channel)s."))
    MINIMUM = ("why_minimum", gettext_noop("The policy's minimum is %(minimum_minor)s %(currency)s."))
    EARLIEST = ("why_earliest", gettext_noop("The law or the contract allows it from %(earliest_on)s on."))
    LEFT_TODAY = ("why_left_today", gettext_noop("%(used)s of %(limit)s messages of the day have left the house."))
    CHANNEL_SILENT = ("why_channel_silent", gettext_noop("%(channel)s disturbs nobody: the hour does not matter."))
    NOT_EDITED = ("why_not_edited", gettext_noop("Nobody edited the text."))
    CONDUCT_BUSINESS = ("why_conduct_business", gettext_noop("The rules of conduct for %(country)s were asked."))
    CONDUCT_PERSON = (
        "why_conduct_person",
        gettext_noop("The rules of conduct for %(country)s were asked, those for natural persons too."),
    )
    ENCLOSED = ("why_enclosed", gettext_noop("Files that go along: %(count)s."))
    NO_COPIES = ("why_no_copies", gettext_noop("No copy has to go along, or all are there."))
    RULE = ("why_rule", gettext_noop("Rule %(rule)s: %(value)s (%(source)s; confidence %(confidence)s)."))
    NO_IMPORT_OPEN = ("why_no_import_open", gettext_noop("No file of invoices or payments waits or is being written."))
    REPLIED = ("why_replied", gettext_noop("The customer last answered on %(replied_on)s, and it was read."))
    NO_REPLY = ("why_no_reply", gettext_noop("No answer of the customer in the last weeks."))
    CHECKS_OPEN = ("why_checks_open", gettext_noop("Open internal checks: %(count)s. A finding holds its item."))
    COVER_DEADLINE = ("why_cover_deadline", gettext_noop("The cover's next duty falls due on %(deadline_on)s."))
    GRANTS_UNTIL = ("why_grants_until", gettext_noop("The message gives time until %(until)s."))
    NO_COVER = ("why_no_cover", gettext_noop("No cover asks for anything."))
    LAW_KNOWN = ("why_law_known", gettext_noop("What it rests on in law is collected."))
    LET_PASS = ("why_let_pass", gettext_noop("A person let “%(found)s” pass, with a reason."))
    NOT_CHASING = ("why_not_chasing", gettext_noop("This message does not chase."))
    AT_SENDING = ("why_at_sending", gettext_noop("Asked of messages, at the moment of sending."))
    NOT_IN_POLICY = ("why_not_in_policy", gettext_noop("The policy does not ask for it."))


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, its verdict, the gate's reasons where it holds, and the facts behind it."""

    check: str
    verdict: Verdict
    name: Reason
    reasons: tuple[Reason, ...]
    facts: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a check is asked about, handed to the functions that tell its facts."""

    step: Step
    facts: GateFacts
    policy: GatePolicy
    stage: Stage


Told = tuple[bool, tuple[Reason, ...]]
"""Whether the check has anything to judge, and the facts."""


def explain(
    step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage, *, only: tuple[rules.Check, ...] = rules.CHECKS
) -> tuple[Finding, ...]:
    """Ask every check of the gate by itself, in the gate's order. The reasons together are those of ``rules.check``."""
    asked = _Asked(step, facts, policy, stage)
    found = []
    for one in only:
        reasons = tuple(one(step, facts, policy, stage))
        code = one.__name__.strip("_")
        tell = _TELLERS.get(code)
        judged, told = tell(asked) if tell else (True, ())
        found.append(Finding(code, _verdict(reasons, judged), name_of(code), reasons, told))
    return tuple(found)


def _verdict(reasons: tuple[Reason, ...], judged: bool) -> Verdict:
    if reasons:
        return Verdict.WAITS if all(waits(reason) for reason in reasons) else Verdict.HOLDS
    return Verdict.PASSES if judged else Verdict.NOT_ASKED


_NAMES = {member.code.removeprefix("check_"): member for member in CheckName}


def name_of(check: str) -> Reason:
    """Give the name of a check; one without a name of its own shows its code."""
    member = _NAMES.get(check)
    return because(member) if member else because(CheckName.OTHER, name=check.replace("_", " "))


def _chases(asked: _Asked) -> bool:
    return asked.step.kind == claimed.CHASES


def _place(asked: _Asked) -> Place:
    contact = claimed.contact_of(asked.step, asked.facts)
    return contact.place if contact else asked.facts.place


def _balance(asked: _Asked) -> Told:
    if not asked.step.items:
        return False, (because(WhyFact.NO_ITEMS),)
    totals = claimed.claimed_by_currency(asked.step, asked.facts)
    told = tuple(
        because(WhyFact.CLAIMED, items=len(asked.step.items), claimed_minor=amount, currency=currency)
        for currency, amount in sorted(totals.items())
    )
    return asked.stage is Stage.SENDING, told if asked.stage is Stage.SENDING else (because(WhyFact.AT_SENDING),)


def _in_transit(asked: _Asked) -> Told:
    if not _chases(asked):
        return False, (because(WhyFact.NOT_CHASING),)
    told: list[Reason] = []
    for currency in sorted({one.currency for one in asked.facts.unmatched}):
        money = [one for one in asked.facts.unmatched if one.currency == currency]
        told.append(because(WhyFact.UNMATCHED, amount_minor=sum(one.amount_minor for one in money), currency=currency))
        if shared := [one for one in money if one.customers]:
            amount, count = sum(one.amount_minor for one in shared), max(one.customers for one in shared)
            told.append(because(WhyFact.UNMATCHED_SHARED, amount_minor=amount, currency=currency, count=count))
    return True, tuple(told) or (because(WhyFact.NONE_UNMATCHED),)


def _bank_data(asked: _Asked) -> Told:
    if not _chases(asked):
        return False, (because(WhyFact.NOT_CHASING),)
    days, through = asked.policy.bank_data_max_age_days, asked.facts.company.bank_data_through
    if days is None:
        return False, (because(WhyFact.NOT_IN_POLICY),)
    if through is None:
        return True, (because(WhyFact.BANK_NEVER),)
    return True, (because(WhyFact.BANK_THROUGH, through=through.isoformat(), max_days=days),)


def _holds(asked: _Asked) -> Told:
    if asked.step.kind in claimed.WRITTEN_IN_ANSWER:
        return False, (because(WhyFact.NOT_CHASING),)
    states = ((asked.facts.items or {}).get(item.due_item_id) for item in asked.step.items)
    held = tuple(
        because(
            WhyFact.PART_HELD, document=state.document, held_minor=state.held_minor, open_minor=state.open_minor,
            currency=state.currency, hold_reasons=", ".join(state.hold_reasons),
        )
        for state in states
        if state and state.held_minor
    )  # fmt: skip
    return True, held[: claimed.REASONS_PER_CHECK_MAX] or (because(WhyFact.NOTHING_HELD),)


def _budget(asked: _Asked) -> Told:
    if asked.step.kind in claimed.WRITTEN_IN_ANSWER:
        return False, (because(WhyFact.NOT_CHASING),)
    # The gate itself counts: asked with a budget of none and a gap without end, it names how many and which was the last.
    strict = replace(asked.policy, contacts_per_week=0, min_days_between=ALWAYS)
    answers = {one.code: dict(one.values) for one in rules.budget(asked.step, asked.facts, strict, asked.stage)}
    used = answers.get(GateReason.CONTACTS_PER_WEEK.code, {}).get("used", 0)
    limit = asked.policy.contacts_per_week
    told = [
        because(WhyFact.BUDGET_OPEN, used=used)
        if limit is None
        else because(WhyFact.BUDGET_USED, used=used, limit=limit)
    ]
    last = answers.get(GateReason.MIN_DAYS_BETWEEN.code)
    told.append(
        because(WhyFact.LAST_CONTACT, last_on=last["last_on"], min_days=asked.policy.min_days_between)
        if last
        else because(WhyFact.NO_CONTACT_YET)
    )
    return True, tuple(told)


def _quiet(asked: _Asked) -> Told:
    policy, at, place = asked.policy, asked.facts.at, _place(asked)
    if asked.stage is not Stage.SENDING:
        return False, (because(WhyFact.AT_SENDING),)
    if asked.step.channel not in policy.quiet_channels:
        return False, (because(WhyFact.CHANNEL_SILENT, channel=asked.step.channel),)
    zone, local = quiet_zone(at, place, replace(policy, quiet_from_minute=0, quiet_to_minute=24 * 60)) or ("", "")
    told = [
        because(
            WhyFact.LOCAL_TIME, local_time=local, zone=zone, quiet_from=_clock(policy.quiet_from_minute),
            quiet_to=_clock(policy.quiet_to_minute),
        )
    ]  # fmt: skip
    return True, (*told, *_opens(asked, tuple(conduct.quiet(asked.step, asked.facts, policy, asked.stage))))


def _opens(asked: _Asked, blocks: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Give the next open moment at the recipient's place, where the clock is among the blocks."""
    moment, place = conduct.retry_at(blocks, asked.step, asked.facts, asked.policy), _place(asked)
    if moment is None:
        return ()
    local = moment.astimezone(ZoneInfo(place.zones[0]))
    values: dict[str, Value] = {"opens_on": local.date().isoformat(), "local_time": f"{local:%H:%M}"}
    return (because(WhyFact.OPENS_AT, zone=place.zones[0], **values),)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _recipient(asked: _Asked) -> Told:
    step = asked.step
    contact = claimed.contact_of(step, asked.facts)
    if contact is None:
        return step.channel != "call", (
            because(WhyFact.GOES_BY, channel=step.channel),
        ) if step.channel == "letter" else ()
    goes = because(
        WhyFact.GOES_TO, contact=contact.name or contact.email or "–", purpose=contact.purpose, channel=step.channel,
        language=contact.language,
    )  # fmt: skip
    return step.channel != "call", (goes,)


def _small_balance(asked: _Asked) -> Told:
    if not _chases(asked) or not asked.step.items:
        return False, (because(WhyFact.NOT_CHASING if not _chases(asked) else WhyFact.NO_ITEMS),)
    minimums = asked.policy.minimum_by_currency
    wanted = claimed.claimed_by_currency(asked.step, asked.facts)
    told = tuple(
        because(WhyFact.MINIMUM, minimum_minor=minimums[currency], currency=currency)
        for currency in sorted(wanted)
        if minimums.get(currency)
    )
    return bool(told), told or (because(WhyFact.NOT_IN_POLICY),)


def _legal_clock(asked: _Asked) -> Told:
    day, facts = asked.step.earliest_on, asked.facts
    told: tuple[Reason, ...] = (because(WhyFact.EARLIEST, earliest_on=day.isoformat()),) if day else ()
    if asked.step.kind in claimed.WRITTEN_IN_ANSWER:
        return bool(told or asked.step.requires), told or (because(WhyFact.NOT_CHASING),)
    country = facts.place.country or UNKNOWN_COUNTRY
    blocks = tuple(rules.legal_clock(asked.step, facts, asked.policy, asked.stage))
    asked_of = WhyFact.CONDUCT_BUSINESS if facts.natural_person == "no" else WhyFact.CONDUCT_PERSON
    told += (because(asked_of, country=country), *_rules_of(facts))
    return True, told + _opens(asked, blocks)


def _rules_of(facts: GateFacts) -> tuple[Reason, ...]:
    """Name the rows that decide when and how often, each with its source and how sure it is."""
    law = conduct.law_of(facts)
    rows = (law.rule(code) for code in (RuleCode.CONTACT_HOURS, RuleCode.CONTACT_DAYS, RuleCode.MIN_DAYS_BETWEEN))
    return tuple(
        because(WhyFact.RULE, rule=row.code.value, value=row.value, source=row.source, confidence=row.confidence.value)
        for row in rows
        if row
    )


def _imports(asked: _Asked) -> Told:
    if not _chases(asked):
        return False, (because(WhyFact.NOT_CHASING),)
    if not asked.policy.hold_while_importing:
        return False, (because(WhyFact.NOT_IN_POLICY),)
    return True, () if asked.facts.imports_open else (because(WhyFact.NO_IMPORT_OPEN),)


def _reply(asked: _Asked) -> Told:
    if asked.step.kind in claimed.WRITTEN_IN_ANSWER:
        return False, (because(WhyFact.NOT_CHASING),)
    at = asked.facts.replied_at
    return True, (because(WhyFact.REPLIED, replied_on=at.date().isoformat()) if at else because(WhyFact.NO_REPLY),)


def _internal_check(asked: _Asked) -> Told:
    told = because(WhyFact.CHECKS_OPEN, count=asked.facts.checks_open)
    return asked.policy.internal_check == "hold" and _chases(asked), (told,)


def _cover(asked: _Asked) -> Told:
    cover, step = asked.facts.cover, asked.step
    told: tuple[Reason, ...] = ()
    if cover.deadline_on is not None:
        told += (because(WhyFact.COVER_DEADLINE, deadline_on=cover.deadline_on.isoformat()),)
    if step.grants_until is not None:
        told += (because(WhyFact.GRANTS_UNTIL, until=step.grants_until.isoformat()),)
    asked_for = cover.deadline_on is not None or bool(cover.extension_until) or cover.consent_needed
    return asked_for and step.grants_until is not None, told or (because(WhyFact.NO_COVER),)


def _law_uncertain(asked: _Asked) -> Told:
    if not _chases(asked):
        return False, (because(WhyFact.NOT_CHASING),)
    doubts = conduct.doubts(asked.step, asked.facts)
    return True, () if asked.policy.law_uncertain == "hold" and doubts else doubts or (because(WhyFact.LAW_KNOWN),)


def _tone(asked: _Asked) -> Told:
    if not asked.step.edited_text:
        return False, (because(WhyFact.NOT_EDITED),)
    return True, tuple(because(WhyFact.LET_PASS, found=found) for _, found in sorted(asked.step.tone_overrides))


def _documents(asked: _Asked) -> Told:
    step = asked.step
    if step.enclosed or step.missing_copies:
        return True, (because(WhyFact.ENCLOSED, count=len(step.enclosed)),) if step.enclosed else ()
    return False, (because(WhyFact.NO_COPIES),)


def _release(asked: _Asked) -> Told:
    if asked.stage is not Stage.SENDING:
        return False, (because(WhyFact.AT_SENDING),)
    cap = asked.policy.daily_cap
    told = (because(WhyFact.LEFT_TODAY, used=asked.facts.company.handed_over_today, limit=cap),) if cap else ()
    return True, told


_TELLERS: dict[str, Callable[[_Asked], Told]] = {
    "balance": _balance,
    "in_transit": _in_transit,
    "bank_data": _bank_data,
    "imports": _imports,
    "holds": _holds,
    "reply": _reply,
    "internal_check": _internal_check,
    "cover": _cover,
    "law_uncertain": _law_uncertain,
    "budget": _budget,
    "quiet": _quiet,
    "recipient": _recipient,
    "small_balance": _small_balance,
    "legal_clock": _legal_clock,
    "tone": _tone,
    "documents": _documents,
    "release": _release,
}
