"""Personal data: the register, whom the company knows, what is held and why, export, erasure with its preview, what is due."""

from __future__ import annotations

import tempfile
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairdue.cycle.old_snapshots import do_leave_persons_out
from fairdue.cycle.release import seal
from fairdue.ledger.models import Erasure
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.people.register import BASES, ERASED_WORDS, PURPOSES, RETENTIONS, SUBJECTS, personal_fields
from fairdue.personal import queries as found
from fairdue.personal.actions import ErasureRefused, do_complete, do_erase, do_readmit, preview
from fairdue.personal.export import do_export, files_of, held, titles
from fairdue.personal.field_names import field_name
from fairdue.personal.outlook import outlook
from fairdue.personal.people import KINDS, Person, PersonalError, load, search
from fairdue.personal.repeat import do_reapply
from fairdue.personal.rules import Verdict
from fairdue.web.access import PageRequest, page
from fairdue.web.exports import download
from fairdue.wording import words

SHOWN = 50


class EraseForm(forms.Form):
    """Why, and that it is meant."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300,
        help_text=gettext_lazy("Who asked, when and how their identity was checked; no names"),
    )  # fmt: skip
    meant = forms.BooleanField(label=gettext_lazy("I have read what goes. Nothing brings it back."))


class ReadmitForm(forms.Form):
    """Why the person may be named again."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


def address(subject: str) -> str:
    """Give a subject as it stands in an address: ``customer-17``."""
    return subject.replace(":", "-")


@page(Right.ERASE)
def personal(request: PageRequest) -> HttpResponse:
    """Show the search, what is due, and who was erased."""
    asked = request.GET.get("q", "").strip()
    company_id, today = request.company.pk, today_of(request.actor)
    erased = list(found.erased(company_id)[:SHOWN])
    due = found.due(company_id, today, limit=SHOWN)
    context = {
        "asleep": [(f"contact-{pk}", number, last) for pk, number, last in due.contacts],
        "asked": asked, "people": search(company_id, asked) if asked else [], "due": due,
        "erased": [(one, address(one.subject)) for one in erased], "counts": found.counts(company_id), "today": today,
    }  # fmt: skip
    return render(request, "web/personal.html", context)


@page(Right.ERASE)
def register(request: PageRequest) -> HttpResponse:
    """Show every field that may say something about a person: whose, why, on which basis, how long, what erasure makes of it."""
    named = titles()
    rows = [
        {
            "table": named.get(table, table), "fields": words.joined(field_name(one.name) for one in fields),
            "subject": _(SUBJECTS[key[0]]),
            "purpose": _(PURPOSES[key[1]]), "basis": _(BASES[key[2]]), "kept": _(RETENTIONS[key[3]]),
            "erased": _(ERASED_WORDS[key[4]]),
        }
        for (table, *key), fields in _grouped()
    ]  # fmt: skip
    return render(request, "web/personal_register.html", {"rows": rows})


def _grouped() -> list[tuple[tuple[Any, ...], list[Any]]]:
    def alike(one: Any) -> tuple[Any, ...]:
        return one.table, one.subject, one.purpose, one.basis, one.retention, one.erased

    return [(key, list(rows)) for key, rows in groupby(personal_fields(), key=alike)]


def _own(request: PageRequest, subject: str) -> Person:
    kind, _dash, pk = subject.partition("-")
    if kind not in KINDS or not pk.isdigit() or len(pk) > 18:
        raise Http404
    try:
        return load(request.company.pk, kind, int(pk))
    except PersonalError:
        raise Http404 from None


def _shown(request: PageRequest, one: Person, form: EraseForm | None = None, status: int = 200) -> HttpResponse:
    today = today_of(request.actor)
    verdict = preview(request.actor, one, today)
    named, left = titles(), outlook(request.company.pk, one)
    context = {
        "person": one, "address": address(one.subject), "verdict": verdict, "form": form or EraseForm(),
        "refused": list(words.reasons(verdict.refused)), "readmit": ReadmitForm(),
        "erasure": Erasure.objects.filter(company_id=request.company.pk, subject=one.subject).first(),
        "tables": [
            {**part, "title": named.get(part["table"], part["table"]), "count": len(part["rows"]),
             "fate": _fate(verdict, part["clocks"])}
            for part in held(request.company.pk, one)
        ],
        "files": files_of(request.company.pk, one)[:SHOWN],
        "left": left, "kept": [(named[kept.table], kept) for kept in left.kept],
        "stays": [(_(RETENTIONS[stay.clock]), stay.until, stay.source) for stay in verdict.stays],
    }  # fmt: skip
    return render(request, "web/personal_person.html", context, status=status)


