"""Bulk reads of the room; no writes. The gate's facts for one customer or for all, and what pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from fairdue.contact.facts import (
    ClaimItem,
    CompanyFacts,
    ContactFacts,
    GateFacts,
    ItemState,
    PastContact,
    Place,
    Step,
)
from fairdue.contact.models import (
    EventKind,
    MessageState,
    OutboxMessage,
    PortalLink,
    Task,
    ThirdPartyClearance,
    TimelineEvent,
)
from fairdue.contact.places import known_zone, place
from fairdue.contact.rules import WRITTEN_IN_ANSWER
from fairdue.ledger.file_queries import withdrawn_of
from fairdue.ledger.models import Contact, Customer, Fact
from fairdue.ledger.queries import holds_on, open_items, unapplied_payments
from fairdue.people.models import Company

HISTORY_DAYS = 60
"""Contacts older than this count for nothing: longer than any budget or gap a policy may set."""
UNMATCHED_THROUGH_DAYS = 14
"""Money with a value date a few days ahead is known already and counts as in transit."""
EVENTS_PER_PAGE = 50
IDS_PER_QUERY = 400
"""Above this many customers the whole company is read and the rest left out: one scan beats a long list of ids."""
_PastRow = tuple[datetime, str, str, str]
"""Moment, channel, key, kind."""
LEFT = (MessageState.HANDED_OVER, MessageState.UNCERTAIN, MessageState.CLAIMED)


def gate_facts(
    company_id: int,
    customer_ids: Collection[int] | None,
    at: datetime,
    *,
    with_items: bool = False,
    company: Company | None = None,
    shared: CompanyFacts | None = None,
) -> dict[int, GateFacts]:
    """Give the gate's facts of customers (None: all of the company) at a moment, in ten set-based queries.

    ``with_items`` adds the live open and held amounts (two queries more), which the sending stage needs. Days are those
    of the company's place for the ledger, of the customer's place for the budget. Who asks for one customer after the
    other may pass ``company`` and ``shared`` (``company_facts``) and save three queries each time.
    """
    company = company or Company.objects.get(pk=company_id)
    today = company_day(company, at)
    few = sorted(customer_ids) if customer_ids is not None and len(customer_ids) <= IDS_PER_QUERY else None
    wanted = None if customer_ids is None else set(customer_ids)
    places: dict[int, Place] = {}
    shared = shared or company_facts(company, at)
    parts = _Parts(company, few, at, today)
    found: dict[int, GateFacts] = {}
    for row in _customers(company_id, few):
        if wanted is not None and row[0] not in wanted:
            continue
        where = places[row[0]] = place(row[1], row[3], company.time_zone)
        found[row[0]] = GateFacts(
            customer_id=row[0],
            at=at,
            company=shared,
            place=where,
            natural_person=row[6],
            language=row[2],
            address_complete=bool(row[4] and row[5] and row[1]),
            contacts=tuple(_contact(one, row, where, company.time_zone) for one in parts.contacts.get(row[0], ())),
            history=tuple(_past(one, where) for one in parts.history.get(row[0], ())),
            unmatched_minor=parts.unmatched.get(row[0], {}),
            customer_holds=parts.holds.get(("customer", row[0]), ()),
            items=parts.items().get(row[0], {}) if with_items else None,
            withdrawn=parts.withdrawn.get(row[0], frozenset()),
        )
    return found


def _customers(company_id: int, few: Sequence[int] | None) -> Iterable[tuple[Any, ...]]:
    return _only(Customer.objects.filter(company_id=company_id), "pk", few).values_list(
        "id", "country", "language", "time_zone", "street", "city", "natural_person"
    )


def _only(rows: QuerySet[Any], column: str, few: Sequence[int] | None) -> QuerySet[Any]:
    return rows if few is None else rows.filter(**{f"{column}__in": few})


class _Parts:
    """The rows that facts are put together from, by customer."""

    def __init__(self, company: Company, few: Sequence[int] | None, at: datetime, today: date) -> None:
        self._company, self._few, self._today = company, few, today
        self.contacts = _contacts(company.pk, few)
        self.history = _history(company.pk, few, at)
        self.unmatched = _unmatched(company.pk, few, today)
        self.holds = holds_on(company.pk, today, customer_ids=few).whole
        self.withdrawn = withdrawn_of(company.pk, few)
        self._items: dict[int, dict[int, ItemState]] | None = None

    def items(self) -> dict[int, dict[int, ItemState]]:
        """Give the live items by customer; read once."""
        if self._items is None:
            self._items = live_items(self._company.pk, self._few, self._today)
        return self._items


def live_items(company_id: int, customer_ids: Sequence[int] | None, on: date) -> dict[int, dict[int, ItemState]]:
    """Give every item with a balance as it stands, by customer and due item id: the ledger's one definition. Two queries."""
    found: dict[int, dict[int, ItemState]] = defaultdict(dict)
    for item in open_items(company_id, on, customer_ids=customer_ids):
        found[item.customer_id][item.due_item_id] = ItemState(
            item.open_minor, item.held_minor, item.hold_reasons, item.currency, item.document_number
        )
    return found


