"""Security headers, and the company that a request works for."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import translation

from fairdue.conf.clock import now
from fairdue.ledger.store import StoreUnreachable
from fairdue.people.actor import NotAllowed
from fairdue.people.queries import actors_of
from fairdue.people.scope import company_scope

RETRY_AFTER_S = 60
OWN_PROOF = ("/p/", "/api/")
GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Everything comes from this server; nothing is inline, neither script nor style."""


FORM_BYTES_MAX = 1024 * 1024
"""What a form may hold beside a file: texts, marks, the borders between its parts."""


def _too_large(request: HttpRequest) -> HttpResponse | None:
    """Refuse a body before anything reads it; an unreadable length counts as none (the server then reads no body)."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > settings.FAIRDUE_UPLOAD_MAX_BYTES + FORM_BYTES_MAX:
        with translation.override(translation.get_language_from_request(request)):
            return render(request, "web/too_large.html", status=413)
    return None


class SecurityHeaders:
    """Adds the Content-Security-Policy, unless the view set a stricter one of its own (the letter preview does).

    A request whose body is larger than the largest upload is refused here, before its form is parsed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = _too_large(request) or self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class PlainTexts:
    """Takes NUL out of what addresses and forms carry: no database column holds it, and PostgreSQL refuses the whole row."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = _plain(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = _plain(request.POST)  # type: ignore[assignment]
        return self.get_response(request)


def _plain(given: QueryDict) -> QueryDict:
    if not any("\x00" in value for _, values in given.lists() for value in values):
        return given
    made = given.copy()
    for name, values in given.lists():
        made.setlist(name, [value.replace("\x00", "") for value in values])
    made._mutable = False
    return made


class CompanyScope:
    """Puts ``companies``, ``company`` and ``actor`` of the signed-in user on the request and scopes the database to them.

    1. An address of the portal or of the HTTP interface carries its own proof and never reads the session.
    2. The company is the one chosen in the session, as long as the user is still a member; else the first by name.
    3. The whole request runs inside that company's scope; rows of another company do not exist for it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.companies, request.company, request.actor = [], None, None  # type: ignore[attr-defined]
        if request.path_info.startswith(OWN_PROOF) or not request.user.is_authenticated:
            return self.get_response(request)
        known = actors_of(request.user, now())
        if not known:
            return self.get_response(request)
        chosen = request.session.get("company_id")
        company, actor = next((pair for pair in known if pair[0].pk == chosen), known[0])
        request.companies = [pair[0] for pair in known]  # type: ignore[attr-defined]
        request.company, request.actor = company, actor  # type: ignore[attr-defined]
        with company_scope(company.pk):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a missing right with a page that says so, status 403, and a store that cannot be reached with one of 503."""
        if isinstance(exception, NotAllowed):
            return render(request, "web/not_allowed.html", status=403)
        if isinstance(exception, StoreUnreachable):
            response = render(request, "web/store_unreachable.html", status=503)
            response["Retry-After"] = str(RETRY_AFTER_S)
            return response
        return None
