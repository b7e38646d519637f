"""Bills, cheques, direct debits and cards: the ladder of maturities, the list, one with its steps and covers, and what a person does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.cash.actions.import_instruments import do_import_instruments
from fairdue.cash.actions.instruments import Step, Told, do_add_instrument, do_cover, do_step, do_undo_step
from fairdue.cash.instrument_history import History, history
from fairdue.cash.instrument_rules import AWAY
from fairdue.cash.instruments import Standing, contingent, ladder, named_covers, standing
from fairdue.cash.models import Instrument, InstrumentStep
from fairdue.cash.plan import Misfit
from fairdue.formats.errors import FormatError
from fairdue.kernel.money import MoneyError, typed_minor
from fairdue.ledger.actions import LedgerError
from fairdue.ledger.models import Customer
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, page
from fairdue.web.instrument_forms import CoverForm, InstrumentFilter, InstrumentForm, RegisterForm, StepForm
from fairdue.wording import bills, matches, words

SOON_DAYS = 5
REFUSED_SHOWN = 20
_SHOWN: dict[str, Callable[[Standing], bool]] = {
    "": lambda one: True,
    "todo": lambda one: bool(one.duty),
    "covering": lambda one: one.state.covers,
    "away": lambda one: one.state.covers and one.state.kind in AWAY,
    "ended": lambda one: not one.state.covers,
}


def _list(
    request: PageRequest, forms: dict[str, Any] | None = None, refused: list[str] | None = None, status: int = 200
) -> HttpResponse:
    today = today_of(request.actor)
    everything = standing(request.company.pk, today, soon_days=SOON_DAYS)
    asked = InstrumentFilter(request.GET)
    told = asked.cleaned_data if asked.is_valid() else {"q": "", "show": ""}
    text = told["q"].strip().casefold()
    found = [
        (one, matches.told(bills.DUTIES, one.duty), _state(one))
        for one in everything
        if _SHOWN[told["show"]](one)
        and (not text or text in f"{one.instrument.number} {one.instrument.customer.name} {one.instrument.customer.number}".casefold())
    ]  # fmt: skip
    context = {
        "tab": "instruments", "part": Paginator(found, queries.PAGE_ROWS).get_page(request.GET.get("page")), "filter": asked,
        "show": told["show"], "any": bool(everything), "today": today,
        "shown": [(code, matches.told(bills.SHOWN, code), sum(map(which, everything))) for code, which in _SHOWN.items()],
        "ladder": [(one, matches.told(bills.RUNGS, one.rung)) for one in ladder(everything, today)],
        "contingent": [(one, Instrument.Kind(one.kind).label) for one in contingent(everything)],
        "form": InstrumentForm(initial={"currency": request.company.currency}), "register": RegisterForm(), "refused": refused or [],
        **(forms or {}),
    }  # fmt: skip
    return render(request, "web/instruments.html", context, status=status)


def _state(one: Standing) -> str:
    """Name its state; one whose receipt was taken back has none."""
    return str(InstrumentStep.Kind(one.state.kind).label) if one.state.kind else _("taken back")


@page(Right.VIEW)
def instruments(request: PageRequest) -> HttpResponse:
    """Show what falls due when, what is not certain yet, and the instruments by maturity. Three queries."""
    return _list(request)


@page(Right.ALLOCATE, "POST")
def add(request: PageRequest) -> HttpResponse:
    """Take an instrument in, with what it covers."""
    form = InstrumentForm(request.POST)
    if form.is_valid():
        asked, currency = form.cleaned_data, form.cleaned_data["currency"].strip().upper()
        customer = Customer.objects.filter(company_id=request.company.pk, number=asked["customer"].strip()).first()
        if customer is None:
            form.add_error("customer", _("There is no customer %(number)s.") % {"number": asked["customer"][:60]})
        else:
            try:
                told = Told(
                    customer.pk, asked["kind"], asked["number"], currency, typed_minor(asked["amount"].strip(), currency), asked["matures"],
                    asked["sub_from"], asked["sub_to"], asked["drawer"].strip(), asked["acceptor"].strip(),
                )  # fmt: skip
                made = do_add_instrument(
                    request.actor, told, named_covers(request.company.pk, asked["covers"], currency)
                )
            except (Misfit, LedgerError, MoneyError) as error:
                form.add_error(None, words.reason(error.reason) if isinstance(error, Misfit) else str(error))
            else:
                messages.success(request, _("It is in; what it covers is not chased."))
                return redirect("web:instrument", made.pk)
    return _list(request, {"form": form}, status=400)


@page(Right.ALLOCATE, "POST")
def register(request: PageRequest) -> HttpResponse:
    """Take a register in: good rows go in, the others are told with their line and remedy."""
    form = RegisterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, {"register": form}, status=400)
    file = form.cleaned_data["file"]
    try:
        done = do_import_instruments(request.actor, file.read(), file.name)
    except FormatError as error:
        form.add_error("file", " ".join(filter(None, [words.reason(error.reason), error.remedy and _(error.remedy)])))
        return _list(request, {"register": form}, status=400)
    except Misfit as error:
        form.add_error("file", words.reason(error.reason))
        return _list(request, {"register": form}, status=400)
    counts = {"new": words.count(done.new), "known": words.count(done.known), "refused": words.count(len(done.refused))}
    messages.info(request, _("%(new)s taken in, %(known)s known before, %(refused)s rows refused.") % counts)
    refused = [
        f"{file.name}:{one.line}: {words.reason(one.reason)} {_(one.remedy) if one.remedy else ''}".strip()
        for one in done.refused[:REFUSED_SHOWN]
    ]
    return _list(request, refused=refused) if refused else redirect("web:instruments")


def _found(request: PageRequest, instrument_id: int) -> History:
    found = history(request.company.pk, instrument_id, today_of(request.actor))
    if found is None:
        raise Http404
    return found


def _one(request: PageRequest, found: History, forms: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    state = found.standing.state
    context = {
        "tab": "instruments", "found": found, "kept": found.standing.instrument, "duty": matches.told(bills.DUTIES, found.standing.duty),
        "step": StepForm(state=state) if state.next else None, "cover": CoverForm() if state.covers else None, **(forms or {}),
    }  # fmt: skip
    return render(request, "web/instrument.html", context, status=status)


@page(Right.VIEW)
def instrument(request: PageRequest, instrument_id: int) -> HttpResponse:
    """Show one with its steps and covers."""
    return _one(request, _found(request, instrument_id))


@page(Right.ALLOCATE, "POST")
def cover(request: PageRequest, instrument_id: int) -> HttpResponse:
    """Let it cover further items."""
    found, form = _found(request, instrument_id), CoverForm(request.POST)
    if form.is_valid():
        currency = found.standing.instrument.currency
        done = _done(form, lambda: do_cover(
            request.actor, instrument_id, named_covers(request.company.pk, form.cleaned_data["covers"], currency)
        ))  # fmt: skip
        if done:
            return redirect("web:instrument", instrument_id)
    return _one(request, found, {"cover": form}, 400)


@page(Right.ALLOCATE, "POST")
def step(request: PageRequest, instrument_id: int) -> HttpResponse:
    """Write what became of it."""
    found = _found(request, instrument_id)
    form = StepForm(request.POST, state=found.standing.state)
    if form.is_valid():
        asked, currency = form.cleaned_data, found.standing.instrument.currency

        def act() -> object:
            cost = typed_minor(asked["cost"].strip(), currency) if asked.get("cost") else 0
            return do_step(
                request.actor, instrument_id,
                Step(asked["kind"], asked["on"], bool(asked.get("recourse")), asked["reason"].strip(), cost, asked["payment"]),
            )  # fmt: skip

        if _done(form, act):
            messages.success(request, _("Noted, with all that follows."))
            return redirect("web:instrument", instrument_id)
    return _one(request, found, {"step": form}, 400)


@page(Right.ALLOCATE, "POST")
def undo(request: PageRequest, instrument_id: int) -> HttpResponse:
    """Take its newest step back, with all that it did."""
    _found(request, instrument_id)
    try:
        do_undo_step(request.actor, instrument_id, reason=request.POST.get("reason", "")[:200].strip())
    except (Misfit, LedgerError) as error:
        messages.error(request, words.reason(error.reason) if isinstance(error, Misfit) else str(error))
    else:
        messages.success(request, _("Taken back, with all that it did."))
    return redirect("web:instrument", instrument_id)


def _done(form: Any, act: Callable[[], object]) -> bool:
    """Do what a form asks; what is refused stands above it."""
    try:
        act()
    except (Misfit, LedgerError, MoneyError) as error:
        form.add_error(None, words.reason(error.reason) if isinstance(error, Misfit) else str(error))
        return False
    return True
