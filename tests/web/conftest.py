"""Two companies with one of everything, and browsers signed in to the first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from web_sample import Sample, make_sample

from fairdue.conf.clock import now


@pytest.fixture
def data_dir(tmp_path: Path, settings) -> Path:
    """Keep stored files out of the working tree."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def tuesday(monkeypatch, settings) -> None:
    """Let the pages live on a working day, in working hours of the customers; and passwords be cheap to check."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setenv("FAIRDUE_NOW", "2026-03-03T09:00:00+00:00")


@pytest.fixture
def ours(db, data_dir, tuesday) -> Sample:
    return make_sample("ours", "Ours GmbH", "Quernstein", now())


@pytest.fixture
def theirs(ours) -> Sample:
    return make_sample("theirs", "Theirs GmbH", "Zwiebelfisch", now())


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
