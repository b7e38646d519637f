"""Read everything that the proof of a notice holds: the core, the entries of the audit log, the files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from fairdue.contact import blobs
from fairdue.contact.models import OutboxMessage
from fairdue.dunning.models import Notice
from fairdue.dunning.proof.verify_proof import TEXTS, message_hash, said_in
from fairdue.kernel import chain
from fairdue.ledger.models import AuditAnchor, AuditEntry, AuditSeal, Charge

NOTICE_FIELDS = (
    "id", "number", "step_key", "message_key", "stage_code", "level", "document", "language", "currency", "open_minor",
    "disputed_minor", "charges_minor", "payable_minor", "released_by", "pdf_sha256", "html_sha256", "text_sha256", "facts",
)  # fmt: skip
MESSAGE_FIELDS = (
    "step_key", "channel", "language", "recipient_name", "recipient_email", "subject", "body_text", "body_html",
    "attachments", "claim_items", "message_id", "content_sha256", "state", "tracking_no",
)  # fmt: skip
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a notice before the proof itself is sealed.

    ``core`` is what the records say; ``sequences`` the seals of the entries about it, in order, with the entries in
    ``entries``; ``anchors`` the heads written down elsewhere since the first of them; ``files`` the bytes by their names.
    """

    notice: Notice
    message: OutboxMessage | None
    core: Json
    entries: dict[int, Json]
    anchors: tuple[tuple[int, str, str], ...]
    files: dict[str, bytes]
    missing: tuple[str, ...] = field(default=())
    """Hashes of files that the store no longer has: erased, or lost."""


def evidence_of(notice: Notice) -> Evidence:
    """Read a notice's evidence; everything about it must be sealed (``audit.seal``) before. Raises nothing for lost files."""
    message = OutboxMessage.objects.filter(company_id=notice.company_id, step_key=notice.message_key).first()
    files, names, missing = _files(notice, message)
    entries = {seal.sequence: entry_of(seal.entry) for seal in _seals(notice, message)}
    core = _core(notice, message, names)
    if erased := _erasures(notice):
        entries |= {seal.sequence: entry_of(seal.entry) for seal in erased}
        _take_out(core, entries, files, missing)
    entries = dict(sorted(entries.items()))
    first = min(entries, default=1)
    anchors = AuditAnchor.objects.filter(company_id=notice.company_id, sequence__gte=first).order_by("sequence", "id")
    return Evidence(
        notice, message, core, entries,
        tuple(anchors.values_list("sequence", "head", "place")), files, missing,
    )  # fmt: skip


def entry_of(entry: AuditEntry) -> Json:
    """Give an audit entry as its content hash covers it, and the texts beside the chain to which it holds commitments.

    An erased text has no salt any more and is left out: its commitment stands alone.
    """
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {
        "company_id": entry.company_id, "at": moment, "actor": entry.actor, "action": entry.action, "subject": entry.subject,
        "detail": entry.detail,
        "texts": {one.name: [one.salt, one.text] for one in entry.texts.all() if one.salt},
    }  # fmt: skip


def chain_since(company_id: int, first: int) -> Json:
    """Give the chain from a sequence to its end: the head before it, and the content hash of every entry."""
    before = AuditSeal.objects.filter(company_id=company_id, sequence=first - 1).values_list("head", flat=True).first()
    seals = AuditSeal.objects.filter(company_id=company_id, sequence__gte=first).order_by("sequence")
    hashes = list(seals.values_list("entry__content_hash", flat=True))
    return {"first": first, "previous": before or chain.GENESIS, "content_hashes": hashes}


def _seals(notice: Notice, message: OutboxMessage | None) -> list[AuditSeal]:
    """Give the seals of the entries about a notice: its run, its proposal, its message. A policy is adopted long before."""
    proposal = notice.proposal
    subjects = [f"proposal:{proposal.pk}", f"outbox:{notice.message_key}", f"run:{proposal.run_key}"]
    if message is not None:
        subjects.append(f"message:{message.pk}")
    about = Q(entry__subject__in=subjects)
    if message is not None and message.run_key:
        about |= Q(entry__subject=f"outbox:{message.run_key}", entry__action="queue")
    found = AuditSeal.objects.filter(about, company_id=notice.company_id).select_related("entry").order_by("sequence")
    return [seal for seal in found if seal.entry.action != "prove"]


