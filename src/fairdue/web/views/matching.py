"""Money in: the lines that nobody has decided, each beside what it may pay; confirm, split, take back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from fairdue.cash import queue as waiting
from fairdue.cash.actions import do_assign, do_confirm, do_undo
from fairdue.cash.book import undecided, with_day
from fairdue.cash.matching.records import Part
from fairdue.cash.models import BankLine, Decision, Proposal
from fairdue.cash.plan import Misfit
from fairdue.cash.stored import parts_of
from fairdue.cash.tally import of_queue, with_newest
from fairdue.kernel.money import MoneyError
from fairdue.ledger.actions import LedgerError
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries, split
from fairdue.web.access import PageRequest, page
from fairdue.web.matching_forms import AssignForm, QueueFilter, UndoForm
from fairdue.web.views import money_work
from fairdue.wording import matches, words

KEYED = 9
"""Explanations that a key chooses: 1 to 9."""


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
    item_minor: int | None = None


@page(Right.VIEW)
def lines(request: PageRequest) -> HttpResponse:
    """Show the lines that are not decided, by number, with what they come to by state. Four queries."""
    form = QueueFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "state": ""}
    rows = with_day(with_newest(undecided(request.company.pk)))
    if asked["state"]:
        rows = rows.filter(newest_state="" if asked["state"] == "new" else asked["state"])
    if asked["q"]:
        rows = rows.filter(_named(asked["q"]))
    part = Paginator(rows.order_by("pk"), queries.PAGE_ROWS).get_page(request.GET.get("page"))
    proposals = {one.pk: one for one in Proposal.objects.filter(pk__in=[line.newest_id for line in part.object_list])}
    shown = [(line, line.on, *_summary(proposals.get(line.newest_id))) for line in part.object_list]
    context = {
        "part": part, "rows": shown, "form": form, "state": asked["state"], "filtered": bool(asked["q"] or asked["state"]),
        "tallies": _tallies(request.company.pk), "decided": _decided(request), **money_work.shown(request),
    }  # fmt: skip
    return render(request, "web/money.html", context)


def _named(told: str) -> Q:
    """Find lines by the payer's name or account, by their text and references, or by their amount."""
    found = Q()
    for name in ("name", "account_number", "text", "structured", "end_to_end", "ultimate"):
        found |= Q(**{f"{name}__icontains": told})
    for currency in ("EUR", "JPY", "KWD"):  # two decimals, none, three: an amount is looked for as each writes it
        try:
            amount = words.typed_amount(told, currency)
        except MoneyError:
            continue
        found |= Q(amount_minor__in=(amount, -amount))
    return found


def _tallies(company_id: int) -> list[tuple[str, str, list[Any]]]:
    """Give states with their names and what they come to in each currency."""
    found = of_queue(company_id)
    return [
        (state or "new", matches.told(matches.BECAME if not state else matches.STATES, state), [one for one in found if one.state == state])
        for state in dict.fromkeys(one.state for one in found)
    ]  # fmt: skip


def _summary(proposal: Proposal | None) -> tuple[str, str, int, str]:
    """Give state, its name, the probability and the first reason of a proposal."""
    if proposal is None:
        return "", _("not proposed yet"), 0, ""
    first = words.reasons(proposal.evidence[:1])
    return proposal.state, matches.told(matches.STATES, proposal.state), proposal.ppm, " ".join(first)


def _decided(request: PageRequest) -> int:
    """Give the line that was decided just before, so that it can be taken back; 0 for none."""
    told = request.GET.get("decided", "")
    if not told.isdecimal() or len(told) > 18:
        return 0
    rows = BankLine.objects.filter(company_id=request.company.pk, pk=int(told))
    return int(told) if rows.exists() else 0


@page(Right.VIEW)
def line(request: PageRequest, line_id: int) -> HttpResponse:
    """Show a line beside its explanations."""
    return _shown(request, line_id)


