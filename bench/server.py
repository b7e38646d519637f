"""The PostgreSQL server of tests and benchmarks, and an ordinary role on it, as one has in production.

A superuser is not bound by row-level security, so what it measures is not what a user gets. ``python -m bench.server`` prints the
address to use; the exit code is 1 when no server answers.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

NAME = "FAIRDUE_TEST_POSTGRES"
LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
ROLE = "fairdue_test"
ONE_COMPANY = "-c fairdue.companies=1"
"""Options of a session that sees the first company of a database, as long as no scope of its own is set."""


def address() -> str:
    """Give the server's address with an ordinary role; the given one where it is ordinary, or where no role can be made.

    A superuser makes the role once: it may log in and create databases, and nothing else. Empty when no server answers.
    """
    given = os.environ.get(NAME, LOCAL)
    try:
        with psycopg.connect(given, connect_timeout=3, autocommit=True) as connection:
            if connection.execute("SELECT current_setting('is_superuser')").fetchone() != ("on",):
                return given
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone() is None:
                made = sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(ROLE))
                connection.execute(made)
    except psycopg.OperationalError:
        return ""
    parts = urlsplit(given)
    ordinary = urlunsplit(parts._replace(netloc=f"{ROLE}@{parts.netloc.rpartition('@')[2]}"))
    try:
        psycopg.connect(ordinary, connect_timeout=3).close()
    except psycopg.OperationalError:  # a server that asks for a password
        return given
    return ordinary


def use_ordinary_role() -> None:
    """Let everything that this process starts or imports from now on use the ordinary role, and see the one company there is."""
    os.environ[NAME] = address() or os.environ.get(NAME, LOCAL)
    os.environ["PGOPTIONS"] = ONE_COMPANY


if __name__ == "__main__":
    print(address())
    sys.exit(not address())
