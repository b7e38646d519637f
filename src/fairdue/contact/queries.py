"""Bulk reads of the room; no writes. The gate's facts for one customer or for all, and what pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from fairdue.contact.claimed import WRITTEN_IN_ANSWER
from fairdue.contact.facts import (
    ClaimItem,
    CompanyFacts,
    ContactFacts,
    CoverFacts,
    GateFacts,
    ItemState,
    OpenImport,
    PastContact,
    Place,
    Step,
    Unmatched,
)
from fairdue.contact.live import Asked, rows_of_one
from fairdue.contact.models import (
    EventKind,
    InboundMail,
    MessageState,
    OutboxMessage,
    PortalLink,
    Task,
    TaskKind,
    ThirdPartyClearance,
    TimelineEvent,
)
from fairdue.contact.notes import GateNotes
from fairdue.contact.places import place
from fairdue.contact.reasons import EventReason
from fairdue.contact.standing import cover_blocks
from fairdue.kernel.reasons import Reason
from fairdue.ledger.behind import subjects_behind
from fairdue.ledger.file_queries import withdrawn_of
from fairdue.ledger.models import Contact, Customer, DueItem, Fact
from fairdue.ledger.queries import (
    Holds,
    OpenItem,
    Unapplied,
    holds_of,
    holds_on,
    items_of,
    moment,
    open_items,
    unapplied_of,
    unapplied_payments,
)
from fairdue.people.days import company_day, zone_of
from fairdue.people.models import Company

HISTORY_DAYS = 60
"""Contacts older than this count for nothing: longer than any budget or gap a policy may set."""
UNMATCHED_THROUGH_DAYS = 14
"""Money with a value date a few days ahead is known already and counts as in transit."""
BANK_DAYS = 400
"""Bank data read longer ago are as good as none."""
EVENTS_PER_PAGE = 50
IDS_PER_QUERY = 400
"""Above this many customers the whole company is read and the rest left out: one scan beats a long list of ids."""
LEFT = (MessageState.HANDED_OVER, MessageState.UNCERTAIN, MessageState.CLAIMED)
SAID = frozenset(
    {
        EventReason.REPLY.code,
        EventReason.ANSWER_WRONG.code,
        EventReason.ANSWER_ALREADY_PAID.code,
        EventReason.ANSWER_MESSAGE.code,
    }
)
"""Events in which the customer says something that a text written before does not know; automatic replies are none."""
COVER = ("cover_deadline", "cover_max_extension_until", "cover_consent_needed")
IMPORTS = ("import_waiting", "import_running", "bank_file_waiting")
CALLS_AND_REPLIES = (EventKind.CALL, EventKind.REPLY, EventKind.ANSWER)
READ_AND_CHECK = (TaskKind.REPLY, TaskKind.INTERNAL_CHECK)


def gate_facts(
    company_id: int,
    customer_ids: Collection[int] | None,
    at: datetime,
    *,
    with_items: bool = False,
    company: Company | None = None,
    shared: CompanyFacts | None = None,
) -> dict[int, GateFacts]:
    """Give the gate's facts of customers (None: all of the company) at a moment: many in eleven set-based queries, one in three.

    ``with_items`` adds the live open and held amounts (one query more for many), which the sending stage needs. Days are those
    of the company's place for the ledger, of the customer's place for the budget. Who asks for one customer after the
    other may pass ``company`` and ``shared`` (``company_facts``) and save two queries each time.
    """
    company = company or Company.objects.get(pk=company_id)
    today = company_day(company, at)
    few = sorted(customer_ids) if customer_ids is not None and len(customer_ids) <= IDS_PER_QUERY else None
    wanted = None if customer_ids is None else set(customer_ids)
    shared = shared or company_facts(company, at)
    if few is not None and len(few) == 1:
        customers, parts = _one(company, few[0], at, today, with_items)
    else:
        customers, parts = _customers(company_id, few), _many(company, few, at, today, with_items)
    return {row[0]: parts.facts(row, at, shared) for row in customers if wanted is None or row[0] in wanted}


def _customers(company_id: int, few: Sequence[int] | None) -> Iterable[_Row]:
    rows = _only(Customer.objects.filter(company_id=company_id), "pk", few)
    return rows.values_list("id", "country", "language", "time_zone", "street", "city", "natural_person", "region")


def _only(rows: QuerySet[Any], column: str, few: Sequence[int] | None) -> QuerySet[Any]:
    return rows if few is None else rows.filter(**{f"{column}__in": few})


class _Past(NamedTuple):
    """A contact as stored: its customer, its moment, what it was, and the address that it went to."""

    customer_id: int
    at: datetime
    channel: str
    key: str
    kind: str
    email: str = ""


_Row = Sequence[Any]
_Items = dict[int, dict[int, ItemState]]
_Cover = dict[str, dict[str, int]]
"""Values of the cover's facts by subject and kind."""


