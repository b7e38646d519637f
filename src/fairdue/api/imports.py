"""Lists brought into the ledger: a table as a file or as JSON, and what became of it."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from ninja import File, Form, Router, UploadedFile

from fairdue.api import once as work
from fairdue.api.door import ApiRequest, Scoped
from fairdue.api.fields import Key, clean, day
from fairdue.api.problems import Kind, Problem, error_of, of_format, wrong
from fairdue.api.shapes import ImportShape, ReasonShape, RefusedRow, RowsGiven
from fairdue.formats.errors import FormatError
from fairdue.formats.fields import Kind as TableKind
from fairdue.formats.guard import unguard
from fairdue.formats.tables import OWN_HEADINGS
from fairdue.intake import bring
from fairdue.intake.actions import IntakeError
from fairdue.intake.models import Import
from fairdue.intake.reading import Reading
from fairdue.kernel.money import MoneyError
from fairdue.kernel.reasons import from_dict
from fairdue.ledger.models import Source
from fairdue.wording import words

REFUSED_MAX = 1_000
KINDS = tuple(kind.value for kind in TableKind)
router = Router(tags=["Imports"], auth=Scoped("imports:write"))
READ = Scoped("read", "imports:write")


def _pairs(field: str, text: str) -> dict[str, str]:
    """Read ``NAME=VALUE`` lines."""
    found = {}
    for line in clean(field, text).splitlines():
        name, mark, value = line.partition("=")
        if not mark or not name.strip():
            raise wrong(field, gettext("Write one NAME=VALUE a line, not %(text)s.") % {"text": line[:80]})
        found[name.strip()] = value.strip()
    return found


@router.post("/imports", response={201: ImportShape}, summary="Bring in a list as a file", operation_id="import_file")
def bring_file(
    request: ApiRequest,
    key: Key,
    file: Annotated[UploadedFile, File(..., description="CSV, TSV, XLSX or ODS")],
    source: Annotated[str, Form("api", min_length=1, max_length=60, description="the system it comes from")],
    kind: Annotated[str, Form("", max_length=20, description=", ".join(KINDS) + "; told by itself")],
    as_of: Annotated[date | None, Form(None, description="the day for which it speaks; today unless said")],
    full: Annotated[bool | None, Form(None, description="a full list of what is open: what it lacks is settled")],
    defaults: Annotated[
        str, Form("", max_length=4_000, description="what the file lacks, one NAME=VALUE a line: currency=EUR")
    ],
    control: Annotated[str, Form("", max_length=1_000, description="control totals, one a line: EUR=1234.50")],
) -> HttpResponse:
    """Read a table into the ledger, as `fairdue import` does: good rows go in, refused ones come back with field and remedy.

    What the table leaves open is asked: 422 with `code` *questions*, nothing is written; answer in `defaults`. A list that a person
    must look at (`state` *waiting*) is not written until somebody does, on the page *Import*.
    """
    asked = RowsGiven.model_construct(
        source=clean("source", source), kind=kind or None, as_of=as_of, full=full, defaults=_pairs("defaults", defaults),
        control=_pairs("control", control), rows=[],
    )  # fmt: skip
    data, name = file.read(), file.name or "file"
    return _bring(request, key, asked, data, name)


@router.post(
    "/imports/rows", response={201: ImportShape}, summary="Bring in a list as JSON", operation_id="import_rows"
)
def bring_rows(request: ApiRequest, key: Key, table: RowsGiven) -> HttpResponse:
    """Read rows into the ledger; keys are headings, as in a file. Amounts are text (`"1234.50"`): a JSON fraction is not exact.

    Line numbers of refused rows count the rows from 2, as in the file that they would be.
    """
    headings = list(dict.fromkeys(heading for row in table.rows for heading in row))
    if len(headings) > 512 or not headings:
        raise wrong("rows", gettext("A row needs headings, 512 at most."))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([_cell(row.get(heading)) for heading in headings] for row in table.rows)
    asked = table.model_copy(update={"source": clean("source", table.source), "rows": []})
    return _bring(request, key, asked, out.getvalue().encode(), "rows.csv")


def _cell(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _bring(request: ApiRequest, key: str, asked: RowsGiven, data: bytes, name: str) -> HttpResponse:
    if asked.kind is not None and asked.kind not in KINDS:
        raise wrong(
            "kind",
            gettext("%(kind)s is no kind; there are: %(known)s.") % {"kind": asked.kind, "known": ", ".join(KINDS)},
        )
    if not asked.source:
        raise wrong("source", gettext("The source needs a name."))
    as_of = day(request, asked.as_of)
    said = work.fingerprint(request, {**asked.model_dump(), "as_of": asked.as_of}, [(name, data)])

    def write(claim: work.Claim) -> tuple[int, ImportShape]:
        known = Source.objects.filter(company_id=request.acting.company_id, code=asked.source).first()
        reading = _reading(request, known, asked, data, name, as_of)
        done = _written_before(request, claim, asked.source, reading, as_of) if claim.again else None
        if done is None:
            done = _write(request, asked, reading, as_of)
        return 201, _shape(done, _refused(done, reading))

    return work.once(request, key, said, write, in_one=False)


def _reading(
    request: ApiRequest, known: Source | None, asked: RowsGiven, data: bytes, name: str, as_of: date
) -> Reading:  # fmt: skip
    try:
        reading = bring.read_for(
            known,
            data,
            name,
            as_of=as_of,
            kind=asked.kind,
            answers=asked.defaults,
            company_id=request.acting.company_id,
        )
    except FormatError as error:
        raise of_format(error, "file") from None
    if not reading.mapping.complete:
        raise Problem(Kind.QUESTIONS, gettext("Answer in “defaults”; nothing was written."), errors=_questions(reading))
    return reading


def _questions(reading: Reading) -> list[dict[str, Any]]:
    asked = [
        {"line": 0, "field": one.key, "value": ", ".join(one.options[:20]), "code": one.reason.code,
         "text": words.reason(one.reason), "remedy": ""}
        for one in reading.mapping.questions if one.blocking
    ]  # fmt: skip
    lacking = gettext("No column was found for it.")
    asked += [
        {"line": 0, "field": "/".join(group), "value": "", "code": "column_missing", "text": lacking, "remedy": ""}
        for group in reading.mapping.missing
    ]
    return asked


def _write(request: ApiRequest, asked: RowsGiven, reading: Reading, as_of: date) -> Import:
    try:
        totals = bring.control_totals(asked.control)
    except (MoneyError, ArithmeticError, ValueError):
        raise wrong("control", gettext("A control total is a currency and an amount, such as EUR=1234.50.")) from None
    try:
        return bring.do_bring(request.acting, asked.source, reading, as_of=as_of, full=asked.full, totals=totals)
    except IntakeError as error:
        raise Problem(Kind.STATE, str(error)) from None


def _written_before(
    request: ApiRequest, claim: work.Claim, source: str, reading: Reading, as_of: date
) -> Import | None:  # fmt: skip
    """Give the record that a first try under this key left before its server died."""
    rows = Import.objects.filter(
        company_id=request.acting.company_id, source__code=source, kind=reading.kind, file_sha256=reading.sha256, as_of=as_of,
        recorded_at__gte=claim.first_at, recorded_by=request.acting.name,
    )  # fmt: skip
    return rows.order_by("pk").first()


def _shape(done: Import, refused: list[RefusedRow]) -> ImportShape:
    reasons = [from_dict(one) for one in done.reasons]
    return ImportShape(
        id=done.pk, source=done.source.code, kind=done.kind, file_name=done.file_name, sha256=done.file_sha256,
        as_of=done.as_of, state=done.state, counts=dict(sorted(done.counts.items())), recorded_at=done.recorded_at, refused=refused,
        reasons=[ReasonShape(code=one.code, values=dict(one.values), text=words.reason(one)) for one in reasons],
    )  # fmt: skip


def _refused(done: Import, reading: Reading | None = None) -> list[RefusedRow]:
    """Give the refused rows by line: those of the reading with field and code, those of the ledger from the kept file."""
    known: dict[int, RefusedRow] = {}
    for one in reading.refusals if reading else ():
        known.setdefault(one.line, RefusedRow(**error_of(one)))
    rows = csv.DictReader(io.StringIO(done.refused_csv.removeprefix("\ufeff"), newline=""))
    line, reason, remedy = OWN_HEADINGS
    for row in rows:
        number = int(row[line] or 0)
        if number not in known:
            known[number] = RefusedRow(
                line=number,
                field="",
                value="",
                code="",
                text=unguard(row[reason] or ""),
                remedy=unguard(row[remedy] or ""),
            )
    return [known[number] for number in sorted(known)][:REFUSED_MAX]


def _own(request: ApiRequest, import_id: int) -> Import:
    found = Import.objects.filter(company_id=request.acting.company_id, pk=import_id).select_related("source").first()
    if found is None:
        raise Http404
    return found


@router.get(
    "/imports/{int:import_id}",
    response=ImportShape,
    auth=READ,
    summary="What became of a list",
    operation_id="get_import",
)
def imported(request: ApiRequest, import_id: int) -> HttpResponse:
    """Tell the state of a list, with the refused rows as they were told when it came."""
    found = _own(request, import_id)
    return work.told(_shape(found, _refused(found)))


@router.get(
    "/imports/{int:import_id}/refused.csv", auth=READ, summary="The refused rows as a file", operation_id="get_refused",
    openapi_extra={"responses": {200: {"content": {"text/csv": {}}}}},
)  # fmt: skip
def refused(request: ApiRequest, import_id: int) -> HttpResponse:
    """Give the refused rows with line, reason and remedy; mended, the same file is brought in again. 404 where none was refused."""
    found = _own(request, import_id)
    if not found.refused_csv:
        raise Http404
    response = HttpResponse(found.refused_csv.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"refused-{found.pk}.csv")
    return response
