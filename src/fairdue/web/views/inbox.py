"""The inbox: replies to be read beside the letter they answer, mails to be assigned, changes to be decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from fairdue.contact import blobs
from fairdue.contact.actions import (
    At,
    ContactError,
    Finding,
    do_accept_change,
    do_assign_mail,
    do_dismiss_mail,
    do_read_mail,
    do_receive,
    do_refuse_change,
)
from fairdue.contact.inbox.mail import BYTES_MAX
from fairdue.contact.models import ChangeProposal, ChangeState, InboundMail, MailState
from fairdue.dunning.balance.replies import confirmations_of
from fairdue.formats.errors import FormatError
from fairdue.intake.enclosed import do_take_enclosed, proposals
from fairdue.kernel.money import MoneyError
from fairdue.ledger.actions import LedgerError
from fairdue.ledger.file_actions import FileError
from fairdue.ledger.models import CopyKind, Customer, DueItem
from fairdue.ledger.queries import open_items
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, own, page
from fairdue.web.inbox_forms import ChangeForm, DismissForm, InboxFilter, MailUploadForm, OutcomeOfMailForm
from fairdue.wording import words

SANDBOX = "sandbox; default-src 'none'"
"""For a stranger's file, should a browser show it in spite of everything."""
CUSTOMERS_OFFERED_MAX = 20


