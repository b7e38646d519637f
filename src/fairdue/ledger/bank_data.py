"""Through which day money is known: of the whole company, and of each currency whose accounts are read apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Max

from fairdue.ledger.actions import do_publish_fact
from fairdue.ledger.models import Fact
from fairdue.people.actor import Actor

KIND = "bank_data_through"


def publish_bank_data(actor: Actor, through: date, currencies: Iterable[str] = (), *, source: str = "intake") -> None:
    """Publish through which day money is known, unless a later day is known already; and that of accounts read apart.

    ``currencies`` are those of a source that is the statement of accounts; a list that speaks for all refreshes what is known.
    ``source`` says who tells it.
    """
    subject = f"company:{actor.company_id}"
    last = _last(actor.company_id)
    apart = {f"{subject}:{currency}" for currency in currencies}
    known = {name for name in last if name.startswith(f"{subject}:")}
    for name in sorted({subject} | (apart or known)):
        _publish(actor, name, through, last, source)


def publish_account_days(actor: Actor, days: Mapping[str, date], *, source: str) -> None:
    """Publish through which day money in each currency is known, and the latest of them for the company; never an earlier day."""
    subject = f"company:{actor.company_id}"
    last = _last(actor.company_id)
    named = {f"{subject}:{currency}": on for currency, on in days.items()}
    if days:
        named[subject] = max(days.values())
    for name, through in sorted(named.items()):
        _publish(actor, name, through, last, source)


def _last(company_id: int) -> dict[str, int]:
    """Give the latest day known, by subject. One query."""
    rows = Fact.objects.filter(company_id=company_id, kind=KIND, subject__startswith=f"company:{company_id}")
    return dict(rows.order_by().values_list("subject").annotate(last=Max("value")))


def _publish(actor: Actor, name: str, through: date, last: Mapping[str, int], source: str) -> None:
    if last.get(name, 0) < through.toordinal():
        do_publish_fact(
            actor,
            room="ledger",
            kind=KIND,
            subject=name,
            as_of=through,
            value=through.toordinal(),
            source_version=source,
        )
