"""To which customer and message an inbound mail belongs. Pure: what the ledger knows of the clues comes in as facts.

``docs/algorithms/replies.md`` says the rules first; each piece of evidence is a reason that the reader sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fairdue.contact.reasons import ThreadReason
from fairdue.kernel.reasons import Reason, because

CERTAIN, STRONG, FAIR, SLIGHT, NAMED, WEAK = 100, 90, 70, 60, 50, 40
"""How much a piece of evidence weighs, in hundredths: our own random identity; a checked or telling number; a contact's address;
the domain of contacts; the customer's name; a word that may be a number of ours."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One clue that the ledger knows: to which customers it points, and to which message if to one."""

    reason: Reason
    weight: int
    customer_ids: frozenset[int]
    message_id: int | None = None
    due_item_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that left or may have left: when, and which items it claimed."""

    message_id: int
    customer_id: int
    on: date
    due_item_ids: frozenset[int]
    chases: bool


@dataclass(frozen=True, slots=True)
class Threaded:
    """The customer (None: a person decides), how sure, why; and the candidates where there are several."""

    customer_id: int | None
    confidence: int
    reasons: tuple[Reason, ...]
    message_id: int | None = None
    candidates: tuple[int, ...] = ()
    due_item_ids: frozenset[int] = frozenset()


def thread(found: Iterable[Evidence], groups: dict[int, int], *, answers: bool) -> Threaded:
    """Decide by weight. ``groups`` gives the corporate group of the customers that have one; ``answers`` whether it looks like an
    answer to something.

    1. Certain evidence decides alone: the first piece (the nearest Message-ID); what contradicts it is kept as a reason.
    2. Else the customer on which all strong evidence agrees; where it names several, an address among them decides.
    3. A strong number against a known address of another customer is a conflict, unless both belong to one group.
    4. One document number from an address that nobody knows, in a mail that answers nothing and does not name the customer, is too
       little: it may be another's.
    5. Else addresses, else the domain, else the customer's name, where exactly one customer is left; a weak hint may choose among several.
    """
    evidence = sorted(found, key=lambda one: -one.weight)
    if not evidence:
        return Threaded(None, 0, (because(ThreadReason.NOTHING_KNOWN),))
    first = evidence[0]
    if first.weight == CERTAIN and len(first.customer_ids) == 1:
        return _to(min(first.customer_ids), CERTAIN, evidence)
    by = {weight: [one for one in evidence if one.weight == weight] for weight in (STRONG, FAIR, SLIGHT, NAMED)}
    chosen, weight = frozenset[int](), 0
    if by[STRONG]:
        chosen, weight = _by_numbers(by[STRONG], by[FAIR], groups), STRONG
        known = any(one.customer_ids & chosen for one in by[FAIR] + by[SLIGHT] + by[NAMED])
        if not answers and not known and [one.reason.code for one in by[STRONG]] == [ThreadReason.DOCUMENT.code]:
            chosen = frozenset()
    else:
        weight = next((one for one in (FAIR, SLIGHT, NAMED) if by[one]), NAMED)
        chosen = _agreed(by[weight])
    if len(chosen) > 1:
        chosen = chosen & _agreed(one for one in evidence if one.customer_ids & chosen) or chosen
    return _to(min(chosen), weight, evidence) if len(chosen) == 1 else _open(evidence)


def _by_numbers(strong: list[Evidence], fair: list[Evidence], groups: dict[int, int]) -> frozenset[int]:
    """Give the customers that numbers name, checked against the addresses; nothing where they contradict."""
    named = _agreed(strong)
    if not named:
        return _any(strong) & _agreed(fair)
    written = _any(fair)
    if not written or named & written:
        return named & written or named
    return named if _one_group(named | written, groups) else frozenset()


def _agreed(evidence: Iterable[Evidence]) -> frozenset[int]:
    sets = [one.customer_ids for one in evidence]
    return frozenset.intersection(*sets) if sets else frozenset()


def _any(evidence: Iterable[Evidence]) -> frozenset[int]:
    return frozenset().union(*(one.customer_ids for one in evidence))


def _one_group(customer_ids: frozenset[int], groups: dict[int, int]) -> bool:
    found = {groups.get(one) for one in customer_ids}
    return len(found) == 1 and None not in found


def _to(customer_id: int, weight: int, evidence: list[Evidence]) -> Threaded:
    fitting = [one for one in evidence if customer_id in one.customer_ids]
    message = next((one.message_id for one in fitting if one.message_id is not None), None)
    items = frozenset().union(*(one.due_item_ids for one in fitting))
    return Threaded(customer_id, weight, tuple(one.reason for one in evidence), message, (), items)


def _open(evidence: list[Evidence]) -> Threaded:
    """Leave it to a person, with the customers that it may belong to."""
    named = tuple(sorted(_any(evidence)))[:20]
    code = ThreadReason.SEVERAL if len(named) > 1 else ThreadReason.TOO_LITTLE
    return Threaded(None, 0, (because(code, customers=len(named)), *(one.reason for one in evidence)), None, named)


def answered(threaded: Threaded, sent: Iterable[Sent], on: date) -> int | None:
    """Give the message that a threaded mail answers: the one named, else the last that left before it.

    Among those of the last 180 days the ones that claim an item the mail names come first, then those that chase.
    """
    if threaded.message_id is not None or threaded.customer_id is None:
        return threaded.message_id
    fitting = [one for one in sent if one.customer_id == threaded.customer_id and 0 <= (on - one.on).days <= 180]
    best = max(
        fitting,
        key=lambda one: (bool(one.due_item_ids & threaded.due_item_ids), one.chases, one.on, one.message_id),
        default=None,
    )
    return best.message_id if best else None
