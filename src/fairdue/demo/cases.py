"""Cases around due items: promises, disputes, credit notes, plans, insolvency, and holds of other reasons."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from fairdue.demo.behaviour import Habit
from fairdue.demo.chance import between, happens, one_of, seeded
from fairdue.demo.drafts import AllocationDraft, Book, DocumentDraft, EffectDraft, HoldDraft, ItemDraft

DISPUTE_NOTES = (
    "Two parts delivered with the wrong thread",
    "Price differs from the order",
    "Quantity delivered is lower than invoiced",
    "Delivery note not signed by the customer",
    "Surface damage reported on arrival",
    "Order number missing on the invoice",
)


def promise(book: Book, rng: Random, customer: int, item: int, due_on: date, pays_on: date | None) -> None:
    """Record a promise to pay one late item, kept or broken; who never pays may promise twice."""
    since = due_on + timedelta(days=between(rng, 5, 11))
    for _ in range(1 if pays_on is not None else between(rng, 1, 2)):
        until = since + timedelta(days=between(rng, 6, 15))
        if pays_on is not None and happens(rng, 560_000):
            until = max(until, pays_on)
        if since > book.as_of or (pays_on is not None and since >= pays_on):
            return
        kept = pays_on is not None and pays_on <= until
        ended_on = pays_on if kept else until + timedelta(days=1)
        hold = _item_hold(book, customer, item, "promise", since, f"Promised to pay by {until.isoformat()}")
        hold.until = until
        hold.amount_minor = book.items[item].amount_minor
        _release(book, hold, ended_on, "kept" if kept else "broken")
        since = until + timedelta(days=between(rng, 6, 20))


def dispute(
    book: Book,
    rng: Random,
    customer: int,
    item: int,
    part_minor: int | None,
    since: date,
    decided_on: date,
    *,
    justified: bool,
) -> None:
    """Record a dispute of an item, or of a part of it, and its decision if it has fallen."""
    hold = _item_hold(book, customer, item, "dispute", since, one_of(rng, DISPUTE_NOTES))
    hold.amount_minor = part_minor
    _release(book, hold, decided_on, "justified" if justified else "not justified")


def credit(book: Book, customer: int, item: int, amount_minor: int, on: date, *, applied: bool) -> None:
    """Issue a credit note for a part of an item, and apply it to the item unless it is left open."""
    document = book.documents[book.items[item].document]
    book.documents.append(
        DocumentDraft(customer, "credit_note", on, document.currency, -amount_minor, "Due on receipt")
    )
    book.items.append(ItemDraft(len(book.documents) - 1, 1, -amount_minor, on, None, 0))
    if applied:
        book.allocations.append(
            AllocationDraft(
                "credit", customer, item, document.currency, amount_minor, on, credit_item=len(book.items) - 1
            )
        )


def plan(book: Book, customer: int, item: int, signed_on: date, days: list[date], *, keeps: bool) -> None:
    """Hold an item under an instalment plan until its last day; a broken plan ends the day after the missed instalment."""
    hold = _item_hold(
        book, customer, item, "plan", signed_on, f"Plan of {len(days)} instalments, last on {days[-1].isoformat()}"
    )
    hold.until = days[-1]
    if keeps:
        _release(book, hold, days[-1], "kept")
    else:
        _release(book, hold, days[1] + timedelta(days=1), "broken")


def customer_cases(book: Book) -> None:
    """Record what follows for customers that stopped: insolvency stays, sales blocks, delivery stops, limit reviews."""
    for place, customer in enumerate(book.customers):
        payer = customer.payer
        if payer.habit is Habit.DETERIORATING:
            _effect(book, place, "limit_review", book.as_of - timedelta(days=45), "payment trend")
        if payer.stopped_on is None:
            continue
        _effect(book, place, "sales_block", payer.stopped_on + timedelta(days=43), "overdue")
        if payer.habit is Habit.INSOLVENT:
            filed_on = payer.stopped_on + timedelta(days=40)
            _effect(book, place, "delivery_stop", filed_on, "insolvency")
            if filed_on <= book.as_of:
                book.holds.append(
                    HoldDraft(place, "insolvency", filed_on, note="Insolvency proceedings opened; claim to be filed")
                )


def open_item_cases(book: Book, seed: int, open_minor: dict[int, int]) -> None:
    """Hold a few of the overdue items for the reasons of daily work: says it has paid, check inside, mediation, legal, reply."""
    rng = seeded(seed, "open item cases")
    held = {hold.item for hold in book.holds if hold.released_on is None}
    for item in sorted(open_minor):
        draft = book.items[item]
        if draft.amount_minor < 0 or draft.due_on >= book.as_of or item in held or not happens(rng, 80_000):
            continue
        days = (book.as_of - draft.due_on).days
        if days > 60:
            reason, note = one_of(
                rng, (("mediation", "Mediation agreed"), ("legal", "With the lawyer"), ("manual", "Visit planned"))
            )
        else:
            reason, note = one_of(rng, (
                ("claims_paid", "Says it has paid; proof asked for"), ("internal_check", "Proof of delivery wanted"),
                ("reply", "Reply waits to be read"),
            ))  # fmt: skip
        since = max(draft.due_on, book.as_of - timedelta(days=between(rng, 0, 6)))
        _item_hold(book, book.documents[draft.document].customer, item, reason, since, note)


def _item_hold(book: Book, customer: int, item: int, reason: str, since: date, note: str) -> HoldDraft:
    currency = book.documents[book.items[item].document].currency
    hold = HoldDraft(customer, reason, since, item=item, currency=currency, note=note)
    book.holds.append(hold)
    return hold


def _release(book: Book, hold: HoldDraft, on: date | None, reason: str) -> None:
    if on is not None and on <= book.as_of:
        hold.released_on, hold.release_reason = on, reason


def _effect(book: Book, customer: int, kind: str, since: date, cause: str) -> None:
    if since <= book.as_of:
        book.effects.append(EffectDraft(customer, kind, since, cause))