def _shown(
    request: PageRequest, line_id: int, form: AssignForm | None = None, parted: split.Split | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    found, proposal, decision = _found(request, line_id)
    told = [parts_of(decision.parts)] if decision else []
    told += [parts_of(proposal.parts), *(parts_of(other) for other in proposal.others)] if proposal else []
    shown = _explanations(request.company.pk, found, told)
    listed = [(place, parts) for place, parts in enumerate(shown[1:] if decision else shown) if parts]
    explanations = [(number if number <= KEYED else 0, *one) for number, one in enumerate(listed, start=1)]
    if parted is None and decision is None:
        parted = split.fresh(found, proposal.customer_id if proposal else None, today_of(request.actor))
    around = undecided(request.company.pk).values_list("pk", flat=True)
    context = {
        "line": found, "decision": decision, "decided_parts": shown[0] if decision else [], "proposal": proposal,
        "summary": _summary(proposal), "how": matches.told(matches.HOW, decision.how) if decision else "",
        "form": form or AssignForm(back=found.amount_minor < 0), "undo": UndoForm(), "undoing": request.GET.get("undo") == "1",
        "held": [] if decision else waiting.held(request.company.pk, found.pk),
        "explanations": explanations, "split": parted, "rests": matches.RESTS, "decided": _decided(request),
        "following": around.filter(pk__gt=found.pk).order_by("pk").first(),
        "preceding": around.filter(pk__lt=found.pk).order_by("-pk").first(),
        "group": words.group_sign(), "point": words.decimal_sign(), "places": words.places(found.currency),
        "left": "–" if parted is None or parted.left_minor is None else words.amount(parted.left_minor, found.currency),
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
                part.item_minor,
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
    other = int(place) if place.isdecimal() and len(place) < 3 else 0
    try:
        do_confirm(request.actor, found.pk, other=other, learn=not request.POST.get("once"))
    except (Misfit, LedgerError) as error:
        return _refused(request, found.pk, error)
    return _next(request, found.pk)


@page(Right.ALLOCATE, "POST")
def part(request: PageRequest, line_id: int) -> HttpResponse:
    """Search for items, take one into the split or out of it, add up; nothing is written."""
    found, _proposal, _decision = _found(request, line_id)
    asked = request.POST.copy()
    if account := asked.get("account", ""):
        asked["customer"], asked["rest"] = account[:60], "customer"
    form = AssignForm(initial=asked.dict(), back=found.amount_minor < 0)
    return _shown(request, found.pk, form, split.read(asked, found, today_of(request.actor)))


@page(Right.ALLOCATE, "POST")
def assign(request: PageRequest, line_id: int) -> HttpResponse:
    """Decide a line by items that a person names; on to the next."""
    found, _proposal, _decision = _found(request, line_id)
    today = today_of(request.actor)
    parted = split.read(request.POST, found, today)
    form = AssignForm(request.POST, back=found.amount_minor < 0, rows=len(parted.rows))
    if not form.is_valid():
        return _shown(request, found.pk, form, parted, 400)
    asked = form.cleaned_data
    try:
        parts = split.parts_asked(parted, found, asked, today)
        do_assign(
            request.actor, found.pk, parts, reason=asked["reason"], learn=not asked["once"], third_party=asked["third_party"]
        )  # fmt: skip
    except (Misfit, LedgerError, MoneyError) as error:
        form.add_error(None, _told(error))
        return _shown(request, found.pk, form, parted, 400)
    return _next(request, found.pk)


@page(Right.ALLOCATE, "POST")
def undo(request: PageRequest, line_id: int) -> HttpResponse:
    """Take the decision of a line back with all that it did."""
    found, _proposal, _decision = _found(request, line_id)
    form = UndoForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Taking back needs a reason."))
        return redirect(f"{reverse('web:money-line', args=[found.pk])}?undo=1")
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
    place = reverse("web:money-line", args=[following]) if following else reverse("web:money")
    return redirect(f"{place}?decided={line_id}")
