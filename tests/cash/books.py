"""Small books for tests of the matcher."""

from __future__ import annotations

from datetime import date

from fairdue.cash.matching.classes import NEVER, Evidence
from fairdue.cash.matching.match import match
from fairdue.cash.matching.records import Advice, Alias, Answer, Book, Customer, Item, Line, Paid

TODAY = date(2026, 5, 20)
ALL = frozenset(Evidence) - NEVER


def item(
    number,
    amount,
    customer=1,
    *,
    open_minor=None,
    currency="EUR",
    issued=date(2026, 4, 1),
    due=date(2026, 5, 1),
    **more,
):
    """Make an item; its id is made of its number."""
    return Item(
        hash_of(number), customer, number, currency, amount, amount if open_minor is None else open_minor, issued, due, **more
    )  # fmt: skip


def hash_of(number: str) -> int:
    return int.from_bytes(number.encode()[-7:], "big")


def line(amount, text="", *, name="", account="", on=TODAY, number=1, **more):
    return Line(number, on, amount, more.pop("currency", "EUR"), name, account, text=text, **more)


def book(
    *items: Item, customers=((1, "Müller Pumpen GmbH"),), paid: tuple[Paid, ...] = (), aliases: tuple[Alias, ...] = (),
    advices: tuple[Advice, ...] = (), home="DE",
) -> Book:  # fmt: skip
    known = [Customer(one[0], (one[1],), *one[2:]) for one in customers]
    return Book(known, items, paid, aliases, advices, home)


def one(known: Book, *lines: Line, allowed: frozenset[str] = ALL) -> Answer:
    """Give the last line's answer."""
    return list(match(known, lines, allowed))[-1]


def told(answer: Answer) -> list[tuple[object, int]]:
    """Give what an answer pays: the item's id, or @ and the customer."""
    return [(part.item if part.item is not None else f"@{part.customer}", part.amount_minor) for part in answer.parts]


def codes(answer: Answer) -> list[str]:
    return [reason.code.rpartition(".")[2] for reason in answer.evidence]
