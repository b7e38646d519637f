"""Start posting in mid-life: what the books have already is marked as opening, and is never handed out.

``docs/algorithms/flow-back.md`` states the rule. Whether ledger and books really agree on that day is for who calls: ``cycle.tie``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from fairdue.books.actions import do_acknowledge, do_cut
from fairdue.books.models import Acknowledgement, Export, Posting, PostingBatch
from fairdue.books.queries import OPENING
from fairdue.books.rules import Given
from fairdue.ledger import audit
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company


class OpeningError(ValueError):
    """An opening that cannot be; nothing was written. The message names the remedy."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening marked: batches and their lines, and whether it had been done before."""

    batches: tuple[int, ...]
    lines: int
    known: bool = False


@transaction.atomic
def do_open(actor: Actor, as_of: date, *, note: str = "") -> Opened:
    """Mark every fact that counts up to ``as_of`` as known to the books: cut into batches that are answered at once.

    Done again for the same day it changes nothing. Raises OpeningError where the books were opened for another day, a batch was handed
    out before, or one holds lines of later days.
    """
    actor.need(Right.BOOK)
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    mine = PostingBatch.objects.filter(company_id=actor.company_id)
    key = f"{OPENING}{as_of.isoformat()}"
    if before := _before(actor.company_id):
        if all(one.startswith(f"{key}/") for one in before):
            found = mine.filter(acknowledgements__key__startswith=f"{key}/").order_by("number")
            return Opened(tuple(one.number for one in found), sum(one.lines for one in found), known=True)
        raise OpeningError(gettext("The books were opened before, for another day; an opening is made once."))
    if (
        Export.objects.filter(company_id=actor.company_id).exists()
        or Acknowledgement.objects.filter(company_id=actor.company_id).exists()
    ):
        raise OpeningError(gettext("A batch was handed out already: the books get what is new from there."))
    later = Posting.objects.filter(company_id=actor.company_id, effective_on__gt=as_of)
    if (last := later.aggregate(last=Max("effective_on"))["last"]) is not None:
        told = gettext("Batches that were cut hold lines up to %(day)s; open the books as of that day or later.")
        raise OpeningError(told % {"day": last.isoformat()})
    do_cut(actor, cut_key=key, through=as_of)
    batches = list(mine.order_by("number"))
    for batch in batches:
        do_acknowledge(actor, batch.number, [Given(None, True)], key=f"{key}/{batch.number}", reference="opening")
    lines = sum(batch.lines for batch in batches)
    audit.record(
        actor, "open_books", f"company:{actor.company_id}", as_of=as_of.isoformat(), lines=lines, batches=len(batches),
        note=note[:500],
    )  # fmt: skip
    return Opened(tuple(batch.number for batch in batches), lines)


def _before(company_id: int) -> Sequence[str]:
    found = Acknowledgement.objects.filter(company_id=company_id, key__startswith=OPENING)
    return list(found.order_by("id").values_list("key", flat=True))
