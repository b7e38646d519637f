"""Tying out: ledger = source + what the books have not taken yet, by customer and currency. The intake knows the source, the books what
was answered; they meet here.
"""

from __future__ import annotations

from datetime import date

from fairdue.books.queries import own_documents, untied_by_item
from fairdue.intake.reading import Reading
from fairdue.intake.reconcile import Reconciliation, Told, reconcile
from fairdue.ledger.models import Source


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
