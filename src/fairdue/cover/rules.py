"""What a credit insurance policy covers and asks for. Pure; ``docs/algorithms/cover.md`` states it with worked cases.

The measures in ``sql`` say the same of a whole portfolio. Days are calendar days; amounts are minor units of one currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from fairdue.kernel.calendars import previous_business_day
from fairdue.kernel.rounding import PPM, Rounding, divide

AHEAD_DAYS = 14
"""How long before a deadline it becomes a task; docs/algorithms/cover.md."""
NO_BOUND = 0
"""The value of a published day that says: none."""


class State(StrEnum):
    """Whether an invoice is covered, or why not."""

    COVERED = "covered"
    NO_LIMIT = "no_limit"
    NO_POLICY = "no_policy"
    TERMS_TOO_LONG = "terms_too_long"
    STOPPED = "stopped"


class Kind(StrEnum):
    """What a deadline asks for."""

    NOTIFY = "notify"
    CLAIM = "claim"
    EXTENSION = "extension"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Terms:
    """A version of a policy's terms, as far as it decides on single invoices."""

    terms_id: int
    policy_id: int
    version: int
    valid_from: date
    valid_to: date | None
    max_terms_days: int | None = None
    max_extension_days: int | None = None
    notify_days: int | None = None
    claim_days: int | None = None
    stop_days: int | None = None
    consent_beyond_days: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that speaks of one customer: its own, or its group's."""

    limit_id: int
    policy_id: int
    own: bool
    effect_on: date
    until: date | None
    limit_minor: int
    max_extension_days: int | None = None
    """Goes before the policy's, where the insurer named one for this buyer."""


@dataclass(frozen=True, slots=True)
class Told:
    """A record of the customer; ``due_item_id`` None is the whole buyer. ``kind`` is notified, claimed or consent."""

    record_id: int
    kind: str
    due_item_id: int | None
    on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """One due item of the customer. ``settled_on`` is the day on which nothing of it was left; None: it is open."""

    due_item_id: int
    issued_on: date
    shipped_on: date
    first_due_on: date
    due_on: date
    open_minor: int
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """What the insurance says of one open invoice; days that nothing asks for are None."""

    state: State
    limit_id: int | None
    policy_id: int | None
    extend_until: date | None = None
    notify_by: date | None = None
    claim_by: date | None = None
    notified: bool = False
    claimed: bool = False
    consent_until: date | None = None


def limit_on(limits: Sequence[Limit], day: date) -> Limit | None:
    """Give the limit that counts for a shipment on ``day``: own before group, then the latest effect day, then the last entered."""
    fitting = [one for one in limits if one.effect_on <= day]
    return max(fitting, key=lambda one: (one.own, one.effect_on, one.limit_id), default=None)


def terms_on(terms: Sequence[Terms], policy_id: int, day: date) -> Terms | None:
    """Give the version of a policy's terms that holds on ``day``: of several the highest."""
    fitting = [
        one
        for one in terms
        if one.policy_id == policy_id and one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
    ]
    return max(fitting, key=lambda one: one.version, default=None)


def stopped(shipped_on: date, stop_days: int | None, invoices: Sequence[Invoice]) -> bool:
    """Tell whether something was unpaid more than ``stop_days`` after its original due date on the day of shipment."""
    if stop_days is None:
        return False
    return any(
        (shipped_on - one.first_due_on).days > stop_days and (one.settled_on is None or one.settled_on > shipped_on)
        for one in invoices
    )


