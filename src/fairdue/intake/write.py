"""Writing a plan of items: customers, documents, due items, settlements, reversals, supplements; in bulk, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.db.models import Max

from fairdue.intake import queries
from fairdue.intake.erased import marks_of, unerased_emails
from fairdue.intake.rows import ItemRow
from fairdue.intake.rules import New, Plan, Settle
from fairdue.ledger import bulk
from fairdue.ledger.models import (
    Allocation,
    Channel,
    Contact,
    ContactPurpose,
    Customer,
    Document,
    DueDateChange,
    DueItem,
)
from fairdue.people.actor import Actor

ALLOCATION_FIELDS = (
    "company_id", "customer_id", "kind", "due_item_id", "credit_item_id", "currency", "amount_minor", "reverses_id",
    "reason", "effective_on", "recorded_at",
)  # fmt: skip


SOURCE_REASON = "source"
"""Reason of a due date change that a file brought; ``queries`` tells it from what people agree."""


def ensure_customers(actor: Actor, named: Iterable[tuple[str, str, str, str]]) -> dict[str, int]:
    """Create the customers that the ledger lacks from (key, number, name, country); give all ids by key.

    A customer known by name only gets the name as its number.
    """
    ids = queries.customer_ids(actor.company_id)
    missing: dict[str, tuple[str, str, str]] = {}
    for key, number, name, country in named:
        if key not in ids:
            known = missing.get(key)
            if known is None:
                missing[key] = (number or name, name, country)
            elif (name and not known[1]) or (country and not known[2]):
                missing[key] = (known[0], known[1] or name, known[2] or country)
    fields = (
        "id", "company_id", "number", "number_key", "name", "legal_name", "street", "postal_code", "city", "region",
        "country", "language", "time_zone", "registration_no", "vat_no", "natural_person", "public_body", "size",
        "key_account", "policy_code", "created_at",
    )  # fmt: skip
    erased = marks_of(actor.company_id) if missing else None
    for key, (number, name, _country) in list(missing.items()):
        # A list of open items does not make an erased customer anew: the money is booked to the pseudonym.
        if erased is not None and (known_id := erased.customer(name, number)) is not None:
            ids[key] = known_id
            del missing[key]
    rows = []
    for new_id, (key, (number, name, country)) in zip(
        bulk.reserve_ids(Customer, len(missing)), missing.items(), strict=True
    ):
        ids[key] = new_id
        rows.append(
            (new_id, actor.company_id, number[:60], key, (name or number)[:250], "", "", "", "", "", country[:2], "", "",
             "", "", "unknown", "unknown", "unknown", False, "", actor.at)
        )  # fmt: skip
    bulk.insert_rows(Customer, fields, rows)
    return ids


def write_items(actor: Actor, source_id: int, plan: Plan) -> dict[int, int]:
    """Write everything a plan of items holds; the caller holds the transaction and the lock on the source.

    Gives the disputed ones among the new items: due item id to customer id.
    """
    parties = {(n.row.customer_key, n.row.customer_number, n.row.customer_name, n.row.country): None for n in plan.new}
    ids = ensure_customers(actor, parties)
    item_ids = bulk.reserve_ids(DueItem, len(plan.new))
    _write_new(actor, source_id, plan.new, item_ids, ids)
    _write_reversals(actor, plan)
    _write_supplements(actor, source_id, plan)
    first = _settled_at_booking(plan.new, item_ids, ids)
    bulk.insert_rows(Allocation, ALLOCATION_FIELDS, [_settlement(actor, s) for s in [*first, *plan.settle]])
    bulk.insert_rows(
        DueDateChange,
        ("company_id", "due_item_id", "due_on", "reason", "effective_on", "recorded_at"),
        [(actor.company_id, r.due_item_id, r.due_on, SOURCE_REASON, r.on, actor.at) for r in plan.redate],
    )
    write_emails(actor, plan.new, ids)
    return {
        item_id: ids[n.row.customer_key]
        for item_id, n in zip(item_ids, plan.new, strict=True)
        if n.row.disputed and n.settled_minor < n.amount_minor
    }


def write_emails(actor: Actor, new: Sequence[New], ids: dict[str, int]) -> None:
    """Make the e-mail address that an item's row brings a payables contact, where its customer has no contact with it."""
    given = {(ids[n.row.customer_key], n.row.email.casefold()): n.row.email for n in new if n.row.email}
    wanted = unerased_emails(actor.company_id, given.items()) if given else given
    if not wanted:
        return
    found = Contact.objects.filter(company_id=actor.company_id).exclude(email="").values_list("customer_id", "email")
    known = {(customer, email.casefold()) for customer, email in found}
    Contact.objects.bulk_create(
        [
            Contact(
                company_id=actor.company_id, customer_id=customer, purpose=ContactPurpose.PAYABLES,
                channel=Channel.EMAIL, email=email[:254],
            )
            for (customer, folded), email in wanted.items()
            if (customer, folded) not in known
        ],
        batch_size=1000,
    )  # fmt: skip


