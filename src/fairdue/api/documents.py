"""Copies of documents: bring them in, list them, fetch one, see which are missing."""

from __future__ import annotations

import hashlib
from typing import Annotated

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from ninja import File, Form, Query, Router, UploadedFile

from fairdue.api import once as work
from fairdue.api.door import ApiRequest, Scoped
from fairdue.api.fields import (
    AsOf,
    Cursor,
    Key,
    Limit,
    OfCustomer,
    OfDocument,
    clean,
    day,
    document_by,
    filtered_customer,
)
from fairdue.api.paging import after, cut, read_cursor
from fairdue.api.problems import Kind, Problem, wrong
from fairdue.api.shapes import FilePage, FileShape, FilesTaken, MissingPage, MissingShape, RefusedFile
from fairdue.dunning.missing import missing_now
from fairdue.formats.copies.media import MAGIC
from fairdue.intake.einvoices import OFD, OTHER_MEDIA, XML
from fairdue.intake.files import Report, do_bring_uploads
from fairdue.intake.sorting import Asked, DocumentRef
from fairdue.ledger import store
from fairdue.ledger.file_queries import in_force
from fairdue.ledger.models import CopyKind, DocumentFile, FileOrigin
from fairdue.wording import words

FILES_MAX = 50
SANDBOX = "sandbox; default-src 'none'"
router = Router(tags=["Documents"])
OfKind = Annotated[str, Query("", max_length=20, description=", ".join(CopyKind.values))]


def _shape(row: DocumentFile, new: bool = False) -> FileShape:
    return FileShape.model_construct(
        id=row.pk, customer=row.customer.number, document=row.document.number if row.document else None, kind=row.kind,
        file_name=row.file_name, media_type=row.media_type, size_bytes=row.size_bytes, sha256=row.sha256,
        recorded_at=row.recorded_at, recorded_by=row.recorded_by, new=new,
    )  # fmt: skip


def _kind(kind: str) -> str:
    if kind and kind not in CopyKind.values:
        text = gettext("%(kind)s is no kind; there are: %(known)s.")
        raise wrong("kind", text % {"kind": kind, "known": ", ".join(CopyKind.values)})
    return kind


@router.post(
    "/documents/files", response={200: FilesTaken}, auth=Scoped("files:write"), summary="Bring in copies",
    operation_id="add_files",
)  # fmt: skip
def add(
    request: ApiRequest,
    key: Key,
    files: Annotated[list[UploadedFile], File(..., description="PDF, PNG, JPEG, ZIP, .eml; 50 at most")],
    kind: Annotated[str, Form("", max_length=20, description=", ".join(CopyKind.values))],
    customer: Annotated[str, Form("", max_length=60, description="customer number")],
    document: Annotated[str, Form("", max_length=80, description="document number")],
) -> HttpResponse:
    """Bring in copies; each goes to the document that is named, else to the one whose number its name or text holds.

    Recognised as `fairdue files add` does. A file that is in force already changes nothing, whatever its key. What cannot be sorted or
    trusted stands in `refused`; where nothing could be taken, the answer is 422.
    """
    if len(files) > FILES_MAX:
        raise wrong(
            "files", gettext("At most %(limit)s files at once; put more into a ZIP file.") % {"limit": FILES_MAX}
        )
    owner = filtered_customer(request, customer)
    ref = document_by(request, document, owner)
    asked = Asked(_kind(kind), owner, DocumentRef(ref.pk, ref.customer_id, ref.number) if ref else None)
    uploads = work.read_whole(files)
    said = work.fingerprint(request, {"kind": kind, "customer": customer, "document": document}, uploads)

    def bring(claim: work.Claim) -> tuple[int, FilesTaken]:
        report = do_bring_uploads(request.acting, uploads, asked, origin=FileOrigin.API)
        if not report.shas and report.refused:
            raise Problem(
                Kind.CONTENTS, gettext("No file was taken."), errors=[_error(one) for one in _refused(report)]
            )
        return 200, _taken(request, claim, report)

    return work.once(request, key, said, bring, in_one=False)


def _taken(request: ApiRequest, claim: work.Claim, report: Report) -> FilesTaken:
    """Tell what became of the files from what is on record: a second try after a death tells the same as the first."""
    rows = in_force(request.acting.company_id).filter(sha256__in=report.shas).select_related("customer", "document")
    shapes = [
        _shape(row, new=row.recorded_at >= claim.first_at and row.recorded_by == request.acting.name)
        for row in rows.order_by("pk")
    ]
    new = {one.sha256 for one in shapes if one.new}
    return FilesTaken(new=len(new), known=len(report.shas - new), files=shapes, refused=_refused(report))


