"""What intake tells the other rooms: through which day money is known, and which files are not in the ledger yet.

The gate holds a company's dunning while a file of its items or payments waits for a person, or was begun and has not ended: it
may say what was paid. A waiting file counts until it is written or dropped, or a later one of its source and kind is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import connection

from fairdue.intake.models import Import
from fairdue.ledger.actions import do_publish_fact
from fairdue.ledger.models import Fact
from fairdue.people.actor import Actor
from fairdue.people.days import today_of

HOLDS_DUNNING = frozenset({"open_items", "payments"})
"""Kinds of file that say what is owed or paid."""
BELIEVED = timedelta(days=1)
"""How long an import that was begun and never ended holds: its process was killed; a person brings the file again."""


def _mark(actor: Actor, kind: str, number: str, as_of: date, under_way: bool, until: date | None = None) -> None:
    do_publish_fact(
        actor, room="intake", kind=kind, subject=f"company:{actor.company_id}", as_of=as_of, value=int(under_way),
        source_version=f"import:{number}", valid_until=until,
    )  # fmt: skip


def note_waiting(actor: Actor, done: Import) -> None:
    """Publish that a file waits; or, once it is written or dropped, that it and older ones of its source do not any more."""
    if done.kind not in HOLDS_DUNNING:
        return
    if done.state == Import.State.WAITING:
        _mark(actor, "import_waiting", str(done.pk), done.as_of, True)
        return
    known = Fact.objects.filter(
        company_id=actor.company_id, kind="import_waiting", subject=f"company:{actor.company_id}", value=1
    )
    marks = dict(known.values_list("source_version", "as_of"))
    if not marks:
        return
    over = {done.pk}
    if done.state == Import.State.WRITTEN:
        older = Import.objects.filter(source_id=done.source_id, kind=done.kind, as_of__lte=done.as_of)
        over |= set(older.values_list("pk", flat=True))
    for number in sorted(over):
        if (as_of := marks.get(f"import:{number}")) is not None:
            _mark(actor, "import_waiting", str(number), as_of, False)


@contextmanager
def under_way(actor: Actor, kind: str, sha256: str, as_of: date) -> Iterator[None]:
    """Let others know, while a file is being written, that it is; a killed process leaves the word standing for a day.

    Inside a transaction nobody else could read it, so nothing is said there.
    """
    if kind not in HOLDS_DUNNING or connection.in_atomic_block:
        yield
        return
    _mark(actor, "import_running", sha256[:24], as_of, True, today_of(actor) + BELIEVED)
    try:
        yield
    finally:
        _mark(actor, "import_running", sha256[:24], as_of, False)


def currencies_of(source_id: int, now: Iterable[str]) -> frozenset[str]:
    """Give the currencies that a source of payments has ever brought: those of the accounts that it is the statement of."""
    found = set(now)
    totals = Import.objects.filter(source_id=source_id, kind="payments", state=Import.State.WRITTEN)
    for one in totals.values_list("totals", flat=True):
        found |= set(one)
    return frozenset(found)