def _contacts(company_id: int, few: Sequence[int] | None) -> dict[int, list[tuple[Any, ...]]]:
    rows = _only(Contact.objects.filter(company_id=company_id), "customer_id", few).order_by("id")
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows.values_list(
        "customer_id", "id", "purpose", "channel", "language", "email", "consent", "bounced_on", "active", "time_zone",
        "name",
    ):  # fmt: skip
        found[row[0]].append(row)
    return found


def _contact(row: tuple[Any, ...], customer: tuple[Any, ...], where: Place, company_zone: str) -> ContactFacts:
    own = place(customer[1], row[9], company_zone) if row[9] and row[9] != customer[3] else where
    language = row[4] or customer[2]
    return ContactFacts(row[1], row[2], row[3], language, row[5], row[6], row[7], row[8], own, row[10])


def _history(company_id: int, few: Sequence[int] | None, at: datetime) -> dict[int, list[_PastRow]]:
    """Give what counts against the budget: messages that left or may have left, and calls."""
    since = at - timedelta(days=HISTORY_DAYS)
    found: dict[int, list[_PastRow]] = defaultdict(list)
    messages = OutboxMessage.objects.filter(company_id=company_id, state__in=LEFT, created_at__gte=since)
    rows = _only(messages.exclude(kind__in=WRITTEN_IN_ANSWER), "customer_id", few).order_by("id")
    for row in rows.values_list(
        "customer_id", "handed_over_at", "handing_at", "claimed_at", "channel", "run_key", "step_key", "kind"
    ):
        moment = row[1] or row[2] or row[3]
        if moment is not None:
            found[row[0]].append((moment, row[4], row[5] or row[6], row[7]))
    calls = TimelineEvent.objects.filter(company_id=company_id, kind=EventKind.CALL, at__gte=since)
    for customer_id, moment, event_id in (
        _only(calls, "customer_id", few).order_by("id").values_list("customer_id", "at", "id")
    ):
        found[customer_id].append((moment, "call", f"call:{event_id}", "call"))
    return found


def _past(row: _PastRow, where: Place) -> PastContact:
    return PastContact(row[0].astimezone(ZoneInfo(where.zones[0])).date(), *row[1:])


def _unmatched(company_id: int, few: Sequence[int] | None, today: date) -> dict[int, dict[str, int]]:
    """Give money received and not applied, by customer and currency; a suspected owner counts like the owner."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    through = today + timedelta(days=UNMATCHED_THROUGH_DAYS)
    for row in unapplied_payments(company_id, through, customer_ids=few):
        customer_id = row.customer_id if row.customer_id is not None else row.suspected_customer_id
        if customer_id is not None:
            found[customer_id][row.currency] += row.rest_minor
    return found


def company_day(company: Company, at: datetime) -> date:
    """Give the calendar day at the company's place."""
    return at.astimezone(ZoneInfo(company.time_zone) if known_zone(company.time_zone) else UTC).date()


