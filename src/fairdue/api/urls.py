"""The interface: its parts, how it says no, and its OpenAPI."""

from __future__ import annotations

import json
import logging
from functools import cache
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from fairdue import __version__
from fairdue.api import customers, documents, imports, inbox, postings
from fairdue.api.door import Scoped, away
from fairdue.api.problems import BY_STATUS, MEDIA_TYPE, Kind, Problem
from fairdue.api.reading import CleanParser
from fairdue.api.shapes import ProblemShape
from fairdue.ledger.store import StoreUnreachable
from fairdue.people.actor import NotAllowed

DESCRIPTION = (
    "Read and write one company's ledger. Show a token (`Authorization: Bearer`), send an `Idempotency-Key` with each POST,"
    " read errors as RFC 9457 problem details."
)
ALWAYS, WITH_BODY, WITH_ID = (400, 401, 403, 429), (409, 413, 422), (404,)
log = logging.getLogger("fairdue.api")

api = NinjaAPI(
    title="Fairdue", version=__version__, description=DESCRIPTION, openapi_url="", docs_url="", urls_namespace="api",
    parser=CleanParser(),
)  # fmt: skip
for part in (customers, documents, postings, imports, inbox):
    api.add_router("", part.router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return error.response()


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return Problem(Kind.NOT_FOUND).response()


@api.exception_handler(NotAllowed)
def _not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    return Problem(Kind.SCOPE, str(error)).response()


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Problem):  # raised while the body was read
        return error.__cause__.response()
    return Problem(BY_STATUS.get(error.status_code, Kind.UNREADABLE)).response()


@api.exception_handler(ValidationError)
def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"line": 0, "field": ".".join(str(part) for part in one["loc"][1:] or one["loc"]), "value": "", "code": one["type"],
         "text": one["msg"], "remedy": ""}
        for one in error.errors[:100]
    ]  # fmt: skip
    return Problem(Kind.CONTENTS, gettext("Fields are missing or wrong; see “errors”."), errors=errors).response()


@api.exception_handler(StoreUnreachable)
def _store(request: HttpRequest, error: StoreUnreachable) -> HttpResponse:
    return Problem(Kind.STORE, headers={"Retry-After": "60"}).response()


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return Problem(Kind.TOO_LARGE).response()
    if isinstance(error, MultiPartParserError | SuspiciousOperation):
        return Problem(Kind.UNREADABLE).response()
    log.exception("a request failed: %s %s", request.method, request.path)
    if isinstance(error, OperationalError | InterfaceError):
        return away().response()
    return Problem(Kind.FAILED).response()


def _rejections(method: str, where: str) -> list[int]:
    codes = {*ALWAYS, 422, *(WITH_BODY if method == "post" else ()), *(WITH_ID if "{" in where else ())}
    return sorted({*codes, 415} if where.endswith("/inbox") else codes)


@cache
def schema() -> dict[str, Any]:
    """Give the OpenAPI description: what ninja derives, with the scopes of each address and its problem details."""
    with translation.override("en"):
        found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    scopes = {
        operation.operation_id: list(callback.scopes)
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
        for callback in operation.auth_callbacks
        if isinstance(callback, Scoped)
    }
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}
    for where, methods in found["paths"].items():
        for method, told in methods.items():
            told["x-scopes"] = scopes[told["operationId"]]
            for status in _rejections(method, where):
                told["responses"][str(status)] = {"description": BY_STATUS[status].title, "content": problem}
    shapes = ProblemShape.model_json_schema(ref_template="#/components/schemas/{model}")
    found["components"]["schemas"] |= {**shapes.pop("$defs", {}), "ProblemShape": shapes}
    return found


def openapi(request: HttpRequest) -> HttpResponse:
    """Give the description of the interface; it tells nothing of any company."""
    return HttpResponse(json.dumps(schema(), ensure_ascii=False), content_type="application/json")


urlpatterns = [path("v1/openapi.json", openapi, name="openapi"), path("v1/", api.urls)]
