"""Two who ask for the last of a limit at once: one gets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from killed import House, own_database

CHECK = str(Path(__file__).resolve().parent / "check_orders.py")
pytestmark = pytest.mark.kill


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path) -> Iterator[House]:
    with own_database(request.param, tmp_path) as url:
        made = House(url, tmp_path)
        made.python(CHECK, "MAKE")
        yield made


def test_orders_checked_at_once_never_pass_the_limit_together(house: House) -> None:
    both = [house.start(CHECK, "CHECK", name) for name in ("A", "B")]
    released = sum(int(house.finish(one)[1]) for one in both)
    assert released == 1
    assert house.count("credit_order_check") == 20
