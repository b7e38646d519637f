"""Bank data in the line: what waits to be matched holds dunning; what was matched is heeded at once.

Numbers are those of docs/algorithms/bank-data-in-the-line.md.
"""

from __future__ import annotations

from datetime import date

from fairdue.cash.known import accounts_known, days_known, not_in_ledger
from fairdue.contact.recheck import Rechecked, do_recheck
from fairdue.ledger.actions import do_publish_fact
from fairdue.ledger.bank_data import publish_account_days
from fairdue.ledger.models import Fact
from fairdue.people.actor import Actor
from fairdue.people.days import today_of

WAITING = "bank_file_waiting"


def is_waiting(company_id: int) -> bool:
    """Say whether a bank file's lines wait to be matched (1)."""
    return Fact.objects.filter(company_id=company_id, kind=WAITING, value=1).exists()


def note_waiting(actor: Actor, file_id: int) -> None:
    """Say that a bank file's lines are not matched yet (1); in the transaction that takes it in."""
    _mark(actor, f"bank_file:{file_id}", today_of(actor), True)


def heed(actor: Actor, *, changed: bool) -> Rechecked:
    """End a matching: judge queued messages again, publish through which day money is known, take the word back (1, 2, 6).

    In this order: killed in between, the word of (1) stands and the next matching does it again. It stands as long as a line was
    not looked at, or is to be posted.
    """
    marks = list(
        Fact.objects.filter(company_id=actor.company_id, kind=WAITING, value=1)
        .order_by("id")
        .values_list("source_version", "as_of")
    )
    done = do_recheck(actor) if changed or marks else Rechecked()
    if not_in_ledger(actor.company_id).exists():
        return done
    publish_account_days(actor, days_known(accounts_known(actor.company_id)), source="cash")
    for version, as_of in marks:
        _mark(actor, version, as_of, False)
    return done


def _mark(actor: Actor, version: str, as_of: date, waiting: bool) -> None:
    do_publish_fact(
        actor, room="cash", kind=WAITING, subject=f"company:{actor.company_id}", as_of=as_of, value=int(waiting),
        source_version=version,
    )  # fmt: skip
