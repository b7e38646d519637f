"""How the interface says no: RFC 9457 problem details, in the reader's language, with a code for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language, gettext, gettext_noop

from fairdue.formats.errors import FormatError, Refusal
from fairdue.wording import words

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:fairdue:problem:"


class Kind(Enum):
    """The problems there are: code, status, title."""

    UNREADABLE = ("unreadable", 400, gettext_noop("The request cannot be read."))
    TOKEN = ("token", 401, gettext_noop("A valid token is needed."))
    SCOPE = ("scope", 403, gettext_noop("The token does not have the scope."))
    NOT_FOUND = ("not_found", 404, gettext_noop("There is no such thing."))
    METHOD = ("method", 405, gettext_noop("This address does not know the method."))
    BUSY = ("busy", 409, gettext_noop("The same request is being worked on."))
    STATE = ("state", 409, gettext_noop("The state of the records does not allow it."))
    TOO_LARGE = ("too_large", 413, gettext_noop("The body is too large."))
    MEDIA_TYPE = ("media_type", 415, gettext_noop("This kind of content is not taken here."))
    CONTENTS = ("contents", 422, gettext_noop("The contents are wrong."))
    QUESTIONS = ("questions", 422, gettext_noop("The table leaves questions open."))
    KEY_USED = ("key_used", 422, gettext_noop("The Idempotency-Key was used for another request."))
    RATE = ("rate", 429, gettext_noop("Too many calls in this minute."))
    FAILED = (
        "failed",
        500,
        gettext_noop("The server failed; nothing is known to be done. Send the same request again."),
    )
    STORE = ("store", 503, gettext_noop("The file store cannot be reached."))
    DATABASE = (
        "database",
        503,
        gettext_noop("The database is busy or cannot be reached. Send the same request again."),
    )
    RESTORED = ("restored", 503, gettext_noop("Restored from a backup: persons who were erased since are here again."))

    def __init__(self, code: str, status: int, title: str) -> None:
        self.code, self.status, self.title = code, status, title


BY_STATUS = {kind.status: kind for kind in reversed(Kind)}
"""The problem that a bare status stands for: the first one declared with it."""


class Problem(Exception):
    """A request that is refused. ``errors`` name fields or lines; ``headers`` go with the answer."""

    def __init__(
        self, kind: Kind, detail: str = "", *, errors: Sequence[Mapping[str, Any]] = (), headers: Mapping[str, str] | None = None
    ) -> None:  # fmt: skip
        super().__init__(detail or kind.code)
        self.kind, self.detail, self.errors, self.headers = kind, detail, list(errors), dict(headers or {})

    def response(self) -> HttpResponse:
        """Give the answer, in the active language."""
        body: dict[str, Any] = {
            "type": TYPE + self.kind.code, "title": gettext(self.kind.title), "status": self.kind.status,
            "detail": self.detail or gettext(self.kind.title), "code": self.kind.code,
        }  # fmt: skip
        if self.errors:
            body["errors"] = self.errors
        made = HttpResponse(json.dumps(body, ensure_ascii=False), content_type=MEDIA_TYPE, status=self.kind.status)
        made["Content-Language"] = get_language() or "en"
        for name, value in self.headers.items():
            made[name] = value
        return made


def error_of(refusal: Refusal) -> dict[str, Any]:
    """Give a refused line as ``errors`` tell it."""
    return {
        "line": refusal.line, "field": refusal.field, "value": refusal.value, "code": refusal.code,
        "text": words.reason(refusal.reason), "remedy": gettext(refusal.remedy) if refusal.remedy else "",
    }  # fmt: skip


def of_format(error: FormatError, field: str = "") -> Problem:
    """Give the problem of a file, or of what stands in its place, that is refused as a whole."""
    text, remedy = words.reason(error.reason), gettext(error.remedy) if error.remedy else ""
    told = {"line": error.line, "field": field, "value": "", "code": error.code.code, "text": text, "remedy": remedy}
    return Problem(Kind.CONTENTS, " ".join(part for part in (text, remedy) if part), errors=[told])


def wrong(field: str, text: str, code: str = "value") -> Problem:
    """Give the problem of one field."""
    told = {"line": 0, "field": field, "value": "", "code": code, "text": text, "remedy": ""}
    return Problem(Kind.CONTENTS, text, errors=[told])
