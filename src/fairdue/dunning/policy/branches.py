"""Branches of a policy as values: tests on facts, and what is done otherwise. Pure; ``docs/algorithms/strategy.md`` is the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fairdue.kernel.money import plain

GRADES = ("A+", "A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-")
"""Grades from best to worst; their published value is the place in this list, from 1."""
LEVELS = ("yellow", "orange", "red")
"""Warning levels; their published value is the place in this list, from 1."""


class Sign(StrEnum):
    """How a fact is held against the number of a test."""

    OVER = "over"
    UNDER = "under"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    AMONG = "among"


class Absent(StrEnum):
    """What becomes of a branch whose facts do not settle it."""

    SKIP = "skip"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Test:
    """One test: ``fact`` against a whole number, words, or amounts by currency in minor units. ``word`` is its key in YAML."""

    __test__ = False

    word: str
    fact: str
    sign: Sign
    number: int = 0
    among: tuple[str, ...] = ()
    amounts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Tests held together: ``all``, ``any`` or ``not`` (of all its parts)."""

    kind: str
    parts: tuple[Test | Group, ...]


@dataclass(frozen=True, slots=True)
class Then:
    """What is done otherwise; what is empty stays as it is."""

    policy: str = ""
    skip: tuple[str, ...] = ()
    """Codes of stages; a stage's own branch names its own stage."""
    use: str = ""
    days: int | None = None
    tone: str = ""
    channels: tuple[str, ...] = ()
    sender: str = ""
    deadline_days: int | None = None
    release: str = ""
    requires: str = ""

    def changes(self) -> Iterator[tuple[str, object]]:
        """Give the (key, value) pairs that change a stage and leave it in its place."""
        for name in ("days", "tone", "channels", "sender", "deadline_days", "release", "requires"):
            value = getattr(self, name)
            if value not in (None, "", ()):
                yield name, value


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch. ``absent`` is empty where no fact of its tests can be absent."""

    code: str
    when: Group
    then: Then
    absent: Absent = Absent.SKIP


def tests_of(part: Test | Group) -> Iterator[Test]:
    """Give every test within a test or group, in the order of the text."""
    if isinstance(part, Test):
        yield part
    else:
        for inner in part.parts:
            yield from tests_of(inner)


def told(part: Test | Group) -> str:
    """Write tests as a policy page and a diff show them, near to their YAML."""
    if isinstance(part, Group):
        inner = ", ".join(told(one) for one in part.parts)
        return inner if part.kind == "all" else f"{part.kind}({inner})"
    if part.amounts:
        return f"{part.word}: {' '.join(f'{currency} {plain(amount, currency)}' for currency, amount in part.amounts)}"
    return f"{part.word}: {value_of(part)}"


def line(branch: Branch) -> str:
    """Write a branch on one line: its tests, what it does, and what an absent fact does where that is not to skip it."""
    absent = f" (absent: {branch.absent})" if branch.absent is not Absent.SKIP else ""
    return f"{told(branch.when)} → {did(branch.then)}{absent}"


def did(then: Then) -> str:
    """Write what a branch does, near to its YAML."""
    parts = [f"{name}: {value}" for name, value in (("policy", then.policy), ("use", then.use)) if value]
    if then.skip:
        parts.append(f"skip: {' '.join(then.skip)}")
    for name, value in then.changes():
        parts.append(f"{name}: {' '.join(value) if isinstance(value, tuple) else value}")
    return ", ".join(parts)


def value_of(test: Test) -> str:
    """Give the number or words of a test as its YAML writes them."""
    if test.among:
        return ", ".join(test.among)
    if test.fact == "grade":
        return GRADES[test.number - 1]
    if test.fact == "warning_level":
        return LEVELS[test.number - 1]
    if test.fact == "key_account":
        return "yes" if test.number else "no"
    return str(test.number // 10_000 if test.fact in PERCENT else test.number)


PERCENT: Mapping[str, str] = {"probability_late": "ppm", "dispute_share": "ppm"}
"""Facts in parts per million that a policy names in whole per cent."""