def _many(company: Company, few: Sequence[int] | None, at: datetime, today: date, with_items: bool) -> _Parts:
    """Read many customers: nine queries, ten with the live items."""
    contacts, holds = _contacts(company.pk, few), holds_on(company.pk, today, customer_ids=few)
    items = live_items(company.pk, few, today, holds) if with_items else None
    item_ids = [one for found in items.values() for one in found] if few and items else ()
    emails = None if few is None else {row[5] for rows in contacts.values() for row in rows if row[5]}
    horizon = today + timedelta(days=UNMATCHED_THROUGH_DAYS)
    return _Parts(
        company.time_zone,
        contacts,
        holds,
        items,
        _unmatched(unapplied_payments(company.pk, horizon, customer_ids=few, suspects=True)),
        _tasks(_task_rows(company.pk, few)),
        withdrawn_of(company.pk, few),
        _facts(_fact_rows(company.pk, few, item_ids, today)),
        _messages(company.pk, few, emails, at),
        _events(company.pk, few, at),
    )


ASKED = Asked(
    left=LEFT,
    in_answer=tuple(sorted(WRITTEN_IN_ANSWER)),
    said=CALLS_AND_REPLIES,
    tasks=READ_AND_CHECK,
    imports=IMPORTS,
    cover=COVER,
)


def _one(
    company: Company, customer_id: int, at: datetime, today: date, with_items: bool
) -> tuple[Iterable[_Row], _Parts]:
    """Read one customer in one query: the same rows as ``_many``."""
    rows = rows_of_one(
        ASKED, company.pk, customer_id, today=today, horizon=today + timedelta(days=UNMATCHED_THROUGH_DAYS),
        since=at - timedelta(days=HISTORY_DAYS), at=at,
    )  # fmt: skip
    holds = holds_of(rows.of("hold"))
    withdrawn = frozenset(row[1] for row in rows.of("withdrawn"))
    parts = _Parts(
        company.time_zone,
        {customer_id: rows.of("contact")},
        holds,
        _states(items_of(rows.of("item"), holds)) if with_items else None,
        _unmatched(unapplied_of(rows.of("unapplied"))),
        _tasks(rows.of("task")),
        {customer_id: withdrawn},
        _facts(row[:5] for row in sorted(rows.of("fact"), key=lambda row: (row[3], row[5]))),
        _pasts(rows.of("message")),
        rows.of("event"),
    )
    return rows.of("customer"), parts


class _Parts:
    """What facts are put together from, by customer."""

    def __init__(
        self,
        zone: str,
        contacts: Mapping[int, Sequence[_Row]],
        holds: Holds,
        items: _Items | None,
        unmatched: Mapping[int, tuple[Unmatched, ...]],
        tasks: Mapping[int, tuple[int, int]],
        withdrawn: Mapping[int, frozenset[str]],
        facts: tuple[tuple[OpenImport, ...], _Cover],
        messages: Iterable[_Past],
        events: Iterable[_Row],
    ) -> None:
        self._zone, self.contacts, self.holds, self.items = zone, contacts, holds, items
        self.unmatched, self.tasks, self.withdrawn = unmatched, tasks, withdrawn
        self.imports, self.cover = facts
        self.history: dict[int, list[_Past]] = defaultdict(list)
        self.by_email: dict[str, list[_Past]] = defaultdict(list)
        self.replied: dict[int, datetime] = {}
        for past in messages:
            self.history[past.customer_id].append(past)
            if past.email:
                self.by_email[past.email.lower()].append(past)
        for customer_id, when, event_id, kind, code in events:
            if kind == EventKind.CALL:
                self.history[customer_id].append(_Past(customer_id, when, "call", f"call:{event_id}", "call"))
            elif code in SAID:
                self.replied[customer_id] = max(when, self.replied.get(customer_id, when))

    def facts(self, row: _Row, at: datetime, shared: CompanyFacts) -> GateFacts:
        """Put the facts of one customer together."""
        customer_id, country = row[0], row[1]
        where = place(country, row[3], self._zone, row[7])
        contacts = tuple(_contact(one, row, where, self._zone) for one in self.contacts.get(customer_id, ()))
        replies, checks = self.tasks.get(customer_id, (0, 0))
        items = None if self.items is None else self.items.get(customer_id, {})
        return GateFacts(
            customer_id=customer_id,
            at=at,
            company=shared,
            place=where,
            natural_person=row[6],
            language=row[2],
            address_complete=bool(row[4] and row[5] and country),
            contacts=contacts,
            history=tuple(_past(one, where) for one in self.history.get(customer_id, ())),
            shared_history=self._shared(customer_id, contacts, where),
            unmatched=self.unmatched.get(customer_id, ()),
            customer_holds=self.holds.whole.get(("customer", customer_id), ()),
            replied_at=self.replied.get(customer_id),
            replies_unread=replies,
            checks_open=checks,
            imports_open=self.imports,
            cover=_cover(self.cover, customer_id, items or ()),
            items=items,
            withdrawn=self.withdrawn.get(customer_id, frozenset()),
        )

    def _shared(
        self, customer_id: int, contacts: tuple[ContactFacts, ...], where: Place
    ) -> dict[str, tuple[PastContact, ...]]:
        """Give what went to other customers at the addresses of this one."""
        found: dict[str, tuple[PastContact, ...]] = {}
        for contact in contacts:
            email = contact.email.lower()
            others = [one for one in self.by_email.get(email, ()) if one.customer_id != customer_id]
            if others:
                found[email] = tuple(_past(one, where) for one in others)
        return found


