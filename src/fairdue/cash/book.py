"""What the matcher is given of a company, read set-based: a handful of queries whatever the size. No writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from fairdue.cash import advising
from fairdue.cash.matching.match import ELSEWHERE_DAYS, TEACHES
from fairdue.cash.matching.records import Alias, Book, Customer, Elsewhere, Item, Line, Paid, Tolerances
from fairdue.cash.models import BankLine, Batch, Decision, LearnedAlias, LinePayment
from fairdue.cash.settings import JUDGED_DAYS
from fairdue.ledger import models as ledger
from fairdue.ledger import queries as ledger_queries
from fairdue.people.days import day_in
from fairdue.people.models import Company

TWICE_DAYS = 90
HISTORY_DAYS = 800
"""So far back payments and settled items are read: two years and some."""
BY_A_PERSON = (Decision.How.CONFIRMED, Decision.How.ASSIGNED)


def standing_decisions() -> QuerySet[Decision]:
    """Give the decisions that were not taken back."""
    return Decision.objects.filter(undoing=None)


def matched_lines(company_id: int) -> QuerySet[BankLine]:
    """Give the lines that are matched: those that count but for totals told in parts, and those parts (bank entries, 15)."""
    parts = Batch.objects.filter(statement=OuterRef("statement"), entry=OuterRef("entry"))
    return BankLine.objects.filter(
        ~Exists(Batch.objects.filter(total=OuterRef("pk"))),
        Q(occurrence__gt=0) | (Q(part__gt=0) & Exists(parts)),
        company_id=company_id,
    )


def undecided(company_id: int) -> QuerySet[BankLine]:
    """Give the lines to be matched without a standing decision, but for those whose money was applied by hand (1, 2)."""
    applied = (
        ledger.Allocation.objects.filter(payment=OuterRef("payment_id"))
        .order_by()
        .values("payment")
        .annotate(used=Sum("amount_minor"))
        .exclude(used=0)
    )
    return (
        matched_lines(company_id)
        .filter(
            ~Exists(standing_decisions().filter(line=OuterRef("pk"))),
            ~Exists(LinePayment.objects.filter(Exists(applied), line=OuterRef("pk"), decision=None)),
        )
        .exclude(amount_minor=0)
    )


_LINE = (
    "id", "on", "amount_minor", "currency", "name", "account_number", "ultimate", "text", "information", "structured", "end_to_end",
    "mandate", "instructed_minor", "instructed_currency", "reversal", "return_code", "statement__file__recorded_at",
)  # fmt: skip


def with_day(rows: QuerySet[BankLine]) -> QuerySet[Any]:
    """Give lines with the day they have (1); None where only their file tells one."""
    return rows.annotate(on=Coalesce("booked_on", "valued_on", "statement__last_on"))


def lines(company_id: int) -> list[Line]:
    """Give the lines to be proposed, in the order of day and number. Two queries."""
    rows = with_day(undecided(company_id)).values_list(*_LINE)
    zone = zone_of_company(company_id)
    found = [_line(row, zone) for row in rows.iterator(chunk_size=10_000)]
    return sorted(found, key=lambda line: (line.on, line.id))


def zone_of_company(company_id: int) -> str:
    """Give the time zone at the company's place. One query."""
    return Company.objects.values_list("time_zone", flat=True).get(pk=company_id)


def _line(row: tuple[Any, ...], zone: str) -> Line:
    on, text, told = row[1], row[7], row[9]
    return Line(
        row[0], on or day_in(zone, row[16]), row[2], row[3], row[4], row[5], row[6], text or row[8],
        tuple(told.split("\n")) if told else (), row[10], row[11], row[12], row[13], row[14], row[15],
    )  # fmt: skip


