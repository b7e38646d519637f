"""The ageing by customer: sorted by any column, one currency at a time, and as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from fairdue.cycle import exports
from fairdue.ledger.models import Customer
from fairdue.people.actor import Right
from fairdue.web import ageing as measured
from fairdue.web import queries
from fairdue.web.access import PageRequest, page
from fairdue.web.ageing import CODES, Line
from fairdue.web.exports import MEDIA, download

ALL = "all"
Party = tuple[str, str, str]
"""Number, name and country of a customer."""
NOBODY: Party = ("", "", "")


@page(Right.VIEW)
def ageing(request: PageRequest) -> HttpResponse:
    """Show the ageing of the latest run, a line for each customer and currency. Two queries beside the frame's three."""
    run = queries.latest_run(request.company.pk)
    lines = measured.lines_of(run)
    if run is None or lines is None:
        return render(request, "web/ageing.html", {"run": run, "part": None})
    parties = _parties(request.company.pk, request.GET.get("q", "").strip()[:100])
    currencies = sorted({line.currency for line in lines})
    asked = request.GET.get("currency", "")
    home = request.company.currency if request.company.currency in currencies else next(iter(currencies), "")
    currency = asked if asked in currencies or asked == ALL else home
    fitting = [line for line in lines if currency in (ALL, line.currency) and line.customer_id in parties]
    sort, down = _order(request)
    fitting.sort(key=lambda line: (line.currency, line.customer_id))
    fitting.sort(key=_key(sort, parties), reverse=down)
    if currency == ALL and sort not in {"name", "number"}:
        fitting.sort(key=lambda line: line.currency)
    part = Paginator(fitting, queries.PAGE_ROWS).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "run": run,
        "part": part,
        "rows": [(line, parties[line.customer_id]) for line in part.object_list],
        "totals": measured.totals(fitting),
        "columns": _columns(sort, down=down),
        "sorted": sort,
        "order_of_sums": ("descending" if down else "ascending") if sort in {"overdue", "balance"} else "",
        "currencies": currencies,
        "currency": currency,
        "q": request.GET.get("q", ""),
        "sort": request.GET.get("sort", ""),
    }
    return render(request, "web/ageing.html", context)


def _parties(company_id: int, text: str) -> dict[int, Party]:
    """Give the customers that fit a search, by id; without one, money of an unknown payer is listed too."""
    rows = Customer.objects.filter(company_id=company_id)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(number__icontains=text))
    found: dict[int, Party] = {} if text else {0: NOBODY}
    for pk, number, name, country in rows.values_list("pk", "number", "name", "country"):
        found[pk] = (number, name, country)
    return found


def _order(request: PageRequest) -> tuple[str, bool]:
    """Give the column to sort by, and whether the largest comes first. What is overdue most comes first by default."""
    asked = request.GET.get("sort", "")
    name = asked.removeprefix("-")
    return (name, asked.startswith("-")) if name in {"name", "balance", "overdue", *CODES} else ("overdue", True)


def _key(sort: str, parties: dict[int, Party]) -> Callable[[Line], Any]:
    if sort == "name":
        return lambda line: parties[line.customer_id][1].casefold()
    if sort in CODES:
        place = CODES.index(sort)
        return lambda line: line.amounts[place]
    return lambda line: line.overdue_minor if sort == "overdue" else line.balance_minor


def _columns(sort: str, *, down: bool) -> list[tuple[str, str, str]]:
    """Give code, heading and present order of each amount column, and what a click on it asks for."""
    labels = exports.bucket_labels()
    return [
        (code, str(labels[code]), ("descending" if down else "ascending") if code == sort else "") for code in CODES
    ]


@page(Right.VIEW)
def export(request: PageRequest, kind: str) -> HttpResponse:
    """Give the whole ageing of the latest run as a spreadsheet or CSV file."""
    if kind not in MEDIA:
        raise Http404
    run = queries.latest_run(request.company.pk)
    table = measured.table_of(run)
    if run is None or table is None:
        return redirect("web:ageing")
    content = exports.ageing(request.company.pk, table, run.as_of, kind)
    return download(content, f"ageing-{run.as_of.isoformat()}.{kind}", MEDIA[kind])
