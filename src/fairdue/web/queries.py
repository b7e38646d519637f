"""Reads that only the pages need: lists by page, counts by state. Each says how many queries it makes. No writes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, Value

from fairdue.contact.models import InboundMail, MailState, MessageState, OutboxMessage, Task
from fairdue.cycle.models import Run, WorklistRow
from fairdue.dunning.models import PENDING_STATES, Proposal, ProposalState
from fairdue.ledger.models import Contact, Customer
from fairdue.ledger.queries import OpenItem, open_items
from fairdue.wording.summary import bucket_of

PAGE_ROWS = 50
LISTED = (
    "name", "number", "city", "country", "key_account", "account_owner__username", "account_owner__first_name",
    "account_owner__last_name",
)  # fmt: skip
"""What a line of the customer list shows."""


def latest_run(company_id: int) -> Run | None:
    """Give the last finished run of a company, by its day. One query."""
    return Run.objects.filter(company_id=company_id, state=Run.State.DONE).order_by("-as_of", "-id").first()


def worklist_of(run: Run) -> QuerySet[WorklistRow]:
    """Give the ranked actions of a run with their customers and owners, to be filtered and cut."""
    return WorklistRow.objects.filter(run=run).select_related("customer", "owner").order_by("rank")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person now. ``replies`` are unread mails, those not assigned to a customer among them."""

    proposals: int
    blocked: int
    uncertain: int
    bounced: int
    replies: int
    answers: int
    tasks_due: int


def waiting(company_id: int, today: date) -> Waiting:
    """Count what waits for a person. One query: what is counted lies in four tables, each by its own index."""
    tasks = Task.objects.filter(company_id=company_id, done_at__isnull=True)
    counted = (
        _counted("proposal", "state", Proposal.objects.filter(company_id=company_id, state__in=PENDING_STATES)),
        _counted("message", "state", OutboxMessage.objects.filter(company_id=company_id, state__in=ASKING)),
        _counted("mail", "state", InboundMail.objects.filter(company_id=company_id, state__in=UNREAD)),
        _counted("task", "kind", tasks.filter(due_on__lte=today)),
        _counted("answer", "kind", tasks.filter(subject__startswith="answer:")),
    )
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for what, word, n in counted[0].union(*counted[1:], all=True):
        found[what][word] += n
    proposals = found["proposal"]
    return Waiting(
        sum(n for state, n in proposals.items() if state != ProposalState.BLOCKED), proposals[ProposalState.BLOCKED],
        found["message"][MessageState.UNCERTAIN], found["message"][MessageState.BOUNCED], sum(found["mail"].values()),
        sum(found["answer"].values()), sum(found["task"].values()),
    )  # fmt: skip


ASKING = (MessageState.UNCERTAIN, MessageState.BOUNCED)
UNREAD = (MailState.WAITING, MailState.UNMATCHED)


def _counted(what: str, column: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Count rows by the words of a column, each line marked with what it counts."""
    marked = rows.order_by().values(what=Value(what, CharField()), word=F(column))
    found: QuerySet[Any, Any] = marked.annotate(n=Count("id")).values_list("what", "word", "n")
    return found


def message_counts(company_id: int) -> dict[str, int]:
    """Count the messages of a company by state. One query."""
    rows = OutboxMessage.objects.filter(company_id=company_id).values("state").annotate(n=Count("id")).order_by("state")
    return {row["state"]: row["n"] for row in rows}


def search_customers(company_id: int, text: str, country: str = "") -> QuerySet[Customer]:
    """Find customers by a part of number, name, city, VAT number, or a contact's e-mail; by name."""
    rows = (
        Customer.objects.filter(company_id=company_id)
        .select_related("account_owner")
        .only(*LISTED)
        .order_by("name", "id")
    )
    if country:
        rows = rows.filter(country=country)
    if text:
        by_contact = Contact.objects.filter(company_id=company_id, email__icontains=text).values("customer_id")
        match = Q(name__icontains=text) | Q(legal_name__icontains=text) | Q(number__icontains=text)
        match |= Q(city__icontains=text) | Q(vat_no__iexact=text.replace(" ", ""))
        rows = rows.filter(match | Q(pk__in=by_contact) if "@" in text else match)
    return rows


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer owes in one currency on a day."""

    currency: str
    open_minor: int
    overdue_minor: int
    held_minor: int
    items: int
    days_overdue_max: int
    buckets: tuple[int, ...]


def balances(items: list[OpenItem], as_of: date) -> list[Balance]:
    """Add up open items by currency: overdue is what is positive and past its due date. No query."""
    by_currency: dict[str, list[OpenItem]] = {}
    for item in items:
        by_currency.setdefault(item.currency, []).append(item)
    return [_balance(currency, by_currency[currency], as_of) for currency in sorted(by_currency)]


def _balance(currency: str, items: list[OpenItem], as_of: date) -> Balance:
    buckets = [0] * 6
    overdue = 0
    for item in items:
        days = item.days_overdue(as_of)
        buckets[bucket_of(days)] += item.open_minor
        overdue += item.open_minor if days > 0 and item.open_minor > 0 else 0
    late = [item.days_overdue(as_of) for item in items if item.open_minor > 0]
    return Balance(
        currency, sum(item.open_minor for item in items), overdue, sum(item.held_minor for item in items), len(items),
        max([0, *late]), tuple(buckets),
    )  # fmt: skip


def balances_of(company_id: int, customer_ids: list[int], as_of: date) -> dict[int, list[Balance]]:
    """Give the balances of some customers. Two queries."""
    if not customer_ids:
        return {}
    found: dict[int, list[OpenItem]] = {}
    for item in open_items(company_id, as_of, customer_ids=customer_ids):
        found.setdefault(item.customer_id, []).append(item)
    return {customer_id: balances(items, as_of) for customer_id, items in found.items()}
