"""Who is asked about: a customer, a contact or a user, with every writing by which texts may name the person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from fairdue.formats.values.keys import identity
from fairdue.ledger import keys
from fairdue.ledger.audit_texts import ERASED_TEXT
from fairdue.ledger.models import Contact, Customer, Erasure
from fairdue.people.models import Membership, User
from fairdue.personal.naming import telling

BORNE_MAX = 1_000
"""Rows of others that are read for what they share with a person."""
KINDS = ("customer", "contact", "user")


class PersonalError(ValueError):
    """A request on personal data that makes no sense, or that is refused; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Person:
    """One subject. ``customer_id`` is the customer whose rows may speak of the person; users have none.

    ``needles`` are writings that name the person, longest first; ``contact_ids`` the contacts that go with the person.
    """

    kind: str
    pk: int
    label: str
    customer_id: int | None
    contact_ids: tuple[int, ...]
    needles: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]
    telling: tuple[str, ...] = ()
    """Those needles that tell the person from all others: only these count outside the person's own rows."""

    @property
    def subject(self) -> str:
        """Give the person as the audit log names it: ``customer:17``."""
        return f"{self.kind}:{self.pk}"


def find(company_id: int, asked: str) -> Person:
    """Find a person by ``customer:17``, ``contact:5``, ``user:3``, a customer's number, a user's name or an e-mail address.

    Raises PersonalError where nobody or more than one is meant.
    """
    asked = asked.strip()
    kind, _, number = asked.partition(":")
    if kind in KINDS and number.isdigit():
        return load(company_id, kind, int(number))
    found = [("customer", pk) for pk in _customers(company_id, asked)]
    if "@" in asked:
        rows = Contact.objects.filter(company_id=company_id, email__iexact=asked)
        found += [("contact", pk) for pk in rows.order_by("id").values_list("pk", flat=True)[:20]]
    users = User.objects.filter(Q(username=asked) | Q(email__iexact=asked), memberships__company_id=company_id)
    found += [("user", pk) for pk in users.distinct().order_by("id").values_list("pk", flat=True)[:20]]
    if not found:
        raise PersonalError(gettext("Nobody is known as %(asked)s.") % {"asked": asked})
    if len(found) > 1:
        several = ", ".join(f"{kind}:{pk}" for kind, pk in found)
        raise PersonalError(
            gettext("Several are known as %(asked)s; name one: %(several)s.") % {"asked": asked, "several": several}
        )
    return load(company_id, *found[0])


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of a search: the subject as it stands in an address, what it is called, and beside whom."""

    kind: str
    pk: int
    label: str
    beside: str

    @property
    def address(self) -> str:
        """Give the subject for an address: ``customer-17``."""
        return f"{self.kind}-{self.pk}"


FOUND_MAX = 20


def search(company_id: int, asked: str) -> list[Found]:
    """Look for persons by a part of a name, a number or an e-mail address, or by ``customer:17``; at most twenty of each kind."""
    kind, _, number = asked.partition(":")
    if kind in KINDS and number.isdigit() and len(number) < 19:
        try:
            one = load(company_id, kind, int(number))
        except PersonalError:
            return []
        return [Found(one.kind, one.pk, one.label, "")]
    customers = Customer.objects.filter(company_id=company_id).filter(
        Q(name__icontains=asked)
        | Q(legal_name__icontains=asked)
        | Q(number__iexact=asked)
        | Q(number_key=identity(asked))
    )
    contacts = Contact.objects.filter(company_id=company_id).filter(
        Q(name__icontains=asked) | Q(email__icontains=asked) | Q(phone__icontains=asked)
    )
    users = User.objects.filter(memberships__company_id=company_id).filter(
        Q(username__icontains=asked)
        | Q(email__icontains=asked)
        | Q(last_name__icontains=asked)
        | Q(first_name__icontains=asked)
    )
    found = [Found("customer", pk, name, number) for pk, name, number in
             customers.order_by("id").values_list("pk", "name", "number")[:FOUND_MAX]]  # fmt: skip
    found += [Found("contact", pk, name or email, beside) for pk, name, email, beside in
              contacts.order_by("id").values_list("pk", "name", "email", "customer__number")[:FOUND_MAX]]  # fmt: skip
    found += [
        Found("user", one.pk, one.get_full_name() or one.username, one.username)
        for one in users.distinct().order_by("id")[:FOUND_MAX]
    ]
    return found


def _customers(company_id: int, asked: str) -> list[int]:
    rows = Customer.objects.filter(company_id=company_id)
    return list(
        rows.filter(Q(number=asked) | Q(number_key=identity(asked))).order_by("id").values_list("pk", flat=True)
    )


def load(company_id: int, kind: str, pk: int) -> Person:
    """Give a person of a company. Raises PersonalError for one that the company does not know.

    Of a person who is erased in part, what has gone already still counts as a writing to look for.
    """
    person = _load(company_id, kind, pk)
    begun = Erasure.objects.filter(company_id=company_id, subject=person.subject).exclude(known_as="").first()
    if begun is not None:
        known = {*person.needles, *keys.show(begun.known_as)}
        person = replace(person, needles=tuple(sorted(known, key=lambda text: (-len(text), text))))
    alone = telling(set(person.needles) - _borne_by_others(company_id, person))
    return replace(person, telling=tuple(one for one in person.needles if one in alone))


def _borne_by_others(company_id: int, person: Person) -> set[str]:
    """Give those of the person's writings that another customer or a contact of another customer bears too."""
    if person.kind == "user":
        return set()
    listed, found = list(person.needles), set()
    for rows, columns in (
        (
            Customer.objects.exclude(pk=person.customer_id or 0),
            ("name", "legal_name", "street", "registration_no", "vat_no"),
        ),
        (Contact.objects.exclude(customer_id=person.customer_id or 0), ("name", "email", "phone")),
    ):
        same = Q()
        for column in columns:
            same |= Q(**{f"{column}__in": listed})
        for row in rows.filter(same, company_id=company_id).values_list(*columns)[:BORNE_MAX]:
            found |= {*row, *(identity(one) for one in row)}
    return found


