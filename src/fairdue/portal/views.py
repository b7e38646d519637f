"""The debtor's page: what is open, where to pay, and a way to answer.

1. Opening a link (GET, HEAD) changes nothing: mail scanners open links.
2. The link is the only authority. No session is read, no cookie is set, so a foreign page has nothing to borrow; the form
   carries a signed mark of this link all the same, and an old or foreign mark is refused.
3. A link that is forged, unknown, expired or revoked gets the same friendly page with status 410.
4. No answer is kept by a third party's log: nothing about the customer stands in an address, and no referrer is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt

from fairdue.conf.clock import now
from fairdue.contact import links
from fairdue.contact.actions import Answer, ContactError, UploadRefused, do_record_answer
from fairdue.contact.models import AnswerKind, PortalLink
from fairdue.dunning.actions.balance import BalanceError
from fairdue.dunning.actions.balance_answers import do_answer_by_link
from fairdue.ledger import store
from fairdue.letters.catalogue import choose
from fairdue.people.days import company_day
from fairdue.people.scope import close_scope
from fairdue.portal.balance import Balance, Unreadable, read_form, refilled
from fairdue.portal.page import Page, offered, read_page
from fairdue.portal.words import THANKS, Words

MARK_SALT = "fairdue.portal.answer"
MARK_AGE_S = 24 * 3600
TEXT_CHARS_MAX = 5_000
View = Callable[..., HttpResponse]
SANDBOX = "sandbox; default-src 'none'"


def _private(view: View) -> View:
    """Add the headers of a page that nobody else should see, and close the database scope that the link opened."""

    @wraps(view)
    def wrapped(request: HttpRequest, token: str, **more: int) -> HttpResponse:
        try:
            response = view(request, token, **more)
        finally:
            close_scope()
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Cache-Control"] = "no-store"
        return response

    return wrapped


@csrf_exempt
@_private
def statement(request: HttpRequest, token: str) -> HttpResponse:
    """Show a customer's statement behind a link (GET, HEAD), or take its answer (POST)."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    link = links.resolve(token, now())
    if link is None:
        return _gone(request)
    page = read_page(link, now())
    if request.method == "POST":
        return _answer(request, token, link, page)
    return _shown(page, link, token, done=request.GET.get("done", ""))


@_private
def file(request: HttpRequest, token: str, file_id: int) -> HttpResponse:
    """Give a copy that the page behind a link offers, to be saved; a file of anybody else is not there."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    link = links.resolve(token, now())
    if link is None:
        return _gone(request)
    copy = offered(link, file_id, now())
    if copy is None:
        return _gone(request, 404)
    try:
        data = store.get(link.company_id, copy.sha256)
    except (store.BlobError, store.StoreUnreachable):
        return _gone(request, 404)
    response = HttpResponse(data, content_type=copy.media_type)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=copy.file_name) or "attachment"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response


@csrf_exempt
@_private
def balance(request: HttpRequest, token: str, confirmation_id: int) -> HttpResponse:
    """Take the answer to a balance confirmation (POST only): confirmed, or what differs, with who signs."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    link = links.resolve(token, now())
    if link is None:
        return _gone(request)
    page = read_page(link, now())
    w = page.words
    asked = next((one for one in page.balances if one.pk == confirmation_id), None)
    if asked is None:
        return _gone(request, 404)
    if not _marked(request.POST.get("mark", ""), link):
        return _shown(_typed(page, asked, request), link, token, problem=w.form_too_old, status=403)
    try:
        signed = read_form(request.POST, asked, page.choice.locale, company_day(link.company, now()))
        done = do_answer_by_link(link.pk, link.company_id, asked.pk, signed, now())
    except Unreadable as error:
        return _shown(_typed(page, asked, request), link, token, problem=getattr(w, error.word), status=400)
    except BalanceError:
        return _shown(_typed(page, asked, request), link, token, problem=w.not_taken, status=409)
    return HttpResponseRedirect(f"{reverse('portal:statement', args=[token])}?done=balance_{done.kind}", status=303)


def _typed(page: Page, asked: Balance, request: HttpRequest) -> Page:
    """Give the page with the form as it was sent: nobody types a list of differences twice."""
    form = refilled(asked, request.POST)
    return replace(page, balances=tuple(form if one.pk == asked.pk else one for one in page.balances))


def _shown(
    page: Page, link: PortalLink, token: str, *, done: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "page": page,
        "token": token,
        "w": page.words,
        "choice": page.choice,
        "done": page.words.thanks(done) if done in THANKS else "",
        "problem": problem,
        "mark": signing.dumps(link.pk, salt=MARK_SALT),
        "kinds": [(kind, page.words.answer(kind)) for kind in AnswerKind.values],
        "file_help": page.words.file_help % {"mb": settings.FAIRDUE_UPLOAD_MAX_BYTES // (1024 * 1024)},
    }
    return HttpResponse(render_to_string("portal/statement.html", context), status=status)


def _gone(request: HttpRequest, status: int = 410) -> HttpResponse:
    wanted = request.headers.get("Accept-Language", "en").split(",")[0].split(";")[0].strip()
    choice = choose(wanted or "en")
    return HttpResponse(render_to_string("portal/gone.html", {"w": Words(choice), "choice": choice}), status=status)


def _answer(request: HttpRequest, token: str, link: PortalLink, page: Page) -> HttpResponse:
    w = page.words
    if not _marked(request.POST.get("mark", ""), link):
        return _shown(page, link, token, problem=w.form_too_old, status=403)
    kind, text = request.POST.get("kind", ""), request.POST.get("text", "")
    items = [value for value in request.POST.getlist("item") if value.isdecimal() and len(value) < 19]
    upload = request.FILES.get("upload")
    if kind not in AnswerKind.values:
        return _shown(page, link, token, problem=w.choose_answer, status=400)
    if kind == AnswerKind.MESSAGE and not text.strip():
        return _shown(page, link, token, problem=w.write_message, status=400)
    if upload is not None and (upload.size or 0) > settings.FAIRDUE_UPLOAD_MAX_BYTES:
        return _shown(page, link, token, problem=w.file_refused, status=413)
    answer = _read(kind, items, text, upload)
    try:
        do_record_answer(link.pk, link.company_id, answer, now())
    except UploadRefused:
        return _shown(page, link, token, problem=w.file_refused, status=415)
    except ContactError:
        return _shown(page, link, token, problem=w.not_taken, status=409)
    return HttpResponseRedirect(f"{reverse('portal:statement', args=[token])}?done={kind}", status=303)


def _read(kind: str, items: list[str], text: str, upload: UploadedFile[bytes] | None) -> Answer:
    data = upload.read() if upload is not None else None
    name = (upload.name or "") if upload is not None else ""
    return Answer(kind, tuple(int(value) for value in items), text[:TEXT_CHARS_MAX], data or None, name)


def _marked(mark: str, link: PortalLink) -> bool:
    try:
        return bool(signing.loads(mark, salt=MARK_SALT, max_age=MARK_AGE_S) == link.pk)
    except signing.BadSignature:
        return False
