"""Proposing and posting, killed anywhere and run again: every line once, no decision by half."""

from __future__ import annotations

from pathlib import Path

import pytest

POST = str(Path(__file__).resolve().parent / "post_bank_lines.py")
KILLS = (
    ("cash_proposal", 0), ("ledger_payment", 0), ("ledger_audit_entry", 1), ("cash_decision", 0), ("ledger_allocation", 0),
    ("cash_posting", 0), ("cash_line_payment", 1), ("ledger_audit_entry", 0),
)  # fmt: skip
"""The table, and after how many inserts into it a process dies."""
pytestmark = pytest.mark.kill


def whole(house) -> None:
    """Every decision has its payment, its allocation and its posting, and none is there without it."""
    with house.reading() as con:
        rows = con.execute(
            "SELECT d.id, COUNT(g.id), COUNT(a.id), COUNT(p.payment_id) FROM cash_decision d"
            " LEFT JOIN cash_posting g ON g.decision_id = d.id LEFT JOIN ledger_allocation a ON a.id = g.allocation_id"
            " LEFT JOIN cash_line_payment p ON p.line_id = d.line_id AND p.payment_id = a.payment_id GROUP BY d.id"
        ).fetchall()
    assert all(row[1:] == (1, 1, 1) for row in rows)
    assert house.count("ledger_allocation") == len(rows)
    assert house.count("ledger_payment") == house.count("cash_line_payment")


def test_killed_anywhere_and_run_again(house) -> None:
    house.python(POST, "no_such_table")
    done = [house.count(table) for table in ("cash_proposal", "cash_decision", "ledger_payment", "ledger_allocation")]
    assert done == [3, 2, 3, 2]
    assert not house.killed(POST)
    assert house.count("ledger_payment") == 3


def test_every_instruction_may_be_the_last(house) -> None:
    deaths = 0
    for write_to, after in KILLS:
        deaths += house.killed(POST, write_to, str(after))
        whole(house)
    # Who is not bound by the wall writes rows by COPY, which is no INSERT and kills nobody.
    assert deaths >= 2
    assert not house.killed(POST)
    whole(house)
    done = [house.count(table) for table in ("cash_proposal", "cash_decision", "ledger_payment", "ledger_allocation")]
    assert done == [3, 2, 3, 2]
    assert not house.killed(POST)
    assert house.count("ledger_payment") == 3