def _load(company_id: int, kind: str, pk: int) -> Person:
    if kind == "customer" and (customer := Customer.objects.filter(company_id=company_id, pk=pk).first()):
        return _customer(customer)
    if kind == "contact" and (contact := Contact.objects.filter(company_id=company_id, pk=pk).first()):
        return _person("contact", pk, contact.name or contact.email, contact.customer_id, [contact], [])
    if kind == "user" and _worked_here(company_id, pk):
        user = User.objects.get(pk=pk)
        whole = [f"{user.first_name} {user.last_name}", f"{user.last_name}{user.first_name}", user.get_full_name()]
        said = [*whole, user.username, user.email, user.phone] if not user.username.startswith("erased-") else []
        return Person("user", pk, user.username, None, (), _needles(said), ())
    raise PersonalError(gettext("The company knows no %(subject)s.") % {"subject": f"{kind}:{pk}"})


def _worked_here(company_id: int, pk: int) -> bool:
    """Tell whether a user is or was the company's: an erasure that was begun goes on when the membership is gone."""
    if Membership.objects.filter(company_id=company_id, user_id=pk).exists():
        return True
    begun = Erasure.objects.filter(company_id=company_id, subject=f"user:{pk}")
    return begun.exists() and User.objects.filter(pk=pk).exists()


def _customer(customer: Customer) -> Person:
    contacts = list(Contact.objects.filter(company_id=customer.company_id, customer=customer).order_by("id"))
    said = [customer.name, customer.legal_name, customer.street, customer.registration_no, customer.vat_no]
    if _from_name(customer):
        said += [customer.number, customer.number_key]
    return _person("customer", customer.pk, customer.number, customer.pk, contacts, said)


def _from_name(customer: Customer) -> bool:
    """Tell whether a customer's number was made from the name, as for lists that bring no numbers."""
    return bool(customer.name) and identity(customer.name).startswith(customer.number_key)


def pseudonym(customer: Customer) -> str:
    """Give what stands for the number after erasure: a number of its own stays, one made from the name is replaced."""
    return f"erased-{customer.pk}" if _from_name(customer) else customer.number


def _person(kind: str, pk: int, label: str, customer_id: int, contacts: list[Contact], said: list[str]) -> Person:
    own = [text for one in contacts for text in (one.name, one.email, one.phone)]
    marks = [("email", one.email) for one in contacts if one.email]
    marks += [("contact", one.name) for one in contacts if one.name]
    marks += [("name", said[0])] if kind == "customer" and said[0] else []
    shown = tuple((kind_, text) for kind_, text in marks if not text.startswith("[erased"))
    return Person(kind, pk, label, customer_id, tuple(one.pk for one in contacts), _needles([*said, *own]), shown)


def _needles(said: Iterable[str]) -> tuple[str, ...]:
    """Give the writings worth looking for: long enough to mean one person; two signs where the script is not Latin."""
    found = set()
    for text in (" ".join(one.split()) for one in said):
        if text.startswith("[erased"):
            continue
        least = 4 if text.isascii() else 2
        if len(text) >= least and not (text.isdigit() and len(text) < 6):
            found |= {text, identity(text)} if len(identity(text)) >= least else {text}
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def _bounded(needle: str) -> str:
    """Write a needle as a pattern that matches no part of a longer word: Anna is not in Joanna."""
    before = r"(?<![^\W_])" if needle[0].isascii() and needle[0].isalnum() else ""
    after = r"(?![^\W_])" if needle[-1].isascii() and needle[-1].isalnum() else ""
    return before + re.escape(needle) + after


class Scrubber:
    """Takes a person out of texts and of JSON values, whatever the case of the letters. ``whole`` counts only as the whole text."""

    def __init__(self, needles: tuple[str, ...], instead: str = ERASED_TEXT, whole: Iterable[str] = ()) -> None:
        self._instead = instead
        self._whole = frozenset(one.casefold() for one in whole)
        # In JSON inside a text a name may stand escaped.
        writings = {form for one in needles for form in (one, json.dumps(one)[1:-1])}
        parts = "|".join(_bounded(one) for one in sorted(writings, key=lambda one: (-len(one), one)))
        self._pattern = re.compile(parts, re.IGNORECASE) if parts else None

    def finds(self, value: Any) -> bool:
        """Tell whether a text or JSON value names the person."""
        return bool(self(value) != value)

    def __call__(self, value: Any) -> Any:
        """Give the value without the person."""
        if self._pattern is None and not self._whole:
            return value
        if isinstance(value, str):
            if value.strip(' "').casefold() in self._whole:
                return self._instead
            return value if self._pattern is None else self._pattern.sub(lambda _: self._instead, value)
        if isinstance(value, list):
            return [self(one) for one in value]
        if isinstance(value, dict):
            return {self(key): self(one) for key, one in value.items()}
        return value