def company_facts(company: Company, at: datetime) -> CompanyFacts:
    """Give what holds for all messages of a company: the day through which payments were read, what left today. Two queries."""
    through = (
        Fact.objects.filter(
            company=company,
            subject=f"company:{company.pk}",
            kind="bank_data_through",
            as_of__lte=company_day(company, at),
        )
        .order_by("-as_of", "-recorded_at", "-id")
        .values_list("value", flat=True)
        .first()
    )
    zone = ZoneInfo(company.time_zone) if known_zone(company.time_zone) else UTC
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = OutboxMessage.objects.filter(company=company, handed_over_at__gte=midnight, handed_over_at__lte=at).count()
    return CompanyFacts(date.fromordinal(through) if through else None, today)


def cleared_countries(company_id: int, on: date) -> frozenset[str]:
    """Give the countries for which a person has confirmed that a third party may act on a day. One query."""
    rows = ThirdPartyClearance.objects.filter(
        company_id=company_id, valid_from__lte=on, valid_until__gte=on, withdrawn_at__isnull=True
    )
    return frozenset(rows.values_list("country", flat=True))


def step_of(message: OutboxMessage, facts: GateFacts) -> Step:
    """Give the step that a queued message carries out, as the gate sees it; clearances are those of this moment.

    One query where a third party acts, none otherwise.
    """
    cleared = message.third_party and facts.place.country in cleared_countries(message.company_id, facts.at.date())
    return Step(
        step_key=message.step_key,
        channel=message.channel,
        currency=message.currency,
        kind=message.kind,
        run_key=message.run_key,
        contact_id=message.contact_id,
        recipient_email=message.recipient_email if message.channel == "email" else None,
        language=message.language,
        items=tuple(ClaimItem(*row) for row in message.claim_items),
        edited_text=message.edited_text,
        legal_stage=message.legal_stage,
        enclosed=tuple(str(one["sha256"]) for one in message.attachments),
        third_party=message.third_party,
        third_party_cleared=cleared,
        earliest_on=message.earliest_on,
        requires=tuple(message.requires_steps),
        released_by=message.released_by_id,
        approved_by=message.approved_by_id,
    )


def steps_done(company_id: int, step_keys: Iterable[str]) -> frozenset[str]:
    """Give those of the steps whose hand-over is recorded. One query."""
    rows = OutboxMessage.objects.filter(
        company_id=company_id, step_key__in=list(step_keys), state=MessageState.HANDED_OVER
    )
    return frozenset(rows.values_list("step_key", flat=True))


def timeline(company_id: int, customer_id: int, *, before_id: int | None = None) -> list[TimelineEvent]:
    """Give a page of a customer's timeline, newest first; ``before_id`` continues behind the last one seen. One query."""
    rows = TimelineEvent.objects.filter(company_id=company_id, customer_id=customer_id)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return list(rows.order_by("-id")[:EVENTS_PER_PAGE])


def messages_of(company_id: int, customer_id: int) -> list[OutboxMessage]:
    """Give a customer's latest messages without their bodies. One query."""
    rows = OutboxMessage.objects.filter(company_id=company_id, customer_id=customer_id)
    return list(rows.defer("body_text", "body_html", "edited_text").order_by("-id")[:EVENTS_PER_PAGE])


def open_tasks(company_id: int, *, customer_id: int | None = None, limit: int = EVENTS_PER_PAGE) -> list[Task]:
    """Give the tasks that wait, by due day, with their customers. One query."""
    rows = Task.objects.filter(company_id=company_id, done_at__isnull=True).select_related("customer", "owner")
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    return list(rows.order_by("due_on", "id")[:limit])


def links_of(company_id: int, customer_id: int) -> list[PortalLink]:
    """Give a customer's links, newest first. One query."""
    rows = PortalLink.objects.filter(company_id=company_id, customer_id=customer_id)
    return list(rows.order_by("-id")[:EVENTS_PER_PAGE])
