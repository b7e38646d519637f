"""Customers: the list, and all about one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BigIntegerField, CharField, F, Q, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.contact import queries as contact
from fairdue.contact.actions import do_note
from fairdue.contact.links import days_made
from fairdue.contact.queries import cover_cost
from fairdue.dunning.receipt import Receipt
from fairdue.dunning.receipts import standings
from fairdue.ledger.actions import InsurerForbids, do_hold, do_release_hold
from fairdue.ledger.models import Customer, DueItem, Effect, Hold
from fairdue.ledger.queries import OpenItem, open_items
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, day_asked, own, page
from fairdue.web.behaviour import behaviour_of
from fairdue.web.forms import CustomerFilter, HoldForm, NoteForm, ReasonForm
from fairdue.wording import words


@page(Right.VIEW)
def customers(request: PageRequest) -> HttpResponse:
    """Show the customers that fit a search, with what each owes today."""
    form = CustomerFilter(request.GET or None)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = queries.search_customers(request.company.pk, text)
    part = Paginator(found, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    today = today_of(request.actor)
    listed = list(part.object_list)
    owed = queries.balances_of(request.company.pk, [customer.pk for customer in listed], today)
    rows = [(customer, owed.get(customer.pk, [])) for customer in listed]
    template = "web/_customers.html" if request.htmx and not request.htmx.boosted else "web/customers.html"
    return render(request, template, {"form": form, "part": part, "rows": rows, "today": today})


@dataclass(frozen=True, slots=True)
class Line:
    """One open item as the page shows it."""

    item: OpenItem
    days_overdue: int
    receipt: Receipt | None = None


def _customer(request: PageRequest, customer_id: int) -> Customer:
    return own(request, Customer.objects.select_related("group", "account_owner"), customer_id)


@dataclass(frozen=True, slots=True)
class InForce:
    """A hold or an effect as the page shows it; ``what`` is the hold's reason or the effect's kind."""

    pk: int
    what: str
    document_number: str
    amount_minor: int | None
    currency: str
    since: date
    until: date | None
    note: str


def _in_force(customer_id: int, as_of: date) -> tuple[list[InForce], list[InForce]]:
    """Give the holds and the effects in force on a day, each in the order of their making. One query."""
    begun = {"customer_id": customer_id, "since__lte": as_of}
    holds = Hold.objects.filter(Q(until__isnull=True) | Q(until__gte=as_of), released_on__isnull=True, **begun)
    effects = Effect.objects.filter(Q(until__isnull=True) | Q(until__gt=as_of), **begun)
    none = Value("", CharField())
    number = Coalesce(F("due_item__document__number"), none)
    columns = ("part", "id", "what", "number", "amount", "money", "since", "until", "said")
    hold_rows = holds.annotate(
        part=Value("hold", CharField()), what=F("reason"), number=number, amount=F("amount_minor"), money=F("currency"),
        said=F("note"),
    ).values_list(*columns)  # fmt: skip
    effect_rows = effects.annotate(
        part=Value("effect", CharField()), what=F("kind"), number=none, amount=Value(None, BigIntegerField()), money=none,
        said=none,
    ).values_list(*columns)  # fmt: skip
    rows = list(hold_rows.union(effect_rows, all=True).order_by("id"))
    return [InForce(*row[1:]) for row in rows if row[0] == "hold"], [
        InForce(*row[1:]) for row in rows if row[0] == "effect"
    ]


@page(Right.VIEW)
def customer(request: PageRequest, customer_id: int) -> HttpResponse:
    """Show what a customer owes on a day (``as_of``, default today), what is held or in force, how receipt stands.

    Five queries beside the frame's three.
    """
    found = _customer(request, customer_id)
    today = today_of(request.actor)
    as_of = day_asked(request, "as_of", today)
    items = open_items(request.company.pk, as_of, customer_ids=[found.pk])
    holds, effects = _in_force(found.pk, as_of)
    asked = standings(request.company.pk, as_of, customer_ids=[found.pk])
    receipts = {item_id: one.state for item_id, one in asked.items()}
    lines = [Line(item, item.days_overdue(as_of), receipts.get(item.due_item_id)) for item in items]
    return render(
        request,
        "web/customer.html",
        {
            "customer": found, "as_of": as_of, "today": today, "lines": lines, "tab": "items",
            "balances": queries.balances(items, as_of), "holds": holds, "effects": effects,
            "hold_form": HoldForm(auto_id="hold_%s"), "any_receipt": any(line.receipt for line in lines),
        },
    )  # fmt: skip


@page(Right.VIEW)
def side(request: PageRequest, customer_id: int) -> HttpResponse:
    """Show contacts and accepted terms: beside the items through htmx, or as a page of its own."""
    found = _customer(request, customer_id)
    context = {
        "customer": found,
        "tab": "contacts",
        "contacts": found.contacts.order_by("-active", "purpose", "id"),
        "terms": found.accepted_terms.order_by("-valid_from", "-id")[:5],
        "behaviour": behaviour_of(queries.latest_run(request.company.pk), found.pk),
    }
    return render(request, "web/_customer_side.html" if request.htmx else "web/customer_side.html", context)


@page(Right.VIEW)
def timeline(request: PageRequest, customer_id: int) -> HttpResponse:
    """Show a page of the timeline, newest first; htmx takes further pages one by one."""
    found = _customer(request, customer_id)
    before = request.GET.get("before", "")
    before_id = int(before) if before.isdecimal() and len(before) < 19 else None
    events = contact.timeline(request.company.pk, found.pk, before_id=before_id)
    links = days_made(request.company, (event.actor for event in events))
    rest = events[-1].pk if len(events) == contact.EVENTS_PER_PAGE else None
    context = {
        "customer": found,
        "tab": "timeline",
        "events": events,
        "rest": rest,
        "links": links,
        "note_form": NoteForm(),
    }
    return render(request, "web/_timeline.html" if request.htmx else "web/customer_timeline.html", context)


@page(Right.HOLD, "POST")
def note(request: PageRequest, customer_id: int) -> HttpResponse:
    """Write a note on the timeline."""
    found = _customer(request, customer_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        do_note(request.actor, customer_id=found.pk, text=form.cleaned_data["text"])
        messages.success(request, _("The note is kept."))
    return redirect("web:customer-timeline", found.pk)


@page(Right.HOLD, "POST")
def hold(request: PageRequest, customer_id: int) -> HttpResponse:
    """Hold the customer or one of its items from today."""
    found = _customer(request, customer_id)
    form = HoldForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The hold was not set: please check reason and date."))
        return redirect("web:customer", found.pk)
    asked = form.cleaned_data
    item_id = asked["due_item"]
    if item_id is not None and not DueItem.objects.filter(pk=item_id, customer_id=found.pk).exists():
        raise Http404
    try:
        do_hold(
            request.actor, customer_id=found.pk, reason=asked["reason"], since=today_of(request.actor),
            until=asked["until"], due_item_id=item_id, note=asked["note"],
        )  # fmt: skip
    except InsurerForbids as error:
        messages.error(request, words.reason(error.reason))
        return redirect("web:customer", found.pk)
    messages.success(request, _("Held. It is not chased until the hold ends."))
    if asked["until"] is not None:
        for reason in cover_cost(request.company.pk, found.pk, asked["until"], today_of(request.actor)):
            messages.warning(request, words.reason(reason))
    return redirect("web:customer", found.pk)


@page(Right.HOLD, "POST")
def release_hold(request: PageRequest, hold_id: int) -> HttpResponse:
    """End a hold today, with a reason."""
    found = own(request, Hold.objects.all(), hold_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        do_release_hold(request.actor, found.pk, on=today_of(request.actor), reason=form.cleaned_data["reason"])
        messages.success(request, _("The hold has ended."))
    else:
        messages.error(request, _("Please give the reason; it is kept."))
    return redirect("web:customer", found.customer_id)
