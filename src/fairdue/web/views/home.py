"""The first page: what is owed, what falls due, and what needs a person today."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from fairdue.books.queries import late_batches
from fairdue.cycle.models import Run
from fairdue.ledger.models import DueItem
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import queries
from fairdue.web.access import PageRequest, page
from fairdue.web.cover import covered, upcoming
from fairdue.wording import charts, summary

AXIS_UNIT = "datum.value >= 1e6 ? format(datum.value / 1e6, '.1~f') + 'M' : datum.value >= 1e3 ? format(datum.value / 1e3, '.0~f') + 'K' : datum.label"  # noqa: E501
AXIS_UNIT_HAN = "datum.value >= 1e8 ? format(datum.value / 1e8, '.1~f') + '亿' : datum.value >= 1e4 ? format(datum.value / 1e4, '.0~f') + '万' : datum.label"  # noqa: E501
TOP_ROWS = 8


def _charts(request: PageRequest, run: Run) -> dict[str, charts.Spec]:
    currency = run.summary.get("currency") or request.company.currency
    han = request.LANGUAGE_CODE.startswith("zh")
    due = summary.due_rows(run.summary, run.as_of, currency)
    return {
        "ageing": charts.ageing_chart(summary.ageing_rows(summary.buckets(run.summary), currency)),
        "due": charts.due_chart(due, AXIS_UNIT_HAN if han else AXIS_UNIT),
    }


@page(Right.VIEW)
def home(request: PageRequest) -> HttpResponse:
    """Show the latest run's figures, today's first actions and what waits. Four queries beside the frame's three."""
    run = queries.latest_run(request.company.pk)
    today = today_of(request.actor)
    found: dict[str, object] = {"run": run, "waiting": queries.waiting(request.company.pk, today), "today": today}
    found["late_books"] = late_batches(request.company.pk, request.actor.at, settings.FAIRDUE_BOOKS_ACK_DAYS)
    if run is None:
        found["begun"] = DueItem.objects.filter(company_id=request.company.pk).exists()
    else:
        currency = run.summary.get("currency") or request.company.currency
        specs = _charts(request, run)
        found |= {
            "currency": currency,
            "tie": _tie(run),
            "kpis": summary.kpis(run.summary, currency),
            "period": summary.period(run.summary),
            "buckets": summary.buckets(run.summary),
            "by_currency": run.summary.get("ageing_by_currency", ()),
            "unconverted": run.summary.get("unconverted", ()),
            "due": summary.due_rows(run.summary, run.as_of, currency),
            "ageing_svg": charts.draw(specs["ageing"]),
            "due_svg": charts.draw(specs["due"]),
            "rows": list(queries.worklist_of(run)[:TOP_ROWS]),
            "insurer": upcoming(covered(run, request.company.country), today),
        }
    return render(request, "web/home.html", found)


def _tie(run: Run) -> dict[str, object] | None:
    """Give what the run's tying out found; None where no source has a complete list to hold the ledger against."""
    found = run.summary.get("tie") or {}
    return found if found.get("sources") else None


@page(Right.VIEW)
def chart(request: PageRequest, name: str) -> HttpResponse:
    """Give the specification of a chart of the home page as Vega-Lite JSON."""
    run = queries.latest_run(request.company.pk)
    specs = _charts(request, run) if run is not None else {}
    if name not in specs:
        raise Http404
    return JsonResponse(specs[name])
