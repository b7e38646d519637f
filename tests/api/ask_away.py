"""Run by tests in a process of its own: ask the interface while the database is locked or gone.

``python ask_away.py locked TOKEN`` asks while another connection keeps all others from writing, and again when it has let go;
``gone TOKEN`` asks where no server answers. Each request prints a line of JSON: status, code, content type, Retry-After.
"""

from __future__ import annotations

import json
import os
import sys


def tell(response) -> None:
    body = json.loads(response.content) if response.status_code >= 400 else {}
    kept = {name: response.headers.get(name, "") for name in ("Content-Type", "Retry-After")}
    told = [response.status_code, body.get("code", ""), kept["Content-Type"], kept["Retry-After"]]
    sys.stdout.write(json.dumps(told) + "\n")


def locked(ask) -> None:
    """Hold the whole database from outside while the program asks; then let go."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            import sqlite3

            cursor.execute("PRAGMA busy_timeout=200")
            other = sqlite3.connect(connection.settings_dict["NAME"])
            other.execute("BEGIN IMMEDIATE")
        else:
            import psycopg

            cursor.execute("SET lock_timeout=200")
            other = psycopg.connect(os.environ["FAIRDUE_DATABASE_URL"])
            other.execute("LOCK TABLE ledger_customer IN ACCESS EXCLUSIVE MODE")
    tell(ask())
    other.rollback()
    tell(ask())


def gone(ask) -> None:
    """Lose the server between two requests."""
    from django.db import connection

    connection.close()
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = "/nowhere/at/all.sqlite3"
    else:
        connection.settings_dict["PORT"] = "1"
    tell(ask())


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    from api_sample import Program

    program = Program(sys.argv[2])
    rows = {"rows": [{"Customer": "C-1", "Name": "Nord GmbH", "Country": "DE"}]}
    {"locked": locked, "gone": gone}[sys.argv[1]](lambda: program.post("/imports/rows", rows, key="k"))


if __name__ == "__main__":
    main()
