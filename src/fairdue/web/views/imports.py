"""Import: give a file, look how it is read and what it would do, correct that, write it.

What is not written yet stands in the session, under the hash of the file: its name, source, day, answers. The bytes lie in
the blob store, so that every look reads the same file again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fairdue.contact import blobs
from fairdue.formats.errors import FormatError
from fairdue.formats.fields import fields_of
from fairdue.intake import bring
from fairdue.intake.actions import IntakeError
from fairdue.intake.models import Import
from fairdue.intake.reading import Reading
from fairdue.ledger.models import Source
from fairdue.people.actor import Right
from fairdue.people.days import today_of
from fairdue.web import import_names, queries
from fairdue.web.access import PageRequest, own, page
from fairdue.web.exports import MEDIA, download
from fairdue.web.forms import UploadForm
from fairdue.wording import words

DRAFTS_MAX = 10
"""Files looked at and not written that one session keeps; the oldest goes first."""
SAMPLE_ROWS = 5
ANSWER = "answer:"


@page(Right.IMPORT, "GET", "HEAD", "POST")
def imports(request: PageRequest) -> HttpResponse:
    """Take a file, or show the form and the imports, newest first."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"as_of": today_of(request.actor)})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        sha256 = blobs.put(request.company.pk, asked["file"].read())
        _keep(
            request,
            sha256,
            asked | {"file": None, "name": asked["file"].name[:250], "as_of": asked["as_of"].isoformat()},
        )
        return redirect("web:import-look", sha256)
    rows = Import.objects.filter(company_id=request.company.pk).select_related("source").defer("refused_csv")
    part = Paginator(rows.order_by("-id"), queries.PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "web/imports.html", {"part": part, "form": form}, status=400 if form.errors else 200)


def _keep(request: PageRequest, sha256: str, asked: dict[str, Any], answers: dict[str, str] | None = None) -> None:
    drafts = request.session.get("imports", {})
    drafts.pop(sha256, None)
    names = ("name", "source", "as_of", "full", "kind")
    drafts[sha256] = {name: asked[name] for name in names} | {"company": request.company.pk, "answers": answers or {}}
    request.session["imports"] = dict(list(drafts.items())[-DRAFTS_MAX:])


@dataclass(frozen=True, slots=True)
class _Look:
    """A file as it is read now."""

    draft: dict[str, Any]
    source: Source | None
    full: bool
    as_of: date
    reading: Reading


def _look(request: PageRequest, sha256: str) -> _Look:
    """Read a file of this session again; raises Http404 for another one, FormatError for one that cannot be read."""
    draft = request.session.get("imports", {}).get(sha256)
    if draft is None or draft["company"] != request.company.pk:
        raise Http404
    source = Source.objects.filter(company_id=request.company.pk, code=draft["source"]).first()
    as_of = date.fromisoformat(draft["as_of"])
    answers = {key: value for key, value in draft["answers"].items() if value or key.startswith("column:")}
    reading = bring.read_for(
        source, blobs.get(request.company.pk, sha256), draft["name"], as_of=as_of, kind=draft["kind"] or None, answers=answers,
        company_id=request.company.pk,
    )  # fmt: skip
    return _Look(draft, source, bool(draft["full"]), as_of, reading)


@page(Right.IMPORT, "GET", "HEAD", "POST")
def look(request: PageRequest, sha256: str) -> HttpResponse:
    """Show how a file is read and what it would do; a POST corrects the reading and shows it again. Nothing is written."""
    try:
        found = _look(request, sha256)
    except FormatError as error:
        messages.error(request, f"{words.reason(error.reason)} {_(error.remedy)}")
        return redirect("web:imports")
    if request.method == "POST":
        given = {key.removeprefix(ANSWER): str(value) for key, value in request.POST.items() if key.startswith(ANSWER)}
        shown = {f"column:{name}": heading for name, heading in found.reading.mapping.headings().items()}
        changed = {key: value for key, value in given.items() if value != shown.get(key, "")}
        draft = found.draft | {"kind": request.POST.get("kind", found.draft["kind"]) or ""}
        if draft["kind"] not in import_names.KINDS:
            draft["kind"] = ""
        _keep(request, sha256, draft, {**found.draft["answers"], **changed})
        return redirect("web:import-look", sha256)
    return render(request, "web/import_look.html", _shown(found, sha256))


def _shown(found: _Look, sha256: str) -> dict[str, Any]:
    mapping = found.reading.mapping
    headings = list(found.reading.table.headings)
    rows = [(name, mapping.columns.get(name)) for name in fields_of(mapping.kind)]
    preview = None
    if mapping.complete:
        preview = bring.preview(
            found.source, found.full, found.reading, found.as_of, {}, company_id=found.draft["company"]
        )
    return {
        "sha256": sha256,
        "draft": found.draft,
        "reading": found.reading,
        "mapping": mapping,
        "kinds": import_names.KINDS.items(),
        "headings": headings,
        "fields": sorted(rows, key=lambda row: row[1] is None),
        "missing": [[import_names.field(name) for name in group] for group in mapping.missing],
        "questions": [(question, words.reason(question.reason)) for question in mapping.questions],
        "answers": sorted(found.reading.answers.items()),
        "notes": [words.reason(note) for note in (*mapping.notes, *(preview.notes if preview else ()))][:20],
        "waits": [words.reason(reason) for reason in preview.waits] if preview else [],
        "preview": preview,
        "refusals": [
            (refusal, words.reason(refusal.reason), _(refusal.remedy)) for refusal in found.reading.refusals[:20]
        ],
    }


@page(Right.IMPORT, "POST")
def write(request: PageRequest, sha256: str) -> HttpResponse:
    """Write a file as it was shown. One that waits for a person is written only with the mark that a person looked."""
    try:
        found = _look(request, sha256)
        done = bring.do_bring(
            request.actor,
            found.draft["source"],
            found.reading,
            as_of=found.as_of,
            full=found.full,
            confirmed=request.POST.get("confirmed") == "yes",
        )
    except FormatError as error:
        messages.error(request, words.reason(error.reason))
        return redirect("web:imports")
    except IntakeError as error:
        messages.error(request, str(error))
        return redirect("web:import-look", sha256)
    if done.state == Import.State.WRITTEN:
        messages.success(request, _("The file is written."))
    else:
        messages.warning(request, _("The file waits for a person; nothing was written."))
    return redirect("web:import", done.pk)


@page(Right.IMPORT)
def imported(request: PageRequest, import_id: int) -> HttpResponse:
    """Show what became of a file."""
    found = own(request, Import.objects.select_related("source"), import_id)
    context = {"imported": found, "reasons": words.reasons(found.reasons), "refused_rows": bool(found.refused_csv)}
    return render(request, "web/import.html", context)


@page(Right.IMPORT)
def refused(request: PageRequest, import_id: int) -> HttpResponse:
    """Give the refused rows with line, reason and remedy; mended, the same file is imported again."""
    found = own(request, Import.objects.all(), import_id)
    if not found.refused_csv:
        raise Http404
    return download(found.refused_csv.encode("utf-8-sig"), f"refused-{found.pk}.csv", MEDIA["csv"])
