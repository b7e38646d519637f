"""Erasures as the key store notes them, held against the database: a restored one may know nothing of them."""

from __future__ import annotations

from fairdue.ledger import keys, keystore
from fairdue.ledger.behind import behind
from fairdue.personal.people import Person, PersonalError, load

__all__ = ["behind", "same"]


def same(company_id: int, noted: keystore.Erased) -> Person | None:
    """Give the noted subject as the database knows it now; None where it is unknown or another person."""
    kind, _, pk = noted.subject.partition(":")
    try:
        person = load(company_id, kind, int(pk))
    except PersonalError:
        return None
    marks = {keys.mark("known", one) for one in person.needles}
    return person if marks & set(noted.marks) else None
