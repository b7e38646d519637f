"""The page's asking job killed anywhere and run again: nobody is asked twice, nobody is forgotten, its list stays whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ask_balances import CUSTOMERS
from test_dunning_balance_kill import ASK, KILLS, whole

from killed import House, own_database

pytestmark = pytest.mark.kill
NEXT_DAY = "2026-04-02T09:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path) -> Iterator[House]:
    with own_database(request.param, tmp_path) as url:
        made = House(url, tmp_path)
        made.env["FAIRDUE_NOW"] = "2026-04-01T09:00:00+00:00"
        made.python(ASK, "MAKE")
        made.python(ASK, "BEGIN")
        yield made


def told(house: House) -> dict[str, Any]:
    """Give what the job wrote down last; a kill leaves it whole."""
    (path,) = (house.folder / "data" / "jobs").glob("balances-*.json")
    return json.loads(path.read_text())


def test_the_job_of_a_page_asks_everyone_of_its_list_exactly_once(house: House):
    seen = 0
    for write_to, after in KILLS:
        assert house.killed(ASK, "WORK", write_to, str(after)), write_to
        assert whole(house) >= seen
        seen = whole(house)
        assert told(house)["ended"] == ""
        assert len(told(house)["customer_ids"]) == CUSTOMERS
    assert 0 < seen < CUSTOMERS
    assert house.python(ASK, "WORK").split() == [str(CUSTOMERS)]
    assert whole(house) == CUSTOMERS
    assert (told(house)["ended"], told(house)["done"]) == ("done", CUSTOMERS)


def test_killed_before_it_could_say_that_it_ended_it_asks_nobody_twice(house: House):
    began = told(house)
    assert house.python(ASK, "WORK").split() == [str(CUSTOMERS)]
    (path,) = (house.folder / "data" / "jobs").glob("balances-*.json")
    path.write_text(json.dumps(began))
    house.env["FAIRDUE_NOW"] = NEXT_DAY
    assert house.python(ASK, "WORK").split() == [str(CUSTOMERS)]
    assert whole(house) == CUSTOMERS
    assert told(house)["done"] == CUSTOMERS
