"""How well matching goes: the four rates, what was learned, and what each class of evidence may do."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.cash.actions import do_forget
from fairdue.cash.book import aliases, record_by_class
from fairdue.cash.company_settings import settings_of
from fairdue.cash.matching.budget import standings
from fairdue.cash.models import Decision, LearnedAlias, Undoing
from fairdue.cash.plan import Misfit
from fairdue.cash.rates import GROUPS, Rates, rates
from fairdue.people.actor import Right
from fairdue.web import queries
from fairdue.web.access import PageRequest, own, page
from fairdue.wording import charts, matches, words

DRAWN_MAX = 18
"""Months, statements or accounts in the chart: the last ones."""
WRONG_SHOWN = 50


def share(part: int, whole: int) -> int | None:
    """Give a rate in ppm, rounded half up; None of nothing."""
    return (2_000_000 * part + whole) // (2 * whole) if whole else None


def _rate(part: int, whole: int) -> tuple[str, str, str]:
    """Give a rate as the page writes it: of how many how many, and the percentage."""
    ppm = share(part, whole)
    return words.count(part), words.count(whole), "" if ppm is None else words.percent(ppm, 2)


@page(Right.VIEW)
def money_rates(request: PageRequest) -> HttpResponse:
    """Show the four rates by month, statement or account, with what was taken back as wrong. Three queries."""
    by = request.GET.get("by", "month")
    by = by if by in GROUPS else "month"
    found = rates(request.company.pk, by)
    part = Paginator(found, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    rows = [
        (
            one, _rate(one.posted_lines, one.lines), _rate(one.posted_parts, one.parts),
            share(one.posted_value_minor, one.value_minor), _rate(one.wrong, one.ever_posted),
        )
        for one in part.object_list
    ]  # fmt: skip
    wrong = Undoing.objects.filter(company_id=request.company.pk, wrong=True, decision__how=Decision.How.AUTOMATIC)
    drawn = _drawn(found)
    context = {
        "by": by, "groups": [(code, matches.told(matches.GROUPED, code)) for code in GROUPS], "rows": rows, "part": part,
        "by_name": matches.told(matches.GROUPED, by), "tab": "rates",
        "wrong": wrong.select_related("decision__line").order_by("-pk")[:WRONG_SHOWN],
        "chart": charts.draw(charts.rates_chart(drawn)) if drawn else "", "chart_rows": drawn,
    }  # fmt: skip
    return render(request, "web/money_rates.html", context)


def _drawn(found: list[Rates]) -> list[dict[str, Any]]:
    """Give the shares of lines and parts posted, over all accounts, for the chart."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one in found:
        for place, count in enumerate((one.posted_lines, one.lines, one.posted_parts, one.parts)):
            sums[one.label or "–"][place] += count
    labels = list(sums)[-DRAWN_MAX:]
    made = []
    for label in labels:
        posted, lines, posted_parts, parts = sums[label]
        for code, name, part, whole in (
            ("lines", _("Lines"), posted, lines),
            ("parts", _("Parts"), posted_parts, parts),
        ):
            ppm = share(part, whole) or 0
            made.append({"label": label, "code": code, "name": name, "ppm": ppm, "text": words.percent(ppm)})
    return made


@page(Right.VIEW)
def learned(request: PageRequest) -> HttpResponse:
    """Show what was learned of payers and stands, the newest first. Three queries."""
    rows = aliases(request.company.pk).select_related("customer", "decision").order_by("-id")
    part = Paginator(rows, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "web/money_learned.html", {"part": part, "tab": "learned"})


@page(Right.ALLOCATE, "POST")
def forget(request: PageRequest, alias_id: int) -> HttpResponse:
    """Undo what was learned, with a reason."""
    found = own(request, LearnedAlias.objects.all(), alias_id)
    try:
        do_forget(request.actor, found.pk, reason=request.POST.get("reason", "")[:200])
    except Misfit as error:
        messages.error(request, words.reason(error.reason))
    else:
        messages.success(request, _("Forgotten."))
    return redirect("web:money-learned")


@page(Right.VIEW)
def evidence(request: PageRequest) -> HttpResponse:
    """Show the classes of evidence with the benchmark's record and the company's own, and what each may do. Two queries."""
    settings = settings_of(request.company.pk)
    record = record_by_class(request.company.pk, request.actor.at, settings.judged_days)
    rows = [
        (one, matches.told(matches.EVIDENCE, one.evidence), matches.told(matches.WHY, one.because))
        for one in standings(record, settings.budget_ppm)
    ]
    return render(request, "web/money_evidence.html", {"rows": rows, "settings": settings, "tab": "evidence"})