def load(company_id: int, today: date, tolerances: Tolerances | None = None, *, first_on: date | None = None) -> Book:
    """Give everything known of a company as of a day (1). Nine queries.

    ``first_on`` is the earliest day of the lines: payments of other sources are given from a little before it (23).
    """
    since = today - timedelta(days=HISTORY_DAYS)
    country = Company.objects.values_list("country", flat=True).get(pk=company_id)
    return Book(
        customers=_customers(company_id),
        items=_items(company_id, today),
        paid=[*_paid(company_id, since), *_paid_elsewhere(company_id, since)],
        aliases=[Alias(*row) for row in aliases(company_id).values_list("name", "account_number", "customer_id")],
        advices=advising.given(company_id, today),
        country=country,
        tolerances=tolerances or Tolerances(),
        elsewhere=elsewhere(company_id, (first_on or today) - timedelta(days=ELSEWHERE_DAYS)),
    )


def items_and_customers(company_id: int, today: date) -> Book:
    """Give what advices are read against: items as of a day, and customers by group, without their names. Two queries."""
    nameless = [one._replace(names=()) for one in _customers(company_id)]
    return Book(customers=nameless, items=_items(company_id, today))


def _items(company_id: int, today: date) -> list[Item]:
    since = today - timedelta(days=HISTORY_DAYS)
    return [
        Item(
            row.due_item_id, row.customer_id, row.document_number, row.currency, row.amount_minor, row.open_minor,
            row.issued_on, row.due_on, row.payment_reference, row.discount_minor, row.discount_until,
        )
        for row in ledger_queries.payable_items(company_id, today, closed_since=since)
    ]  # fmt: skip


def aliases(company_id: int) -> QuerySet[LearnedAlias]:
    """Give what was learned and stands, the oldest first."""
    return LearnedAlias.objects.filter(company_id=company_id, undone_at=None).order_by("id")


def _customers(company_id: int) -> list[Customer]:
    rows = ledger.Customer.objects.filter(company_id=company_id).order_by("id")
    return [
        Customer(pk, tuple(dict.fromkeys(filter(None, (legal, name)))), country, str(group or ""), number)
        for pk, name, legal, country, group, number in rows.values_list(
            "id", "name", "legal_name", "country", "group_id", "number"
        )
    ]


_PAID = """
SELECT a.effective_on, l.name, l.account_number, a.customer_id, a.due_item_id, a.amount_minor, a.currency, l.end_to_end, d.how,
  d.evidence_class
FROM cash_posting g JOIN cash_decision d ON d.id = g.decision_id JOIN cash_line l ON l.id = d.line_id
  JOIN ledger_allocation a ON a.id = g.allocation_id
WHERE g.company_id = %(company)s AND a.kind = 'payment' AND a.reverses_id IS NULL AND a.effective_on >= %(since)s
  AND a.due_item_id IS NOT NULL AND l.amount_minor > 0
  AND NOT EXISTS (SELECT 1 FROM ledger_allocation r WHERE r.reverses_id = a.id)
UNION ALL
SELECT p.effective_on, l.name, l.account_number, p.customer_id, NULL, p.amount_minor, p.currency, l.end_to_end, d.how, d.evidence_class
FROM cash_line_payment o JOIN cash_line l ON l.id = o.line_id JOIN ledger_payment p ON p.id = o.payment_id
  JOIN cash_decision d ON d.line_id = l.id
WHERE o.company_id = %(company)s AND o.decision_id IS NULL AND p.customer_id IS NOT NULL AND p.effective_on >= %(since)s
  AND NOT EXISTS (SELECT 1 FROM cash_undoing u WHERE u.decision_id = d.id)
  AND NOT EXISTS (SELECT 1 FROM ledger_allocation a WHERE a.payment_id = p.id)
"""


