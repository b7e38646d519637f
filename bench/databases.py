"""Both databases for a benchmark, each filled and measured by a process of its own.

``found_on_both("bench.NAME")`` runs ``python -m bench.NAME --measure FOLDER`` with the settings of an empty database and gives what it
prints last, as JSON. Without a PostgreSQL server only SQLite is measured, and that is said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SERVER = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
PROGRESS = "    · "
"""How a line on standard error begins that says how far a benchmark is: it is shown."""


def administer(statement: str) -> bool:
    """Run a statement on the server outside any transaction; False where no server answers or it refuses."""
    import psycopg

    try:
        with psycopg.connect(SERVER, connect_timeout=3, autocommit=True) as con:
            con.execute(statement.encode())
    except psycopg.Error:
        return False
    return True


@contextmanager
def own_databases(count: int = 1) -> Iterator[list[str]]:
    """Give the addresses of empty databases on the server, dropped afterwards; none where no server answers."""
    names = [f"fairdue_bench_{os.getpid()}_{n}" for n in range(count)]
    if not all(administer(f"CREATE DATABASE {name}") for name in names):
        print("  PostgreSQL: NOT RUN (no server)", flush=True)
        yield []
        return
    try:
        yield [SERVER.rpartition("/")[0] + "/" + name for name in names]
    finally:
        for name in names:
            administer(f"DROP DATABASE IF EXISTS {name}")


def child(module: str, url: str, folder: str, *arguments: str) -> dict[str, Any]:
    """Run a benchmark with ``arguments`` on a database in a process of its own; give what it found. Raises RuntimeError.

    Lines of its standard error that begin with ``PROGRESS`` are shown as they come.
    """
    env = os.environ | {
        "FAIRDUE_DATABASE_URL": url, "FAIRDUE_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings",
    }  # fmt: skip
    command = [sys.executable, "-m", module, *arguments]
    told: list[str] = []
    with tempfile.TemporaryFile("w+") as out:
        with subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.PIPE, text=True) as running:
            assert running.stderr is not None
            for line in running.stderr:
                told = [*told[-40:], line]
                if line.startswith(PROGRESS):
                    print(line, end="", file=sys.stderr, flush=True)
        if running.returncode:
            raise RuntimeError("".join(told)[-2000:])
        out.seek(0)
        return dict(json.loads(out.read().strip().splitlines()[-1]))


def found_on_both(module: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what a benchmark found on SQLite, then on PostgreSQL, each with the database's name and a data folder of its own."""
    with tempfile.TemporaryDirectory() as root:
        folders = [Path(root) / name for name in ("sqlite", "postgresql")]
        for folder in folders:
            folder.mkdir()
        yield (
            "SQLite",
            child(module, f"sqlite:///{folders[0]}/bench.sqlite3", str(folders[0]), "--measure", str(folders[0])),
        )
        with own_databases() as urls:
            for url in urls:
                yield "PostgreSQL", child(module, url, str(folders[1]), "--measure", str(folders[1]))
