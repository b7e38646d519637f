"""The second wall between companies: scope the database session, so that row-level security shows only their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

OUTSIDE: Iterable[int] = ()
"""What a session sees outside any scope: nothing. Tests, which look at the tables from outside, widen it."""


def set_scope(company_ids: Iterable[int]) -> None:
    """Scope this connection to companies (PostgreSQL; SQLite has no such wall). An empty list shows nothing."""
    if connection.vendor == "postgresql":
        joined = ",".join(str(int(company_id)) for company_id in company_ids)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('fairdue.companies', %s, false)", [joined])


def close_scope() -> None:
    """Take this connection back to what a session sees outside any scope."""
    set_scope(OUTSIDE)


@contextmanager
def company_scope(*company_ids: int) -> Iterator[None]:
    """Scope the connection for a block of work and close the scope afterwards."""
    set_scope(company_ids)
    try:
        yield
    finally:
        close_scope()
