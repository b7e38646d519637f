"""Erasures of which a restored database knows nothing. Until they are done again, nothing is sent to whom they concern.

1. The key store notes who was erased, and a restore does not reach it (``ledger.keystore``). A subject whose erasure the database
   does not know, or knows with fewer clocks, is *behind*.
2. A number may be another person's now: rows made after the restored moment take the same numbers again. A subject counts only where
   a mark of then fits what names it today.
3. A subject that ``personal reapply`` was asked for and had to leave (a legal hold or an open claim of then) is *answered*: the
   pages open again, for somebody has to end the claim. It stays behind, and nothing is sent to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairdue.ledger import keys, keystore
from fairdue.ledger.models import AuditEntry, Contact, Customer, Erasure, ErasureState
from fairdue.people.models import User

REAPPLY = "reapply"
"""The action of the audit entry that names a subject which could not be erased again."""


def behind(company_id: int) -> list[keystore.Erased]:
    """Give the erasures that the database does not know, or not as far as they went. Two look-ups where there is none."""
    noted = keystore.opened().erased(company_id)
    if not noted:
        return []
    rows = list(Erasure.objects.filter(company_id=company_id))
    known = {one.subject: set(one.clocks) for one in rows if one.state != ErasureState.ERASING}
    hidden = {one.subject: one.known_as for one in rows}
    late = [one for one in noted if not set(one.clocks) <= known.get(one.subject, set())]
    return [one for one in late if is_same(company_id, one, hidden.get(one.subject, ""))]


def unanswered(company_id: int) -> list[keystore.Erased]:
    """Give those that are behind and for which ``personal reapply`` was not asked yet since the restore."""
    found = behind(company_id)
    if not found:
        return []
    asked = AuditEntry.objects.filter(
        company_id=company_id, action=REAPPLY, subject__in=[one.subject for one in found]
    ).values_list("subject", flat=True)
    answered = set(asked)
    return [one for one in found if one.subject not in answered]


def subjects_behind(company_id: int) -> frozenset[str]:
    """Give the subjects that are behind: ``customer:17``."""
    return frozenset(one.subject for one in behind(company_id))


def is_same(company_id: int, noted: keystore.Erased, hidden: str = "") -> bool:
    """Tell whether a noted subject is here and is the person of then. ``hidden`` is what an unfinished erasure keeps of it."""
    kind, _, number = noted.subject.partition(":")
    if not number.isdigit():
        return False
    texts = set(_texts(company_id, kind, int(number)))
    if texts:
        texts |= set(keys.show(hidden))
    marks = set(noted.marks)
    return any(keys.mark("known", one) in marks for one in texts)


def _texts(company_id: int, kind: str, pk: int) -> Iterator[str]:
    """Give what names a subject in its own rows."""
    found: list[tuple[str, ...]] = []
    contacts = Contact.objects.filter(company_id=company_id)
    if kind == "customer":
        rows = Customer.objects.filter(company_id=company_id, pk=pk)
        found += rows.values_list("name", "legal_name", "street", "registration_no", "vat_no", "number", "number_key")
        found += contacts.filter(customer_id=pk).values_list("name", "email", "phone")
    elif kind == "contact":
        found += contacts.filter(pk=pk).values_list("name", "email", "phone")
    elif kind == "user":
        users = User.objects.filter(pk=pk)
        for first, last, *others in users.values_list("first_name", "last_name", "username", "email", "phone"):
            found.append((f"{first} {last}".strip(), f"{last}{first}", *others))
    for row in found:
        yield from (text for text in row if text)
