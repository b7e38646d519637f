"""Reminding killed anywhere and run again: every silent customer has one reminder with one link, and nobody two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ask_balances import CUSTOMERS
from test_dunning_balance_kill import ASK

from killed import House, own_database

pytestmark = pytest.mark.kill
KILLS = (
    ("contact_portal_link", 1),
    ("contact_outbox_message", 1),
    ("ledger_audit_entry", 2),
    ("contact_message_reference", 3),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path) -> Iterator[House]:
    with own_database(request.param, tmp_path) as url:
        made = House(url, tmp_path)
        made.env["FAIRDUE_NOW"] = "2026-04-15T09:00:00+00:00"
        for what in ("MAKE", "PLAN", "LEFT"):
            made.python(ASK, what)
        yield made


def reminded(house: House) -> int:
    """Give how many were reminded; whoever was has a message and its link once, and nobody half of it."""
    like = "LIKE '%/reminder'"
    with house.reading() as con:
        rows = con.execute(
            f"SELECT c.id, (SELECT COUNT(*) FROM contact_outbox_message m WHERE m.customer_id = c.id AND m.step_key {like}),"
            f" (SELECT COUNT(*) FROM contact_portal_link p WHERE p.customer_id = c.id AND p.step_key {like}),"
            " (SELECT COUNT(*) FROM dunning_balance_confirmation b WHERE b.customer_id = c.id) FROM ledger_customer c"
        ).fetchall()
    assert len(rows) == CUSTOMERS
    assert {tuple(row[1:]) for row in rows} <= {(0, 0, 1), (1, 1, 1)}, rows
    return sum(row[1] for row in rows)


def test_every_silent_customer_is_reminded_exactly_once(house: House):
    deaths, seen = 0, 0
    for write_to, after in KILLS:
        deaths += house.killed(ASK, "REMIND", write_to, str(after))
        assert reminded(house) >= seen
        seen = reminded(house)
    assert deaths >= len(KILLS) - 1
    assert seen < CUSTOMERS
    for _ in range(2):
        assert not house.killed(ASK, "REMIND")
        assert reminded(house) == CUSTOMERS
