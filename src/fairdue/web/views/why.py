"""Why something would or would not go out to a customer: the policy's step, then each check of the gate. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairdue.contact.remedies import Remedy
from fairdue.contact.why import Finding
from fairdue.dunning.why import Case, Why, remedies_of
from fairdue.dunning.why import why as ask
from fairdue.ledger.models import Customer
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web.access import PageRequest, day_asked, own, page
from fairdue.wording import words

OUTCOMES = {
    "goes": (_("Would go out"), "good"),
    "release": (_("Would go out once released"), "good"),
    "waits": (_("Waits"), "warn"),
    "held": (_("Held back"), "bad"),
    "nothing": (_("Nothing is due"), ""),
}
VERDICTS = {
    "passes": (_("passes"), "good"),
    "holds": (_("holds"), "bad"),
    "waits": (_("waits"), "warn"),
    "not_asked": (pgettext_lazy("check", "not asked"), ""),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A remedy with the address where it is done and the command that does it."""

    text: str
    url: str
    command: str


@dataclass(frozen=True, slots=True)
class Row:
    """One check as the page shows it."""

    check: Finding
    name: str
    verdict: str
    look: str
    ways: list[Way]


@dataclass(frozen=True, slots=True)
class Part:
    """One case as the page shows it; what holds it stands first in ``held``."""

    case: Case
    outcome: str
    look: str
    rows: list[Row]
    held: list[Row]
    ways: list[Way]


@page(Right.VIEW)
def why(request: PageRequest, customer_id: int) -> HttpResponse:
    """Show why something would go out or not, on a day (``as_of``, default today). 25 queries at most, the frame's among them."""
    found = own(request, Customer.objects.select_related("group"), customer_id)
    today = today_of(request.actor)
    as_of = day_asked(request, "as_of", today)
    answer = ask(request.company, found.pk, as_of, datetime.combine(as_of, request.actor.at.timetz()))
    cases = (*answer.cases, answer.balance) if answer.balance else answer.cases
    parts = [_part(case, answer, found) for case in cases]
    context = {"customer": found, "answer": answer, "parts": parts, "as_of": as_of, "tab": "why"}
    return render(request, "web/why.html", context)


def _part(case: Case, answer: Why, customer: Customer) -> Part:
    rows = []
    for check in case.checks:
        verdict, look = VERDICTS[check.verdict]
        ways = [_way(remedy, case, answer, customer) for remedy in remedies_of(check)]
        rows.append(Row(check, words.reason(check.name), str(verdict), look, ways))
    outcome, look = OUTCOMES[case.outcome]
    ways = [_way(remedy, case, answer, customer) for remedy in case.remedies]
    return Part(case, str(outcome), look, rows, [row for row in rows if row.check.reasons], ways)


def _way(remedy: Remedy, case: Case, answer: Why, customer: Customer) -> Way:
    command = remedy.command.replace("{customer}", customer.number).replace("{policy}", answer.policy)
    return Way(words.reason(remedy.text), _address(remedy.page, case, answer, customer), command)


def _address(page_name: str, case: Case, answer: Why, customer: Customer) -> str:
    """Give the address of a remedy's page."""
    if page_name == "proposal" and case.proposal_id:
        return reverse("web:runs-proposal", args=[case.proposal_id])
    if page_name in {"outbox", "proposal"}:
        return reverse("web:outbox-message", args=[case.message_id]) if case.message_id else reverse("web:outbox")
    if page_name == "policy":
        return reverse("web:policy", args=[answer.policy])
    if page_name in {"contacts", "customer"}:
        return reverse("web:customer-contacts" if page_name == "contacts" else "web:customer", args=[customer.pk])
    return reverse(f"web:{page_name}")
