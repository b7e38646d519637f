"""The worked example of docs/algorithms/worklist.md, and that the order does not depend on the input's."""

from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path

from fairdue.cycle.rules import BROKEN_PROMISE, Candidate, class_of, ranked

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "worklist.md"


def line(
    name: str, action: str, channel: str, base: int | None, days: int, *, task: bool = False, code: str = ""
) -> Candidate:
    return Candidate(name, ord(name), action, channel, "EUR", base or 0, base, days, (code,) if code else (), task)


LINES = [
    line("A", "reply", "task", 50_00, 5, task=True),
    line("H", "cover", "task", 400_00, 25, task=True),
    line("I", "cover", "task", 5000_00, 44, task=True, code="cover.notify_missed"),
    line("B", "reminder", "email", 900_00, 12, code=BROKEN_PROMISE),
    line("J", "receipt_silent", "task", 700_00, 0, task=True),
    line("C", "call", "call", 100_00, 9),
    line("D", "reminder", "email", 8000_00, 3),
    line("E", "reminder", "email", 8000_00, 2),
    line("F", "reminder", "email", None, 90),
    line("G", "internal_check", "task", 9000_00, 1, task=True),
]


def test_the_page_s_example() -> None:
    rows = re.findall(r"^\| ([A-J]): .*?\| (\d) \|.*\| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    by_name = {c.key: c for c in LINES}
    order = [c.key for c in ranked(LINES)]
    assert len(rows) == 10
    for name, klass, rank in rows:
        assert class_of(by_name[name]) == int(klass)
        assert order[int(rank) - 1] == name


def test_the_order_is_total() -> None:
    assert {tuple(c.key for c in ranked(list(order))) for order in permutations(LINES[5:9])} == {("C", "D", "E", "F")}
