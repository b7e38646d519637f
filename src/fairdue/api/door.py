"""The door: who shows a valid token comes in, and works inside its company's scope. Nothing here reads a session."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from fairdue.api.problems import BY_STATUS, MEDIA_TYPE, Kind, Problem
from fairdue.conf.clock import now
from fairdue.ledger.behind import unanswered
from fairdue.people.actor import OF_SCOPE, Actor
from fairdue.people.models import ApiToken, Company
from fairdue.people.scope import company_scope
from fairdue.people.tokens import actor_of, find_token, note_use

PREFIX = "/api/"
OPEN = frozenset({"/api/v1/openapi.json"})
"""Addresses that tell nothing of any company."""
BEARER = "bearer "
MINUTE_S = 60
AWAY_S, LATER = 10, {"Retry-After": "600"}
"""Seconds until it is worth asking again: a database that is locked or away, and one that waits for a person."""
FORM_BYTES = 1024 * 1024
"""What a request may hold beside the largest file."""


log = logging.getLogger("fairdue.api")


def away() -> Problem:
    """Give the problem of a database that is locked or away; what it was asked for is not known to be done."""
    return Problem(Kind.DATABASE, headers={"Retry-After": str(AWAY_S)})


class ApiRequest(HttpRequest):
    """A request that came through the door. Other names than on a page: no template takes a program for a person."""

    acting: Actor
    creditor: Company
    token: ApiToken


class Door:
    """Checks the token, counts the call, opens the company's scope; turns every bare refusal into problem details."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        try:
            response = self._inside(request)
        except Problem as problem:
            response = problem.response()
        except (OperationalError, InterfaceError):
            log.exception("the database did not answer: %s %s", request.method, request.path)
            response = away().response()
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            response = _as_problem(response)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _inside(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in OPEN:
            return self.get_response(request)
        given = request.headers.get("Authorization", "")
        at = now()
        token = find_token(given[len(BEARER) :].strip(), at) if given.lower().startswith(BEARER) else None
        if token is None:
            raise Problem(
                Kind.TOKEN, gettext("Send Authorization: Bearer and a token that is in force."),
                headers={"WWW-Authenticate": 'Bearer realm="fairdue"'},
            )  # fmt: skip
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.FAIRDUE_UPLOAD_MAX_BYTES + FORM_BYTES:
            raise Problem(Kind.TOO_LARGE)
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise Problem(Kind.UNREADABLE, gettext("A NUL character stands in the address."))
        _count(token, at.second, int(at.timestamp()) // MINUTE_S)
        note_use(token, at)
        request.acting, request.creditor, request.token = actor_of(token, at), token.company, token  # type: ignore[attr-defined]
        with company_scope(token.company_id):
            if unanswered(token.company_id):
                raise Problem(Kind.RESTORED, gettext("Ask the operator for: fairdue personal reapply"), headers=LATER)
            return self.get_response(request)


def _count(token: ApiToken, second: int, minute: int) -> None:
    """Count a call of this process in the minute of the clock; refuse it beyond the limit."""
    limit = settings.FAIRDUE_API_CALLS_A_MINUTE
    key = f"api-calls:{token.pk}:{minute}"
    cache.add(key, 0, timeout=2 * MINUTE_S)
    try:
        count = cache.incr(key)
    except ValueError:  # the cache has let the count go meanwhile
        return
    if limit and count > limit:
        detail = gettext("At most %(limit)s calls a minute.") % {"limit": limit}
        raise Problem(Kind.RATE, detail, headers={"Retry-After": str(MINUTE_S - second)})


def _as_problem(response: HttpResponse) -> HttpResponse:
    kind = BY_STATUS.get(response.status_code, Kind.UNREADABLE if response.status_code < 500 else Kind.FAILED)
    made = Problem(kind).response()
    made.status_code = response.status_code
    if "Allow" in response.headers:
        made["Allow"] = response.headers["Allow"]
    return made


class Scoped:
    """What an address asks of a token: one of these scopes. Called by the interface before the address is."""

    openapi_security_schema = {"type": "http", "scheme": "bearer"}

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes

    def __call__(self, request: ApiRequest) -> Actor:
        """Give the actor; raises Problem (403) where none of the scopes is the token's."""
        if not any(f"{OF_SCOPE}{scope}" in request.acting.roles for scope in self.scopes):
            detail = gettext("This address needs the scope %(scope)s.") % {"scope": " / ".join(self.scopes)}
            raise Problem(Kind.SCOPE, detail)
        return request.acting
