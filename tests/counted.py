"""The statements of a block that read or write tables, without what a database is told about its own work."""

from __future__ import annotations

from django.test.utils import CaptureQueriesContext

ABOUT_ITSELF = ("SAVEPOINT", "RELEASE SAVEPOINT", "PREPARE", "SELECT set_config(")
"""How statements begin that touch no table: nested transactions, plans kept for a connection, the companies a session sees."""


def touching(captured: CaptureQueriesContext) -> list[str]:
    """Give the statements of a captured block that touch tables, in order."""
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(ABOUT_ITSELF)]
