"""Desks to post at."""

from __future__ import annotations

import pytest
from cash_desk import Desk


@pytest.fixture
def desk(actor) -> Desk:
    return Desk(actor)


@pytest.fixture
def other_desk(db, now) -> Desk:
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    other = Company.objects.create(code="other", name="Other", country="DE", currency="EUR", language="de")
    return Desk(Actor(company_id=other.pk, at=now, name="T", roles=frozenset({"finance_lead"})))
