"""Reads on persons: the facts an erasure is judged on, what was erased, what reached the end of its retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Q, QuerySet

from fairdue.contact.models import InboundMail, MessageState, OutboxMessage, StoredBlob
from fairdue.law.retention import BOOK, LETTER, duty
from fairdue.ledger.models import (
    AcceptedTerms,
    AuditEntry,
    Contact,
    Customer,
    Document,
    DueItem,
    Erasure,
    ErasureState,
    Hold,
    HoldReason,
    Payment,
    SealedFile,
)
from fairdue.ledger.queries import open_items, unapplied_payments
from fairdue.people.models import Company, Membership, User
from fairdue.personal import files
from fairdue.personal.claims import IMPORT, claimed
from fairdue.personal.noted import behind
from fairdue.personal.people import Person
from fairdue.personal.rows import models
from fairdue.personal.rules import IMPORT_DAYS, RELATION_MONTHS, Facts

UNSETTLED = (MessageState.CLAIMED, MessageState.UNCERTAIN)


def facts_of(company_id: int, person: Person, today: date) -> Facts:
    """Give what decides on a person's erasure today."""
    country = Company.objects.values_list("country", flat=True).get(pk=company_id)
    letter, book = duty(country, LETTER), duty(country, BOOK)
    waiting = files.waiting(company_id, person)
    if person.kind == "user":
        last = AuditEntry.objects.filter(company_id=company_id).filter(
            Q(actor=person.subject) | Q(actor__endswith=f" (user {person.pk})")
        )
        at = last.aggregate(last=Max("at"))["last"]
        active = bool(User.objects.filter(pk=person.pk, is_active=True).exists())
        return Facts(
            "user", person.label, letter, book, last_letter_on=at.date() if at else None,
            last_book_on=at.date() if at else None, may_sign_in=active,
            waiting_imports=waiting,
        )  # fmt: skip
    customer = Customer.objects.get(pk=person.customer_id or 0)
    sent = OutboxMessage.objects.filter(company_id=company_id, customer=customer)
    mine = sent if person.kind == "customer" else sent.filter(contact_id=person.pk)
    return Facts(
        person.kind,
        person.label,
        letter,
        book,
        last_letter_on=_last_letter(company_id, person, mine),
        last_book_on=last_book(customer),
        legal_hold=_legal_hold(company_id, customer, today),
        open_items=_open(company_id, customer, today) if person.kind == "customer" else 0,
        being_sent=mine.filter(state__in=UNSETTLED).count(),
        natural_person=customer.natural_person,
        waiting_imports=waiting,
    )


def _open(company_id: int, customer: Customer, today: date) -> int:
    """Count what is not settled: open items and credits, and money not applied."""
    opened = len(open_items(company_id, today, customer_ids=[customer.pk]))
    return opened + len(unapplied_payments(company_id, today, customer_ids=[customer.pk], suspects=True))


def _last_letter(company_id: int, person: Person, mine: QuerySet[OutboxMessage]) -> date | None:
    left = mine.exclude(state__in=(MessageState.CANCELLED, MessageState.BLOCKED)).aggregate(last=Max("created_at"))[
        "last"
    ]
    days = [left.date()] if left else []
    heard = InboundMail.objects.filter(company_id=company_id, customer_id=person.customer_id or 0)
    if person.kind == "contact":
        heard = heard.filter(contact_id=person.pk)
    days += [at.date() for at in [heard.aggregate(last=Max("received_at"))["last"]] if at]
    if person.kind == "customer":
        accepted = AcceptedTerms.objects.filter(company_id=company_id, customer_id=person.customer_id or 0)
        days += [on for on in [accepted.aggregate(last=Max("accepted_on"))["last"]] if on]
    return max(days, default=None)


def last_book(customer: Customer) -> date | None:
    """Give the day of the customer's last document or payment: from it the duty to keep accounting records runs."""
    issued = Document.objects.filter(customer=customer).aggregate(last=Max("issued_on"))["last"]
    paid = Payment.objects.filter(customer=customer).aggregate(last=Max("effective_on"))["last"]
    return max((on for on in (issued, paid) if on), default=None)