def judge(
    invoice: Invoice,
    invoices: Sequence[Invoice],
    limits: Sequence[Limit],
    terms: Sequence[Terms],
    told: Sequence[Told],
    as_of: date,
) -> Dates:
    """Say whether an open invoice is covered, and its days. ``invoices`` are all of the customer, this one among them."""
    day = invoice.shipped_on
    limit = limit_on(limits, day)
    held = terms_on(terms, limit.policy_id, day) if limit else None
    state = _state(invoice, invoices, limit, held)
    known = [one for one in told if one.on <= as_of and one.due_item_id in (None, invoice.due_item_id)]
    notified, claimed = (_done(known, kind, invoice) for kind in ("notified", "claimed"))
    limit_id, policy_id = (limit.limit_id, limit.policy_id) if limit else (None, None)
    if state is not State.COVERED or held is None or limit is None:
        return Dates(state, limit_id, policy_id, notified=notified, claimed=claimed)
    consents = [one for one in known if one.kind == "consent"]
    consent = max(consents, key=lambda one: one.record_id, default=None)
    return Dates(
        state,
        limit_id,
        policy_id,
        extend_until=last_day_to_extend(
            invoice.first_due_on, _with_limit(held, limit), consent.until if consent else None
        ),
        notify_by=_after(invoice.first_due_on, held.notify_days),
        claim_by=_after(invoice.first_due_on, held.claim_days),
        notified=notified,
        claimed=claimed,
        consent_until=consent.until if consent else None,
    )


def _with_limit(terms: Terms, limit: Limit) -> Terms:
    named = limit.max_extension_days
    return terms if named is None else replace(terms, max_extension_days=named)


def _state(invoice: Invoice, invoices: Sequence[Invoice], limit: Limit | None, held: Terms | None) -> State:
    day = invoice.shipped_on
    if limit is None or limit.limit_minor == 0 or (limit.until is not None and limit.until < day):
        return State.NO_LIMIT
    if held is None:
        return State.NO_POLICY
    if held.max_terms_days is not None and (invoice.first_due_on - invoice.issued_on).days > held.max_terms_days:
        return State.TERMS_TOO_LONG
    return State.STOPPED if stopped(day, held.stop_days, invoices) else State.COVERED


def _done(known: Sequence[Told], kind: str, invoice: Invoice) -> bool:
    return any(one.kind == kind and (one.due_item_id is not None or one.on >= invoice.first_due_on) for one in known)


def _after(day: date, days: int | None) -> date | None:
    return None if days is None else day + timedelta(days=days)


def last_day_to_extend(first_due_on: date, terms: Terms, consent_until: date | None) -> date | None:
    """Give the last day to which payment may be put off without asking the insurer; None where the terms set no bound."""
    named = [days for days in (terms.max_extension_days, terms.consent_beyond_days) if days is not None]
    if not named:
        return None
    last = first_due_on + timedelta(days=min(named))
    return max(last, consent_until) if consent_until else last


def stop_from(invoices: Sequence[Invoice], stop_days: int | None) -> date | None:
    """Give the first day on which a shipment has no cover: the oldest original due date of what is open, plus the days, plus 1."""
    opened = [one.first_due_on for one in invoices if one.settled_on is None]
    return None if stop_days is None or not opened else min(opened) + timedelta(days=stop_days + 1)


def act_by(deadline: date, country: str | None) -> date:
    """Give the business day by which to act: the deadline does not move, so what falls on a rest day is work for the day before."""
    return previous_business_day(deadline, country)


@dataclass(frozen=True, slots=True)
class Tranche:
    """What was shipped under one limit and is open, in the limit's currency."""

    limit_minor: int
    share_ppm: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Insured:
    """What is covered of a buyer now: the filled amount, and the insurer's part of it."""

    filled_minor: int
    insured_minor: int


def insured(tranches: Sequence[Tranche], credit_minor: int = 0) -> Insured:
    """Fill limits with what was shipped under them, the oldest first, after credits; the insurer's part is rounded down once."""
    left, filled, shares = credit_minor, 0, 0
    for one in tranches:
        taken = min(left, one.open_minor)
        left -= taken
        added = min(one.open_minor - taken, max(0, one.limit_minor - filled))
        filled += added
        shares += added * one.share_ppm
    return Insured(filled, divide(shares, PPM, Rounding.DOWN))


def task_key(policy_id: int, kind: str, customer_id: int, currency: str, earliest_on: date) -> str:
    """Name the task of a customer's deadlines of one kind: the same finding twice is one task."""
    return f"cover/{policy_id}/{kind}/{customer_id}/{currency}/{earliest_on.isoformat()}"
