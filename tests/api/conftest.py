"""Two houses, and programs that show tokens of the first."""

from __future__ import annotations

from pathlib import Path

import pytest
from api_sample import House, Program, make_house
from django.core.cache import cache

from fairdue.conf.clock import now as clock

NOW = "2026-03-03T09:00:00+00:00"


@pytest.fixture(autouse=True)
def tuesday(monkeypatch, settings, tmp_path: Path) -> None:
    """Live on a Tuesday, keep stored files out of the working tree, count calls from none."""
    monkeypatch.setenv("FAIRDUE_NOW", NOW)
    settings.DATA_DIR = tmp_path
    cache.clear()


@pytest.fixture
def ours(db, tuesday) -> House:
    return make_house("ours", "Quernstein", clock())


@pytest.fixture
def theirs(ours) -> House:
    """The second house has one more of everything, so that its numbers are no numbers of the first."""
    from fairdue.books.actions import do_cut
    from fairdue.ledger.actions import do_hold

    made = make_house("theirs", "Zwiebelfisch", clock())
    made.customer.number = made.customer.number_key = "4712"
    made.customer.save()
    do_hold(made.actor, customer_id=made.customer.pk, reason="legal", since=made.actor.at.date())
    (made.batch,) = do_cut(made.actor)
    return made


@pytest.fixture
def program(ours) -> Program:
    """A program that may do everything that programs may."""
    return ours.program()
