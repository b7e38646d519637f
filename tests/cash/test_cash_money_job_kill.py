"""The page's job that proposes and posts, killed anywhere: a total is expanded whole or not at all, every part posts once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from work_money_job import AMOUNTS

from killed import House, own_database

WORK = str(Path(__file__).resolve().parent / "work_money_job.py")
DEATHS = (
    ("cash_batch", 0), ("ledger_audit_entry", 0), ("cash_proposal", 1), ("ledger_allocation", 0), ("ledger_audit_entry", 1),
)  # fmt: skip
pytestmark = pytest.mark.kill


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path) -> Iterator[House]:
    with own_database(request.param, tmp_path) as url:
        made = House(url, tmp_path)
        made.env["FAIRDUE_NOW"] = "2026-03-02T09:00:00+00:00"
        made.python(WORK, "MAKE")
        made.python(WORK, "BEGIN")
        yield made


def told(house: House) -> dict[str, Any]:
    """Give what the job wrote down last; a kill leaves it whole."""
    (path,) = (house.folder / "data" / "jobs").glob("money-*.json")
    return json.loads(path.read_text())


def whole(house: House) -> int:
    """Every decision has its allocation, none is there without one, and the total never counts beside its parts; give the decisions."""
    decided = house.count("cash_decision")
    assert house.count("ledger_allocation", "WHERE due_item_id IS NOT NULL") == decided
    assert house.count("cash_batch") <= 1
    total = "JOIN cash_line l ON l.id = d.line_id AND l.part = 0"
    assert house.count(f"cash_decision d {total}") == 0
    return decided


def test_the_job_of_the_page_killed_anywhere_posts_every_part_once(house: House) -> None:
    seen, deaths = 0, 0
    for write_to, after in DEATHS:
        deaths += house.killed(WORK, "WORK", write_to, str(after))
        assert whole(house) >= seen
        seen = whole(house)
        assert told(house)["ended"] in ("", "done")
    # Who is not bound by the wall writes rows by COPY, which is no INSERT and kills nobody.
    assert deaths >= 2
    for _ in range(2):
        house.python(WORK, "BEGIN")
        (line,) = house.python(WORK, "WORK").splitlines()
        assert line.split()[0] == "done"
        assert whole(house) == len(AMOUNTS)
    assert house.count("cash_batch") == 1
    with house.reading() as con:
        paid = con.execute("SELECT amount_minor FROM ledger_allocation WHERE due_item_id IS NOT NULL").fetchall()
    assert sorted(row[0] for row in paid) == sorted(AMOUNTS)
