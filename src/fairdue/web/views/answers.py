"""What debtors answered on their page: to be read, files to be saved, and the links that they came through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.contact import blobs, links
from fairdue.contact import queries as contact
from fairdue.contact.actions import do_finish_task, do_revoke_link
from fairdue.contact.models import PortalAnswer, PortalLink, Task
from fairdue.ledger.models import Customer, DueItem, Hold
from fairdue.ledger.queries import open_amounts
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, own, page
from fairdue.web.exports import kept_file
from fairdue.web.forms import AnswerFilter, AnswerOutcomeForm

WAITING = "waiting"
"""Instead of a kind: the answers whose task is not done."""


@page(Right.VIEW)
def answers(request: PageRequest) -> HttpResponse:
    """Show the answers, newest first: those that wait for a person, of one kind, or with a file. Four queries."""
    form = AnswerFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = PortalAnswer.objects.filter(company_id=request.company.pk).select_related("customer", "upload")
    undone = Task.objects.filter(company_id=request.company.pk, done_at__isnull=True, subject__startswith="answer:")
    waiting = set(undone.values_list("subject", flat=True))
    if asked.get("kind") == WAITING:
        rows = rows.filter(pk__in=[int(subject.partition(":")[2]) for subject in waiting])
    elif asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("q"):
        rows = rows.filter(customer__in=queries.search_customers(request.company.pk, asked["q"]).values("pk"))
    if asked.get("file"):
        rows = rows.filter(upload__isnull=False)
    part = Paginator(rows.order_by("-id"), queries.PAGE_ROWS).get_page(request.GET.get("page"))
    listed = list(part.object_list)
    numbers = _numbers(request.company.pk, listed)
    shown = [(row, _named(row, numbers), f"answer:{row.pk}" in waiting) for row in listed]
    return render(request, "web/answers.html", {"form": form, "part": part, "rows": shown})


def _numbers(company_id: int, rows: Sequence[PortalAnswer]) -> dict[int, str]:
    """Give the document numbers of the items that answers name. One query, none where none names any."""
    wanted = {item_id for row in rows for item_id in row.due_item_ids}
    if not wanted:
        return {}
    found = DueItem.objects.filter(company_id=company_id, pk__in=wanted)
    return dict(found.values_list("pk", "document__number"))


def _named(row: PortalAnswer, numbers: dict[int, str]) -> list[str]:
    return list(dict.fromkeys(numbers[item_id] for item_id in row.due_item_ids if item_id in numbers))


@page(Right.VIEW)
def answer(request: PageRequest, answer_id: int) -> HttpResponse:
    """Show one answer with the items it means, what it holds, and the task that it made. Five queries."""
    rows = PortalAnswer.objects.select_related("customer", "link__contact", "upload")
    found = own(request, rows, answer_id)
    key = f"answer:{found.pk}"
    items = DueItem.objects.filter(company_id=request.company.pk, pk__in=found.due_item_ids).select_related("document")
    still_open = open_amounts(request.company.pk, today_of(request.actor), customer_ids=[found.customer_id])
    holds = Hold.objects.filter(company_id=request.company.pk, key__startswith=f"{key}/")
    context: dict[str, Any] = {
        "answer": found,
        "items": [(item, still_open.get(item.pk, 0)) for item in items.order_by("due_on", "id")],
        "holds": holds.select_related("due_item__document").order_by("id"),
        "task": Task.objects.filter(company_id=request.company.pk, key=key).first(),
        "form": AnswerOutcomeForm(),
    }
    return render(request, "web/answer.html", context)


@page(Right.VIEW)
def upload(request: PageRequest, answer_id: int) -> HttpResponse:
    """Give the file of an answer to be saved, never to be shown: it comes from outside. 404 where its bytes are not whole."""
    found = own(request, PortalAnswer.objects.select_related("upload"), answer_id)
    if found.upload is None:
        raise Http404
    try:
        data = blobs.get(found.company_id, found.upload.sha256)
    except blobs.BlobError:
        raise Http404 from None
    return kept_file(data, found.upload_name or f"answer-{found.pk}", found.upload.media_type)


@page(Right.HOLD, "POST")
def finish(request: PageRequest, answer_id: int) -> HttpResponse:
    """Finish the task of an answer with what came of it; on demand end what it holds."""
    found = own(request, PortalAnswer.objects.all(), answer_id)
    task = Task.objects.filter(company_id=request.company.pk, key=f"answer:{found.pk}").first()
    if task is None:
        raise Http404
    form = AnswerOutcomeForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        do_finish_task(request.actor, task.pk, outcome=asked["outcome"], release_holds=asked["release"])
        messages.success(request, _("The task is done."))
    else:
        messages.error(request, _("Please write what came of the task."))
    return redirect("web:answer", found.pk)


@page(Right.VIEW)
def of_customer(request: PageRequest, customer_id: int) -> HttpResponse:
    """Show a customer's links and answers. Four queries."""
    found = own(request, Customer.objects.select_related("group"), customer_id)
    given = PortalAnswer.objects.filter(company_id=request.company.pk, customer_id=found.pk).select_related("upload")
    listed = list(given.order_by("-id")[: queries.PAGE_ROWS])
    numbers = _numbers(request.company.pk, listed)
    today = today_of(request.actor)
    context = {
        "customer": found,
        "tab": "links",
        "links": [(link, links.is_open(link, today)) for link in contact.links_of(request.company.pk, found.pk)],
        "answers": [(row, _named(row, numbers)) for row in listed],
        "today": today,
    }
    return render(request, "web/customer_links.html", context)


@page(Right.HOLD, "POST")
def revoke(request: PageRequest, link_id: int) -> HttpResponse:
    """Close a link for good."""
    found = own(request, PortalLink.objects.all(), link_id)
    do_revoke_link(request.actor, found.pk)
    messages.success(request, _("The link is closed. Whoever opens it reads that it no longer works."))
    return redirect("web:customer-links", found.customer_id)
