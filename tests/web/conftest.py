"""Two companies with one of everything, and browsers signed in to the first."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client, override_settings
from web_sample import Sample, make_sample

from fairdue.conf.clock import now

NOW = "2026-03-03T09:00:00+00:00"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the database, so that it runs on PostgreSQL too; a fixture alone does not mark its test."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "db" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Path, Sample, Sample]]:
    """Make both companies once a module. Each test works in a transaction inside this one, and leaves nothing."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch, override_settings(DATA_DIR=folder):
        patch.setenv("FAIRDUE_NOW", NOW)
        with django_db_blocker.unblock():
            block = transaction.atomic()
            block.__enter__()
            ours = make_sample("ours", "Ours GmbH", "Quernstein", now())
            theirs = make_sample("theirs", "Theirs GmbH", "Zwiebelfisch", now())
    yield folder, ours, theirs
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.fixture
def data_dir(tmp_path: Path, settings) -> Path:
    """Keep stored files out of the working tree."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def tuesday(monkeypatch, settings) -> None:
    """Let the pages live on a working day, in working hours of the customers; and passwords be cheap to check."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setenv("FAIRDUE_NOW", NOW)


@pytest.fixture
def ours(built, db, data_dir, tuesday) -> Sample:
    """Give the first company, with stored files of the test's own."""
    shutil.copytree(built[0], data_dir, dirs_exist_ok=True)
    return deepcopy(built[1])


@pytest.fixture
def theirs(built, ours) -> Sample:
    return deepcopy(built[2])


@pytest.fixture
def as_role(ours) -> Callable[[str], Client]:
    """Give a browser signed in to the first company with a role."""

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(ours.users[role])
        return client

    return sign_in


@pytest.fixture
def lead(as_role) -> Client:
    return as_role("finance_lead")
