"""Parts and answers as they are stored, and back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fairdue.cash.matching.reasons import MatchReason
from fairdue.cash.matching.records import Answer, Kind, Part, State
from fairdue.kernel import chain
from fairdue.kernel.plain_json import Json, as_json

Stored = dict[str, Any]
_PLAIN = Part(None, None, 0)
DIGITS = 40


def part_dict(part: Part) -> Stored:
    """Give the stored form of a part: what says nothing is left out."""
    told: Stored = {
        name: value for name, value, plain in zip(Part._fields, part, _PLAIN, strict=True) if value != plain
    }
    told["amount_minor"], told["kind"] = part.amount_minor, str(part.kind)
    return told


def parts_dicts(parts: Iterable[Part]) -> list[Stored]:
    """Give the stored form of parts."""
    return [part_dict(part) for part in parts]


def parts_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """Read parts back."""
    return tuple(_PLAIN._replace(**{str(name): value for name, value in one.items()}) for one in stored)


def told_by(answer: Answer) -> tuple[Json, Json, Json]:
    """Give the stored forms of an answer's parts, evidence and other explanations, as JSON."""
    evidence = [one.as_dict() for one in answer.evidence]
    others = [parts_dicts(other) for other in answer.others]
    return as_json(parts_dicts(answer.parts)), as_json(evidence), as_json(others)


def digest_of(state: str, answer: Answer, told: tuple[Json, Json, Json]) -> str:
    """Give the hash of what an answer says: equal answers are written once (3). Nothing in it is a float."""
    head = as_json([state, answer.ppm, answer.evidence_class])
    text = f"{head[:-1]},{','.join(told)}]"
    return chain.digest("fairdue cash proposal v1", text.encode())[:DIGITS]


def suspect(state: str, answer: Answer) -> int | None:
    """Give the customer whose the money may be while it is not decided (6): of the best explanation. Nobody's, where the ledger has
    the money already (23)."""
    if any(one.code == MatchReason.ELSEWHERE.code for one in answer.evidence):
        return None
    for parts in (answer.parts, *answer.others):
        for part in parts:
            if part.customer is not None and part.kind in (Kind.PAYMENT, Kind.ON_ACCOUNT):
                return part.customer
    return None


def same_parts(first: Sequence[Part], second: Sequence[Part]) -> bool:
    """Say whether two explanations are one: items, customers and amounts, whatever becomes of a difference."""

    def key(part: Part) -> tuple[str, int, int, int]:
        return str(part.kind), part.item or 0, part.customer or 0, part.amount_minor

    return sorted(map(key, first)) == sorted(map(key, second))


def waits(state: str, undone: bool) -> str:
    """Give the state of a proposal: a line that was taken back once waits (4)."""
    return State.WAITING.value if undone and state == State.POSTED else str(state)