def _erasures(notice: Notice) -> list[AuditSeal]:
    """Give the seals of erasures that took letters, of the customer or of its contacts."""
    contacts = notice.customer.contacts.values_list("pk", flat=True)
    subjects = [f"customer:{notice.customer_id}", *(f"contact:{pk}" for pk in contacts)]
    rows = AuditSeal.objects.filter(company_id=notice.company_id, entry__action="erase", entry__subject__in=subjects)
    found = rows.select_related("entry").order_by("sequence")
    return [seal for seal in found if "letter" in seal.entry.detail.get("clocks", ())]


def _take_out(core: Json, entries: Mapping[int, Json], files: dict[str, bytes], missing: tuple[str, ...]) -> None:
    """Name in the core what no longer fits its hash because it was erased, and leave out what is left of it.

    Half a text proves nothing and would pass as the whole: facts and bodies from which only a name was taken go too.
    """
    gone = set(missing)
    said: Json = next((one["detail"] for one in entries.values() if one["action"] == "release"
                 and one["detail"].get("notice") == core["notice"]["id"]), {})  # fmt: skip
    facts = hashlib.sha256(chain.canonical(core["notice"]["facts"])).hexdigest()
    if said.get("facts_sha256", facts) != facts:
        core["notice"]["facts"] = {}
        gone.add("facts")
    message = core["message"]
    if message is not None and message_hash(message) != message["content_sha256"]:
        message.update(dict.fromkeys(TEXTS, ""))
        gone.add("message")
        for name in ("message.txt", "message.html"):
            data = files.pop(name, b"")
            core["files"].pop(hashlib.sha256(data).hexdigest(), None)
    handed = [one for one in entries.values() if one["action"] == "hand_over"]
    if message is not None and any(said_in(one, "evidence") != message["evidence"] for one in handed):
        message["evidence"] = {}
        gone.add("evidence")
    if gone:
        core["erased"] = sorted(gone)


def _core(notice: Notice, message: OutboxMessage | None, names: Mapping[str, str]) -> Json:
    version = notice.policy_version
    said = {name: getattr(notice, name) for name in NOTICE_FIELDS}
    said |= {name: _day(getattr(notice, name)) for name in ("written_on", "deadline_on", "episode_on")}
    said["recorded_at"] = _moment(notice.recorded_at)
    lines = notice.lines.select_related("due_item__document").order_by("id")
    return {
        "company": {"id": notice.company_id, "code": notice.company.code, "name": notice.company.name},
        "customer": {"id": notice.customer_id, "number": notice.customer.number},
        "notice": said,
        "lines": [
            [line.due_item.document.number, line.due_item_id, line.open_minor, line.held_minor, line.days_overdue]
            for line in lines
        ],
        "charges": [
            [row.kind, row.due_item_id, row.amount_minor, row.currency, _day(row.period_from), _day(row.period_to), row.basis]
            for row in Charge.objects.filter(company_id=notice.company_id, notice_key=notice.step_key).order_by("id")
        ],
        "message": None if message is None else _message(message),
        "policy": {"code": version.policy.code, "number": version.number, "sha256": version.sha256},
        "reasons": notice.proposal.reasons,
        "files": dict(sorted(names.items())),
    }  # fmt: skip


def _message(message: OutboxMessage) -> Json:
    said: Json = {name: getattr(message, name) for name in MESSAGE_FIELDS}
    return said | {
        "evidence": message.hand_over_evidence,
        "created_at": _moment(message.created_at),
        "handed_over_at": _moment(message.handed_over_at),
        "posted_on": _day(message.posted_on),
    }


def _files(notice: Notice, message: OutboxMessage | None) -> tuple[dict[str, bytes], dict[str, str], tuple[str, ...]]:
    """Give the bytes by name, the names by hash, and the hashes of which no bytes are left."""
    files: dict[str, bytes] = {"policy.yaml": notice.policy_version.yaml.encode()}
    names = {hashlib.sha256(files["policy.yaml"]).hexdigest(): "policy.yaml"}
    wanted = {notice.pdf_sha256: "letter.pdf"} if notice.pdf_sha256 else {}
    for number, item in enumerate(message.attachments if message else (), start=1):
        ending = str(item["file_name"]).rpartition(".")[2].lower()
        wanted.setdefault(
            item["sha256"], f"attachment-{number}.{ending if ending.isalnum() and ending.isascii() else 'bin'}"
        )
    missing = []
    for sha256, name in wanted.items():
        try:
            files[name], names[sha256] = blobs.get(notice.company_id, sha256), name
        except blobs.BlobError:
            missing.append(sha256)
    if message is not None:
        for name, text in (("message.txt", message.body_text), ("message.html", message.body_html)):
            if text:
                files[name] = text.encode()
                names.setdefault(hashlib.sha256(files[name]).hexdigest(), name)
    return files, names, tuple(missing)


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _moment(value: datetime | None) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if value else ""
