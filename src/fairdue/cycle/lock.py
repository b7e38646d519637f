"""One run at a time and company: locks that the operating system, or the server, gives back when the process dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

LOCK_CLASS = 0x66640001
"""Names our advisory locks on a PostgreSQL server: "fd", and 1 for a run."""
PATIENCE_S = 3


class RunBusy(RuntimeError):
    """Another process runs this company's line at this moment."""


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of ``folder`` for a block; raises RunBusy where another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RunBusy(_("Another run of this company is under way; wait for it or stop it.")) from None
        yield


@contextmanager
def only_one_on_server(company_id: int) -> Iterator[None]:
    """Hold the company's lock on a PostgreSQL server, which other machines see; SQLite has one machine."""
    if connection.vendor != "postgresql":
        yield
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # A server may need a moment to see that the holder was killed.
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'")
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, company_id])
    except OperationalError:
        raise RunBusy(_("Another run of this company is under way; wait for it or stop it.")) from None
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, company_id])
