"""The live read of one customer: one statement, prepared once a connection, on the state of the caller's transaction.

The text is ``one_customer.sql``. A dispatch asks it for each message inside the claiming transaction, so what it sees is what
the claim sees. ``contact.queries`` reads many customers with the same columns; a property test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from weakref import WeakSet

from django.db import DatabaseError, connection, transaction

from fairdue.ledger.queries import FAR, moment, statements_of_one

Row = list[Any]
TYPES = {
    "company": "bigint", "customer": "bigint", "as_of": "date", "horizon": "date", "since": "timestamptz",
    "at": "timestamptz", "known_at": "timestamptz",
}  # fmt: skip
"""The parameters of the statement in PostgreSQL's types, in the order in which it is prepared."""
MOMENTS = {"message": (1, 2, 3), "event": (1,), "unapplied": (5,), "fact": (5,)}
DAYS = {"contact": (7,), "fact": (3,)}
"""Columns that come as text and are moments or days; those of items and payments are read by the ledger."""
PREPARED = "fairdue_one_customer"
UNKNOWN_STATEMENT, PREPARED_BEFORE = "26000", "42P05"
"""PostgreSQL's words for a prepared statement that is not there, and for one that is."""

_prepared: WeakSet[Any] = WeakSet()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows count: words of the stored enums, filled into the text once."""

    left: tuple[str, ...]
    in_answer: tuple[str, ...]
    said: tuple[str, ...]
    tasks: tuple[str, ...]
    imports: tuple[str, ...]
    cover: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one customer by part, each list in the order of its numbers."""

    parts: Mapping[str, list[Row]] = field(default_factory=dict)

    def of(self, part: str) -> list[Row]:
        """Give the rows of one part."""
        return self.parts.get(part, [])


def rows_of_one(
    asked: Asked, company_id: int, customer_id: int, *, today: date, horizon: date, since: datetime, at: datetime
) -> Rows:
    """Read one customer of a company. One query; nothing is locked."""
    values = {"company": company_id, "customer": customer_id} | {
        name: value if connection.vendor == "postgresql" else str(value)
        for name, value in (("as_of", today), ("horizon", horizon))
    }
    values |= {"since": moment(since), "at": moment(at), "known_at": moment(FAR)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _execute(cursor, asked, [values[name] for name in TYPES])
        else:
            cursor.execute(_text(asked, "sqlite"), values)
        return _sorted(cursor.fetchall())


def _execute(cursor: Any, asked: Asked, values: list[Any]) -> None:
    """Execute the prepared statement, and prepare it again where the server has forgotten it.

    Behind a pooler that hands a connection to another server session, or after ``DISCARD ALL``, what was prepared is gone. The
    savepoint keeps the caller's transaction whole.
    """
    name = _name(asked)
    told = f"EXECUTE {name} ({', '.join(['%s'] * len(TYPES))})"
    raw = connection.connection
    if raw in _prepared:
        try:
            with transaction.atomic():
                cursor.execute(told, values)
            return
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", "") != UNKNOWN_STATEMENT:
                raise
    with transaction.atomic():
        _prepare(cursor, asked, name)
        cursor.execute(told, values)
    _prepared.add(raw)


def _prepare(cursor: Any, asked: Asked, name: str) -> None:
    """Prepare the statement on this connection: planning takes longer than reading. One of this name is this one."""
    try:
        with transaction.atomic():
            cursor.execute(f"PREPARE {name} ({', '.join(TYPES.values())}) AS {_text(asked, 'postgresql')}")
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != PREPARED_BEFORE:
            raise


@cache
def _name(asked: Asked) -> str:
    """Name the statement by its text: another version of Fairdue on the same server session has another one."""
    return f"{PREPARED}_{sha256(_text(asked, 'postgresql').encode()).hexdigest()[:12]}"


@cache
def _text(asked: Asked, dialect: str) -> str:
    text = files("fairdue.contact.live").joinpath("one_customer.sql").read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    ledger = statements_of_one()
    ledger["unapplied"] = ledger["unapplied"].replace("%(as_of)s", "%(horizon)s")
    words = {name: _listed(getattr(asked, name)) for name in ("left", "in_answer", "said", "tasks", "imports", "cover")}
    own = dialect == "sqlite"
    address = "LOWER(m.recipient_email)" if own else "m.recipient_key"
    body = body.format(**ledger, **words, address=address)
    body = body.replace("json_row(", "json_array(" if own else "json_build_array(")
    if dialect == "sqlite":
        return body
    for number, name in enumerate(TYPES, start=1):
        body = body.replace(f"%({name})s", f"${number}")
    return body


def _listed(words: Iterable[str]) -> str:
    for word in words:
        if not word.replace("_", "").isalnum():
            raise ValueError(f"{word!r} is no word of an enum")
    return ", ".join(f"'{word}'" for word in words)


def _sorted(rows: Iterable[tuple[str, int, str]]) -> Rows:
    parts: dict[str, list[tuple[int, Row]]] = {}
    for part, place, cells in rows:
        row = json.loads(cells)
        for column in MOMENTS.get(part, ()):
            row[column] = _moment(row[column])
        for column in DAYS.get(part, ()):
            row[column] = date.fromisoformat(row[column]) if row[column] else None
        parts.setdefault(part, []).append((place, row))
    return Rows({part: [row for _, row in sorted(found, key=lambda one: one[0])] for part, found in parts.items()})


def _moment(text: str | None) -> datetime | None:
    """Read a moment as JSON gives it: PostgreSQL writes the zone, SQLite keeps UTC without."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
