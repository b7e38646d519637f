"""Today's ranked actions, and the tasks that wait for a person."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.books.queries import late_batches
from fairdue.contact.actions import do_finish_task
from fairdue.contact.models import Task
from fairdue.cycle import exports
from fairdue.cycle.models import Run, WorklistRow
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, own, page
from fairdue.web.exports import MEDIA, download
from fairdue.web.forms import OutcomeForm, WorklistFilter

EXPORT_ROWS_MAX = 100_000


def _filtered(request: PageRequest, run: Run) -> tuple[WorklistFilter, QuerySet[WorklistRow]]:
    form = WorklistFilter(request.GET or None)
    rows = queries.worklist_of(run)
    if not form.is_valid():
        return form, rows
    asked = form.cleaned_data
    if asked["q"]:
        rows = rows.filter(Q(customer__name__icontains=asked["q"]) | Q(customer__number__icontains=asked["q"]))
    if asked["action"]:
        rows = rows.filter(action=asked["action"])
    if asked["channel"]:
        rows = rows.filter(channel=asked["channel"])
    if asked["days"]:
        rows = rows.filter(days_overdue__gt=int(asked["days"]))
    if asked["mine"]:
        rows = rows.filter(owner_id=request.user.pk)
    return form, rows


@page(Right.VIEW)
def worklist(request: PageRequest) -> HttpResponse:
    """Show the latest run's actions by rank, filtered, by page; above them the batches that wait too long for the books."""
    run = queries.latest_run(request.company.pk)
    late = late_batches(request.company.pk, request.actor.at, settings.FAIRDUE_BOOKS_ACK_DAYS)
    found: dict[str, object] = {"run": run, "tab": "actions", "late_books": late}
    if run is not None:
        form, rows = _filtered(request, run)
        part = Paginator(rows, queries.PAGE_ROWS).get_page(request.GET.get("page"))
        found |= {"form": form, "part": part, "rows": part.object_list}
    return render(request, "web/worklist.html", found)


@page(Right.VIEW)
def export(request: PageRequest, kind: str) -> HttpResponse:
    """Give the filtered worklist as a spreadsheet or CSV file."""
    if kind not in MEDIA:
        raise Http404
    run = queries.latest_run(request.company.pk)
    if run is None:
        return redirect("web:worklist")
    _form, rows = _filtered(request, run)
    content = exports.worklist(rows[:EXPORT_ROWS_MAX], kind)
    return download(content, f"worklist-{run.as_of.isoformat()}.{kind}", MEDIA[kind])


@page(Right.VIEW)
def tasks(request: PageRequest) -> HttpResponse:
    """Show the open tasks, due ones first."""
    rows = Task.objects.filter(company_id=request.company.pk, done_at__isnull=True).select_related("customer", "owner")
    part = Paginator(rows.order_by("due_on", "id"), queries.PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "web/tasks.html", {"part": part, "tab": "tasks", "today": today_of(request.actor)})


@page(Right.HOLD, "POST")
def finish_task(request: PageRequest, task_id: int) -> HttpResponse:
    """Finish a task with what came of it."""
    task = own(request, Task.objects.all(), task_id)
    form = OutcomeForm(request.POST)
    if form.is_valid():
        do_finish_task(request.actor, task.pk, outcome=form.cleaned_data["outcome"])
        messages.success(request, _("The task is done."))
    else:
        messages.error(request, _("Please write what came of the task."))
    return redirect("web:worklist-tasks")
