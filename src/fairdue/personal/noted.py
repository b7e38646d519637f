"""Erasures as the key store notes them, held against the database: a restored one may know nothing of them."""

from __future__ import annotations

from fairdue.ledger import keys, keystore
from fairdue.ledger.models import Erasure, ErasureState
from fairdue.personal.people import Person, PersonalError, load


def behind(company_id: int) -> list[keystore.Erased]:
    """Give the erasures that the database does not know, or not as far as they went. Two look-ups where there is none."""
    noted = keystore.opened().erased(company_id)
    if not noted:
        return []
    known = {
        one.subject: set(one.clocks)
        for one in Erasure.objects.filter(company_id=company_id).exclude(state=ErasureState.ERASING)
    }
    late = [one for one in noted if not set(one.clocks) <= known.get(one.subject, set())]
    return [one for one in late if same(company_id, one) is not None]


def same(company_id: int, noted: keystore.Erased) -> Person | None:
    """Give the noted subject as the database knows it now; None where it is unknown or another person."""
    kind, _, pk = noted.subject.partition(":")
    try:
        person = load(company_id, kind, int(pk))
    except PersonalError:
        return None
    marks = {keys.mark("known", one) for one in person.needles}
    return person if marks & set(noted.marks) else None