def _fate(verdict: Verdict, clocks: list[str]) -> list[tuple[str, str]]:
    """Say what becomes of a table's rows: (look, words), for each clock that its fields have."""
    if verdict.refused:
        return [("warn", _("stays: nothing may go now"))]
    told = [("good", _("goes"))] if set(clocks) & set(verdict.clocks) else []
    for stay in verdict.stays:
        if stay.clock in clocks:
            told.append(("", _("stays until %(day)s: %(law)s") % {"day": words.day(stay.until), "law": stay.source}))
    return told


@page(Right.ERASE)
def person(request: PageRequest, subject: str) -> HttpResponse:
    """Show what is held on a person, why and how long, and what an erasure today would take and leave."""
    return _shown(request, _own(request, subject))


@page(Right.ERASE, "POST")
def export(request: PageRequest, subject: str) -> HttpResponse:
    """Give everything that is kept on a person as one ZIP, in the language of the page; it stands in the audit log."""
    one = _own(request, subject)
    with tempfile.TemporaryFile() as file:
        try:
            do_export(request.actor, one, file)
        except PersonalError as error:
            messages.error(request, str(error))
            return redirect("web:personal-person", subject)
        file.seek(0)
        content = file.read()
    seal(request.actor)
    response = download(content, f"{request.company.code}-{address(one.subject)}.zip", "application/zip")
    response["Cache-Control"] = "no-store"
    return response


@page(Right.ERASE, "POST")
def erase(request: PageRequest, subject: str) -> HttpResponse:
    """Erase a person as far as no duty holds; refused, nothing is changed and the reasons are shown."""
    one = _own(request, subject)
    form = EraseForm(request.POST)
    if not form.is_valid():
        return _shown(request, one, form, 400)
    try:
        do_leave_persons_out(request.actor)
        done = do_erase(request.actor, one, today_of(request.actor), reason=form.cleaned_data["reason"])
    except ErasureRefused:
        return _shown(request, one, form, 409)
    except PersonalError as error:
        messages.error(request, str(error))
        return redirect("web:personal-person", subject)
    seal(request.actor)
    messages.success(
        request,
        _("%(state)s. Backups made before hold names until they lapse.")
        % {"state": done.get_state_display().capitalize()},
    )
    return redirect("web:personal-person", address(one.subject))


@page(Right.ERASE, "POST")
def readmit(request: PageRequest, subject: str) -> HttpResponse:
    """Let imports name an erased person again."""
    one = _own(request, subject)
    try:
        do_readmit(request.actor, one, reason=request.POST.get("reason", "")[:300])
    except PersonalError as error:
        messages.error(request, str(error))
    else:
        seal(request.actor)
        messages.success(request, _("Imports may name this person again."))
    return redirect("web:personal-person", address(one.subject))


@page(Right.ERASE, "POST")
def reapply(request: PageRequest) -> HttpResponse:
    """After a restore: erase again whoever was erased since the backup; what a duty of then refuses is named."""
    done = do_reapply(request.actor, today_of(request.actor))
    seal(request.actor)
    for one in done:
        if not one.refused:
            messages.success(request, f"{one.subject}: {one.state}")
        for text in words.reasons(one.refused):
            messages.error(request, f"{one.subject}: {text}")
    return redirect("web:personal")


@page(Right.ERASE, "POST")
def complete(request: PageRequest) -> HttpResponse:
    """Complete erasures whose duty has ended and remove imported files past their time. Nobody else is erased."""
    count = do_complete(request.actor, today_of(request.actor))
    seal(request.actor)
    messages.success(
        request,
        ngettext("%(count)s completed or removed.", "%(count)s completed or removed.", count)
        % {"count": words.count(count)},
    )
    return redirect("web:personal")
