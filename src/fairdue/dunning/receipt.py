"""How the receipt of each document stands, from the messages that asked for it and what the debtor answered. Pure.

The numbers are those of ``docs/algorithms/receipt.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from fairdue.dunning.account import StepState

DOCUMENT = "receipt_confirmation"
SILENT_AFTER_DAYS = 5
"""Days after the hand-over from which nothing heard is silence; the policy's own task asks after as many by default."""


class Receipt(StrEnum):
    """Where the receipt of a document stands."""

    SENT = "sent"
    """The question is written and waits to be handed over."""
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SILENT = "silent"


class Asked(NamedTuple):
    """A due item that a message asked about. ``on`` is the day of the hand-over, else of the writing."""

    due_item_id: int
    state: StepState
    on: date


class Answered(NamedTuple):
    """What the debtor answered; no items: all that it had been asked about by then."""

    kind: str
    due_item_ids: tuple[int, ...]
    on: date


_SAYS = {
    "received": Receipt.RECEIVED,
    "already_paid": Receipt.RECEIVED,
    "approved": Receipt.ACCEPTED,
    "wrong": Receipt.REJECTED,
}


def states(asked: Iterable[Asked], answered: Iterable[Answered], today: date) -> dict[int, Receipt]:
    """Give the state of every due item that was asked about or answered (1 to 6). ``answered`` in the order of answering."""
    handed: dict[int, date] = {}
    found: dict[int, Receipt] = {}
    for one in asked:
        if one.state is StepState.DONE:
            handed[one.due_item_id] = min(handed.get(one.due_item_id, one.on), one.on)
        elif one.state is StepState.WAITING:
            found.setdefault(one.due_item_id, Receipt.SENT)
    heard: dict[int, date] = defaultdict(lambda: date.min)
    said: dict[int, Receipt] = {}
    for answer in answered:
        if answer.on > today:
            continue
        items = answer.due_item_ids or tuple(item for item, on in handed.items() if on <= answer.on)
        for item in items:
            heard[item] = max(heard[item], answer.on)
            says = _SAYS.get(answer.kind)
            if says and not (says is Receipt.RECEIVED and said.get(item) is Receipt.ACCEPTED):
                said[item] = says
    for item, on in handed.items():
        silent = (today - on).days >= SILENT_AFTER_DAYS and heard[item] < on
        found[item] = Receipt.SILENT if silent else Receipt.HANDED_OVER
    return found | said


def by_customer(
    asked: Mapping[int, list[Asked]], answered: Mapping[int, list[Answered]], today: date
) -> dict[int, Receipt]:
    """Give the states of the items of many customers."""
    found: dict[int, Receipt] = {}
    for customer_id in asked.keys() | answered.keys():
        found |= states(asked.get(customer_id, ()), answered.get(customer_id, ()), today)
    return found
