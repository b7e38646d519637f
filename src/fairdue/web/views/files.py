"""Copies of documents: those of a customer, one to be saved, new ones, wrong ones taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairdue.dunning.missing import missing_now
from fairdue.intake.files import Report, do_bring_uploads
from fairdue.intake.sorting import Asked, DocumentRef
from fairdue.ledger import store
from fairdue.ledger.file_actions import do_withdraw_file
from fairdue.ledger.file_queries import in_force
from fairdue.ledger.models import Customer, Document, DocumentFile
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, own, page
from fairdue.web.exports import kept_file
from fairdue.web.forms import CopiesForm, CopyForm, ReasonForm
from fairdue.wording import words

REFUSED_MAX = 200
DOCUMENTS_MAX = 300
"""Documents of a customer that the form offers, the newest first; an older one is brought in by its number in the file's name."""


def _documents(customer: Customer) -> QuerySet[Document]:
    return Document.objects.filter(customer=customer).order_by("-issued_on", "-id")


@page(Right.VIEW)
def of_customer(request: PageRequest, customer_id: int) -> HttpResponse:
    """Show the files of a customer and the copies that are missing behind its open items."""
    found = own(request, Customer.objects.select_related("group"), customer_id)
    rows = in_force(request.company.pk).filter(customer=found).select_related("document").order_by("-id")
    today = today_of(request.actor)
    documents = list(_documents(found).values_list("pk", "number")[:DOCUMENTS_MAX])
    context = {
        "customer": found,
        "tab": "files",
        "files": [(row, words.size(row.size_bytes)) for row in rows[: queries.PAGE_ROWS * 4]],
        "missing": missing_now(request.company.pk, today, customer_ids=[found.pk]),
        "form": CopyForm(documents=documents),
        "today": today,
    }
    return render(request, "web/customer_files.html", context)


@page(Right.IMPORT, "POST")
def add(request: PageRequest, customer_id: int) -> HttpResponse:
    """Keep files for a customer, or for one of its documents."""
    found = own(request, Customer.objects.all(), customer_id)
    documents = list(_documents(found).values_list("pk", "number"))
    form = CopyForm(request.POST, request.FILES, documents=documents)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("web:customer-files", found.pk)
    asked = form.cleaned_data
    document = Document.objects.filter(customer=found, pk=asked["document"] or 0).first()
    ref = DocumentRef(document.pk, document.customer_id, document.number) if document else None
    uploads = [(asked["file"].name, asked["file"].read())]
    report = do_bring_uploads(request.actor, uploads, Asked(asked["kind"], found.pk, ref))
    for path, reason, remedy in _told(report):
        messages.error(request, f"{path}: {reason} {remedy}")
    if report.new:
        messages.success(request, _("The file is kept."))
    elif report.known:
        messages.info(request, _("This file was kept before; nothing changed."))
    return redirect("web:customer-files", found.pk)


def _told(report: Report) -> list[tuple[str, str, str]]:
    return [(one.path, words.reason(one.error.reason), _(one.error.remedy)) for one in report.refused[:REFUSED_MAX]]


@page(Right.VIEW)
def download(request: PageRequest, file_id: int) -> HttpResponse:
    """Give a kept file to be saved, verified, also one that was withdrawn: the records name it."""
    found = own(request, DocumentFile.objects.all(), file_id)
    try:
        data = store.get(found.company_id, found.sha256)
    except store.BlobError:
        raise Http404 from None
    return kept_file(data, found.file_name, found.media_type)


@page(Right.IMPORT, "POST")
def withdraw(request: PageRequest, file_id: int) -> HttpResponse:
    """Take a file back, with a reason."""
    found = own(request, DocumentFile.objects.all(), file_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        do_withdraw_file(request.actor, found.pk, reason=form.cleaned_data["reason"])
        messages.success(request, _("The file is taken back: it is neither shown nor sent any more."))
    else:
        messages.error(request, _("Please give the reason; it is kept."))
    return redirect("web:customer-files", found.customer_id)


@page(Right.IMPORT, "GET", "HEAD", "POST")
def bring(request: PageRequest) -> HttpResponse:
    """Take many files at once, as they are or as a ZIP, and say what became of them."""
    if request.method != "POST":
        return render(request, "web/copies.html", {"form": CopiesForm()})
    uploads: Sequence[UploadedFile[bytes]] = request.FILES.getlist("many")
    if not uploads:
        messages.error(request, _("Please choose files."))
        return redirect("web:imports-copies")
    report = do_bring_uploads(request.actor, ((one.name or "file", one.read()) for one in uploads))
    said = ngettext("%(n)s file is new", "%(n)s files are new", report.new) % {"n": words.count(report.new)}
    if report.known:
        known = ngettext("%(n)s was kept before", "%(n)s were kept before", report.known)
        said = words.joined([said, known % {"n": words.count(report.known)}])
    kinds = sorted(report.by_kind.items())
    context = {"form": CopiesForm(), "said": said, "kinds": kinds, "refused": _told(report), "report": report}
    return render(request, "web/copies.html", context)
