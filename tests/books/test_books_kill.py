"""A cut is one transaction and a file comes before its record: killed anywhere and run again, the same batches and the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from cut_once import LINES, ROWS

CUT_ONCE = str(Path(__file__).resolve().parent / "cut_once.py")
pytestmark = pytest.mark.kill


def cut(house, write_to: str = "") -> bool:
    """Cut and write out; tell whether the process was killed at it."""
    return house.killed(CUT_ONCE, "CUT", str(house.folder / "out"), write_to)


def files(house) -> dict[str, bytes]:
    out = house.folder / "out"
    return {path.name: path.read_bytes() for path in out.iterdir()} if out.exists() else {}


def test_killed_anywhere_the_same_batches_leave_once(house):
    house.python(CUT_ONCE, "MAKE")
    for write_to in ("books_posting", "books_posting_batch", "ledger_audit_entry"):
        assert cut(house, write_to)
        assert (house.count("books_posting"), house.count("books_posting_batch"), files(house)) == (0, 0, {})
    assert cut(house, "books_export")
    assert (house.count("books_posting"), house.count("books_posting_batch")) == (ROWS, ROWS // LINES)
    before = files(house)
    assert (len(before), house.count("books_export")) == (1, 0)
    assert not cut(house)
    after = files(house)
    assert {name: after[name] for name in before} == before
    assert (len(after), house.count("books_export"), house.count("books_posting")) == (3, 3, ROWS)
    told = [line.split(b",")[2] for content in after.values() for line in content.splitlines()[1:]]
    assert (len(told), len(set(told))) == (ROWS, ROWS)