def _write_new(
    actor: Actor, source_id: int, new: list[New], item_ids: Sequence[int], customers: dict[str, int]
) -> None:
    documents, places = _grouped(new)
    document_ids = bulk.reserve_ids(Document, len(documents))
    company, at = actor.company_id, actor.at
    bulk.insert_rows(
        Document,
        ("id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms", "order_no",
         "reference", "source_id", "effective_on", "recorded_at"),
        [
            (document_id, company, customers[row.customer_key], _kind(row, total), row.document_number[:80], row.issued_on,
             row.currency, total, row.terms[:200], "", row.reference[:140], source_id, row.issued_on, at)
            for document_id, (row, total) in zip(document_ids, documents, strict=True)
        ],
    )  # fmt: skip
    bulk.insert_rows(
        DueItem,
        ("id", "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
         "payment_reference", "source_id", "source_key", "occurrence", "effective_on", "recorded_at"),
        [
            (item_id, company, customers[n.row.customer_key], document_ids[place], seq, n.row.currency, _signed(n),
             n.row.due_on, 0, "", source_id, n.row.key, n.occurrence, n.row.issued_on, at)
            for item_id, n, (place, seq) in zip(item_ids, new, places, strict=True)
        ],
    )  # fmt: skip


def _kind(row: ItemRow, total_minor: int) -> str:
    if total_minor < 0:
        return "credit_note"
    return "debit_note" if row.document_kind == "debit_note" else "invoice"


def _signed(new: New) -> int:
    given = new.row.open_minor if new.row.amount_minor is None else new.row.amount_minor
    return -new.amount_minor if given < 0 else new.amount_minor


def _grouped(new: list[New]) -> tuple[list[tuple[ItemRow, int]], list[tuple[int, int]]]:
    """Group rows into documents: maturities of one number with different due dates are one document's instalments.

    Gives the documents (first row, total) and, per row, its document's place and its sequence number in it.
    """
    documents: list[tuple[ItemRow, int]] = []
    places: list[tuple[int, int]] = []
    open_groups: dict[tuple[object, ...], int] = {}
    due_dates: dict[int, set[date]] = {}
    for item in new:
        row, amount = item.row, _signed(item)
        key = (row.customer_key, row.document_number, row.issued_on, row.currency, amount < 0)
        place = open_groups.get(key) if row.document_number else None
        dates = set() if place is None else due_dates.setdefault(place, {documents[place][0].due_on})
        if place is None or row.due_on in dates:
            open_groups[key] = len(documents)
            places.append((len(documents), 1))
            documents.append((row, amount))
        else:
            dates.add(row.due_on)
            documents[place] = (documents[place][0], documents[place][1] + amount)
            places.append((place, len(dates)))
    return documents, places


def _settled_at_booking(new: list[New], item_ids: Sequence[int], customers: dict[str, int]) -> Iterator[Settle]:
    for item_id, item in zip(item_ids, new, strict=True):
        if item.settled_minor and item.settled_on:
            row = item.row
            yield Settle(
                item_id,
                customers[row.customer_key],
                row.currency,
                _signed(item) < 0,
                item.settled_minor,
                item.settled_on,
            )


def _settlement(actor: Actor, s: Settle) -> tuple[object, ...]:
    due, credit = (None, s.due_item_id) if s.credit else (s.due_item_id, None)
    return (
        actor.company_id, s.customer_id, "source_settlement", due, credit, s.currency, s.amount_minor, None, "", s.on, actor.at,
    )  # fmt: skip


def _write_reversals(actor: Actor, plan: Plan) -> None:
    write_reversals(actor, [(one.allocation_id, one.on) for one in plan.reverse], "listed again by its source")


def write_reversals(actor: Actor, wanted: Sequence[tuple[int, date]], reason: str) -> None:
    """Take allocations back, each from a day on."""
    originals: dict[int, Allocation] = {}
    for start in range(0, len(wanted), 5_000):
        originals |= Allocation.objects.in_bulk([allocation_id for allocation_id, _ in wanted[start : start + 5_000]])
    rows = []
    for allocation_id, on in wanted:
        o = originals[allocation_id]
        rows.append(
            (o.company_id, o.customer_id, o.kind, o.due_item_id, o.credit_item_id, o.currency, -o.amount_minor, o.pk, reason,
             on, actor.at)
        )  # fmt: skip
    bulk.insert_rows(Allocation, ALLOCATION_FIELDS, rows)


def _write_supplements(actor: Actor, source_id: int, plan: Plan) -> None:
    last = _last_seq({s.known.document_id for s in plan.supplements})
    rows = []
    for s in plan.supplements:
        last[s.known.document_id] += 1
        rows.append(
            (actor.company_id, s.known.customer_id, s.known.document_id, last[s.known.document_id], s.known.currency,
             s.known.sign * s.amount_minor, s.row.due_on, 0, "", source_id, "", 1, s.known.members[0].due_item_id,
             max(s.on, s.known.effective_on), actor.at)
        )  # fmt: skip
    bulk.insert_rows(
        DueItem,
        ("company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
         "payment_reference", "source_id", "source_key", "occurrence", "supplements_id", "effective_on", "recorded_at"),
        rows,
    )  # fmt: skip


def _last_seq(documents: set[int]) -> dict[int, int]:
    ordered, last = sorted(documents), dict[int, int]()
    for start in range(0, len(ordered), 5_000):
        part = DueItem.objects.filter(document_id__in=ordered[start : start + 5_000])
        last |= dict(part.values_list("document_id").annotate(last=Max("seq")))
    return last
