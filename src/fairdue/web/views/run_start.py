"""Starting a run from a page, and looking how far it is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import run_job
from fairdue.web.access import PageRequest, page
from fairdue.web.forms import RunForm


@page(Right.RUN, "POST")
def start(request: PageRequest) -> HttpResponse:
    """Start a run for a day in a process of its own."""
    form = RunForm(request.POST, today=today_of(request.actor))
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("web:runs")
    language = request.LANGUAGE_CODE
    begun = run_job.start(request.company.pk, request.user.pk, request.actor.name, form.cleaned_data["as_of"], language)
    if not begun:
        messages.warning(request, _("A run is under way already."))
    return redirect("web:runs")


@page(Right.VIEW)
def progress(request: PageRequest) -> HttpResponse:
    """Show how far the run is; asked again each second through htmx. When it has ended the page is drawn anew."""
    found = run_job.progress_of(request.company.pk)
    template = "web/_run_progress.html" if request.htmx else "web/run_progress.html"
    response = render(request, template, {"job": found})
    if request.htmx and (found is None or not found.alive):
        response["HX-Refresh"] = "true"
    return response
