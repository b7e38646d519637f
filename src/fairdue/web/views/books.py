"""The books: posting batches, what was answered, what was refused; files out, answers in, the journal."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairdue.books import answers, files
from fairdue.books import queries as found
from fairdue.books.journal import write_journal
from fairdue.books.models import Export, PostingBatch
from fairdue.formats.errors import FormatError
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import posting_names, queries
from fairdue.web.access import PageRequest, day_asked, own, page
from fairdue.web.exports import download, passing_file
from fairdue.web.forms import BookedForm, BooksAnswerForm
from fairdue.wording import words

MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
STATES = ("", "waiting", "refused", "booked")
FAULTS_SHOWN = 50


@page(Right.VIEW)
def books(request: PageRequest) -> HttpResponse:
    """Show the batches, by default those without a whole answer, with their age in days."""
    return _list(request, BooksAnswerForm())


def _list(
    request: PageRequest, form: BooksAnswerForm, told: answers.Result | None = None, status: int = 200
) -> HttpResponse:
    every = request.GET.get("show") == "all"
    rows = found.batches(request.company.pk, unanswered=not every)
    part = Paginator(rows, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    late = settings.FAIRDUE_BOOKS_ACK_DAYS
    context = {
        "part": part, "every": every, "form": form, "today": today_of(request.actor),
        "rows": [(row, (request.actor.at - row.cut_at).days) for row in part.object_list],
        "late": late, "told": told, "faults": _faults(told) if told else [],
    }  # fmt: skip
    return render(request, "web/books.html", context, status=status)


def _faults(told: answers.Result) -> list[tuple[int, str, str]]:
    return [
        (one.line, words.reason(one.reason), _(one.remedy) if one.remedy else "") for one in told.refused[:FAULTS_SHOWN]
    ]


@page(Right.VIEW)
def batch(request: PageRequest, batch_id: int) -> HttpResponse:
    """Show the lines of a batch with the books' answers; ``?state=`` only those that wait, were refused or are booked."""
    row = own(request, found.batches(request.company.pk), batch_id)
    asked = request.GET.get("state", "")
    lines = found.lines(row)
    if asked == "waiting":
        lines = lines.filter(is_booked=False, is_refused=False, origin="ledger")
    elif asked == "refused":
        lines = lines.filter(is_refused=True)
    elif asked == "booked":
        lines = lines.filter(is_booked=True)
    counts = {"": row.lines, "waiting": row.waiting_lines, "refused": row.refused_lines, "booked": row.booked_lines}
    labels = {"": _("All"), "waiting": _("Waiting"), "refused": _("Refused"), "booked": _("Booked")}
    part = Paginator(lines, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "batch": row, "part": part, "asked": asked, "form": BookedForm(),
        "tabs": [(state, labels[state], counts[state]) for state in STATES],
        "exports": Export.objects.filter(batch_id=row.pk).order_by("-id")[:5],
        "rows": [_shown(line) for line in part.object_list],
    }  # fmt: skip
    return render(request, "web/batch.html", context)


def _shown(line: Any) -> dict[str, Any]:
    """Give a line with its codes as words."""
    return {
        "line": line, "key": files.key_of(line.fact, line.row_id, line.revision),
        "kind": posting_names.KINDS.get(line.kind, line.kind), "what": posting_names.WHATS.get(line.what, line.what),
        "debit": posting_names.ACCOUNTS.get(line.debit, line.debit),
        "credit": posting_names.ACCOUNTS.get(line.credit, line.credit),
    }  # fmt: skip


@page(Right.BOOK, "GET", "HEAD", "POST")
def export(request: PageRequest, batch_id: int, kind: str) -> HttpResponse:
    """Hand a batch out as a file and record who took it (POST); or give a copy to look at, which counts for nothing (GET)."""
    row = own(request, PostingBatch.objects.all(), batch_id)
    if kind not in MEDIA:
        raise Http404
    code = request.company.code
    try:
        if request.method == "POST":
            made = files.hand_out(request.actor, code, row, kind)
            return download(made.content, made.name, MEDIA[kind])
        return download(files.as_bytes(code, row, kind), f"copy-{files.file_name(code, row, kind)}", MEDIA[kind])
    except files.BooksError as error:
        messages.error(request, str(error))
        return redirect("web:books-batch", batch_id)


@page(Right.BOOK, "POST")
def booked(request: PageRequest, batch_id: int) -> HttpResponse:
    """Record that the books took a whole batch, with the number of their booking run."""
    row = own(request, PostingBatch.objects.all(), batch_id)
    form = BookedForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give the number under which it is booked; it is kept."))
        return redirect("web:books-batch", batch_id)
    told = answers.take(request.actor, answers.whole([row.number], form.cleaned_data["reference"]))
    count = sum(one.booked + one.mended for one in told.taken if not one.known)
    messages.success(
        request,
        ngettext("%(count)s line is booked.", "%(count)s lines are booked.", count) % {"count": words.count(count)},
    )
    return redirect("web:books-batch", batch_id)


@page(Right.BOOK, "POST")
def answer(request: PageRequest) -> HttpResponse:
    """Take an answer file; good lines count, the others are shown with their remedy."""
    form = BooksAnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=400)
    given = form.cleaned_data["file"]
    try:
        told = answers.take(request.actor, answers.read(given.read(), given.name))
    except FormatError as error:
        form.add_error("file", f"{words.reason(error.reason)} {_(error.remedy) if error.remedy else ''}".strip())
        return _list(request, form, status=400)
    return _list(request, BooksAnswerForm(), told)


@page(Right.BOOK)
def journal(request: PageRequest) -> FileResponse:
    """Give the whole ledger as a journal in double entry, as of a day."""
    as_of = day_asked(request, "as_of", today_of(request.actor))
    folder = tempfile.TemporaryDirectory()
    try:
        path = Path(folder.name) / f"journal-{request.company.code}-{as_of.isoformat()}.beancount"
        write_journal(request.actor, path, as_of)
        return passing_file(path, folder, "text/plain; charset=utf-8")
    except BaseException:
        folder.cleanup()
        raise
