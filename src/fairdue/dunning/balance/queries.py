"""Reads of balance confirmations: where each stands, what an answer acknowledged, and limitation with it. No writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.dunning.account import StepState
from fairdue.dunning.balance import rules
from fairdue.dunning.balance.models import (
    BalanceAnswer,
    BalanceClosing,
    BalanceConfirmation,
    BalanceDifference,
    BalanceLine,
)
from fairdue.dunning.balance.reasons import BalanceReason
from fairdue.dunning.law import law_of
from fairdue.kernel.reasons import Reason, because
from fairdue.law.limitation import Event, EventKind, Limitation, limitation
from fairdue.law.limitation import rules as limitation_rules
from fairdue.ledger.models import Customer
from fairdue.ledger.queries import OpenItem, customers_open, open_items, unapplied_payments
from fairdue.people.days import day_in
from fairdue.people.models import Company

GONE = (MessageState.BLOCKED, MessageState.CANCELLED, MessageState.BOUNCED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a confirmation stands, and how many of its differences are not settled."""

    confirmation: BalanceConfirmation
    state: rules.State
    open_differences: int
    differences: int


def standings(rows: Sequence[BalanceConfirmation], today: date) -> list[Standing]:
    """Give where confirmations stand, in their order; days are those of the company's place. Four queries, however many there are."""
    pks, keys = [row.pk for row in rows], {row.message_key for row in rows}
    keys |= {rules.reminder_key(key) for key in keys}
    companies = {row.company_id for row in rows}
    messages: dict[str, rules.Asked] = {}
    told = OutboxMessage.objects.filter(company_id__in=companies, step_key__in=keys)
    for key, state, handed_at, zone in told.values_list("step_key", "state", "handed_over_at", "company__time_zone"):
        messages[key] = _asked(state, handed_at, zone)
    answers: dict[int, list[str]] = defaultdict(list)
    for pk, kind in (
        BalanceAnswer.objects.filter(confirmation_id__in=pks).order_by("id").values_list("confirmation_id", "kind")
    ):
        answers[pk].append(kind)
    closed = set(BalanceClosing.objects.filter(confirmation_id__in=pks).values_list("confirmation_id", flat=True))
    counts: dict[int, list[bool]] = defaultdict(list)
    settled = _settled(pks)
    for pk, difference in BalanceDifference.objects.filter(answer__confirmation_id__in=pks).values_list(
        "answer__confirmation_id", "id"
    ):
        counts[pk].append(difference in settled)
    return [
        Standing(
            row,
            rules.state(_reminded(messages, row.message_key), answers[row.pk], row.pk in closed, today),
            counts[row.pk].count(False),
            len(counts[row.pk]),
        )
        for row in rows
    ]


def _settled(pks: Sequence[int]) -> set[int]:
    rows = BalanceDifference.objects.filter(answer__confirmation_id__in=pks)
    done = Q(decisions__outcome__in=list(rules.SETTLES)) | Q(pk__in=replaced())
    return set(rows.filter(done).values_list("id", flat=True))


def replaced() -> QuerySet[BalanceDifference, int]:
    """Give the ids of the differences that nobody had decided on when a newer answer came (13), as a subquery."""
    newer = BalanceAnswer.objects.filter(confirmation=OuterRef("answer__confirmation"), pk__gt=OuterRef("answer_id"))
    return BalanceDifference.objects.filter(Exists(newer), decisions__isnull=True).values_list("pk", flat=True)


def _reminded(messages: dict[str, rules.Asked], key: str) -> rules.Asked:
    reminder = messages.get(rules.reminder_key(key))
    return replace(messages.get(key, _asked("", None, "UTC")), reminded_on=reminder.handed_on if reminder else None)


def _asked(state: str, handed_at: datetime | None, zone: str) -> rules.Asked:
    if state == MessageState.HANDED_OVER and handed_at is not None:
        return rules.Asked(StepState.DONE, day_in(zone, handed_at))
    return rules.Asked(StepState.FAILED if state in GONE else StepState.WAITING)


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """The questions to a customer for a day: the rows of the newest attempt, how many attempts, and whether it asked something."""

    rows: tuple[BalanceConfirmation, ...]
    attempts: int
    stands: bool


