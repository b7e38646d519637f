"""The company in memory written to the ledger in bulk: ids reserved, the database's guards on, one audit entry per table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import models

from fairdue.demo.drafts import AllocationDraft, Book
from fairdue.ledger import audit, bulk
from fairdue.ledger.models import (
    AcceptedTerms,
    Allocation,
    Contact,
    Customer,
    CustomerGroup,
    Document,
    DueDateChange,
    DueItem,
    Effect,
    Hold,
    Payment,
)
from fairdue.letters.references import creditor_reference
from fairdue.people.actor import Actor

MORNING, BANK, EVENING = time(8), time(5, 30), time(16)
ROWS_A_BATCH = 10_000
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes rows of one company. ``step`` is told how many rows were written."""

    actor: Actor
    step: Callable[[int], None]
    moments: dict[tuple[date, time], datetime] = field(default_factory=dict)

    def moment(self, on: date, at: time) -> datetime:
        """Give when something of that day was recorded: never after the moment of acting."""
        found = self.moments.get((on, at))
        if found is None:
            found = self.moments[on, at] = min(datetime.combine(on, at, UTC), self.actor.at)
        return found

    def write(self, model: type[models.Model], fields: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows with the company and the model's defaults, and put one entry with their Merkle root in the audit log.

        A leaf is a row's given values as text joined by U+001F, nothing written as the empty text.
        """
        known = {"company_id": self.actor.company_id} | _defaults(model, fields)
        extra = tuple(known.values())
        for start in range(0, len(rows), ROWS_A_BATCH):
            batch = rows[start : start + ROWS_A_BATCH]
            bulk.insert_rows(model, (*fields, *known), [(*row, *extra) for row in batch])
            self.step(len(batch))
        table = model._meta.db_table
        audit.record_bulk(self.actor, "demo", f"table:{table}", _leaves(rows), rows=len(rows), fields=list(fields))


def _leaves(rows: Sequence[Row]) -> Iterator[bytes]:
    texts: dict[Any, str] = {}
    for row in rows:
        parts = []
        for value in row:
            if isinstance(value, str):
                parts.append(value)
            elif isinstance(value, date):
                # Days and moments repeat; writing one costs more than finding it.
                parts.append(texts.get(value) or texts.setdefault(value, str(value)))
            else:
                parts.append("" if value is None else str(value))
        yield "\x1f".join(parts).encode()


def _defaults(model: type[models.Model], fields: Sequence[str]) -> dict[str, Any]:
    """Give the defaults of the columns that must not be null and are not among ``fields``."""
    return {
        field.attname: field.get_default()
        for field in model._meta.concrete_fields
        if field.attname not in {"id", "company_id", *fields} and not field.null
    }


def write_book(book: Book, writer: Writer, owners: dict[str, int]) -> None:
    """Write everything in ``book``; ``owners`` gives the user id of each account owner's user name."""
    customers = _write_parties(book, writer, owners)
    items = _write_documents(book, writer, customers)
    _write_money(book, writer, customers, items)
    _write_cases(book, writer, customers, items, owners)


def _ids(model: type[models.Model], count: int, order: Sequence[int] | None = None) -> Sequence[int]:
    """Reserve ids for the places 0 … count - 1, handed out in ``order``, so that ids rise with the dates."""
    reserved = bulk.reserve_ids(model, count)
    if order is None:
        return reserved
    ids = [0] * count
    for number, place in enumerate(order):
        ids[place] = reserved[number]
    return ids


def _write_parties(book: Book, writer: Writer, owners: dict[str, int]) -> Sequence[int]:
    groups = _ids(CustomerGroup, len(book.groups))
    writer.write(CustomerGroup, ("id", "code", "name"), [
        (groups[place], name.upper(), name) for place, (name, _) in enumerate(book.groups)
    ])  # fmt: skip
    ids = _ids(Customer, len(book.customers))
    writer.write(
        Customer,
        ("id", "number", "number_key", "name", "legal_name", "group_id", "street", "postal_code", "city", "region", "country",
         "language", "time_zone", "registration_no", "vat_no", "natural_person", "public_body", "size", "key_account",
         "account_owner_id", "created_at"),
        [
            (ids[place], c.number, c.number, c.name, c.name, None if c.group is None else groups[c.group], c.street,
             c.postal_code, c.city, c.region, c.country, c.language, c.time_zone, c.registration_no, c.vat_no,
             c.natural_person, c.public_body, c.size, c.key_account, owners[c.owner], writer.moment(c.since, MORNING))
            for place, c in enumerate(book.customers)
        ],
    )  # fmt: skip
    writer.write(
        Contact,
        ("customer_id", "purpose", "name", "language", "channel", "email", "phone", "consent", "consent_on", "bounced_on",
         "bounce_reason"),
        [
            (ids[c.customer], c.purpose, c.name, c.language, c.channel, c.email, c.phone, c.consent, c.consent_on,
             c.bounced_on, c.bounce_reason)
            for c in book.contacts
        ],
    )  # fmt: skip
    writer.write(
        AcceptedTerms,
        ("customer_id", "version", "clause", "language", "accepted_by", "accepted_on", "accepted_how", "valid_from",
         "governing_law", "payment_terms", "interest_rate_ppm", "retention_of_title", "recorded_at"),
        [
            (ids[t.customer], t.version, t.clause, t.language, t.accepted_by, t.accepted_on, t.accepted_how, t.accepted_on,
             t.governing_law, t.payment_terms, t.interest_rate_ppm, t.retention_of_title, writer.moment(t.accepted_on, MORNING))
            for t in book.terms
        ],
    )  # fmt: skip
    return ids


def _write_documents(book: Book, writer: Writer, customers: Sequence[int]) -> Sequence[int]:
    documents = book.documents
    order = sorted(range(len(documents)), key=lambda place: (documents[place].issued_on, documents[place].number))
    ids = _ids(Document, len(documents), order)
    recorded = [writer.moment(document.issued_on, EVENING) for document in documents]
    writer.write(
        Document,
        ("id", "customer_id", "kind", "number", "issued_on", "delivered_on", "currency", "total_minor", "terms", "order_no",
         "effective_on", "recorded_at"),
        [
            (ids[place], customers[d.customer], d.kind, d.number, d.issued_on, d.delivered_on, d.currency, d.total_minor,
             d.terms, d.order_no, d.issued_on, recorded[place])
            for place in order if (d := documents[place])
        ],
    )  # fmt: skip
    items = book.items
    rank = {place: number for number, place in enumerate(order)}
    item_order = sorted(range(len(items)), key=lambda place: (rank[items[place].document], items[place].seq))
    item_ids = _ids(DueItem, len(items), item_order)
    references = [creditor_reference(d.number) if d.kind != "credit_note" else "" for d in documents]
    writer.write(
        DueItem,
        ("id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_until", "discount_minor",
         "payment_reference", "effective_on", "recorded_at"),
        [
            (item_ids[place], customers[d.customer], ids[i.document], i.seq, d.currency, i.amount_minor, i.due_on,
             i.discount_until, i.discount_minor, references[i.document], d.issued_on, recorded[i.document])
            for place in item_order if (i := items[place]) and (d := documents[i.document])
        ],
    )  # fmt: skip
    return item_ids


def _write_money(book: Book, writer: Writer, customers: Sequence[int], items: Sequence[int]) -> None:
    payments = book.payments
    order = sorted(range(len(payments)), key=lambda place: (payments[place].on, place))
    ids = _ids(Payment, len(payments), order)
    writer.write(
        Payment,
        ("id", "customer_id", "suspected_customer_id", "currency", "amount_minor", "reference", "payer", "effective_on",
         "recorded_at"),
        [
            (ids[place], _of(customers, p.customer), _of(customers, p.suspected), p.currency, p.amount_minor, p.reference,
             p.payer, p.on, writer.moment(p.on + timedelta(days=1), BANK))
            for place in order if (p := payments[place])
        ],
    )  # fmt: skip
    allocations = book.allocations
    order = sorted(range(len(allocations)), key=lambda place: (allocations[place].on, place))
    allocation_ids = _ids(Allocation, len(allocations), order)
    writer.write(
        Allocation,
        ("id", "customer_id", "kind", "due_item_id", "payment_id", "credit_item_id", "currency", "amount_minor",
         "reverses_id", "reason", "effective_on", "recorded_at"),
        [
            (allocation_ids[place], customers[a.customer], a.kind, items[a.item], _of(ids, a.payment),
             _of(items, a.credit_item), a.currency, a.amount_minor, _of(allocation_ids, a.reverses), a.reason, a.on,
             _recorded(writer, a))
            for place in order if (a := allocations[place])
        ],
    )  # fmt: skip


def _recorded(writer: Writer, allocation: AllocationDraft) -> datetime:
    """Money is applied when the bank's statement is read, the morning after; the rest the same evening."""
    if allocation.kind in {"payment", "discount"}:
        return writer.moment(allocation.on + timedelta(days=1), BANK)
    return writer.moment(allocation.on, EVENING)


def _of(ids: Sequence[int], place: int | None) -> int | None:
    return None if place is None else ids[place]


def _write_cases(
    book: Book, writer: Writer, customers: Sequence[int], items: Sequence[int], owners: dict[str, int]
) -> None:
    writer.write(
        Hold,
        ("customer_id", "due_item_id", "reason", "amount_minor", "currency", "since", "until", "note", "owner_id",
         "released_on", "release_reason", "recorded_at"),
        [
            (customers[h.customer], _of(items, h.item), h.reason, h.amount_minor, h.currency, h.since, h.until, h.note,
             owners[book.customers[h.customer].owner], h.released_on, h.release_reason, writer.moment(h.since, EVENING))
            for h in sorted(book.holds, key=lambda hold: hold.since)
        ],
    )  # fmt: skip
    writer.write(DueDateChange, ("due_item_id", "due_on", "reason", "effective_on", "recorded_at"), [
        (items[change.item], change.due_on, change.reason, change.on, writer.moment(change.on, EVENING))
        for change in sorted(book.extensions, key=lambda change: change.on)
    ])  # fmt: skip
    writer.write(Effect, ("customer_id", "kind", "since", "cause", "recorded_at"), [
        (customers[effect.customer], effect.kind, effect.since, effect.cause, writer.moment(effect.since, EVENING))
        for effect in sorted(book.effects, key=lambda effect: effect.since)
    ])  # fmt: skip