@page(Right.VIEW)
def inbox(request: PageRequest) -> HttpResponse:
    """Show the mails of one state, oldest first where a person has to act. Five queries."""
    counts = _counts(request.company.pk)
    asked = request.GET.get("state", "")
    state = asked if asked in MailState.values else MailState.WAITING.value
    form = InboxFilter(request.GET or None)
    rows = InboundMail.objects.filter(company_id=request.company.pk, state=state).select_related("customer")
    found = form.cleaned_data if form.is_valid() else {}
    if found.get("kind"):
        rows = rows.filter(kind=found["kind"])
    if text := found.get("q"):
        customers = queries.search_customers(request.company.pk, text).values("pk")
        rows = rows.filter(Q(customer__in=customers) | Q(sender__icontains=text) | Q(subject__icontains=text))
    if found.get("file"):
        rows = rows.exclude(attachments=[])
    order = ("received_at", "id") if state in {MailState.WAITING, MailState.UNMATCHED} else ("-received_at", "-id")
    rows = rows.defer("quoted", "reasons", "signs").order_by(*order)
    part = Paginator(rows, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    tabs = [(one.value, one.label, counts.get(one.value, 0)) for one in MailState]
    proposed = ChangeProposal.objects.filter(company_id=request.company.pk, state=ChangeState.PROPOSED).count()
    context = {
        "part": part,
        "state": state,
        "tabs": tabs,
        "form": form,
        "proposed": proposed,
        "upload": MailUploadForm(),
        "tab": state,
    }
    return render(request, "web/inbox.html", context)


def _counts(company_id: int) -> dict[str, int]:
    rows = InboundMail.objects.filter(company_id=company_id).values("state").annotate(n=Count("id")).order_by("state")
    return {row["state"]: row["n"] for row in rows}


@page(Right.VIEW)
def mail(request: PageRequest, mail_id: int) -> HttpResponse:
    """Show a mail beside the letter it answers, with what it may mean. Eight queries at most."""
    rows = InboundMail.objects.select_related("customer", "message", "contact", "raw")
    found = own(request, rows, mail_id)
    context: dict[str, Any] = {"mail": found, "message": found.message, "letter": _letter(found)}
    context["proposals"] = ChangeProposal.objects.filter(mail=found).select_related("contact").order_by("id")
    if found.state in {MailState.WAITING, MailState.FILED} and found.customer_id is not None:
        today = today_of(request.actor)
        items = [
            one for one in open_items(request.company.pk, today, customer_ids=[found.customer_id]) if one.open_minor > 0
        ]
        context |= {"items": items, "today": today}
    context |= {"form": OutcomeOfMailForm(), "dismiss_form": DismissForm()}
    context |= _choices(request, found)
    context |= {"files": proposals(found), "copy_kinds": CopyKind.choices, "balances": confirmations_of(found)}
    return render(request, "web/mail.html", context)


def _letter(found: InboundMail) -> int | None:
    """Give the place of the letter's PDF among the attachments of the message answered."""
    files = found.message.attachments if found.message is not None else []
    return next((place for place, one in enumerate(files) if one["media_type"] == "application/pdf"), None)


def _choices(request: PageRequest, found: InboundMail) -> dict[str, object]:
    """Give the customers to choose from: those that the search names, else those that the mail may belong to. One query."""
    text = request.GET.get("customer", "").strip()[:100]
    if text:
        offered = queries.search_customers(request.company.pk, text)
    elif found.candidates:
        offered = Customer.objects.filter(company_id=request.company.pk, pk__in=found.candidates).order_by("name", "id")
    else:
        return {"sought": text, "offered": []}
    return {"sought": text, "offered": list(offered[:CUSTOMERS_OFFERED_MAX])}


@page(Right.VIEW)
def attachment(request: PageRequest, mail_id: int, place: int) -> HttpResponse:
    """Give a file of a mail to be saved, never to be shown: it comes from outside. 404 where its bytes are not whole."""
    found = own(request, InboundMail.objects.all(), mail_id)
    if place >= len(found.attachments):
        raise Http404
    row = found.attachments[place]
    return _saved(found.company_id, row["sha256"], "application/octet-stream", row["file_name"])


@page(Right.VIEW)
def raw(request: PageRequest, mail_id: int) -> HttpResponse:
    """Give the mail's own bytes to be saved."""
    found = own(request, InboundMail.objects.select_related("raw"), mail_id)
    return _saved(found.company_id, found.raw.sha256, "application/octet-stream", f"mail-{found.pk}.eml")


def _saved(company_id: int, sha256: str, media_type: str, name: str) -> HttpResponse:
    try:
        data = blobs.get(company_id, sha256)
    except blobs.BlobError:
        raise Http404 from None
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "no-store"
    return response


def _act(request: PageRequest, act: Callable[[], str]) -> bool:
    """Do something and say what was done, or say why not."""
    try:
        messages.success(request, act())
    except (MoneyError, FormatError) as error:
        messages.error(request, words.reason(error.reason))
        return False
    except (ContactError, LedgerError, FileError) as error:
        messages.error(request, str(error))
        return False
    return True


def _first_error(form: Form) -> str:
    return next(
        (str(error) for errors in form.errors.values() for error in errors), _("Please look at what you entered.")
    )


@page(Right.HOLD, "POST")
def read(request: PageRequest, mail_id: int) -> HttpResponse:
    """Record what a person found in a reply, and go on to the next that waits."""
    found = own(request, InboundMail.objects.all(), mail_id)
    form = OutcomeOfMailForm(request.POST)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return redirect("web:inbox-mail", found.pk)
    asked = form.cleaned_data
    items = tuple(int(one) for one in request.POST.getlist("item") if one.isdecimal())[:500]

    def act() -> str:
        amount = _amount(request, asked["amount"], items)
        do_read_mail(request.actor, found.pk, Finding(asked["outcome"], asked["note"], items, asked["until"], amount))
        return _("The reply is read; it holds nothing any more.")

    if not _act(request, act):
        return redirect("web:inbox-mail", found.pk)
    return _next(request)


def _amount(request: PageRequest, text: str, items: tuple[int, ...]) -> int | None:
    """Read the amount in the currency of the one item that is marked."""
    if not text:
        return None
    item = DueItem.objects.filter(company_id=request.company.pk, pk__in=items[:1]).first() if len(items) == 1 else None
    if item is None:
        raise ContactError(_("An amount is a part of one item: mark that item."))
    return words.typed_amount(text, item.currency)


def _next(request: PageRequest) -> HttpResponse:
    waiting = InboundMail.objects.filter(company_id=request.company.pk, state=MailState.WAITING)
    following = waiting.order_by("received_at", "id").values_list("pk", flat=True).first()
    return redirect("web:inbox-mail", following) if following else redirect("web:inbox")


@page(Right.IMPORT, "POST")
def take(request: PageRequest, mail_id: int, place: int) -> HttpResponse:
    """Take a file of a mail over as a copy of a document of its customer."""
    found = own(request, InboundMail.objects.all(), mail_id)
    kind, number = request.POST.get("kind", "")[:16], request.POST.get("number", "")[:60]

    def act() -> str:
        row = do_take_enclosed(request.actor, found.pk, place, kind=kind, number=number)
        return _("%(file)s is kept with the customer's documents.") % {"file": row.file_name}

    _act(request, act)
    return redirect("web:inbox-mail", found.pk)


@page(Right.HOLD, "POST")
def assign(request: PageRequest, mail_id: int) -> HttpResponse:
    """Give a mail to a customer."""
    found = own(request, InboundMail.objects.all(), mail_id)
    asked = request.POST.get("customer_id", "")
    if not asked.isdecimal():
        messages.error(request, _("Please choose a customer."))
        return redirect("web:inbox-mail", found.pk)
    customer = own(request, Customer.objects.all(), int(asked))

    def act() -> str:
        do_assign_mail(request.actor, found.pk, customer_id=customer.pk)
        return _("The mail belongs to %(name)s now.") % {"name": customer.name}

    _act(request, act)
    return redirect("web:inbox-mail", found.pk)


@page(Right.HOLD, "POST")
def dismiss(request: PageRequest, mail_id: int) -> HttpResponse:
    """Say that a mail concerns no customer."""
    found = own(request, InboundMail.objects.all(), mail_id)
    form = DismissForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""

    def act() -> str:
        do_dismiss_mail(request.actor, found.pk, note=note)
        return _("The mail is put aside; it is kept.")

    _act(request, act)
    return redirect("web:inbox")


@page(Right.HOLD, "POST")
def upload(request: PageRequest) -> HttpResponse:
    """Read mails that a person saved as files."""
    form = MailUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return redirect("web:inbox")
    receipt = do_receive(request.actor, form.cleaned_data["file"].read(BYTES_MAX + 1), at=At("web"))
    if receipt.what == "known":
        messages.info(request, _("This mail was read before."))
    return redirect("web:inbox-mail", receipt.mail_id)


@page(Right.VIEW)
def changes(request: PageRequest) -> HttpResponse:
    """Show what mails ask to change, oldest first; or what was decided, newest first. Four queries."""
    asked = request.GET.get("state", "")
    state = asked if asked in ChangeState.values else ChangeState.PROPOSED.value
    rows = ChangeProposal.objects.filter(company_id=request.company.pk, state=state)
    rows = rows.select_related("customer", "contact", "mail").defer("mail__quoted", "mail__reasons")
    part = Paginator(rows.order_by("id" if state == ChangeState.PROPOSED else "-id"), queries.PAGE_ROWS)
    counts = {
        row["state"]: row["n"]
        for row in ChangeProposal.objects.filter(company_id=request.company.pk)
        .values("state")
        .annotate(n=Count("id"))
        .order_by("state")
    }
    tabs = [(one.value, one.label, counts.get(one.value, 0)) for one in ChangeState]
    context = {"part": part.get_page(request.GET.get("page")), "state": state, "tabs": tabs}
    return render(request, "web/changes.html", context)


@page(Right.HOLD, "POST")
def decide(request: PageRequest, change_id: int) -> HttpResponse:
    """Accept or refuse a change that a mail asks for."""
    found = own(request, ChangeProposal.objects.all(), change_id)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return redirect("web:inbox-changes")
    asked = form.cleaned_data

    def act() -> str:
        if asked["decision"] == "refuse":
            do_refuse_change(request.actor, found.pk, note=asked["note"])
            return _("Refused; nothing was changed.")
        do_accept_change(request.actor, found.pk, note=asked["note"], new_email=asked["new_email"], name=asked["name"])
        return _("Accepted; the contact is changed.")

    _act(request, act)
    return redirect("web:inbox-changes")
