"""The HTTP interface: a page of 100 open items out of 100,000, and of customers, through Django's test client; SQLite and PostgreSQL
as an ordinary role.

The whole way from middleware to bytes, without the network: token, scope, rate, queries, JSON. The floor is the bare reading of
the page's rows, without their sums and holds, written as JSON, in the same run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from bench.books import AT, DAY, ITEMS, fill
from bench.databases import found_on_both

Line = tuple[str, float, str, float | None, float | None]
TIMES = 40
MEDIAN_MS_MAX = 50
QUERIES_MAX, WALL = 5, {"SQLite": 0, "PostgreSQL": 2}
"""Queries of a page, and the statements that open and close the company's scope around them."""


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.api"):
        for name, values in found.items():
            yield f"{label}: {name}: median", values["median_ms"], "ms", values["floor_ms"], MEDIAN_MS_MAX
            yield f"{label}: {name}: queries", values["queries"], "", None, QUERIES_MAX + WALL[label]


def _median(work: Callable[[], Any]) -> float:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return round(median(taken), 2)


def measure() -> dict[str, dict[str, float]]:
    """Fill the database of the environment and open the pages."""
    os.environ |= {"FAIRDUE_NOW": AT.isoformat(), "FAIRDUE_API_CALLS_A_MINUTE": "0"}
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test import Client

    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS = ["testserver"]
    from fairdue.people.actor import Actor
    from fairdue.people.tokens import do_make_token

    with transaction.atomic():
        company = fill()
        # Payments are taken back, so that every item is open: the page must find 100 among 100,000, each with its sums.
        ids = "SELECT MAX(id) FROM ledger_allocation"
        with connection.cursor() as cursor:
            cursor.execute(ids)
            last = cursor.fetchone()[0]
            cursor.execute(
                "INSERT INTO ledger_allocation (id, company_id, customer_id, kind, due_item_id, payment_id, currency, amount_minor,"
                " reverses_id, reason, effective_on, recorded_at) SELECT id + %s, company_id, customer_id, kind, due_item_id, payment_id,"
                " currency, -amount_minor, id, '', effective_on, recorded_at FROM ledger_allocation a WHERE amount_minor > 0"
                " AND NOT EXISTS (SELECT 1 FROM ledger_allocation b WHERE b.reverses_id = a.id)",
                [last],
            )
    actor = Actor(company.pk, AT, name="Bench", roles=frozenset({"administrator"}))
    _, token = do_make_token(actor, name="Bench", scopes=["read"])
    client = Client(headers={"Authorization": f"Bearer {token}"})
    found = {}
    bare = {
        "open items, first page": ("SELECT id, document_id, currency, amount_minor FROM ledger_due_item ORDER BY id LIMIT 100", ""),
        "open items, page in the middle": (
            f"SELECT id, document_id, currency, amount_minor FROM ledger_due_item WHERE id > {ITEMS // 2} ORDER BY id LIMIT 100",
            _cursor(ITEMS // 2),
        ),
        "customers, first page": ("SELECT id, number, name, country FROM ledger_customer ORDER BY id LIMIT 100", ""),
    }  # fmt: skip
    for name, (sql, cursor_text) in bare.items():
        path = "customers" if name.startswith("customers") else "open-items"
        address = f"/api/v1/{path}?limit=100&as_of={DAY.isoformat()}&cursor={cursor_text}"
        found[name] = _page(client, address, sql, connection, company.pk)
    return found


def _cursor(last: int) -> str:
    from fairdue.api.paging import cursor_of

    return cursor_of(last)


def _page(client: Any, address: str, sql: str, connection: Any, company_id: int) -> dict[str, float]:
    from fairdue.people.scope import set_scope

    seen: list[str] = []

    def count(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(statement)
        return execute(statement, params, many, context)

    client.get(address)
    with connection.execute_wrapper(count):
        answer = client.get(address)
    assert answer.status_code == 200, answer.content[:300]
    assert len(answer.json()["items"]) == 100

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            json.dumps(cursor.fetchall())

    taken = _median(lambda: client.get(address))
    set_scope([company_id])
    return {"median_ms": taken, "floor_ms": _median(floor), "queries": len(seen)}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure()))
    else:
        for line in run():
            print(line)
