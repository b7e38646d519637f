"""Pages of the web application on the demonstration data: milliseconds (median, 95 %) and queries of each.

A process of its own makes the demonstration company (2,000 customers, 40,000 documents) in a fresh SQLite, runs the cycle,
signs the head of finance in and opens each page ``TIMES`` times through Django's test client: the whole way from middleware
to bytes, without the network. The first opening of each page is left out: it draws the charts and compiles the templates.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from statistics import median, quantiles
from typing import Any

Line = tuple[str, float, str, float | None, float | None]
TIMES = 40
CUSTOMERS = 2_000
MEDIAN_MS_MAX = 100
QUERIES_MAX = 8
NOW = "2026-03-03T09:00:00+00:00"


def run() -> Iterator[Line]:
    """Give the lines of this benchmark."""
    with tempfile.TemporaryDirectory(prefix="fairdue-bench-web-") as folder:
        environment = os.environ | {
            "FAIRDUE_DATA_DIR": folder,
            "FAIRDUE_DATABASE_URL": "",
            "FAIRDUE_NOW": NOW,
            "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.web"], env=environment, check=True, capture_output=True, text=True
        )
    for name, values in json.loads(done.stdout.splitlines()[-1]).items():
        yield f"{name}: median", values["median_ms"], "ms", None, MEDIAN_MS_MAX
        yield f"{name}: 95 %", values["slow_ms"], "ms", None, None
        yield f"{name}: processor time", values["cpu_ms"], "ms", None, None
        yield f"{name}: queries", values["queries"], "", None, QUERIES_MAX


def _make() -> tuple[int, int]:
    """Make the company and run its cycle; give the ids of the company and of the customer with most open items."""
    from django.core.management import call_command
    from django.db import connection

    from fairdue.cycle.line import go
    from fairdue.demo.generate import build
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml
    from fairdue.people.actor import Actor

    call_command("migrate", verbosity=0)
    at, today = datetime.fromisoformat(NOW).astimezone(UTC), date.fromisoformat(NOW[:10])
    company_id = build(at, today, 1, CUSTOMERS, "bench bench bench").company_id
    actor = Actor(company_id=company_id, at=at, name="bench", roles=frozenset({"system", "finance_lead"}))
    do_adopt_policy(actor, "flexible", shipped_yaml("flexible"))
    go(actor, today)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM ledger_due_item WHERE company_id = %s GROUP BY customer_id ORDER BY COUNT(*) DESC LIMIT 1",
            [company_id],
        )
        return company_id, int(cursor.fetchone()[0])


def _measure(client: Any, address: str) -> dict[str, float]:
    from django.db import connection

    seen: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert client.get(address).status_code == 200, address
    taken, spent = [], []
    for _ in range(TIMES):
        started, processed = time.perf_counter(), time.process_time()
        response = client.get(address)
        taken.append((time.perf_counter() - started) * 1000)
        spent.append((time.process_time() - processed) * 1000)
        assert response.status_code == 200
    return {
        "median_ms": round(median(taken), 1),
        "slow_ms": round(quantiles(taken, n=20)[-1], 1),
        "cpu_ms": round(median(spent), 1),
        "queries": len(seen),
    }


def main() -> None:
    """Run in the process of its own; the last line printed is the result as JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from fairdue.people.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    _company_id, customer_id = _make()
    client = Client()
    client.force_login(User.objects.get(memberships__role="finance_lead"))
    pages = {
        "home": "/",
        "worklist": "/worklist",
        "customer with most items": f"/customers/{customer_id}",
        "customer's contacts, terms, behaviour": f"/customers/{customer_id}/contacts",
        "customer list": "/customers",
        "ageing by customer": "/ageing",
        "ageing, all currencies": "/ageing?currency=all&sort=-balance",
        "answers": "/answers",
        "settings": "/settings",
        "review": client.get("/runs/latest?state=open")["Location"],
    }
    print(json.dumps({name: _measure(client, address) for name, address in pages.items()}))


if __name__ == "__main__":
    main()
