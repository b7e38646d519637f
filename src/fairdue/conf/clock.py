"""The one clock of the entrances. Rooms below never read it: they are handed the moment.

``FAIRDUE_NOW`` sets it to a moment from which it runs on: the demonstration lives on its own day, tests on theirs.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from fairdue.conf import env

_STARTED = time.monotonic()


def now() -> datetime:
    """Give the present moment in UTC. Raises ValueError when ``FAIRDUE_NOW`` is no ISO 8601 moment."""
    given = env.NOW.text()
    if not given:
        return datetime.now(UTC)
    try:
        base = datetime.fromisoformat(given)
    except ValueError:
        raise ValueError(f"FAIRDUE_NOW must be an ISO 8601 moment, not {given!r}") from None
    if base.tzinfo is None:
        base = base.replace(tzinfo=UTC)
    return base.astimezone(UTC) + timedelta(microseconds=int((time.monotonic() - _STARTED) * 1_000_000))
