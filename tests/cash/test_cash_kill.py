"""Taking bank files in, killed anywhere and run again: every line once, no file by half."""

from __future__ import annotations

from pathlib import Path

import pytest

TAKE = str(Path(__file__).resolve().parent / "take_bank_files.py")
KILLS = (
    ("cash_file", 0), ("cash_account", 0), ("cash_statement", 0), ("cash_line", 0), ("ledger_audit_entry", 1),
    ("cash_statement", 1), ("cash_line", 0), ("ledger_audit_entry", 0), ("cash_line", 0),
)  # fmt: skip
"""The table, and after how many inserts into it a process dies."""
pytestmark = pytest.mark.kill


def whole(house) -> int:
    """Give how many files are in; each has its statement and all of its lines, or nothing of it is there."""
    with house.reading() as con:
        rows = con.execute(
            "SELECT f.id, s.entries, (SELECT COUNT(*) FROM cash_line l WHERE l.statement_id = s.id) FROM cash_file f"
            " LEFT JOIN cash_statement s ON s.file_id = f.id ORDER BY f.id"
        ).fetchall()
    assert [row[1] for row in rows] == [3, 4, 5][: len(rows)]
    assert all(entries == lines for _, entries, lines in rows)
    return len(rows)


def test_killed_anywhere_and_run_again(house) -> None:
    deaths = seen = 0
    for write_to, after in KILLS:
        deaths += house.killed(TAKE, write_to, str(after))
        assert whole(house) >= seen
        seen = whole(house)
    # Who is not bound by the wall writes lines by COPY, which is no INSERT and kills nobody.
    assert deaths >= 3
    assert not house.killed(TAKE)
    assert whole(house) == 3
    # The second CAMT file holds the three lines of the first again.
    assert house.count("cash_line", "WHERE occurrence > 0") == 4 + 5
    assert house.count("cash_line") == 3 + 4 + 5
    assert not house.killed(TAKE)
    assert house.count("cash_line") == 3 + 4 + 5
