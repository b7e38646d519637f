"""An import is one transaction: killed anywhere, nothing is half-written; two at once give what one gives."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROWS = 200
FIRST = "customer,name,invoice,issued,due,currency,amount,open,disputed\n" + "".join(
    f"{n % 20},Customer {n % 20},R{n},2026-01-05,2026-02-04,EUR,{n + 2}.00,{n + 1}.00,{'yes' if n % 50 == 0 else 'no'}\n"
    for n in range(ROWS)
)
SECOND = (
    FIRST.rsplit("0,Customer 0,R180", 1)[0]
    .replace(",2.00,1.00,", ",2.00,2.00,")
    .replace(",9.00,8.00,", ",12.00,12.00,")
)
COUNT = (
    "ledger_customer", "ledger_document", "ledger_due_item", "ledger_allocation", "ledger_hold", "ledger_audit_entry",
    "ledger_source", "ledger_fact", "intake_import", "intake_source_profile", "contact_stored_blob",
)  # fmt: skip
OPEN = """SELECT (SELECT SUM(amount_minor) FROM ledger_due_item)
  - COALESCE((SELECT SUM(amount_minor) FROM ledger_allocation WHERE due_item_id IS NOT NULL), 0)"""
pytestmark = pytest.mark.kill


LESS = {"ledger_fact": "WHERE kind <> 'import_running'"}
"""That an import was begun is told on purpose before it begins: it holds dunning while nobody knows how it ended."""


def bring(house, text: str, write_to: str = "") -> subprocess.Popen[str]:
    file = house.folder / f"list-{len(text)}.csv"
    file.write_text(text, encoding="utf-8")
    return house.start(str(HERE / "import_once.py"), str(file), write_to)


def brought(house, process: subprocess.Popen[str]) -> dict:
    killed, out = house.finish(process)
    assert not killed
    return json.loads(out)


def killed(house, text: str, write_to: str) -> bool:
    return house.finish(bring(house, text, write_to))[0]


def state(house) -> tuple[dict[str, int], int]:
    """Rows of every table that an import writes, and what is open."""
    counts = {table: house.count(table, LESS.get(table, "")) for table in COUNT}
    with house.reading() as con:
        return counts, int(con.execute(OPEN).fetchone()[0] or 0)


def test_killed_anywhere_nothing_is_half_written_and_two_at_once_are_one(house):
    empty = state(house)
    assert empty == (dict.fromkeys(COUNT, 0), 0)
    for write_to in ("intake_import", "ledger_audit_entry", "intake_source_profile"):
        assert killed(house, FIRST, write_to)
        assert state(house) == empty
    both = [bring(house, FIRST), bring(house, FIRST)]
    done = [brought(house, process) for process in both]
    assert sorted((counts["new"], counts["unchanged"]) for counts in done) == [(0, ROWS), (ROWS, 0)]
    before = state(house)
    assert (before[0]["ledger_due_item"], before[0]["ledger_customer"], before[0]["ledger_source"]) == (ROWS, 20, 1)
    assert before[1] == sum(range(1, ROWS + 1)) * 100
    assert killed(house, SECOND, "ledger_audit_entry")
    assert state(house) == before
    second = brought(house, bring(house, SECOND))
    assert second == {"new": 0, "changed": 2, "unchanged": 178, "vanished": 20, "refused": 0}
    assert state(house)[1] == (sum(range(1, 181)) - 1 - 8 + 2 + 12) * 100