def asked_before(company_id: int, customer_ids: Sequence[int], as_of: date) -> dict[int, AskedBefore]:
    """Give what customers were asked for a day (3). Two queries.

    An attempt whose message came back has asked nothing, unless it was answered or closed.
    """
    found = BalanceConfirmation.objects.filter(company_id=company_id, as_of=as_of, customer_id__in=customer_ids)
    answered = Exists(BalanceAnswer.objects.filter(confirmation=OuterRef("pk")))
    closed = Exists(BalanceClosing.objects.filter(confirmation=OuterRef("pk")))
    attempts: dict[int, dict[str, list[BalanceConfirmation]]] = defaultdict(dict)
    heard = set()
    for row in found.annotate(heard=answered | closed).order_by("id"):
        attempts[row.customer_id].setdefault(row.message_key, []).append(row)
        heard |= {row.message_key} if row.heard else set()
    keys = {key for by_key in attempts.values() for key in by_key}
    back = OutboxMessage.objects.filter(company_id=company_id, step_key__in=keys, state__in=GONE)
    gone = set(back.values_list("step_key", flat=True))
    return {
        customer_id: AskedBefore(
            tuple(list(by_key.values())[-1]), len(by_key), any(key in heard or key not in gone for key in by_key)
        )
        for customer_id, by_key in attempts.items()
    }


def unanswered(company_id: int, customer_ids: Sequence[int] | None = None) -> dict[BalanceConfirmation, date]:
    """Give the questions that were handed over, with the day, and to which nobody has said anything (24). One query.

    A message of which any part was answered or closed is left out, and so is one that has a reminder, or that a question for a
    later day has overtaken.
    """
    mine = BalanceConfirmation.objects.filter(company_id=company_id, message_key=OuterRef("message_key"))
    heard = mine.filter(Q(answers__isnull=False) | Q(closing__isnull=False))
    newer = BalanceConfirmation.objects.filter(
        company_id=company_id, customer_id=OuterRef("customer_id"), as_of__gt=OuterRef("as_of")
    )
    sent = OutboxMessage.objects.filter(company_id=company_id)
    reminder = sent.filter(step_key=Concat(OuterRef("message_key"), Value(f"/{rules.REMINDER}")))
    left = sent.filter(step_key=OuterRef("message_key"), state=MessageState.HANDED_OVER)
    rows = BalanceConfirmation.objects.filter(company_id=company_id).annotate(
        handed=Subquery(left.values("handed_over_at")[:1])
    )
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=customer_ids)
    rows = rows.filter(~Exists(heard), ~Exists(newer), ~Exists(reminder), handed__isnull=False).select_related(
        "company"
    )
    return {row: day_in(row.company.time_zone, row.handed) for row in rows.order_by("id")}


def to_answer(company_id: int, customer_id: int) -> list[BalanceConfirmation]:
    """Give the confirmations that a customer may still answer on its page: of each currency the newest, while not closed. One query."""
    rows = BalanceConfirmation.objects.filter(company_id=company_id, customer_id=customer_id, closing__isnull=True)
    found: dict[str, BalanceConfirmation] = {}
    for row in rows.prefetch_related("lines", "answers").order_by("-as_of", "-id"):
        found.setdefault(row.currency, row)
    return [found[currency] for currency in sorted(found)]


def balances(company_id: int, as_of: date, customer_ids: Sequence[int] | None = None) -> dict[tuple[int, str], int]:
    """Give what customers have open on a day by currency, credits and unapplied money taken off. Three queries."""
    found: dict[tuple[int, str], int] = defaultdict(int)
    for item in open_items(company_id, as_of, customer_ids=customer_ids):
        found[item.customer_id, item.currency] += item.open_minor
    for money in unapplied_payments(company_id, as_of, customer_ids=customer_ids):
        if money.customer_id and (customer_ids is None or money.customer_id in customer_ids):
            found[money.customer_id, money.currency] -= money.rest_minor
    return found


