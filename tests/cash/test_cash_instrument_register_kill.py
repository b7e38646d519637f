"""A register taken in, killed anywhere and run again: every instrument once, none without its step, cover and hold."""

from __future__ import annotations

from pathlib import Path

import pytest

TAKE = str(Path(__file__).resolve().parent / "instrument_registers.py")
KILLS = (
    ("ledger_audit_entry", 1), ("ledger_audit_entry", 2), ("cash_instrument", 0), ("cash_instrument_step", 0), ("cash_instrument_cover", 1),
    ("ledger_hold", 0), ("cash_instrument_cover", 0),
)  # fmt: skip
"""The table, and after how many inserts into it a process dies."""
pytestmark = pytest.mark.kill
WHOLE = """
SELECT COUNT(*), SUM((SELECT COUNT(*) FROM cash_instrument_step s WHERE s.instrument_id = i.id)),
 SUM((SELECT COUNT(*) FROM cash_instrument_cover c JOIN ledger_hold h ON h.key = 'instrument:' || c.id || ':1'
  WHERE c.instrument_id = i.id))
FROM cash_instrument i
"""


def whole(house) -> int:
    """Give how many instruments are in; each has its step, its cover and its hold."""
    with house.reading() as con:
        ((count, steps, covers),) = con.execute(WHOLE).fetchall()
    assert (steps or 0, covers or 0) == (count, count)
    assert count % 500 == 0 or count == 1_200
    return count


def test_killed_anywhere_and_run_again(house) -> None:
    deaths = seen = 0
    assert house.killed(TAKE, "ledger_audit_entry", "0")
    assert whole(house) == 0
    for write_to, after in KILLS:
        deaths += house.killed(TAKE, write_to, str(after))
        assert whole(house) >= seen
        seen = whole(house)
    # Who is not bound by the wall writes rows by COPY, which is no INSERT and kills nobody.
    assert deaths >= 2
    house.python(TAKE)
    assert whole(house) == 1_200
    assert house.python(TAKE).split() == ["0", "1200", "0", "0"]
    assert whole(house) == 1_200
