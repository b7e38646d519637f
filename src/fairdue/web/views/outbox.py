"""The outbox: what waits, what left, what is uncertain, and how a person settles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.contact import blobs
from fairdue.contact.actions import (
    ContactError,
    do_approve,
    do_cancel,
    do_record_posting,
    do_requeue,
    do_resolve_uncertain,
)
from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.people.actor import Right
from fairdue.web import queries
from fairdue.web.access import PageRequest, own, page
from fairdue.web.forms import PostingForm, ReasonForm, ResolveForm
from fairdue.web.framed import framed

TABS = (
    MessageState.QUEUED,
    MessageState.UNCERTAIN,
    MessageState.BLOCKED,
    MessageState.BOUNCED,
    MessageState.HANDED_OVER,
    MessageState.CANCELLED,
)


@page(Right.VIEW)
def outbox(request: PageRequest) -> HttpResponse:
    """Show the messages of one state, newest first, with the number in each state."""
    counts = queries.message_counts(request.company.pk)
    asked = request.GET.get("state", "")
    first = next((state.value for state in TABS if counts.get(state.value)), MessageState.QUEUED.value)
    state = asked if asked in {tab.value for tab in TABS} else first
    wanted = [state, MessageState.CLAIMED] if state == MessageState.QUEUED else [state]
    rows = OutboxMessage.objects.filter(company_id=request.company.pk, state__in=wanted).select_related("customer")
    rows = rows.defer("body_text", "body_html", "edited_text").order_by("-id")
    part = Paginator(rows, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    tabs = [(tab.value, tab.label, counts.get(tab.value, 0)) for tab in TABS]
    return render(request, "web/outbox.html", {"part": part, "state": state, "tabs": tabs})


@page(Right.VIEW)
def message(request: PageRequest, message_id: int) -> HttpResponse:
    """Show one message as it leaves, with its evidence."""
    found = own(request, OutboxMessage.objects.select_related("customer", "contact", "released_by"), message_id)
    context = {"message": found, "resolve_form": ResolveForm(), "posting_form": PostingForm()}
    return render(request, "web/message.html", context)


@page(Right.VIEW)
def body(request: PageRequest, message_id: int) -> HttpResponse:
    """Give a message's HTML body for the frame of its page."""
    found = own(request, OutboxMessage.objects.all(), message_id)
    return framed(found.body_html.encode(), "text/html", "message.html")


@page(Right.VIEW)
def attachment(request: PageRequest, message_id: int, place: int) -> HttpResponse:
    """Give one attached file, exactly as it leaves."""
    found = own(request, OutboxMessage.objects.all(), message_id)
    if place >= len(found.attachments):
        raise Http404
    row = found.attachments[place]
    return framed(blobs.get(found.company_id, row["sha256"]), row["media_type"], row["file_name"])


def _act(request: PageRequest, form: Form, missing: str, act: Callable[[dict[str, Any]], str], pk: int) -> HttpResponse:
    """Do what a form asks and say what was done, or say why not."""
    if not form.is_valid():
        messages.error(request, missing)
    else:
        try:
            messages.success(request, act(form.cleaned_data))
        except ContactError as error:
            messages.error(request, str(error))
    return redirect("web:outbox-message", pk)


@page(Right.RELEASE, "POST")
def resolve(request: PageRequest, message_id: int) -> HttpResponse:
    """Say whether an uncertain message was sent, and how that is known."""
    found = own(request, OutboxMessage.objects.all(), message_id)

    def act(asked: dict[str, Any]) -> str:
        left = asked["outcome"] == "sent"
        do_resolve_uncertain(request.actor, found.pk, left=left, note=asked["evidence"])
        return _("Kept: the message was sent.") if left else _("Kept: the message was not sent; it waits again.")

    return _act(request, ResolveForm(request.POST), _("Please say how you know; it is kept."), act, found.pk)


@page(Right.RELEASE, "POST")
def cancel(request: PageRequest, message_id: int) -> HttpResponse:
    """Cancel a message that has not left, with a reason."""
    found = own(request, OutboxMessage.objects.all(), message_id)

    def act(asked: dict[str, Any]) -> str:
        do_cancel(request.actor, found.pk, reason=asked["reason"])
        return _("The message is cancelled.")

    return _act(request, ReasonForm(request.POST), _("Please give the reason; it is kept."), act, found.pk)


@page(Right.RELEASE, "POST")
def requeue(request: PageRequest, message_id: int) -> HttpResponse:
    """Give a held-back message another chance, with a reason; the gate judges it anew."""
    found = own(request, OutboxMessage.objects.all(), message_id)

    def act(asked: dict[str, Any]) -> str:
        do_requeue(request.actor, found.pk, reason=asked["reason"])
        return _("The message waits again; the gate judges it anew.")

    return _act(request, ReasonForm(request.POST), _("Please give the reason; it is kept."), act, found.pk)


@page(Right.RELEASE, "POST")
def approve(request: PageRequest, message_id: int) -> HttpResponse:
    """Approve a waiting message as the second person."""
    found = own(request, OutboxMessage.objects.all(), message_id)

    def act(asked: dict[str, Any]) -> str:
        do_approve(request.actor, [found.pk])
        return _("Approved as the second person.")

    return _act(request, Form({}), "", act, found.pk)


@page(Right.RELEASE, "POST")
def posting(request: PageRequest, message_id: int) -> HttpResponse:
    """Record that a printed letter was posted."""
    found = own(request, OutboxMessage.objects.all(), message_id)

    def act(asked: dict[str, Any]) -> str:
        do_record_posting(request.actor, found.pk, **asked)
        return _("The posting is recorded.")

    return _act(request, PostingForm(request.POST), _("Please give the day of posting."), act, found.pk)
