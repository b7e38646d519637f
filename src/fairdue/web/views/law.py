"""Countries and their law, and which law applies to a customer, with the facts that decide it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.cycle.release import seal
from fairdue.dunning.balance.queries import limits_of
from fairdue.dunning.law import law_of
from fairdue.law.country import countries as known_countries
from fairdue.law.country import country_law
from fairdue.ledger.actions import PARTY_FACTS, do_set_party_facts
from fairdue.ledger.audit import names as audit_names
from fairdue.ledger.audit_texts import said
from fairdue.ledger.models import AuditEntry, Customer
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web.access import PageRequest, own, page
from fairdue.web.settings_forms import PartyFactsForm
from fairdue.wording import country as wording
from fairdue.wording import names

LIMITS_SHOWN = 50
"""Open invoices whose limitation is listed, the earliest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One country of the index: its name, what its rules on interest come to today, and how many customers are there."""

    code: str
    name: str
    rates: tuple[str, ...]
    customers: int


@dataclass(frozen=True, slots=True)
class Found:
    """One change of facts: when, by whom, which, and where it stands."""

    at: datetime
    by: str
    facts: tuple[tuple[str, str], ...]
    source: str


FOUND_SHOWN = 5


@page(Right.VIEW)
def countries(request: PageRequest) -> HttpResponse:
    """List the countries of which anything is collected, those with customers first. One query beside the frame's."""
    today = today_of(request.actor)
    held: dict[str, int] = {}
    for code in Customer.objects.filter(company_id=request.company.pk).values_list("country", flat=True).iterator():
        held[code] = held.get(code, 0) + 1
    entries = [_entry(code, held.get(code, 0), today) for code in known_countries()]
    entries.sort(key=lambda one: (-one.customers, names.in_order(one.name)))
    missing = (names.country(code) for code in held if code and code not in known_countries())
    context = {
        "rows": entries,
        "unknown": sorted(missing, key=names.in_order),
        "without": held.get("", 0),
        "today": today,
    }
    return render(request, "web/countries.html", context)


def _entry(code: str, customers: int, today: date) -> Entry:
    return Entry(code, names.country(code), wording.rates_of(country_law(code), today), customers)


@page(Right.VIEW)
def country(request: PageRequest, country: str) -> HttpResponse:
    """Show what is collected on one country, each rule with its source and how well it is known."""
    code = country.upper()
    if code not in known_countries():
        raise Http404
    today = today_of(request.actor)
    law = country_law(code)
    context = {
        "code": code,
        "chapters": wording.chapters(law, today),
        "known": law.company.known,
        "today": today,
    }
    return render(request, "web/country.html", context)


def _found(request: PageRequest, customer: Customer) -> list[Found]:
    """Give who set which facts, when and from where, the last first."""
    rows = (
        AuditEntry.objects.filter(
            company_id=request.company.pk, subject=f"customer:{customer.pk}", action="set_party_facts"
        )
        .prefetch_related("texts")
        .order_by("-id")[:FOUND_SHOWN]
    )
    found, actors = [], audit_names(row.actor for row in rows)
    for row in rows:
        told = said(row, list(row.texts.all()))
        facts = tuple(
            (str(PartyFactsForm.base_fields[name].label), _value(name, str(told[name])))
            for name in PARTY_FACTS
            if name in told
        )
        found.append(Found(row.at, actors.get(row.actor, row.actor), facts, str(told.get("found_in", ""))))
    return found


def _value(name: str, stored: str) -> str:
    return str(getattr(Customer(**{name: stored}), f"get_{name}_display")())


def _customer_page(
    request: PageRequest, found: Customer, form: PartyFactsForm | None, status: int = 200
) -> HttpResponse:
    answer = law_of(request.company, found, today_of(request.actor))
    context = {
        "customer": found,
        "answer": answer,
        "form": form or PartyFactsForm(instance=found),
        "law_known": answer.law[:2] in known_countries(),
        "place_known": found.country in known_countries(),
        "limits": limits_of(request.company, found, today_of(request.actor))[:LIMITS_SHOWN],
        "tab": "why",
        "found": _found(request, found),
    }
    return render(request, "web/customer_law.html", context, status=status)


@page(Right.VIEW)
def customer_law(request: PageRequest, customer_id: int) -> HttpResponse:
    """Show which law governs, which rule on interest holds and why, and whose rules of conduct; with the facts behind it."""
    found = own(request, Customer.objects.select_related("group"), customer_id)
    return _customer_page(request, found, None)


@page(Right.HOLD, "POST")
def set_facts(request: PageRequest, customer_id: int) -> HttpResponse:
    """Change the facts on the customer that law asks for; what changed stands in the audit log."""
    found = own(request, Customer.objects.select_related("group"), customer_id)
    form = PartyFactsForm(request.POST, instance=Customer.objects.get(pk=found.pk))
    if not form.is_valid():
        return _customer_page(request, found, form, 400)
    with transaction.atomic():
        given = {name: str(form.cleaned_data[name]) for name in form.fields if name in request.POST}
        do_set_party_facts(request.actor, found.pk, **given)
    seal(request.actor)
    messages.success(request, _("The facts are changed. The law is judged by them from now on."))
    return redirect("web:customer-law", customer_id=found.pk)
