"""Fixtures for all rooms: a database on both engines, a company, an actor."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.utils import translation
from hypothesis import HealthCheck, settings

from fairdue.people import scope
from killed import House, own_database

# A busy machine is no finding: examples have no deadline, and CI draws the same ones every time.
settings.register_profile(
    "house", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

# On PostgreSQL the tests connect as an ordinary role, as one does in production: row-level security binds them. They look at the
# tables from outside any company, so outside is wide here; what a scope hides has tests of its own.
scope.OUTSIDE = range(1, 3000)


@receiver(connection_created)
def _outside(connection, **_more) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('fairdue.companies', %s, false)", [",".join(map(str, scope.OUTSIDE))])


SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items) -> None:
    """Mark what reaches the database by a fixture alone, so that the second pass, on PostgreSQL, takes it too."""
    for item in items:
        if {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)


def pytest_runtest_teardown() -> None:
    """Forget the language that a page was last asked for in: the next test on this process speaks English again."""
    translation.deactivate()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of outside data; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("outside data (../shared/data) is absent")
    return SHARED


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def today(now: datetime) -> date:
    return now.date()


@pytest.fixture
def company(db):
    from fairdue.people.models import Company

    return Company.objects.create(
        code="acme",
        name="Acme Werkzeuge GmbH",
        street="Hafenstr. 1",
        postal_code="20457",
        city="Hamburg",
        country="DE",
        currency="EUR",
        language="de",
        time_zone="Europe/Berlin",
        registration_no="HRB 1",
        vat_no="DE123456788",
    )


@pytest.fixture
def actor(company, now):
    from fairdue.people.actor import Actor

    return Actor(company_id=company.pk, at=now, name="Test Controller", roles=frozenset({"finance_lead"}))


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path):
    """A database of its own on either engine, for tests that kill processes."""
    with own_database(request.param, tmp_path) as url:
        yield House(url, tmp_path)
