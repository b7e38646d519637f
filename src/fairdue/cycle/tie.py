"""Tying out: ledger = source + what the books have not taken yet, by customer and currency. The intake knows the source, the books what
was answered; they meet here, for a person who asks, every night, and when posting begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from fairdue.books.opening import Opened, OpeningError, do_open
from fairdue.books.queries import own_documents, untied_by_item
from fairdue.contact.actions.tasks import open_task
from fairdue.contact.blobs import BlobError
from fairdue.contact.models import Task, TaskKind
from fairdue.cycle.reasons import TieReason
from fairdue.formats.errors import FormatError
from fairdue.intake import queries
from fairdue.intake.actions import IntakeError
from fairdue.intake.reading import Reading
from fairdue.intake.reconcile import Line, Reconciliation, Told, reconcile
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit
from fairdue.ledger.models import Customer, Source
from fairdue.people.actor import Actor, Right

TIE = "tie/"
"""How the key of a finding begins: source, customer and currency follow, then the day of the list."""
FINDINGS_MAX = 200
"""Findings of one source told by themselves, the largest first; more than that is one finding of the house, not a list of work."""


def tie_out(source: Source, reading: Reading | None = None, as_of: date | None = None) -> Reconciliation:
    """Compare the ledger with a source and say of each difference what the books said of it; raises like ``reconcile``."""
    return reconcile(source, reading, as_of, lambda day: told(source.company_id, day))


def told(company_id: int, as_of: date) -> dict[int, Told]:
    """Give by due item what the ledger did, by what the books had answered at the end of ``as_of``. Three queries."""
    found = {
        item_id: Told(one.booked_minor, one.waiting_minor, one.refused_minor)
        for item_id, one in untied_by_item(company_id, as_of).items()
    }
    for item_id, state in own_documents(company_id, as_of).items():
        found[item_id] = found.get(item_id, Told())._replace(document=state)
    return found


@dataclass(frozen=True, slots=True)
class Tied:
    """What a night found: sources held against their last list, lines that do not tie, findings opened and ended.

    ``unexplained`` is by currency the sum, without signs, of what nothing explains in these lines, in minor units.
    """

    sources: int
    differing: int
    opened: int
    ended: int
    unexplained: tuple[tuple[str, int], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give it for the run's summary."""
        found = {"sources": self.sources, "differing": self.differing}
        return {**found, "unexplained": [list(one) for one in self.unexplained]}


def do_tie(actor: Actor, today: date) -> Tied:
    """Hold every source's last complete list against the ledger; what does not tie becomes a finding with the amount that differs.

    A finding stays one while its list is the last; it ends by itself when its line ties. A list that cannot be read again is a finding of
    the house. Doing it again changes nothing.
    """
    actor.need(Right.RUN)
    sources = differing = opened = ended = 0
    unexplained: Counter[str] = Counter()
    for source in Source.objects.filter(company_id=actor.company_id).order_by("id"):
        last = queries.last_complete(source.pk)
        if last is None or last.as_of > today:
            continue
        sources += 1
        try:
            found = tie_out(source)
        except (IntakeError, FormatError, BlobError) as error:
            wanted: dict[str, tuple[int | None, Reason]] = {
                f"{TIE}{source.pk}/unreadable/{last.pk}": (
                    None,
                    because(TieReason.NO_LIST, source=source.code, why=str(error)[:300]),
                )
            }
        else:
            lines = [line for line in found.differing() if not line.ties]
            differing += len(lines)
            for line in lines:
                unexplained[line.currency] += abs(_left(line))
            wanted = _findings(actor.company_id, source, found, lines)
        made, over = _write(actor, f"{TIE}{source.pk}/", wanted, today)
        opened, ended = opened + made, ended + over
    return Tied(sources, differing, opened, ended, tuple(sorted(unexplained.items())))


def _findings(
    company_id: int, source: Source, found: Reconciliation, lines: list[Line]
) -> dict[str, tuple[int | None, Reason]]:
    """Give the findings of a source by key: a customer and currency each; one of the house for what is beyond the most."""
    day = found.as_of.isoformat()
    numbers = {line.customer_number for line in lines[:FINDINGS_MAX]}
    customers = dict(
        Customer.objects.filter(company_id=company_id, number__in=numbers).order_by("-id").values_list("number", "pk")
    )
    wanted: dict[str, tuple[int | None, Reason]] = {}
    for line in lines[:FINDINGS_MAX]:
        customer = customers.get(line.customer_number)
        who = str(customer) if customer else f"unknown:{line.customer_number[:40]}"
        wanted[f"{TIE}{source.pk}/{who}/{line.currency}/{day}"] = (customer, _said(source, day, line))
    if (more := len(lines) - FINDINGS_MAX) > 0:
        wanted[f"{TIE}{source.pk}/more/{day}"] = (
            None,
            because(TieReason.MORE, source=source.code, as_of=day, count=more),
        )
    if found.refused:
        wanted[f"{TIE}{source.pk}/refused/{day}"] = (
            None, because(TieReason.ROWS_REFUSED, source=source.code, as_of=day, count=found.refused)
        )  # fmt: skip
    return wanted


def _left(line: Line) -> int:
    """Give what neither waiting nor refused postings explain of a line."""
    return line.difference_minor - line.waiting_minor - line.refused_minor


def _said(source: Source, day: str, line: Line) -> Reason:
    return because(
        TieReason.DIFFERS, source=source.code, as_of=day, customer=line.customer_number, ledger_minor=line.ledger_minor,
        source_minor=line.source_minor, at_risk_minor=abs(_left(line)), currency=line.currency,
    )  # fmt: skip


@transaction.atomic
def _write(actor: Actor, prefix: str, wanted: dict[str, tuple[int | None, Reason]], today: date) -> tuple[int, int]:
    """Open what is new, bring amounts up to date, end what ties again. What a person ended stays ended for this list."""
    waiting = Task.objects.filter(company_id=actor.company_id, key__startswith=prefix)
    known = set(waiting.values_list("key", flat=True))
    for key, (customer, reason) in wanted.items():
        if key not in known:
            open_task(actor, customer_id=customer, kind=TaskKind.OTHER, key=key, due_on=today, reasons=[reason])
    over = 0
    for task in waiting.filter(done_at__isnull=True).order_by("id"):
        if task.key not in wanted:
            over += 1
            task.done_at, task.done_by, task.outcome = actor.at, actor.name[:120], "ties again"
            task.save(update_fields=["done_at", "done_by", "outcome"])
            audit.record(actor, "finish_task", f"task:{task.pk}", outcome=task.outcome)
        elif task.reasons != (reasons := [wanted[task.key][1].as_dict()]):
            task.reasons = reasons
            task.save(update_fields=["reasons"])
    return len(set(wanted) - known), over


def open_books(
    actor: Actor, as_of: date, readings: Iterable[tuple[Source, Reading | None]], *, accepted: str = ""
) -> tuple[Opened, list[Reconciliation]]:
    """Begin posting as of a day, after ledger and open item lists were held against each other on that day.

    Raises OpeningError where they differ and no reason accepts it, and as ``do_open`` and ``reconcile`` do; nothing is written then.
    """
    found = [reconcile(source, reading, as_of) for source, reading in readings]
    if not found:
        raise OpeningError(gettext("Hold the ledger against an open item list first: name its source, or read one in."))
    differing = sum(len(one.differing()) + one.refused for one in found)
    if differing and not accepted.strip():
        told = gettext("Ledger and open item list differ in %(count)s lines; mend them, or say why they are accepted.")
        raise OpeningError(told % {"count": differing})
    return do_open(actor, as_of, note=accepted.strip()), found
