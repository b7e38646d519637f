"""Notices: what was said, with the exact bytes and their hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from django.http import Http404, HttpResponse
from django.shortcuts import render

from fairdue.contact import blobs
from fairdue.contact.models import OutboxMessage
from fairdue.dunning.actions.proving import ProofError, do_make_proof
from fairdue.dunning.models import Notice, NoticeLine
from fairdue.dunning.proof.words import failing
from fairdue.people.actor import Right
from fairdue.web.access import PageRequest, own, page
from fairdue.web.framed import framed

MEDIA = {"pdf": "application/pdf", "html": "text/html", "txt": "text/plain"}


class State(StrEnum):
    """What the stored bytes say about the hash of the record."""

    INTACT = "intact"
    JOINED = "joined"
    """The form left inside a message with another letter of the same customer; it has no bytes of its own."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One form of a notice: the hash of the record, the bytes that still have it, and what that proves."""

    kind: str
    sha256: str
    data: bytes
    proof: State

    @property
    def size_bytes(self) -> int:
        """Give the size of the bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Sums:
    """What stands under the items, so that the column of open amounts comes to the total that the letter names."""

    credit_minor: int
    """Money that is not applied yet, which the letter subtracts; negative, as is what the letter leaves out."""
    left_out_minor: int
    """Held for another reason than a dispute: the letter does not name it."""
    open_minor: int
    held_minor: int


def _sums(found: Notice, lines: list[NoticeLine]) -> Sums:
    """Work the credit out of what was to be paid: that is what is open, less what is held, less the credit, plus charges."""
    opened, held = (sum(getattr(line, name) for line in lines) for name in ("open_minor", "held_minor"))
    credit = found.payable_minor - found.charges_minor - opened + held
    return Sums(credit, found.open_minor - opened - credit, found.open_minor, held)


def _message(found: Notice) -> OutboxMessage | None:
    return OutboxMessage.objects.filter(company_id=found.company_id, step_key=found.message_key).first()


def _drawn(found: Notice, message: OutboxMessage | None) -> list[Drawn]:
    """Give the forms of a notice. The PDF is a stored file; HTML and text are the body of the message that carried it."""
    bodies = {"html": message.body_html, "txt": message.body_text} if message is not None else {}
    hashes = {"pdf": found.pdf_sha256, "html": found.html_sha256, "txt": found.text_sha256}
    joined = message is not None and len(message.attachments) > 1
    return [
        _form(found.company_id, kind, sha, bodies.get(kind, ""), joined=joined) for kind, sha in hashes.items() if sha
    ]


def _form(company_id: int, kind: str, sha256: str, body: str, *, joined: bool) -> Drawn:
    if hashlib.sha256(body.encode()).hexdigest() == sha256:
        return Drawn(kind, sha256, body.encode(), State.INTACT)
    try:
        return Drawn(kind, sha256, blobs.get(company_id, sha256), State.INTACT)
    except blobs.BlobError:
        return Drawn(kind, sha256, b"", State.JOINED if joined and body else State.BROKEN)


@page(Right.VIEW)
def notice(request: PageRequest, notice_id: int) -> HttpResponse:
    """Show a notice: items and amounts as told, the policy version, the hand-over, and its bytes checked now."""
    found = own(request, Notice.objects.select_related("customer", "policy_version__policy"), notice_id)
    message = _message(found)
    lines = list(found.lines.select_related("due_item__document").order_by("id"))
    context = {
        "notice": found,
        "lines": lines,
        "sums": _sums(found, lines) if lines else None,
        "drawn": _drawn(found, message),
        "message": message,
    }
    return render(request, "web/notice.html", context)


@page(Right.VIEW, "POST")
def proof(request: PageRequest, notice_id: int) -> HttpResponse:
    """Make the proof file of a notice, in the language of the page, and give it to be kept."""
    found = own(request, Notice.objects.all(), notice_id)
    try:
        made = do_make_proof(request.actor, found.pk)
    except ProofError as error:
        return render(request, "web/proof_refused.html", {"notice": found, "failed": failing(error.keys)}, status=409)
    return framed(made.data, MEDIA["pdf"], made.file_name, save=True)


@page(Right.VIEW)
def letter(request: PageRequest, notice_id: int, kind: str) -> HttpResponse:
    """Give the exact bytes of a notice as PDF, HTML or text; 404 where none have the hash of the record."""
    found = own(request, Notice.objects.all(), notice_id)
    form = next((form for form in _drawn(found, _message(found)) if form.kind == kind), None)
    if form is None or form.proof is not State.INTACT:
        raise Http404
    return framed(form.data, MEDIA[kind], f"{found.number}.{kind}")