def _refused(report: Report) -> list[RefusedFile]:
    return [
        RefusedFile(
            path=one.path, code=one.error.code.code, text=words.reason(one.error.reason), remedy=gettext(one.error.remedy)
        )
        for one in report.refused
    ]  # fmt: skip


def _error(one: RefusedFile) -> dict[str, object]:
    return {"line": 0, "field": "files", "value": one.path, "code": one.code, "text": one.text, "remedy": one.remedy}


@router.get(
    "/documents/files",
    response=FilePage,
    auth=Scoped("read", "files:write"),
    summary="List copies",
    operation_id="list_files",
)
def listed(
    request: ApiRequest, limit: Limit, cursor: Cursor, customer: OfCustomer, document: OfDocument, kind: OfKind
) -> HttpResponse:
    """List the copies in force, the oldest first, of a customer, a document, a kind."""
    rows = in_force(request.acting.company_id).filter(pk__gt=after(cursor))
    if (owner := filtered_customer(request, customer)) is not None:
        rows = rows.filter(customer_id=owner)
    if document:
        rows = rows.filter(document__number=clean("document", document))
    if _kind(kind):
        rows = rows.filter(kind=kind)
    found = list(rows.select_related("customer", "document").order_by("pk")[: limit + 1])
    kept, following = cut(found, limit, lambda row: (row.pk,))
    return work.told(FilePage.model_construct(items=[_shape(row) for row in kept], next=following))


@router.get(
    "/documents/files/{int:file_id}", response=FileShape, auth=Scoped("read", "files:write"), summary="One copy",
    operation_id="get_file",
)  # fmt: skip
def one(request: ApiRequest, file_id: int) -> HttpResponse:
    """Tell of one copy in force."""
    return work.told(_shape(_own(request, file_id)))


def _own(request: ApiRequest, file_id: int) -> DocumentFile:
    rows = in_force(request.acting.company_id).select_related("customer", "document")
    found = rows.filter(pk=file_id).first()
    if found is None:
        raise Http404
    return found


MEDIA = (*(media for _, media, _ in MAGIC), XML, OFD, OTHER_MEDIA)
"""Media types of copies: pictures and PDFs, and what e-invoices bring."""


@router.get(
    "/documents/files/{int:file_id}/content", auth=Scoped("read"), summary="The bytes of a copy",
    operation_id="get_file_content", openapi_extra={"responses": {200: {"content": {media: {} for media in MEDIA}}}},
)  # fmt: skip
def content(request: ApiRequest, file_id: int) -> HttpResponse:
    """Give the bytes, verified against their hash, to be saved."""
    found = _own(request, file_id)
    try:
        data = store.get(found.company_id, found.sha256)
    except store.BlobError:
        raise Http404 from None
    assert hashlib.sha256(data).hexdigest() == found.sha256
    response = HttpResponse(data, content_type=found.media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=found.file_name)
    response["Content-Security-Policy"] = SANDBOX
    response["ETag"] = f'"{found.sha256}"'
    return response


@router.get(
    "/documents/missing", response=MissingPage, auth=Scoped("read", "files:write"), summary="Copies that are missing",
    operation_id="list_missing",
)  # fmt: skip
def missing(
    request: ApiRequest, limit: Limit, cursor: Cursor, customer: OfCustomer, kind: OfKind, as_of: AsOf
) -> HttpResponse:
    """List the copies that the policies ask for and that are missing, the largest open amount first."""
    today, owner = day(request, as_of), filtered_customer(request, customer)
    found = missing_now(
        request.acting.company_id,
        today,
        customer_ids=None if owner is None else [owner],
        kinds=(kind,) if _kind(kind) else (),
    )
    keyed = [((-row.open_minor, row.customer_id, row.document_id or 0, row.kind), row) for row in found]
    if (last := read_cursor(cursor, int, int, int, str)) is not None:
        before = (-int(last[0]), int(last[1]), int(last[2]), str(last[3]))
        keyed = [one for one in keyed if one[0] > before]
    kept, following = cut(keyed, limit, lambda one: (-one[0][0], *one[0][1:]))
    items = [
        MissingShape.model_construct(
            customer=row.customer_number, document=row.document_number or None, kind=row.kind, currency=row.currency,
            open_minor=row.open_minor, days_overdue=row.days_overdue,
        )
        for _, row in kept
    ]  # fmt: skip
    return work.told(MissingPage.model_construct(as_of=today, items=items, next=following))
