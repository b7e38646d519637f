"""Money in: the lines that nobody has decided, each beside what it may pay; confirm, choose, take back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.cash import queue as waiting
from fairdue.cash.actions import do_assign, do_confirm, do_undo
from fairdue.cash.book import undecided, with_day
from fairdue.cash.facts import newest_proposals
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import BankLine, Decision, Proposal
from fairdue.cash.plan import Misfit
from fairdue.cash.stored import parts_of
from fairdue.kernel.money import MoneyError
from fairdue.ledger.actions import LedgerError
from fairdue.ledger.models import Customer
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, page
from fairdue.web.matching_forms import AssignForm, UndoForm
from fairdue.web.views import money_work
from fairdue.wording import matches, words


class Shown(NamedTuple):
    """One part of an explanation as the page writes it."""

    amount_minor: int
    currency: str
    kind: str
    number: str
    customer: str
    customer_id: int | None
    difference: str
    difference_minor: int
    item_currency: str


def _undecided(company_id: int) -> Any:
    newest = Prefetch("proposals", queryset=newest_proposals(company_id), to_attr="newest")
    return with_day(undecided(company_id)).prefetch_related(newest)


@page(Right.VIEW)
def lines(request: PageRequest) -> HttpResponse:
    """Show the lines that are not decided, by number. Three queries."""
    rows = _undecided(request.company.pk).order_by("pk")
    part = Paginator(rows, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    shown = [(line, line.on, *_summary(line.newest[0] if line.newest else None)) for line in part.object_list]
    return render(request, "web/money.html", {"part": part, "rows": shown, **money_work.shown(request)})


def _summary(proposal: Proposal | None) -> tuple[str, str, int, str]:
    """Give state, its name, the probability and the first reason of a proposal."""
    if proposal is None:
        return "", _("not proposed yet"), 0, ""
    first = words.reasons(proposal.evidence[:1])
    return proposal.state, matches.told(matches.STATES, proposal.state), proposal.ppm, " ".join(first)


@page(Right.VIEW)
def line(request: PageRequest, line_id: int) -> HttpResponse:
    """Show a line beside its explanations. At most eight queries."""
    return _shown(request, line_id)


def _shown(request: PageRequest, line_id: int, form: AssignForm | None = None, status: int = 200) -> HttpResponse:
    found, proposal, decision = _found(request, line_id)
    told = [parts_of(decision.parts)] if decision else []
    told += [parts_of(proposal.parts), *(parts_of(other) for other in proposal.others)] if proposal else []
    shown = _explanations(request.company.pk, found, told)
    explanations = shown[1:] if decision else shown
    following = (
        undecided(request.company.pk).filter(pk__gt=found.pk).order_by("pk").values_list("pk", flat=True).first()
    )
    context = {
        "line": found, "decision": decision, "decided": shown[0] if decision else [], "proposal": proposal, "summary": _summary(proposal),
        "how": matches.told(matches.HOW, decision.how) if decision else "", "form": form or AssignForm(), "undo": UndoForm(),
        "explanations": [(place, parts) for place, parts in enumerate(explanations) if parts], "following": following,
    }  # fmt: skip
    return render(request, "web/money_line.html", context, status=status)


def _found(request: PageRequest, line_id: int) -> tuple[BankLine, Proposal | None, Decision | None]:
    try:
        return waiting.line_with_all(request.company.pk, line_id)
    except Misfit:
        raise Http404 from None


def _explanations(company_id: int, found: BankLine, told: Iterable[Sequence[Part]]) -> list[list[Shown]]:
    return [
        [
            Shown(
                part.amount_minor, found.currency, matches.told(matches.KINDS, part.kind), number, customer, part.customer,
                matches.told(matches.DIFFERENCES, part.difference) if part.difference else "", part.difference_minor, currency,
            )
            for part, number, customer, currency in parts
        ]
        for parts in waiting.named(company_id, told)
    ]  # fmt: skip


@page(Right.ALLOCATE, "POST")
def confirm(request: PageRequest, line_id: int) -> HttpResponse:
    """Post a line as it is proposed, or as another explanation says; on to the next."""
    found, _proposal, _decision = _found(request, line_id)
    place = request.POST.get("explanation", "0")
    try:
        do_confirm(request.actor, found.pk, other=int(place) if place.isdigit() and len(place) < 3 else 0)
    except (Misfit, LedgerError) as error:
        return _refused(request, found.pk, error)
    return _next(request, found.pk)


@page(Right.ALLOCATE, "POST")
def assign(request: PageRequest, line_id: int) -> HttpResponse:
    """Decide a line by items that a person names; on to the next."""
    found, _proposal, _decision = _found(request, line_id)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return _shown(request, found.pk, form, 400)
    asked = form.cleaned_data
    try:
        parts = _chosen(request, found, asked)
        do_assign(request.actor, found.pk, parts, reason=asked["reason"], third_party=asked["third_party"])
    except (Misfit, LedgerError, MoneyError) as error:
        form.add_error(None, _told(error))
        return _shown(request, found.pk, form, 400)
    return _next(request, found.pk)


def _chosen(request: PageRequest, found: BankLine, asked: dict[str, Any]) -> list[Part]:
    """Read items, one a line: a number, or a number, an amount and what becomes of the rest. What is left goes where the form says."""
    parts: list[Part] = []
    today = today_of(request.actor)
    for number, amount, rest in asked["items"]:
        paid = words.typed_amount(amount, found.currency) if amount else None
        left = found.amount_minor - sum(part.amount_minor for part in parts)
        parts.append(waiting.part_of(waiting.choose(request.company.pk, number, today), paid, left, rest))
    left = found.amount_minor - sum(part.amount_minor for part in parts)
    if left and asked["rest"] == "nobody":
        parts.append(Part(None, None, left, Kind.NOT_CUSTOMER))
    elif left and asked["customer"]:
        rows = Customer.objects.filter(company_id=request.company.pk, number=asked["customer"])
        owner = rows.values_list("pk", flat=True).first()
        if owner is None:
            raise LedgerError(_("There is no customer %(number)s.") % {"number": asked["customer"]})
        parts.append(Part(None, owner, left, Kind.ON_ACCOUNT))
    return parts


@page(Right.ALLOCATE, "POST")
def undo(request: PageRequest, line_id: int) -> HttpResponse:
    """Take the decision of a line back with all that it did."""
    found, _proposal, _decision = _found(request, line_id)
    form = UndoForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Taking back needs a reason."))
        return redirect("web:money-line", found.pk)
    try:
        do_undo(request.actor, found.pk, reason=form.cleaned_data["reason"], wrong=form.cleaned_data["wrong"])
    except (Misfit, LedgerError) as error:
        return _refused(request, found.pk, error)
    messages.success(request, _("Everything that the decision did is reversed. The line waits for a person."))
    return redirect("web:money-line", found.pk)


def _told(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return words.reason(reason) if reason is not None else str(error)


def _refused(request: PageRequest, line_id: int, error: Exception) -> HttpResponse:
    messages.error(request, _told(error))
    return redirect("web:money-line", line_id)


def _next(request: PageRequest, line_id: int) -> HttpResponse:
    messages.success(request, _("The line is decided."))
    following = undecided(request.company.pk).filter(pk__gt=line_id).order_by("pk").values_list("pk", flat=True).first()
    return redirect("web:money-line", following) if following else redirect("web:money")