def customers_with_balance(company_id: int, as_of: date) -> list[int]:
    """Give the customers with anything open on a day, credits and unapplied money too. Two queries."""
    found = customers_open(company_id, as_of)
    found |= {one.customer_id for one in unapplied_payments(company_id, as_of) if one.customer_id and one.rest_minor}
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An invoice that an answer acknowledged (15), by whom, on which day, in which confirmation."""

    due_item_id: int
    on: date
    confirmation_id: int
    number: str
    as_of: date
    name: str
    role: str
    way: str

    @property
    def reason(self) -> Reason:
        """Give it as a reason."""
        return because(
            BalanceReason.ACKNOWLEDGED, on=self.on.isoformat(), number=self.number, as_of=self.as_of.isoformat(),
            name=self.name, role=self.role,
        )  # fmt: skip


def acknowledgements(company_id: int, due_item_ids: Iterable[int]) -> dict[int, list[Acknowledged]]:
    """Give what answers acknowledged of due items, oldest first (15): confirmed lines with a positive balance. Two queries."""
    lines = BalanceLine.objects.filter(company_id=company_id, due_item_id__in=list(due_item_ids), open_minor__gt=0)
    by_confirmation: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pk, item_id, confirmation_id in lines.values_list("pk", "due_item_id", "confirmation_id"):
        by_confirmation[confirmation_id].append((pk, item_id))
    found: dict[int, list[Acknowledged]] = defaultdict(list)
    answers = BalanceAnswer.objects.filter(company_id=company_id, confirmation_id__in=by_confirmation)
    answers = answers.select_related("confirmation").prefetch_related("differences").order_by("signed_on", "id")
    for answer in answers:
        named = {one.line_id for one in answer.differences.all()}
        row = answer.confirmation
        for pk, item_id in by_confirmation[row.pk]:
            if pk not in named:
                found[item_id].append(
                    Acknowledged(
                        item_id, answer.signed_on, row.pk, row.number, row.as_of, answer.signed_name, answer.signed_role,
                        answer.way,
                    )
                )  # fmt: skip
    return dict(found)


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when an item can be enforced, without and with its acknowledgements; ``source`` and ``confidence`` of the law's row."""

    item: OpenItem
    law: str
    before: Limitation
    after: Limitation
    acknowledged: tuple[Acknowledged, ...]
    source: str
    note: str

    @property
    def renewed(self) -> bool:
        """Tell whether an acknowledgement moved the date."""
        return self.after.last_on != self.before.last_on

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Give why: the rule, what each acknowledgement did to it, who signed it, and what a person has to judge."""
        judged = (because(BalanceReason.AUTHORITY),) if self.acknowledged else ()
        return (*self.after.reasons, *(one.reason for one in self.acknowledged), *judged)


def limits_of(company: Company, customer: Customer, today: date) -> list[Limit]:
    """Give the limitation of each open invoice of a customer under the law that governs, earliest first (15 to 17). Five queries."""
    law = law_of(company, customer, today).law
    items = [item for item in open_items(company.pk, today, customer_ids=[customer.pk]) if item.open_minor > 0]
    said = acknowledgements(company.pk, [item.due_item_id for item in items])
    rule = limitation_rules().get(law) or limitation_rules().get(law.split("-")[0])
    found = []
    for item in items:
        mine = tuple(said.get(item.due_item_id, ()))
        events = tuple(Event(EventKind.ACKNOWLEDGEMENT, one.on) for one in mine if one.on <= today)
        before, after = limitation(law, item.due_on), limitation(law, item.due_on, events)
        found.append(Limit(item, law, before, after, mine, rule.source if rule else "", rule.note if rule else ""))
    return sorted(found, key=lambda one: (one.after.last_on or date.max, one.item.due_on, one.item.due_item_id))


def listed(company_id: int, *, customer_id: int | None = None) -> list[BalanceConfirmation]:
    """Give a company's confirmations, the newest day first; the customer comes with each."""
    rows = BalanceConfirmation.objects.filter(company_id=company_id)
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    return list(rows.select_related("customer").order_by("-as_of", "-id"))
