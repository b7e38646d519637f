"""From receipts to payments and allocations: one payment per customer, currency and day, as payment runs are."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from random import Random

from fairdue.demo.chance import below, between, happens, seeded
from fairdue.demo.drafts import AllocationDraft, Book, PaymentDraft
from fairdue.demo.settlement import Receipt

FRESH_DAYS = 21
"""Only payments of the last three weeks are still waiting to be allocated."""


def book_receipts(book: Book, seed: int, receipts: list[list[Receipt]]) -> None:
    """Turn every customer's receipts into payments with their allocations."""
    for customer, found in enumerate(receipts):
        rng = seeded(seed, f"receipts {book.customers[customer].number}")
        runs: dict[tuple[int, str], list[Receipt]] = {}
        for receipt in sorted(found, key=lambda receipt: (receipt.on, receipt.item)):
            currency = book.documents[book.items[receipt.item].document].currency
            runs.setdefault((receipt.on.toordinal(), currency), []).append(receipt)
        mistaken = _mistaken(rng, list(runs.values()))
        for (_, currency), run in runs.items():
            _pay(book, rng, customer, currency, run, mistaken)


def _mistaken(rng: Random, runs: list[list[Receipt]]) -> dict[int, Receipt]:
    """Choose receipts that were first applied to another item: item to the receipt that settles that other item later."""
    found: dict[int, Receipt] = {}
    for run, later in pairwise(runs):
        first, other = run[0], later[0]
        alone = len(run) == 1 and first.lone and other.lone and not first.discount_minor
        fits = alone and first.amount_minor <= other.amount_minor and other.on - first.on > timedelta(days=4)
        if fits and happens(rng, 6_000):
            found[first.item] = other
    return found


def _pay(
    book: Book, rng: Random, customer: int, currency: str, run: list[Receipt], mistaken: dict[int, Receipt]
) -> None:
    on = run[0].on
    amount_minor = sum(receipt.amount_minor for receipt in run)
    if not amount_minor:
        return
    draft = book.customers[customer]
    numbers = [book.documents[book.items[receipt.item].document].number for receipt in run]
    reference = ", ".join(numbers[:6]) + (" …" if len(numbers) > 6 else "")
    fresh = (book.as_of - on).days <= FRESH_DAYS
    payment = PaymentDraft(customer, None, currency, amount_minor, on, draft.name, reference)
    book.payments.append(payment)
    if fresh and happens(rng, 70_000):
        _leave_unapplied(rng, payment, customer)
        return
    if happens(rng, 5_000):
        payment.amount_minor += between(rng, 1, 900)
    place = len(book.payments) - 1
    for receipt in run:
        other = mistaken.get(receipt.item)
        item_currency_same = other is not None and book.documents[book.items[other.item].document].currency == currency
        if other is not None and item_currency_same and issued(book, other.item) <= on.toordinal():
            _apply_twice(book, customer, currency, receipt, other.item, place)
        else:
            _apply(book, customer, currency, receipt, place)


def issued(book: Book, item: int) -> int:
    """Give the ordinal of the day on which an item's document was issued."""
    return book.documents[book.items[item].document].issued_on.toordinal()


def _leave_unapplied(rng: Random, payment: PaymentDraft, customer: int) -> None:
    """Leave a payment waiting: known whose it is, only suspected, or not known at all."""
    draw = below(rng, 10)
    if draw < 5:
        payment.reference = "on account"
    elif draw < 9:
        payment.customer, payment.suspected, payment.reference = None, customer, payment.reference[-5:]
    else:
        payment.customer, payment.reference, payment.payer = None, "transfer", payment.payer[:4]


def _apply(book: Book, customer: int, currency: str, receipt: Receipt, payment: int) -> None:
    if receipt.amount_minor:
        book.allocations.append(
            AllocationDraft(
                "payment", customer, receipt.item, currency, receipt.amount_minor, receipt.on, payment=payment
            )
        )
    if receipt.discount_minor:
        book.allocations.append(
            AllocationDraft("discount", customer, receipt.item, currency, receipt.discount_minor, receipt.on)
        )


def _apply_twice(book: Book, customer: int, currency: str, receipt: Receipt, wrong_item: int, payment: int) -> None:
    """Apply a payment to the wrong item, take it back three days later and apply it to the right one."""
    corrected_on = receipt.on + timedelta(days=3)
    first = AllocationDraft(
        "payment", customer, wrong_item, currency, receipt.amount_minor, receipt.on, payment=payment
    )
    book.allocations.append(first)
    if corrected_on > book.as_of:
        return
    book.allocations.append(AllocationDraft(
        "payment", customer, wrong_item, currency, -receipt.amount_minor, corrected_on, payment=payment,
        reverses=len(book.allocations) - 1, reason="applied to the wrong invoice",
    ))  # fmt: skip
    book.allocations.append(AllocationDraft(
        "payment", customer, receipt.item, currency, receipt.amount_minor, corrected_on, payment=payment,
    ))  # fmt: skip


def open_amounts(book: Book) -> dict[int, int]:
    """Give what every item with a balance leaves open, by the item's place. A credit note's rest is negative."""
    rest = [item.amount_minor for item in book.items]
    for allocation in book.allocations:
        rest[allocation.item] -= allocation.amount_minor
        if allocation.credit_item is not None:
            rest[allocation.credit_item] += allocation.amount_minor
    return {place: minor for place, minor in enumerate(rest) if minor}


def write_off(book: Book, seed: int) -> None:
    """Write off what is too small to chase, and half of what insolvent customers owe for more than 150 days."""
    rng = seeded(seed, "write off")
    for item, rest_minor in open_amounts(book).items():
        draft = book.items[item]
        document = book.documents[draft.document]
        payer = book.customers[document.customer].payer
        old = (book.as_of - draft.due_on).days > 150
        small = 0 < rest_minor < 500 and (book.as_of - draft.due_on).days > 45
        lost = payer.habit == "insolvent" and old and rest_minor > 0
        if not (small or lost) or not happens(rng, 500_000):
            continue
        on = book.as_of - timedelta(days=between(rng, 1, 25))
        reason = "small balance" if small else "insolvency: no quota expected"
        book.allocations.append(
            AllocationDraft("write_off", document.customer, item, document.currency, rest_minor, on, reason=reason)
        )