NO_COVER = CoverFacts()


def live_items(company_id: int, customer_ids: Sequence[int] | None, on: date, holds: Holds | None = None) -> _Items:
    """Give every item with a balance as it stands, by customer and due item id: the ledger's one definition.

    Two queries; one where the ``holds`` of the day were read before.
    """
    return _states(open_items(company_id, on, customer_ids=customer_ids, holds=holds))


def _states(items: Iterable[OpenItem]) -> _Items:
    found: _Items = defaultdict(dict)
    for item in items:
        found[item.customer_id][item.due_item_id] = ItemState(
            item.open_minor, item.held_minor, item.hold_reasons, item.currency, item.document_number
        )
    return found


def _contacts(company_id: int, few: Sequence[int] | None) -> dict[int, list[_Row]]:
    rows = _only(Contact.objects.filter(company_id=company_id), "customer_id", few).order_by("id")
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows.values_list(
        "customer_id", "id", "purpose", "channel", "language", "email", "consent", "bounced_on", "active", "time_zone",
        "name",
    ):  # fmt: skip
        found[row[0]].append(row)
    return found


def _contact(row: _Row, customer: _Row, where: Place, company_zone: str) -> ContactFacts:
    own = where
    if row[9] and row[9] != customer[3]:
        own = place(customer[1], row[9], company_zone, customer[7])
    language = row[4] or customer[2]
    return ContactFacts(row[1], row[2], row[3], language, row[5], row[6], row[7], row[8], own, row[10])


class _SmallAddress(Lower):
    """A message's address in small letters: PostgreSQL keeps it as a column, since row-level security bars an index on ``lower()``."""

    def as_postgresql(self, *_compiler: Any, **_more: Any) -> tuple[str, list[Any]]:
        """Give the column that the database keeps (migration 0009)."""
        return '"contact_outbox_message"."recipient_key"', []


def _messages(
    company_id: int, few: Sequence[int] | None, emails: Collection[str] | None, at: datetime
) -> Iterator[_Past]:
    """Give the messages that left or may have left: to the customers, and by the same addresses to others."""
    rows = OutboxMessage.objects.filter(
        company_id=company_id, state__in=LEFT, created_at__gte=at - timedelta(days=HISTORY_DAYS)
    ).exclude(kind__in=WRITTEN_IN_ANSWER)
    if few is not None:
        theirs = Q(customer_id__in=few)
        if emails:
            rows = rows.annotate(address=_SmallAddress("recipient_email"))
            theirs |= Q(address__in=sorted({email.lower() for email in emails}))
        rows = rows.filter(theirs)
    return _pasts(
        rows.order_by("id").values_list(
            "customer_id", "handed_over_at", "handing_at", "claimed_at", "channel", "run_key", "step_key", "kind",
            "recipient_email",
        )
    )  # fmt: skip


def _events(company_id: int, few: Sequence[int] | None, at: datetime) -> Iterable[_Row]:
    rows = TimelineEvent.objects.filter(
        company_id=company_id, kind__in=CALLS_AND_REPLIES, at__gte=at - timedelta(days=HISTORY_DAYS), at__lte=at
    )
    return _only(rows, "customer_id", few).order_by("id").values_list("customer_id", "at", "id", "kind", "code")


