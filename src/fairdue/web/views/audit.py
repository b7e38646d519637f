"""The audit log: its entries, and whether the chain still holds."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from fairdue.contact.links import days_made
from fairdue.ledger import audit as log
from fairdue.ledger import audit_texts
from fairdue.ledger.models import AuditAnchor, AuditEntry
from fairdue.people.actor import Right
from fairdue.web.access import PageRequest, page
from fairdue.wording import names as wording

PAGE_ROWS = 100


@page(Right.AUDIT)
def audit(request: PageRequest) -> HttpResponse:
    """Show the entries, newest first, filtered by action or subject."""
    rows = (
        AuditEntry.objects.filter(company_id=request.company.pk)
        .select_related("seal")
        .prefetch_related("texts")
        .order_by("-id")
    )
    asked = request.GET.get("q", "").strip()[:120]
    if asked:
        rows = rows.filter(subject=asked) if ":" in asked else rows.filter(action=asked)
    part = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    names = log.names(entry.actor for entry in part.object_list)
    links = days_made(request.company, (entry.actor for entry in part.object_list))
    told = [
        (
            entry,
            names.get(entry.actor) or wording.actor(entry.actor, links),
            audit_texts.said(entry, list(entry.texts.all())),
        )
        for entry in part.object_list
    ]
    head = log.head_of(request.company.pk)
    return render(request, "web/audit.html", {"part": part, "told": told, "q": asked, "head": head})


@page(Right.AUDIT, "POST")
def verify(request: PageRequest) -> HttpResponse:
    """Check the whole chain of the company against itself and its anchors, and show every finding."""
    company_id = request.company.pk
    context = {
        "findings": log.verify(company_id),
        "redactions": log.redactions(company_id),
        "head": log.head_of(company_id),
        "unsealed": log.unsealed(company_id),
        "anchors": AuditAnchor.objects.filter(company_id=company_id).order_by("-sequence")[:20],
    }
    return render(request, "web/_audit_verdict.html" if request.htmx else "web/audit_verdict.html", context)
