"""What becomes of each due item: paid, paid in part, credited, disputed, promised, planned or left unpaid.

The history of one customer is drawn item by item. An item's fate is a list of receipts (money it will get) and events (holds,
credit notes, later due dates). Whatever would happen after the book's day has not happened yet and is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fairdue.demo import cases
from fairdue.demo.behaviour import Habit, Payer
from fairdue.demo.chance import below, between, happens, one_of, seeded
from fairdue.demo.drafts import Book, ExtensionDraft
from fairdue.kernel.rounding import split


@dataclass(slots=True)
class Receipt:
    """Money that one item gets on a day, with the discount taken; ``lone`` when it settles the item in one go."""

    on: date
    item: int
    amount_minor: int
    discount_minor: int = 0
    lone: bool = False


def settle(book: Book, seed: int, step: Callable[[int], None]) -> list[list[Receipt]]:
    """Draw the fate of every item, and give the receipts by customer; events go into the book."""
    items_of: list[list[int]] = [[] for _ in book.customers]
    for place, item in enumerate(book.items):
        items_of[book.documents[item.document].customer].append(place)
    receipts = []
    for customer, items in enumerate(items_of):
        rng = seeded(seed, f"settlement {book.customers[customer].number}")
        found: list[Receipt] = []
        for place in items:
            found += _fate(book, rng, customer, place)
        receipts.append([receipt for receipt in found if receipt.on <= book.as_of])
        step(customer + 1)
    return receipts


def _fate(book: Book, rng: Random, customer: int, place: int) -> list[Receipt]:
    payer = book.customers[customer].payer
    item = book.items[place]
    issued_on = book.documents[item.document].issued_on
    due_on = item.due_on
    if happens(rng, 8_000) and due_on - timedelta(days=4) > issued_on:
        due_on = _extend(book, rng, place)
    pays_on = payer.pays_on(rng, issued_on, due_on, item.discount_until)
    if payer.habit is Habit.PLAN and pays_on is None:
        return _plan(book, rng, customer, place)
    draw = below(rng, 1000)
    if draw < 14 and pays_on is not None:
        return _disputed(book, rng, customer, place, pays_on)
    if draw < 40 and pays_on is not None:
        return _credited(book, rng, customer, place, pays_on)
    if draw < 58 and pays_on is not None and item.amount_minor >= 1_000:
        return _in_parts(rng, place, item.amount_minor, pays_on)
    late = book.as_of + timedelta(days=90) if pays_on is None else pays_on
    if (late - due_on).days > 14 and happens(rng, 250_000):
        cases.promise(book, rng, customer, place, due_on, pays_on)
    return (
        []
        if pays_on is None
        else [_whole(rng, payer, place, item.amount_minor, pays_on, item.discount_until, item.discount_minor)]
    )


def _whole(
    rng: Random, payer: Payer, place: int, amount_minor: int, on: date, discount_until: date | None, discount_minor: int
) -> Receipt:
    if discount_until is None or not discount_minor:
        return Receipt(on, place, amount_minor, lone=True)
    if on <= discount_until:
        return Receipt(on, place, amount_minor - discount_minor, discount_minor, lone=True)
    if payer.habit is Habit.DISCOUNT and on <= discount_until + timedelta(days=7):
        # Deducted too late: the difference stays open.
        return Receipt(on, place, amount_minor - discount_minor)
    return Receipt(on, place, amount_minor, lone=True)


def _extend(book: Book, rng: Random, place: int) -> date:
    item = book.items[place]
    agreed_on = item.due_on - timedelta(days=between(rng, 1, 4))
    if agreed_on > book.as_of:
        return item.due_on
    later = item.due_on + timedelta(days=one_of(rng, (14, 30)))
    book.extensions.append(ExtensionDraft(place, later, "Extension agreed by telephone", agreed_on))
    return later


def _in_parts(rng: Random, place: int, amount_minor: int, on: date) -> list[Receipt]:
    first, second = split(amount_minor, [between(rng, 4, 8), between(rng, 2, 6)])
    return [Receipt(on, place, first), Receipt(on + timedelta(days=between(rng, 18, 45)), place, second)]


def _credited(book: Book, rng: Random, customer: int, place: int, on: date) -> list[Receipt]:
    item = book.items[place]
    credit_minor = split(item.amount_minor, [100 - (share := one_of(rng, (5, 10, 10, 20, 30, 100))), share])[1]
    credited_on = book.documents[item.document].issued_on + timedelta(days=between(rng, 4, 20))
    if not credit_minor or credited_on > book.as_of:
        return [Receipt(on, place, item.amount_minor, lone=True)]
    cases.credit(book, customer, place, credit_minor, credited_on, applied=happens(rng, 920_000))
    rest_minor = item.amount_minor - credit_minor
    return [Receipt(max(on, credited_on), place, rest_minor)] if rest_minor else []


def _disputed(book: Book, rng: Random, customer: int, place: int, on: date) -> list[Receipt]:
    item = book.items[place]
    whole = happens(rng, 400_000)
    part_minor = item.amount_minor if whole else split(item.amount_minor, [75, 25])[1]
    since = max(
        book.documents[item.document].issued_on + timedelta(days=3), item.due_on - timedelta(days=between(rng, 0, 15))
    )
    decided_on = since + timedelta(days=between(rng, 12, 75))
    if since > book.as_of or not part_minor:
        return [Receipt(on, place, item.amount_minor, lone=True)]
    rest_minor = item.amount_minor - part_minor
    receipts = [Receipt(max(on, since), place, rest_minor)] if rest_minor else []
    justified = happens(rng, 550_000)
    cases.dispute(book, rng, customer, place, None if whole else part_minor, since, decided_on, justified=justified)
    if justified and decided_on <= book.as_of:
        cases.credit(book, customer, place, part_minor, decided_on, applied=True)
    else:
        receipts.append(Receipt(max(on, decided_on + timedelta(days=between(rng, 5, 20))), place, part_minor))
    return receipts


def _plan(book: Book, rng: Random, customer: int, place: int) -> list[Receipt]:
    """Three monthly instalments of each item that was open when the plan was signed, 50 days after payments stopped."""
    payer = book.customers[customer].payer
    item = book.items[place]
    if payer.stopped_on is None or (signed_on := payer.stopped_on + timedelta(days=50)) > book.as_of:
        return []
    days = [signed_on + timedelta(days=30 * number) for number in (1, 2, 3)]
    cases.plan(book, customer, place, signed_on, days, keeps=payer.keeps_plan)
    kept = days if payer.keeps_plan else days[:1]
    parts = split(item.amount_minor, [1, 1, 1])
    return [Receipt(on, place, part) for on, part in zip(kept, parts, strict=False) if part]
