"""Lines of a statement, their keys, and how many of a key count. Pure; the numbers are those of docs/algorithms/bank-entries.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from fairdue.formats.bank.records import Begin, Detail, Entry, Party, Status, Told
from fairdue.kernel import chain
from fairdue.kernel.money import MINOR_MAX

_SPACES = re.compile(r"\s+")
BY_REFERENCE, BY_CONTENT = "r", "c"


class Line(NamedTuple):
    """One line of a statement (4). Amounts are minor units of ``currency``, money in positive."""

    entry: int
    part: int
    """0 for an entry as a whole, else the place of its detail, from 1."""
    source_line: int
    amount_minor: int
    currency: str
    status: str
    reversal: bool
    booked_on: date | None
    valued_on: date | None
    bank_reference: str
    reference: str
    end_to_end: str
    mandate: str
    structured: tuple[str, ...]
    """The creditor's references and numbers of documents that are given as such."""
    name: str
    account: str
    ultimate: str
    """For whom it was paid, where that is somebody else."""
    text: tuple[str, ...]
    code: str
    bank_code: str
    return_code: str
    batch_reference: str
    information: tuple[str, ...]
    instructed_minor: int | None = None
    """The amount as the payer instructed it, where the bank converted it."""
    instructed_currency: str = ""
    entry_reference: str = ""
    """The bank's own reference of the entry, of a part too."""


class Place(NamedTuple):
    """A bank's own numbering of a statement (7); empty where it has none."""

    number: str = ""
    page: str = ""
    year: int = 0

    def __bool__(self) -> bool:
        return bool(self.number)


def place_of(begin: Begin, last_on: date | None) -> Place:
    """Give a statement's place among the bank's own numbers (7). Zeros in front and an empty page 1 say nothing."""
    number = begin.number.strip().lstrip("0")
    if not number or begin.told != Told.BOOKED:
        return Place()
    return Place(number, begin.page.strip().lstrip("0") or "1", last_on.year if last_on else 0)


def lines_of(entry: Entry, own_account: str = "") -> list[Line]:
    """Give the lines of an entry (4)."""
    details = entry.details
    amounts = [detail.amount_minor for detail in details if detail.currency == entry.currency]
    known = [amount for amount in amounts if amount is not None]
    if len(details) > 1 and len(known) == len(details) and sum(known) == entry.amount_minor:
        pairs = zip(details, known, strict=True)
        return [_line(entry, detail, part, amount, own_account) for part, (detail, amount) in enumerate(pairs, 1)]
    return [_line(entry, details[0] if len(details) == 1 else None, 0, entry.amount_minor, own_account)]


def _line(entry: Entry, detail: Detail | None, part: int, amount_minor: int, own_account: str) -> Line:
    party, ultimate = _other_side(detail, amount_minor, entry.reversal, own_account)
    structured: tuple[str, ...] = ()
    if detail is not None:
        told = [one.reference for one in detail.structured]
        told += [document.number for one in detail.structured for document in one.documents]
        structured = tuple(text for text in told if text)
    return Line(
        entry.ordinal, part, entry.line, amount_minor, entry.currency, entry.status, entry.reversal, entry.booked_on,
        entry.valued_on, (detail.bank_reference if detail and part else "") or entry.bank_reference, entry.reference,
        detail.end_to_end if detail else "", detail.mandate if detail else "", structured, party.name, party.account,
        ultimate.name, detail.text if detail else (), entry.code, entry.bank_code, detail.return_code if detail else "",
        entry.batch_reference, (*entry.information, *(detail.information if detail else ())),
        *_instructed(entry, detail), entry.bank_reference,
    )  # fmt: skip


def _instructed(entry: Entry, detail: Detail | None) -> tuple[int | None, str]:
    """Give what the payer instructed in another currency; the detail tells it, else the entry of a single one."""
    told = (detail.exchange if detail else None) or (entry.exchange if len(entry.details) < 2 else None)
    if told is None or told.instructed_minor is None or len(told.instructed_currency) != 3:
        return None, ""
    if told.instructed_currency == entry.currency or abs(told.instructed_minor) > MINOR_MAX:
        return None, ""
    return told.instructed_minor, told.instructed_currency


def _other_side(detail: Detail | None, amount_minor: int, reversal: bool, own_account: str) -> tuple[Party, Party]:
    """Give who paid or was paid, and for whom. Formats differ on whose side a reversal tells, so our own account is left out."""
    if detail is None:
        return Party(), Party()
    sides = [(detail.debtor, detail.ultimate_debtor), (detail.creditor, detail.ultimate_creditor)]
    if (amount_minor >= 0) == reversal:
        sides.reverse()
    for party, ultimate in sides:
        if party is not None and (party.name or party.account) and (not own_account or party.account != own_account):
            return party, ultimate or Party()
    return Party(), sides[0][1] or Party()


def key_of(line: Line) -> str:
    """Give the key of a line (6): its kind, and a hash."""
    if line.bank_reference:
        told = [line.bank_reference, _day(line.booked_on), line.amount_minor, line.currency, line.reversal, line.part]
        return BY_REFERENCE + chain.digest("fairdue bank line v1", chain.canonical(told))[:40]
    return BY_CONTENT + _content(line, [_day(line.booked_on), _day(line.valued_on)])


def announced_key(line: Line) -> str:
    """Give the key under which a booked line finds the one that announced it (11): content without days."""
    return _content(line, [])


def _content(line: Line, days: list[str]) -> str:
    texts = (
        line.reference,
        line.end_to_end,
        line.mandate,
        *line.structured,
        line.name,
        line.account,
        line.ultimate,
        *line.text,
    )
    packed = _SPACES.sub("", "".join(texts)).casefold()
    told = [*days, line.amount_minor, line.currency, line.reversal, packed]
    return chain.digest("fairdue bank content v1", chain.canonical(told))[:40]


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


class Delivery(NamedTuple):
    """How often a statement holds the lines of each key."""

    place: Place
    counts: Mapping[str, int]


def counting(deliveries: Iterable[Delivery]) -> Counter[str]:
    """Give how many lines of each key count, over all deliveries of an account (8)."""
    most: Counter[str] = Counter()
    placed: dict[Place, Counter[str]] = {}
    for delivery in deliveries:
        held = placed.setdefault(delivery.place, Counter()) if delivery.place else Counter()
        for key, count in delivery.counts.items():
            if delivery.place and key[0] == BY_CONTENT:
                held[key] = max(held[key], count)
            else:
                most[key] = max(most[key], count)
    total: Counter[str] = Counter()
    for held in placed.values():
        total.update(held)
    for key, count in most.items():
        total[key] = max(total[key], count)
    return total


def new_lines(keys: Sequence[str], place: Place, known: Sequence[Delivery], standing: Mapping[str, int]) -> list[int]:
    """Give the occurrence of each line of a statement, or 0 for one that is known. ``standing``: how many of a key count already.

    ``known`` are the deliveries before it that hold any of its keys. Of lines with one key the first are the known ones.
    """
    here = Delivery(place, Counter(keys))
    target = counting([*known, here])
    seen: Counter[str] = Counter()
    occurrences = []
    for key in keys:
        seen[key] += 1
        new = target[key] - standing.get(key, 0)
        number = seen[key] - (here.counts[key] - new)
        occurrences.append(standing.get(key, 0) + number if number > 0 else 0)
    return occurrences


def is_counted(line: Line, told: Told) -> bool:
    """Say whether a line is money on the account, or only announced (11)."""
    return told == Told.BOOKED and line.status == Status.BOOKED
