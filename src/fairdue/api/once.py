"""Doing a piece of work once, however often it is asked for. The rules stand in ``docs/algorithms/programs.md``, "Sending twice"."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from ninja import Schema

from fairdue.api.door import ApiRequest
from fairdue.api.models import KeptAnswer
from fairdue.api.problems import Kind, Problem
from fairdue.conf.clock import now
from fairdue.people.scope import company_scope

KEPT = timedelta(days=7)
LEASE = timedelta(seconds=60)
"""How long a claim that nobody renews keeps others out; after it, whoever claimed is taken for dead."""
RENEW_S = 15.0
"""How often the claim of a request that is at work is renewed: three may be missed before it lapses."""
KEY_CHARS_MAX = 80


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the work. ``again``: somebody began it at ``first_at`` and left no answer; what they wrote may be there."""

    pk: int
    key: str
    first_at: datetime
    again: bool


def told(shape: Schema, status: int = 200) -> HttpResponse:
    """Give an answer as JSON."""
    return HttpResponse(shape.model_dump_json(), content_type="application/json", status=status)


def fingerprint(request: ApiRequest, fields: dict[str, Any], contents: Iterable[tuple[str, bytes]]) -> str:
    """Give the hash that tells a request from another: address, fields, names and bytes of files; not how they were wrapped."""
    files = [[name, hashlib.sha256(data).hexdigest()] for name, data in contents]
    said = [request.method, request.get_full_path(), fields, files]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def once(
    request: ApiRequest, key: str, request_sha256: str, work: Callable[[Claim], tuple[int, Schema]], *, in_one: bool
) -> HttpResponse:
    """Do the work under the key, or give the answer that is kept of it. Only answers of success are kept.

    ``in_one``: work and answer are written in one transaction; else the work must know what it wrote before (``Claim.again``).
    """
    found = _claim(request, key, request_sha256)
    if isinstance(found, HttpResponse):
        return found
    held = _Held(found.pk, request.token.company_id, request.acting.at)
    try:
        with held, transaction.atomic() if in_one else nullcontext():
            status, shape = work(found)
            body = shape.model_dump_json()
            KeptAnswer.objects.filter(pk=found.pk).update(answered_at=request.acting.at, status=status, body=body)
    except BaseException:
        held.rows().delete()
        raise
    return _answer(status, body)


class _Held:
    """Renews a claim while its work lasts, from a thread with a connection of its own.

    SQLite has one writer: while the work itself is writing a renewal waits or is missed, but nobody else can claim meanwhile either;
    who claims right after finds what was written (``Claim.again``). A claim that another has taken over is left alone.
    """

    def __init__(self, pk: int, company_id: int, claimed_at: datetime) -> None:
        self.pk, self.company_id, self.claimed_at = pk, company_id, claimed_at
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"claim-{pk}", daemon=True)

    def rows(self) -> QuerySet[KeptAnswer]:
        """Give the claim, unless it is answered or another's by now."""
        return KeptAnswer.objects.filter(pk=self.pk, answered_at__isnull=True, claimed_at=self.claimed_at)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_raised: object) -> None:
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        try:
            while not self._done.wait(RENEW_S):
                try:
                    with company_scope(self.company_id):
                        at = now()
                        if not self.rows().update(claimed_at=at):
                            return
                        self.claimed_at = at
                except DatabaseError:
                    connection.close()
        finally:
            connection.close()


def _answer(status: int, body: str, *, replayed: bool = False) -> HttpResponse:
    made = HttpResponse(body, content_type="application/json", status=status)
    if replayed:
        made["Idempotent-Replayed"] = "true"
    return made


def _claim(request: ApiRequest, key: str, request_sha256: str) -> Claim | HttpResponse:
    """Take the key, in a transaction of its own, and forget what is too old; raises Problem where it is another's."""
    at, token = request.acting.at, request.token
    busy = Problem(Kind.BUSY, headers={"Retry-After": "5"})
    with transaction.atomic():
        KeptAnswer.objects.filter(company_id=token.company_id, claimed_at__lt=at - KEPT).delete()
        row = KeptAnswer.objects.select_for_update().filter(token=token, key=key).first()
        if row is None:
            try:
                with transaction.atomic():
                    row = KeptAnswer.objects.create(
                        company_id=token.company_id, token=token, key=key, request_sha256=request_sha256, first_at=at, claimed_at=at
                    )  # fmt: skip
            except IntegrityError:
                raise busy from None
            return Claim(row.pk, key, at, again=False)
        if row.request_sha256 != request_sha256:
            raise Problem(Kind.KEY_USED, gettext("Take a new key for a new request."))
        if row.answered_at is not None:
            return _answer(row.status, row.body, replayed=True)
        if at - row.claimed_at < LEASE:
            raise busy
        row.claimed_at = at
        row.save(update_fields=["claimed_at"])
        return Claim(row.pk, key, row.first_at, again=True)


def read_whole(files: Iterable[UploadedFile[bytes]]) -> list[tuple[str, bytes]]:
    """Read uploaded files; the server has bounded their size."""
    return [(file.name or "file", file.read()) for file in files]
