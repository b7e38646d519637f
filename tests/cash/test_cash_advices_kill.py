"""Taking advices in and looking at mail, killed anywhere and run again: each advice whole and once, each mail looked at once."""

from __future__ import annotations

from pathlib import Path

import pytest

TAKE = str(Path(__file__).resolve().parent / "take_advices.py")
KILLS = (
    ("cash_advice", 0), ("cash_advice_line", 0), ("ledger_audit_entry", 0), ("cash_advice", 1), ("cash_advice_line", 1),
    ("ledger_audit_entry", 1), ("cash_advice_look", 0), ("cash_advice_look", 1), ("ledger_sealed_file", 1),
)  # fmt: skip
"""The table, and after how many inserts into it a process dies."""
pytestmark = pytest.mark.kill


def whole(house) -> tuple[int, int]:
    """Give how many advices and looks there are; each advice has its two lines and its audit entry, each mail's advice its look."""
    with house.reading() as con:
        rows = con.execute(
            "SELECT a.id, (SELECT COUNT(*) FROM cash_advice_line l WHERE l.advice_id = a.id),"
            " (SELECT COUNT(*) FROM ledger_audit_entry e WHERE e.action = 'take_in_advice' AND e.subject = 'cash_advice:' || a.id),"
            " a.mail_id IS NULL OR EXISTS (SELECT 1 FROM cash_advice_look k WHERE k.mail_id = a.mail_id) FROM cash_advice a"
        ).fetchall()
    assert all((lines, entries, bool(looked)) == (2, 1, True) for _, lines, entries, looked in rows)
    return len(rows), house.count("cash_advice_look")


def test_killed_anywhere_and_run_again(house) -> None:
    house.python(TAKE, "cash_advice_look_nowhere")  # makes ledger and mails, and takes all in
    assert whole(house) == (5, 3)


def test_every_instruction_may_be_the_last(house) -> None:
    deaths, seen = 0, (0, 0)
    for write_to, after in KILLS:
        deaths += house.killed(TAKE, write_to, str(after))
        assert whole(house) >= seen
        seen = whole(house)
    assert deaths >= 4
    assert not house.killed(TAKE)
    assert whole(house) == (5, 3)
    assert not house.killed(TAKE)
    assert whole(house) == (5, 3)
