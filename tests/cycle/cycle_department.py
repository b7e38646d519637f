"""Who acts in the tests of the line, and on which day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from fairdue.people.actor import Actor

DAY = date(2026, 3, 2)


def acting(company, on: date = DAY, hour: int = 9, user_id: int | None = None) -> Actor:
    at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    return Actor(company.pk, at, user_id=user_id, name="Lea Lead", roles=frozenset({"finance_lead"}))