def _legal_hold(company_id: int, customer: Customer, today: date) -> bool:
    holds = Hold.objects.filter(company_id=company_id, customer=customer, reason=HoldReason.LEGAL)
    holds = holds.filter(Q(released_on__isnull=True) | Q(released_on__gt=today))
    return holds.filter(Q(until__isnull=True) | Q(until__gte=today)).exists()


def erased(company_id: int) -> QuerySet[Erasure]:
    """Give the erasures of a company, newest first."""
    return Erasure.objects.filter(company_id=company_id).order_by("-opened_at", "-id")


@dataclass(frozen=True, slots=True)
class Due:
    """What reached the end of its retention: erasures to be completed, contacts without business, old imported files."""

    unfinished: tuple[Erasure, ...]
    contacts: tuple[tuple[int, str, date], ...]
    """(contact, customer's number, last business)."""
    contact_count: int
    imports: int
    behind: int = 0
    """Erasures that a restored database knows nothing of."""

    @property
    def count(self) -> int:
        """Give how many there are."""
        return len(self.unfinished) + self.contact_count + self.imports + self.behind


def due(company_id: int, today: date, *, limit: int = 200) -> Due:
    """Say what reached the end of its retention by ``today``; set-based, whatever the number of customers."""
    open_erasures = Erasure.objects.filter(company_id=company_id).filter(
        Q(state=ErasureState.ERASING) | Q(state=ErasureState.PARTLY, next_on__lte=today) | Q(doomed__isnull=False)
    )
    before = _months_before(today, RELATION_MONTHS)
    lately = DueItem.objects.filter(company_id=company_id, effective_on__gte=before).values("customer_id")
    paying = Payment.objects.filter(company_id=company_id, effective_on__gte=before, customer__isnull=False).values(
        "customer_id"
    )
    written = OutboxMessage.objects.filter(company_id=company_id, created_at__date__gte=before).values("customer_id")
    asleep = (
        Contact.objects.filter(company_id=company_id, customer__created_at__date__lt=before)
        .exclude(customer_id__in=lately)
        .exclude(customer_id__in=paying)
        .exclude(customer_id__in=written)
        .exclude(name__startswith="[erased")
    )
    listed = asleep.annotate(last=Max("customer__due_items__effective_on")).order_by("id")[:limit]
    contacts = tuple(
        (pk, number, last or made.date())
        for pk, number, last, made in listed.values_list("pk", "customer__number", "last", "customer__created_at")
    )
    return Due(
        tuple(open_erasures.order_by("id")), contacts, asleep.count(), len(old_imports(company_id, today)),
        len(behind(company_id)),
    )  # fmt: skip


def old_imports(company_id: int, today: date) -> list[str]:
    """Give the imported files (SHA-256) whose clock has run out and that nobody has to decide on; removed ones are left out.

    An import is what an import's row names. A file that also came by mail, was uploaded, sent or kept with a document is evidence.
    """
    brought = models()[IMPORT]._default_manager.filter(company_id=company_id)
    rows = StoredBlob.objects.filter(
        company_id=company_id, sha256__in=brought.values("file_sha256"),
        created_at__date__lt=today - timedelta(days=IMPORT_DAYS),
    )  # fmt: skip
    gone = SealedFile.objects.filter(company_id=company_id, wrapped="").values("sha256")
    rows = rows.exclude(sha256__in=brought.filter(state="waiting").values("file_sha256")).exclude(sha256__in=gone)
    found = list(rows.order_by("id").values_list("sha256", flat=True))
    others = claimed(company_id, found, without={IMPORT})
    return [sha256 for sha256 in found if sha256 not in others]


def _months_before(day: date, months: int) -> date:
    years, rest = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, rest + 1, min(day.day, 28))


def counts(company_id: int) -> dict[str, int]:
    """Give how many persons of each kind the company knows."""
    customers = Customer.objects.filter(company_id=company_id).exclude(natural_person="no")
    return {
        "customer": customers.count(),
        "contact": Contact.objects.filter(company_id=company_id).count(),
        "user": Membership.objects.filter(company_id=company_id).aggregate(n=Count("user", distinct=True))["n"],
    }
