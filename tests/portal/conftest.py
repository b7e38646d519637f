"""Marks of the portal's tests."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the database, so that it runs on PostgreSQL too; a fixture alone does not mark its test."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "db" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)
