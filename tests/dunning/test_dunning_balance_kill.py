"""Asking for balances killed anywhere and run again: every customer has one confirmation, one message and no open end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ask_balances import CUSTOMERS

from killed import House, own_database

ASK = str(Path(__file__).resolve().parent / "ask_balances.py")
KILLS = (
    ("dunning_balance_confirmation", 1),
    ("dunning_balance_line", 3),
    ("contact_outbox_message", 1),
    ("ledger_audit_entry", 2),
)
"""The table and the how-manieth insert before which a process dies; a batch holds two customers."""
pytestmark = pytest.mark.kill


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path) -> Iterator[House]:
    with own_database(request.param, tmp_path) as url:
        made = House(url, tmp_path)
        made.env["FAIRDUE_NOW"] = "2026-04-01T09:00:00+00:00"
        made.python(ASK, "MAKE")
        yield made


def whole(house: House) -> int:
    """Give how many customers were asked; whoever was has a confirmation, its line and its message, once, and nobody half of it."""
    with house.reading() as con:
        rows = con.execute(
            "SELECT c.id, (SELECT COUNT(*) FROM dunning_balance_confirmation b WHERE b.customer_id = c.id),"
            " (SELECT COUNT(*) FROM dunning_balance_line l JOIN dunning_balance_confirmation b ON b.id = l.confirmation_id"
            " WHERE b.customer_id = c.id),"
            " (SELECT COUNT(*) FROM contact_outbox_message m WHERE m.customer_id = c.id),"
            " (SELECT COUNT(*) FROM contact_portal_link p WHERE p.customer_id = c.id) FROM ledger_customer c ORDER BY c.id"
        ).fetchall()
    assert len(rows) == CUSTOMERS
    assert {tuple(row[1:]) for row in rows} <= {(0, 0, 0, 0), (1, 1, 1, 1)}, rows
    return sum(row[1] for row in rows)


def ask(house: House, what: str) -> None:
    deaths, seen = 0, 0
    for write_to, after in KILLS:
        deaths += house.killed(ASK, what, write_to, str(after))
        assert whole(house) >= seen
        seen = whole(house)
    assert deaths == len(KILLS)
    assert 0 < seen < CUSTOMERS
    assert not house.killed(ASK, what)
    assert whole(house) == CUSTOMERS
    assert not house.killed(ASK, what)
    assert whole(house) == CUSTOMERS


def test_the_plan_of_a_night_asks_every_customer_exactly_once(house: House):
    ask(house, "PLAN")