def _pasts(rows: Iterable[_Row]) -> Iterator[_Past]:
    for row in rows:
        when = row[1] or row[2] or row[3]
        if when is not None:
            yield _Past(row[0], when, row[4], row[5] or row[6], row[7], row[8])


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _past(row: _Past, where: Place) -> PastContact:
    return PastContact(row.at.astimezone(_zone(where.zones[0])).date(), row.channel, row.key, row.kind)


def _unmatched(payments: Iterable[Unapplied]) -> dict[int, tuple[Unmatched, ...]]:
    """Give money received and not applied, by customer, in order of its number; each suspected owner counts like the owner."""
    found: dict[int, tuple[Unmatched, ...]] = {}
    for row in payments:
        customer_id = row.customer_id if row.customer_id is not None else row.suspected_customer_id
        if customer_id is not None:
            several = row.further + 1 if row.further else 0
            money = Unmatched(row.currency, row.rest_minor, row.customer_id is None, row.recorded_at, several)
            found[customer_id] = (*found.get(customer_id, ()), money)
    return found


def _task_rows(company_id: int, few: Sequence[int] | None) -> Iterable[_Row]:
    rows = Task.objects.filter(company_id=company_id, done_at__isnull=True, kind__in=READ_AND_CHECK)
    return _only(rows, "customer_id", few).values_list("customer_id", "kind")


def _tasks(rows: Iterable[_Row]) -> dict[int, tuple[int, int]]:
    """Count the open tasks to read a reply and to check inside by customer."""
    found: dict[int, tuple[int, int]] = {}
    for customer_id, kind in rows:
        replies, checks = found.get(customer_id, (0, 0))
        found[customer_id] = (replies + 1, checks) if kind == TaskKind.REPLY else (replies, checks + 1)
    return found


def _fact_rows(
    company_id: int, few: Sequence[int] | None, items: Collection[int] | None, today: date
) -> Iterable[_Row]:
    cover = Q(kind__in=COVER, as_of__lte=today)
    if few is not None:
        wanted = [f"customer:{one}" for one in few] + [f"due_item:{one}" for one in items or ()]
        cover &= Q(subject__in=wanted)
    rows = Fact.objects.filter(
        Q(kind__in=IMPORTS, value=1, subject=f"company:{company_id}") | cover, company_id=company_id
    ).exclude(valid_until__lt=today)
    ordered = rows.order_by("as_of", "recorded_at", "id")
    return ordered.values_list("subject", "kind", "value", "as_of", "source_version")


def _facts(rows: Iterable[_Row]) -> tuple[tuple[OpenImport, ...], _Cover]:
    """Give the imports under way and the cover of customers and due items, from the ledger's published facts."""
    imports: list[OpenImport] = []
    latest: _Cover = defaultdict(dict)
    for subject, kind, value, as_of, version in rows:
        if kind in IMPORTS:
            number, running, bank = version.partition(":")[2] or version, kind == IMPORTS[1], kind == IMPORTS[2]
            imports.append(OpenImport(number, as_of, running, bank))
        else:
            latest[subject][kind] = value
    return tuple(imports), latest


def _cover(latest: _Cover, customer_id: int, items: Iterable[int]) -> CoverFacts:
    if not latest:
        return NO_COVER
    own = latest.get(f"customer:{customer_id}", {})
    deadline = own.get("cover_deadline")
    bounds = {one: latest.get(f"due_item:{one}", {}).get("cover_max_extension_until") for one in items}
    return CoverFacts(
        date.fromordinal(deadline) if deadline else None,
        {one: date.fromordinal(bound) for one, bound in bounds.items() if bound},
        bool(own.get("cover_consent_needed")),
    )


def cover_of(company_id: int, customer_id: int, item_ids: Collection[int], today: date) -> CoverFacts:
    """Give what an insurer or financier allows for a customer's items, for rooms that grant plans and extensions. One query."""
    return _cover(_facts(_fact_rows(company_id, [customer_id], item_ids, today))[1], customer_id, item_ids)


def cover_cost(company_id: int, customer_id: int, until: date, today: date) -> tuple[Reason, ...]:
    """Say what it would cost the cover to leave a customer alone until a day; nothing once the duty's day is past. One query."""
    cover = cover_of(company_id, customer_id, (), today)
    if cover.deadline_on is None or cover.deadline_on < today:
        return ()
    return tuple(cover_blocks(cover, "wait", until, ()))


