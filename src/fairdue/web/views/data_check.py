"""The data check: what is missing, wrong or double, the money behind it, and files to mend it with."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from fairdue.cycle import doctor
from fairdue.cycle.doctor import files, words
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, page
from fairdue.web.exports import MEDIA, download
from fairdue.wording.words import sentences


@page(Right.VIEW)
def data_check(request: PageRequest) -> HttpResponse:
    """Show every finding with what it blocks; with ``?check=`` the customers of one. Five queries beside the frame's."""
    found = doctor.examine(request.company.pk, request.company.currency, today_of(request.actor))
    asked = request.GET.get("check", "")
    context: dict[str, Any] = {"found": found, "total": found.base.get(""), "lines": _lines(found)}
    context["bank"] = sentences([found.bank]) if found.bank else ""
    if found.customers.get(asked):
        context |= {"check": asked, "told": words.told(asked), **_listed(request, found, asked)}
    return render(request, "web/data_check.html", context)


def _lines(found: doctor.Findings) -> list[dict[str, Any]]:
    """Give the findings in the order of the checks; those that found nothing are named in one line at the end."""
    return [
        {
            "code": check,
            "told": words.told(check),
            "count": len(found.customers[check]),
            "base": found.base.get(check),
            "others": [one for one in found.blocked.get(check, ()) if one.currency != found.currency],
            "imports": files.kind_of(check),
        }
        for check in doctor.CHECKS
    ]


def _listed(request: PageRequest, found: doctor.Findings, check: str) -> dict[str, Any]:
    if check != "duplicate":
        part = Paginator(found.customers[check], queries.PAGE_ROWS).get_page(request.GET.get("page"))
        return {"part": part, "sets": [([found.standing(one) for one in part.object_list], [])]}
    pairs = Paginator(found.twins, queries.PAGE_ROWS // 2).get_page(request.GET.get("page"))
    sets = [
        ([found.standing(one) for one in pair.customer_ids], [words.why_same(why) for why in pair.why])
        for pair in pairs.object_list
    ]
    return {"part": pairs, "sets": sets}


@page(Right.VIEW)
def export(request: PageRequest, check: str, kind: str) -> HttpResponse:
    """Give the customers of a finding as a file; where an import mends it, in the shape that the import reads."""
    if kind not in MEDIA or check not in doctor.CHECKS:
        raise Http404
    today = today_of(request.actor)
    found = doctor.examine(request.company.pk, request.company.currency, today)
    content = files.file_of(request.company.pk, found, check, kind)
    name = f"{files.kind_of(check) or 'list'}-{check.replace('_', '-')}-{today.isoformat()}.{kind}"
    return download(content, name, MEDIA[kind])
