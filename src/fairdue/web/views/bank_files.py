"""Bank files on the page: take one in, see what became of it and what does not add up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairdue.cash.actions import CashError, Said, UnknownAccount, do_take_in
from fairdue.cash.models import Account, BankFile
from fairdue.cash.queries import gaps
from fairdue.formats.errors import FormatError
from fairdue.people.actor import Right
from fairdue.web import queries
from fairdue.web.access import PageRequest, own, page
from fairdue.web.matching_forms import BankFileForm
from fairdue.wording import matches, words

ACCOUNTS_SHOWN = 20


def _shown(request: PageRequest, form: BankFileForm | None = None, status: int = 200) -> HttpResponse:
    rows = BankFile.objects.filter(company_id=request.company.pk).annotate(
        told=Count("statements", distinct=True),
        new=Count("statements__lines", filter=Q(statements__lines__occurrence__gt=0), distinct=True),
    )  # fmt: skip
    part = Paginator(rows.order_by("-id"), queries.PAGE_ROWS).get_page(request.GET.get("page"))
    accounts = Account.objects.filter(company_id=request.company.pk).order_by("number", "currency")[:ACCOUNTS_SHOWN]
    missing = [(account, told) for account in accounts if (told := words.reasons(gaps(account)))]
    context = {"part": part, "form": form or BankFileForm(), "missing": missing, "tab": "files"}
    return render(request, "web/money_files.html", context, status=status)


@page(Right.VIEW)
def files(request: PageRequest) -> HttpResponse:
    """Show the bank files, newest first, and the accounts of which a statement is missing."""
    return _shown(request)


@page(Right.IMPORT, "POST")
def upload(request: PageRequest) -> HttpResponse:
    """Take a bank file in, whole or not at all; the same file again changes nothing."""
    form = BankFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, form, 400)
    asked = form.cleaned_data
    said = Said(asked["account"], asked["currency"])
    try:
        done = do_take_in(
            request.actor, asked["file"].read(), asked["file"].name, new_account=asked["new_account"], said=said
        )  # fmt: skip
    except FormatError as error:
        place = ":".join(str(one) for one in (error.line, error.column) if one)
        told = [place and f"{place}:", words.reason(error.reason), error.remedy and _(error.remedy)]
        form.add_error("file", " ".join(filter(None, told)))
    except UnknownAccount as error:
        form.add_error("new_account" if error.number else "account", str(error))
    except CashError as error:
        form.add_error("file", str(error))
    else:
        if done.known:
            messages.info(request, _("This file was taken in before; nothing changed."))
        else:
            messages.success(request, _told(done.new, done.announced, done.repeated))
        return redirect("web:money-file", done.file.pk)
    return _shown(request, form, 400)


def _told(new: int, announced: int, repeated: int) -> str:
    parts = [ngettext("%(n)s new line", "%(n)s new lines", new) % {"n": words.count(new)}]
    if announced:
        parts.append(ngettext("%(n)s announced", "%(n)s announced", announced) % {"n": words.count(announced)})
    if repeated:
        parts.append(ngettext("%(n)s known before", "%(n)s known before", repeated) % {"n": words.count(repeated)})
    return _("Taken in: %(parts)s.") % {"parts": ", ".join(parts)}


@page(Right.VIEW)
def bank_file(request: PageRequest, bank_file_id: int) -> HttpResponse:
    """Show a file: its statements with their sums, and what does not add up in each."""
    found = own(request, BankFile.objects.all(), bank_file_id)
    rows: Any = found.statements.select_related("account", "repeats__file").annotate(
        lines_all=Count("lines"), counted=Count("lines", filter=Q(lines__occurrence__gt=0))
    )
    statements = [
        (row, matches.told(matches.TOLD, row.told), words.reasons(row.findings)) for row in rows.order_by("ordinal")
    ]
    return render(request, "web/money_file.html", {"found": found, "statements": statements, "tab": "files"})