def company_facts(company: Company, at: datetime) -> CompanyFacts:
    """Give what holds for all messages of a company: days of payments, what left today, what law is confirmed, who was erased.

    One query, and a look at the key store; more only where a restored database holds an erased person again.
    """
    subject, today = f"company:{company.pk}", company_day(company, at)
    midnight = at.astimezone(zone_of(company.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    values = {
        "company": company.pk, "subject": subject, "parts": f"{subject}:%", "since": str(today - timedelta(days=BANK_DAYS)),
        "today": str(today), "midnight": moment(midnight), "at": moment(at),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COMPANY, values)
        rows = cursor.fetchall()
    handed_over = next(row[1] for row in rows if row[0] == "")
    confirmed = frozenset((row[0], row[5]) for row in rows if row[5])
    through: dict[str, date] = {}
    for row in sorted((row for row in rows if row[0] and not row[5]), key=lambda row: row[2:5]):
        through[row[0].removeprefix(subject).removeprefix(":")] = date.fromordinal(row[1])
    return CompanyFacts(through.pop("", None), handed_over, through, today, confirmed, subjects_behind(company.pk))


_COMPANY = """
SELECT f.subject, f.value, f.as_of, f.recorded_at, f.id, '' FROM ledger_fact f
WHERE f.company_id = %(company)s AND f.kind = 'bank_data_through' AND f.as_of >= %(since)s AND f.as_of <= %(today)s
  AND (f.subject = %(subject)s OR f.subject LIKE %(parts)s)
UNION ALL
SELECT '', COUNT(*), NULL, NULL, NULL, '' FROM contact_outbox_message m
WHERE m.company_id = %(company)s AND m.handed_over_at >= %(midnight)s AND m.handed_over_at <= %(at)s
UNION ALL
SELECT c.country, 0, NULL, NULL, NULL, c.topic FROM contact_law_confirmation c
WHERE c.company_id = %(company)s AND c.withdrawn_at IS NULL AND c.valid_from <= %(today)s AND c.valid_until >= %(today)s
"""


def cleared_countries(company_id: int, on: date) -> frozenset[str]:
    """Give the countries for which a person has confirmed that a third party may act on a day. One query."""
    rows = ThirdPartyClearance.objects.filter(
        company_id=company_id, valid_from__lte=on, valid_until__gte=on, withdrawn_at__isnull=True
    )
    return frozenset(rows.values_list("country", flat=True))


def step_of(message: OutboxMessage, facts: GateFacts) -> Step:
    """Give the step that a queued message carries out, as the gate sees it; clearances are those of this moment.

    One query where a third party acts, one where an item that the message claims is no longer open, none otherwise.
    """
    cleared = message.third_party and facts.place.country in cleared_countries(message.company_id, facts.today)
    notes = GateNotes.from_dict(message.gate_notes)
    return Step(
        step_key=message.step_key,
        channel=message.channel,
        currency=message.currency,
        kind=message.kind,
        run_key=message.run_key,
        contact_id=message.contact_id,
        recipient_email=message.recipient_email if message.channel == "email" else None,
        language=message.language,
        items=_claimed(message, facts),
        edited_text=message.edited_text,
        legal_stage=message.legal_stage,
        enclosed=tuple(str(one["sha256"]) for one in message.attachments),
        third_party=message.third_party,
        third_party_cleared=cleared,
        earliest_on=message.earliest_on,
        requires=tuple(message.requires_steps),
        written_at=message.looked_at or message.created_at,
        grants=notes.grants,
        grants_until=notes.grants_until,
        law_doubts=notes.law_doubts,
        tone_overrides=frozenset((one.category, one.found) for one in notes.tone_overrides),
        released_by=message.released_by_id,
        approved_by=message.approved_by_id,
    )


def _claimed(message: OutboxMessage, facts: GateFacts) -> tuple[ClaimItem, ...]:
    """Give what a message claims, with the document's number where the live balances no longer know the item."""
    items = tuple(ClaimItem(*row) for row in message.claim_items)
    gone = [item.due_item_id for item in items if facts.items is not None and item.due_item_id not in facts.items]
    if not gone:
        return items
    found = DueItem.objects.filter(company_id=message.company_id, pk__in=gone)
    numbers = dict(found.values_list("pk", "document__number"))
    return tuple(replace(item, document=numbers.get(item.due_item_id, "")) for item in items)


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


def inbox_mails(company_id: int, states: Collection[str]) -> QuerySet[InboundMail]:
    """Give the mails in some states, oldest first, with their customers and without their texts."""
    rows = InboundMail.objects.filter(company_id=company_id, state__in=list(states)).select_related("customer")
    return rows.defer("text", "quoted", "reasons", "attachments").order_by("received_at", "id")
