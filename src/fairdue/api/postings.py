"""Posting batches for the books: list them, fetch one, answer it."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from ninja import Query, Router

from fairdue.api import once as work
from fairdue.api.door import ApiRequest, Scoped
from fairdue.api.fields import Cursor, Key, Limit, clean
from fairdue.api.paging import after, cut
from fairdue.api.problems import Kind, Problem, error_of, of_format, wrong
from fairdue.api.shapes import AnswerGiven, AnswerTaken, BatchPage, BatchShape, ErrorShape, HandedOut
from fairdue.books import files, queries
from fairdue.books.actions import do_acknowledge
from fairdue.books.models import PostingBatch
from fairdue.books.reasons import BooksReason
from fairdue.books.rules import Given
from fairdue.formats.errors import FormatError

MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
ANY_FILE = {"responses": {200: {"content": {"text/csv": {}}}, 304: {"description": "as it was"}}}
router = Router(tags=["Postings"])
READ = Scoped("read", "postings:ack")


@router.get("/postings/batches", response=BatchPage, auth=READ, summary="List batches", operation_id="list_batches")
def batches(
    request: ApiRequest, limit: Limit, cursor: Cursor,
    unacknowledged: Annotated[bool, Query(False, description="only those with lines that the books have not booked")],
) -> HttpResponse:  # fmt: skip
    """List posting batches, the oldest first."""
    rows = queries.batches(request.acting.company_id, unanswered=unacknowledged).filter(number__gt=after(cursor))
    kept, following = cut(list(rows.order_by("number")[: limit + 1]), limit, lambda row: (row.number,))
    return work.told(BatchPage.model_construct(items=[_shape(row) for row in kept], next=following))


def _shape(row: Any) -> BatchShape:
    return BatchShape.model_construct(
        number=row.number, cut_at=row.cut_at, lines=row.lines, needed=row.needed, booked=row.booked_lines,
        refused=row.refused_lines, waiting=row.waiting_lines, merkle_root=row.merkle_root, handed_out_at=row.exported_at,
    )  # fmt: skip


@router.get(
    "/postings/batches/{int:number}", auth=READ, summary="One batch as JSON", operation_id="get_batch",
    openapi_extra={"responses": {200: {"content": {"application/json": {}}}, 304: {"description": "as it was"}}},
)  # fmt: skip
def batch(request: ApiRequest, number: int) -> HttpResponse:
    """Give a batch with its lines; columns as in *postings and answers*. The same bytes for ever: keep the `ETag`.

    Reading it counts for nothing: *Hand out a batch* says that the books have it, and so does their answer.
    """
    return _file(request, number, "json")


@router.get(
    "/postings/batches/{int:number}.csv", auth=READ, summary="One batch as CSV", operation_id="get_batch_csv",
    openapi_extra=ANY_FILE,
)  # fmt: skip
def batch_csv(request: ApiRequest, number: int) -> HttpResponse:
    """Give the same as CSV (UTF-8 with BOM)."""
    return _file(request, number, "csv")


def _file(request: ApiRequest, number: int, kind: str) -> HttpResponse:
    found = PostingBatch.objects.filter(company_id=request.acting.company_id, number=number).first()
    if found is None:
        raise Http404
    tag = f'"{found.merkle_root[:32]}-{kind}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    response = HttpResponse(status=304) if tag in known else _made(request, found, kind)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def _made(request: ApiRequest, found: PostingBatch, kind: str) -> HttpResponse:
    try:
        content = files.as_bytes(request.creditor.code, found, kind)
    except files.BooksError as error:
        raise Problem(Kind.STATE, str(error)) from None
    name = files.file_name(request.creditor.code, found, kind)
    response = HttpResponse(content, content_type=MEDIA[kind])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@router.post(
    "/postings/batches/{int:number}/handout", response=BatchShape, auth=Scoped("postings:ack"),
    summary="Hand out a batch", operation_id="hand_out_batch",
)  # fmt: skip
def hand_out(request: ApiRequest, number: int, key: Key, given: HandedOut) -> HttpResponse:
    """Record that the books took a batch: the same as the button *Hand out* and `fairdue books export`, which leaves it out from then on.

    A batch of the opening is never handed out: 409.
    """
    found = PostingBatch.objects.filter(company_id=request.acting.company_id, number=number).first()
    if found is None:
        raise Http404

    def record(claim: work.Claim) -> tuple[int, BatchShape]:
        try:
            files.hand_out(request.acting, request.creditor.code, found, given.format)
        except files.BooksError as error:
            raise Problem(Kind.STATE, str(error)) from None
        return 200, _shape(queries.batches(request.acting.company_id).get(pk=found.pk))

    return work.once(request, key, work.fingerprint(request, given.model_dump(), ()), record, in_one=True)


@router.post(
    "/postings/batches/{int:number}/acknowledgement", response=AnswerTaken, auth=Scoped("postings:ack"),
    summary="Answer a batch", operation_id="acknowledge_batch",
)  # fmt: skip
def acknowledge(request: ApiRequest, number: int, key: Key, answer: AnswerGiven) -> HttpResponse:
    """Say what the books did with a batch: booked or refused with a reason, as a whole or by line. Good lines count, bad ones come back.

    The same as `fairdue books ack`. A line refused before may be booked later; a line booked stays booked.
    """
    given = [
        Given(one.line, one.outcome == "booked", one.reference, one.reason, place)
        for place, one in enumerate(answer.lines, 1)
    ]
    if answer.outcome is not None:
        given.append(Given(None, answer.outcome == "booked", answer.reference, answer.reason, 0))
    if not given:
        raise wrong("outcome", gettext("The answer says nothing: give an outcome, or lines."))
    for text in (answer.reference, answer.reason, *(one.reference + one.reason for one in answer.lines)):
        clean("reference", text)
    said = work.fingerprint(request, answer.model_dump(), ())

    def take(claim: work.Claim) -> tuple[int, AnswerTaken]:
        own = f"api:{request.token.pk}:{claim.key}"[:100]
        try:
            taken = do_acknowledge(
                request.acting, number, given, key=own, reference=answer.reference, root=answer.merkle_root
            )
        except FormatError as error:
            raise _problem(error) from None
        errors = [ErrorShape(**error_of(fault)) for fault in taken.faults]
        return 200, AnswerTaken(
            batch=number,
            booked=taken.booked,
            refused=taken.refused,
            mended=taken.mended,
            repeated=taken.repeated,
            errors=errors,
        )

    return work.once(request, key, said, take, in_one=True)


def _problem(error: FormatError) -> Exception:
    if error.code is BooksReason.NO_BATCH:
        return Http404()
    told = of_format(error, "merkle_root")
    return Problem(Kind.STATE, told.detail, errors=told.errors) if error.code is BooksReason.OTHER_BATCH else told
