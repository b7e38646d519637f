"""Proposing and posting, started from the page."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.people.actor import Right
from fairdue.people.days import company_day, today_of
from fairdue.web import money_job
from fairdue.web.access import PageRequest, page
from fairdue.wording import matches


def shown(request: PageRequest) -> dict[str, object]:
    """Give what the page says of the latest job, for the template."""
    job = money_job.progress_of(request.company.pk)
    if job is None:
        return {"job": None}
    counts = [(matches.told(matches.BECAME, state), money, lines, value) for state, money, lines, value in job.counts]
    today = company_day(request.company, datetime.fromisoformat(job.began_at)) == today_of(request.actor)
    return {"job": job, "job_counts": counts, "job_recent": today}


@page(Right.ALLOCATE, "POST")
def start(request: PageRequest) -> HttpResponse:
    """Propose and post in a process of its own; the page shows how far it is."""
    actor = request.actor
    if not money_job.start(actor.company_id, request.user.pk, actor.name, actor.at, request.LANGUAGE_CODE):
        messages.warning(request, _("Lines are being proposed and posted already."))
    return redirect("web:money")


@page(Right.ALLOCATE, "POST")
def resume(request: PageRequest) -> HttpResponse:
    """Go on where it was stopped."""
    if not money_job.resume(request.company.pk, request.user.pk, request.LANGUAGE_CODE):
        messages.warning(request, _("There is nothing to go on with."))
    return redirect("web:money")


@page(Right.ALLOCATE, "POST")
def cancel(request: PageRequest) -> HttpResponse:
    """Stop before the next portion; what was stopped before is given up."""
    money_job.cancel(request.company.pk)
    return redirect("web:money")


@page(Right.VIEW)
def progress(request: PageRequest) -> HttpResponse:
    """Show how far it is; asked again each second through htmx. When it has ended the page is drawn anew."""
    found = shown(request)
    job = found["job"]
    template = "web/_money_progress.html" if request.htmx else "web/money_progress.html"
    response = render(request, template, {**found, "job_recent": True})
    if request.htmx and (not isinstance(job, money_job.Progress) or not job.alive):
        response["HX-Refresh"] = "true"
    return response
