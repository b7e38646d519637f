"""A step of an instrument, killed anywhere and taken again: it is whole or it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

STEP = str(Path(__file__).resolve().parent / "step_instrument.py")
KILLS = (
    ("ledger_payment", 0), ("ledger_allocation", 0), ("ledger_allocation", 1), ("cash_instrument_step", 0), ("ledger_audit_entry", 0),
    ("ledger_audit_entry", 3),
)  # fmt: skip
"""The table, and after how many inserts into it the process dies."""
pytestmark = pytest.mark.kill


def state(house) -> tuple[int, int, int, int]:
    """Give payments, allocations, steps and holds that stand."""
    held = house.count("ledger_hold", "WHERE released_on IS NULL")
    return house.count("ledger_payment"), house.count("ledger_allocation"), house.count("cash_instrument_step"), held


def test_killed_anywhere_nothing_of_the_step_stays(house) -> None:
    for write_to, after in KILLS:
        assert house.killed(STEP, write_to, str(after)), write_to
        assert state(house) == (0, 0, 1, 2)
    assert not house.killed(STEP)
    assert state(house) == (1, 2, 2, 0)
    assert not house.killed(STEP)
    assert state(house) == (1, 2, 2, 0)