def _paid(company_id: int, since: date) -> Iterator[Paid]:
    """Give who paid for whom by the decisions that stand; an account is told where a person or the strongest evidence bears it."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {"company": company_id, "since": _bound(since)})
        for on, name, account, customer, item, amount, currency, mark, how, evidence in cursor.fetchall():
            known = account if how in BY_A_PERSON or evidence in TEACHES else ""
            yield Paid(_date(on), name, known, customer, item, int(amount), currency, mark)


_ELSEWHERE = """
SELECT a.effective_on, p.payer, a.customer_id, a.due_item_id, a.amount_minor, a.currency
FROM ledger_payment p JOIN ledger_allocation a ON a.payment_id = p.id
WHERE p.company_id = %(company)s AND p.payer <> '' AND p.customer_id IS NOT NULL AND a.kind = 'payment' AND a.reverses_id IS NULL
  AND a.due_item_id IS NOT NULL AND a.effective_on >= %(since)s
  AND NOT EXISTS (SELECT 1 FROM ledger_allocation r WHERE r.reverses_id = a.id)
  AND NOT EXISTS (SELECT 1 FROM cash_line_payment o WHERE o.payment_id = p.id)
"""


def _paid_elsewhere(company_id: int, since: date) -> Iterator[Paid]:
    """Give who paid for whom by payments that came another way than from bank files."""
    with connection.cursor() as cursor:
        cursor.execute(_ELSEWHERE, {"company": company_id, "since": _bound(since)})
        for on, payer, customer, item, amount, currency in cursor.fetchall():
            yield Paid(_date(on), payer, "", customer, item, int(amount), currency)


def elsewhere(company_id: int, since: date) -> list[Elsewhere]:
    """Give the payments of customers since a day that no bank line stands for (23). One query."""
    rows = ledger.Payment.objects.filter(
        ~Exists(LinePayment.objects.filter(payment=OuterRef("pk"))), company_id=company_id, effective_on__gte=since,
        customer__isnull=False,
    ).order_by("pk")  # fmt: skip
    columns = rows.values_list("pk", "effective_on", "customer_id", "amount_minor", "currency")
    return [Elsewhere(pk, on, customer or 0, amount, currency) for pk, on, customer, amount, currency in columns]


def booked_twice(company_id: int, today: date) -> list[tuple[int, int]]:
    """Give posted lines of the last ``TWICE_DAYS`` with the payment of another source that tells of the same money (24). Two queries."""
    since = today - timedelta(days=TWICE_DAYS)
    others: defaultdict[tuple[int, str, int], list[Elsewhere]] = defaultdict(list)
    for one in elsewhere(company_id, since - timedelta(days=ELSEWHERE_DAYS)):
        others[one.customer, one.currency, one.amount_minor].append(one)
    if not others:
        return []
    rows = LinePayment.objects.filter(
        Exists(standing_decisions().filter(line=OuterRef("line"))), company_id=company_id, decision=None,
        payment__customer__isnull=False, payment__effective_on__gte=since,
    ).order_by("line")  # fmt: skip
    found = []
    for line, on, customer, currency, amount in rows.values_list(
        "line", "payment__effective_on", "payment__customer", "payment__currency", "payment__amount_minor"
    ):
        waiting = others.get((customer or 0, currency, amount), [])
        twin = next((one for one in waiting if abs((one.on - on).days) <= ELSEWHERE_DAYS), None)
        if twin is not None:
            waiting.remove(twin)
            found.append((line, twin.payment))
    return found


def _bound(on: date) -> Any:
    return on if connection.vendor == "postgresql" else on.isoformat()


def _date(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def record_by_class(company_id: int, at: datetime, judged_days: int = JUDGED_DAYS) -> dict[str, tuple[int, int]]:
    """Give the company's judged lines and errors by class of evidence (21). One query."""
    stood = Q(how=Decision.How.AUTOMATIC, undoing=None, recorded_at__gt=at - timedelta(days=judged_days))
    taken_back = Q(undoing__wrong=False)
    rows = (
        Decision.objects.filter(company_id=company_id)
        .exclude(Q(evidence_class="") | stood | taken_back)
        .values_list("evidence_class", "how", "agreed", "undoing__wrong")
        .annotate(count=Count("id"))
        .order_by()
    )
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for evidence, how, agreed, wrong, count in rows:
        found[evidence][0] += count
        if wrong or (how != Decision.How.AUTOMATIC and not agreed):
            found[evidence][1] += count
    return {evidence: (judged, errors) for evidence, (judged, errors) in found.items()}
