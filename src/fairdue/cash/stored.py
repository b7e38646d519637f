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
SUSPECTS_MAX = 10
"""So many customers are held for one line at most (bank data in the line, 7)."""


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


def suspects(answer: Answer) -> tuple[int, ...]:
    """Give the customers whose the money may be while it is not decided (6), the best explanation's first.

    The rules are numbers 7 and 8 of ``docs/algorithms/bank-data-in-the-line.md``.
    """
    if any(one.code == MatchReason.ELSEWHERE.code for one in answer.evidence):
        return ()
    return _each_once(
        [*payers(answer.parts), *(one for other in answer.others for one in payers(other)), *answer.further]
    )


def suspects_stored(proposal: Mapping[str, Any]) -> tuple[int, ...]:
    """Give them of a stored proposal: its ``parts``, ``others`` and ``evidence``."""
    if any(one["code"] == MatchReason.ELSEWHERE.code for one in proposal["evidence"]):
        return ()
    told = (proposal["parts"], *proposal["others"])
    return _each_once([one for stored in told for one in payers(parts_of(stored))])


def payers(parts: Iterable[Part]) -> list[int]:
    """Give the customers of parts that pay an item or go on account, in their order."""
    return [one.customer for one in parts if one.customer is not None and one.kind in (Kind.PAYMENT, Kind.ON_ACCOUNT)]


def _each_once(customers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(customers))[:SUSPECTS_MAX]


def same_parts(first: Sequence[Part], second: Sequence[Part]) -> bool:
    """Say whether two explanations are one: items, customers and amounts, whatever becomes of a difference."""

    def key(part: Part) -> tuple[str, int, int, int]:
        return str(part.kind), part.item or 0, part.customer or 0, part.amount_minor

    return sorted(map(key, first)) == sorted(map(key, second))


def waits(state: str, undone: bool) -> str:
    """Give the state of a proposal: a line that was taken back once waits (4)."""
    return State.WAITING.value if undone and state == State.POSTED else str(state)
