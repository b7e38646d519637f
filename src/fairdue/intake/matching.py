"""Which listed row is which known item, where several share one key. Pure.

Rows of one key are instalments without part numbers, true twins, or a number used twice. They are paired in rounds, each
round asking for less: the pair that agrees in everything first. What is left over is new, or has vanished.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from fairdue.intake.rows import ItemRow


class Held(Protocol):
    """What matching asks of a known item. Amounts are absolute minor units; ``sign`` is −1 for a credit note."""

    @property
    def currency(self) -> str: ...
    @property
    def sign(self) -> int: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def open_minor(self) -> int: ...
    @property
    def occurrence(self) -> int: ...
    @property
    def due_ordinal(self) -> int: ...


H = TypeVar("H", bound=Held)
Signature = tuple[object, ...]
"""(currency, sign, due day, amount, open): what two sides may agree in."""
Part = Callable[[Signature], Signature]
_ROUNDS: tuple[Part, ...] = (
    lambda s: s,
    lambda s: s[:4],
    lambda s: (*s[:3], s[4]),
    lambda s: s[:3],
    lambda s: (s[0], s[1], s[3]),
    lambda s: s[:2],
    lambda s: (),
)
"""Everything; all but what remains; all but the amount; currency, sign and due date; with the amount instead; currency and
sign; only the key."""
_STANDING_ROUNDS: tuple[Part, ...] = (_ROUNDS[0], _ROUNDS[2])
"""Where nothing changed: everything; all but the amount."""


def sign_of(row: ItemRow) -> int:
    """Give −1 for a credit, +1 otherwise, by what remains, else by the amount."""
    return -1 if (row.open_minor or row.amount_minor or 0) < 0 else 1


def _row_signature(row: ItemRow) -> Signature:
    amount = row.open_minor if row.amount_minor is None else row.amount_minor
    rest = 0 if row.settled_on else abs(row.open_minor)
    return (row.currency, sign_of(row), row.due_on.toordinal(), abs(amount), rest)


def _held_signature(held: Held) -> Signature:
    return (held.currency, held.sign, held.due_ordinal, held.amount_minor, held.open_minor)


def _stands(rows: Sequence[ItemRow], known: Sequence[Held]) -> bool:
    """Tell whether the list says what the ledger shows: the same open amounts by due date, and no settled row unknown."""
    standing = _STANDING_ROUNDS[-1]
    listed = Counter(standing(_row_signature(row)) for row in rows)
    shown = Counter(standing(_held_signature(held)) for held in known)
    return all(
        listed[one] == shown[one] if one[-1] else listed[one] <= shown[one] for one in listed.keys() | shown.keys()
    )


def _row_order(row: ItemRow) -> tuple[date, int, int, int]:
    amount = row.open_minor if row.amount_minor is None else row.amount_minor
    return (row.due_on, amount, row.open_minor, row.line)


def paired(rows: Sequence[ItemRow], known: Sequence[H]) -> list[tuple[ItemRow, H | None]]:
    """Give each row its known item or None, in an order that does not depend on the file's.

    1. Rows stand by due date, amount, rest and line; known items with something open before settled ones, then by occurrence.
    2. Where the list says what the ledger shows, rows meet items of their due date and rest, so that nothing changes.
    3. Otherwise each round pairs what agrees in its part of the signature, in that order.
    4. The last round, which asks for the key alone, finds contradictions: a settled item contradicts nothing, so only
       what still has something open is paired there.
    """
    waiting = sorted(rows, key=_row_order)
    free = sorted(known, key=lambda h: (h.open_minor == 0, h.occurrence))
    found: list[tuple[ItemRow, H | None]] = []
    for part in _STANDING_ROUNDS if _stands(rows, known) else _ROUNDS:
        if part is _ROUNDS[-1]:
            free = [held for held in free if held.open_minor]
        if not waiting or not free:
            break
        by_signature: dict[Signature, list[H]] = {}
        for held in free:
            by_signature.setdefault(part(_held_signature(held)), []).append(held)
        left = []
        for row in waiting:
            candidates = by_signature.get(part(_row_signature(row)))
            if candidates:
                found.append((row, candidates.pop(0)))
            else:
                left.append(row)
        waiting = left
        free = sorted(
            (h for some in by_signature.values() for h in some), key=lambda h: (h.open_minor == 0, h.occurrence)
        )
    return found + [(row, None) for row in waiting]
