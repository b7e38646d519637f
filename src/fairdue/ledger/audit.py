"""The audit log: entries written with the action, sealed into one chain per company afterwards, verified from outside.

1. An action writes one entry inside its own transaction; its ``content_hash`` covers company, moment, actor, action,
   subject and detail. A bulk action stands as one entry that holds the Merkle root of its rows.
2. The sealer takes the committed entries that have no seal, in the order of their ids, and links each to the head before:
   ``head = H(previous head, sequence, content hash)``. Sequences start at 1 and have no gap.
3. Heads are anchored where the ledger's owner cannot quietly change them: run manifests, evidence files.
4. ``verify`` finds an edited entry (its content hash differs), a removed or re-ordered one (a link or sequence does not
   fit), a removed unsealed one within a sealed range (never: those have seals), and a cut tail (an anchor that is beyond
   the chain or differs from it).
5. What may name a person stands beside the chain, with a salted commitment inside (``audit_texts``): it can be erased, and
   cannot be changed unseen. A text that is empty, or an entry that a person was taken out of, is held against the sealed ``erase``
   entries, which count both; ``redactions`` lists them for who reads the verdict. Who acted is told by number: ``user:3``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from fairdue.kernel import chain
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit_texts
from fairdue.ledger.audit_reasons import AuditReason
from fairdue.ledger.models import AuditAnchor, AuditEntry, AuditSeal, AuditText, Erasure
from fairdue.people.actor import Actor
from fairdue.people.models import ApiToken, Company, User


def content_hash(company_id: int, at: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]) -> str:
    """Give the hash over everything an entry says."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return chain.digest("fairdue audit v1", chain.canonical([company_id, moment, actor, action, subject, detail]))


def record(actor: Actor, action: str, subject: str, **detail: Any) -> AuditEntry:
    """Write the entry of one action, inside the caller's transaction. ``detail`` holds integers, text, lists; no floats."""
    return record_many(actor, [(action, subject, detail)])[0]


def record_many(actor: Actor, entries: Iterable[tuple[str, str, dict[str, Any]]]) -> list[AuditEntry]:
    """Write the entries (action, subject, detail) of many actions, each as ``record`` does, in their order and set-based."""
    name = _number(actor)
    made, texts = [], []
    for action, subject, said in entries:
        detail, beside = audit_texts.parted(action, said)
        hashed = content_hash(actor.company_id, actor.at, name, action, subject, detail)
        made.append(
            AuditEntry(
                company_id=actor.company_id, at=actor.at, actor=name, action=action, subject=subject, detail=detail,
                content_hash=hashed,
            )
        )  # fmt: skip
        texts.append(beside)
    AuditEntry.objects.bulk_create(made)
    audit_texts.write_texts(zip(made, texts, strict=True))
    return made


def _number(actor: Actor) -> str:
    """Give who acts by number: a user, a program's token; the system by its name."""
    if actor.user_id is not None:
        return f"user:{actor.user_id}"
    return actor.name if actor.token_id is None else f"token:{actor.token_id}"


def record_bulk(actor: Actor, action: str, subject: str, leaves: Iterable[bytes], **detail: Any) -> AuditEntry:
    """Write one entry for many rows: the rows stand in it by the Merkle root of ``leaves``, in their order."""
    return record(actor, action, subject, merkle_root=chain.merkle_root(leaves), **detail)


ERASE = "erase"
REDACT = "redact"
"""The action whose entry names entries that a person was taken out of, with the hash of what each says now."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a company's chain; sequence 0 is the empty chain."""

    sequence: int
    head: str


def head_of(company_id: int) -> Head:
    """Give the present head of a company's chain."""
    last = AuditSeal.objects.filter(company_id=company_id).order_by("-sequence").values_list("sequence", "head").first()
    return Head(*last) if last else Head(0, chain.GENESIS)


def seal(company_id: int) -> Head:
    """Chain all committed entries of a company that have no seal yet, and give the new head.

    The company's row is locked, so that two sealers never build two tails.
    """
    with transaction.atomic():
        Company.objects.select_for_update().get(pk=company_id)
        at = head_of(company_id)
        entries = AuditEntry.objects.filter(company_id=company_id, seal__isnull=True).order_by("id")
        sequence, head, made = at.sequence, at.head, []
        for entry_id, hashed in entries.values_list("id", "content_hash").iterator(chunk_size=5000):
            sequence += 1
            head = chain.link(head, sequence, hashed)
            made.append(AuditSeal(company_id=company_id, sequence=sequence, entry_id=entry_id, head=head))
        AuditSeal.objects.bulk_create(made, batch_size=2000)
        return Head(sequence, head)


def anchor(actor: Actor, place: str) -> Head:
    """Seal, and note that the head was also written to ``place`` (such as a run's manifest)."""
    head = seal(actor.company_id)
    AuditAnchor.objects.create(
        company_id=actor.company_id, sequence=head.sequence, head=head.head, place=place, at=actor.at
    )
    return head


class Fault(StrEnum):
    """What ``verify`` can find."""

    EDITED = "edited"
    EMPTIED = "emptied"
    BROKEN_LINK = "broken_link"
    GAP = "gap"
    REMOVED = "removed"
    CUT_TAIL = "cut_tail"
    ANCHOR_DIFFERS = "anchor_differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a chain, with the sequence where it shows, and the reason that tells it."""

    fault: Fault
    sequence: int
    reason: Reason


def verify(company_id: int, anchors: Iterable[tuple[int, str, str]] = ()) -> list[Finding]:
    """Check the whole chain of a company against itself, the ledger's anchors and ``anchors`` from outside.

    ``anchors`` are (sequence, head, place). An empty list means: nothing was edited, removed, re-ordered or cut off.
    """
    findings: list[Finding] = []
    heads = {0: chain.GENESIS}
    expected, head = 0, chain.GENESIS
    taken = _taken(company_id)
    redacted: dict[int, set[str]] = {}
    for redaction in taken.redactions:
        for entry_id, now in redaction.entries:
            redacted.setdefault(entry_id, set()).add(now)
    emptied = 0
    for sequence, sealed, entry in _chain(company_id):
        expected += 1
        if sequence != expected:
            findings.append(Finding(Fault.GAP, expected, because(AuditReason.GAP, first=expected, last=sequence - 1)))
            expected = sequence
        if entry is None:
            findings.append(Finding(Fault.REMOVED, sequence, because(AuditReason.REMOVED)))
        else:
            findings += _edited(sequence, entry, redacted)
            emptied += sum(1 for text in entry.texts.all() if not text.text and not text.salt)
            linked = chain.link(head, sequence, entry.content_hash)
            if linked != sealed:
                findings.append(Finding(Fault.BROKEN_LINK, sequence, because(AuditReason.BROKEN_LINK)))
        head = heads[sequence] = sealed
    if emptied > taken.texts:
        reason = because(AuditReason.EMPTIED, count=emptied - taken.texts)
        findings.append(Finding(Fault.EMPTIED, expected, reason))
    stored = AuditAnchor.objects.filter(company_id=company_id).values_list("sequence", "head", "place")
    findings += [found for known in [*stored, *anchors] if (found := _against(heads, *known)) is not None]
    return findings


def _chain(company_id: int) -> Iterator[tuple[int, str, AuditEntry | None]]:
    columns = ("company_id", "at", "actor", "action", "subject", "detail", "content_hash")
    seals = (
        AuditSeal.objects.filter(company_id=company_id).order_by("sequence").values_list("sequence", "head", "entry_id")
    )
    batch: list[tuple[int, str, int]] = []
    for row in seals.iterator(chunk_size=2000):
        batch.append(row)
        if len(batch) == 500:
            yield from _with_entries(batch, columns)
            batch = []
    yield from _with_entries(batch, columns)


def _with_entries(
    batch: list[tuple[int, str, int]], columns: tuple[str, ...]
) -> Iterator[tuple[int, str, AuditEntry | None]]:
    rows = AuditEntry.objects.only(*columns).prefetch_related("texts")
    entries = rows.in_bulk([row[2] for row in batch])
    for sequence, head, entry_id in batch:
        yield sequence, head, entries.get(entry_id)


@dataclass(frozen=True, slots=True)
class Redaction:
    """One sealed ``redact`` of an erasure: whose, when, and which entries with the hash of what each says now."""

    subject: str
    at: datetime
    entries: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    """What erasures took out of a chain, as its sealed ``erase`` entries count it."""

    redactions: tuple[Redaction, ...]
    texts: int


def redactions(company_id: int) -> tuple[Redaction, ...]:
    """Give the redactions that count: sealed, unchanged, of an erasure that stands, and no more than its ``erase`` entry counts."""
    return _taken(company_id).redactions


def _taken(company_id: int) -> _Taken:
    known = set(Erasure.objects.filter(company_id=company_id).values_list("subject", flat=True))
    rows = AuditEntry.objects.filter(
        company_id=company_id, action__in=(REDACT, ERASE), subject__in=known, seal__isnull=False
    )
    texts: dict[str, int] = {}
    room: dict[str, int] = {}
    asked: list[Redaction] = []
    for one in rows.order_by("id"):
        if _hash_now(one) != one.content_hash:
            continue
        if one.action == REDACT:
            asked.append(
                Redaction(
                    one.subject, one.at, tuple((int(pk), str(now)) for pk, now in one.detail.get("entries") or ())
                )
            )
        else:
            counts = one.detail.get("counts") or {}
            texts[one.subject] = max(texts.get(one.subject, 0), int(counts.get("ledger_audit_text", 0)))
            room[one.subject] = max(room.get(one.subject, 0), int(counts.get("ledger_audit_entry", 0)))
    counted = []
    for redaction in asked:
        room[redaction.subject] = room.get(redaction.subject, 0) - len(redaction.entries)
        if room[redaction.subject] >= 0:
            counted.append(redaction)
    return _Taken(tuple(counted), sum(texts.values()))


def _hash_now(entry: AuditEntry) -> str:
    return content_hash(entry.company_id, entry.at, entry.actor, entry.action, entry.subject, entry.detail)


def _edited(sequence: int, entry: AuditEntry, redacted: dict[int, set[str]]) -> list[Finding]:
    edited = [Finding(Fault.EDITED, sequence, because(AuditReason.EDITED, entry=entry.pk))]
    now = _hash_now(entry)
    if now != entry.content_hash and (now not in redacted.get(entry.pk, ()) or not _says_erased(entry)):
        return edited
    texts = list(entry.texts.all())
    if {name for name, value in entry.detail.items() if _is_commitment(value)} - {text.name for text in texts}:
        return edited
    return [] if all(_agrees(entry, text) for text in texts) else edited


def _is_commitment(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {audit_texts.COMMITMENT}


def _says_erased(entry: AuditEntry) -> bool:
    """Tell whether a person was taken out of an entry: a redaction leaves the word, or a number in place of who acted."""
    return audit_texts.ERASED_TEXT in json.dumps([entry.actor, entry.detail]) or entry.actor.startswith("user:")


def _agrees(entry: AuditEntry, text: AuditText) -> bool:
    """Tell whether a text is the one that its entry holds the commitment to, or was emptied with its salt (``verify`` counts these)."""
    if not text.text and not text.salt:
        return True
    inside = entry.detail.get(text.name)
    return bool(inside == {audit_texts.COMMITMENT: audit_texts.commitment(text.salt, text.text)})


def _against(heads: dict[int, str], sequence: int, head: str, place: str) -> Finding | None:
    if sequence not in heads:
        return Finding(Fault.CUT_TAIL, sequence, because(AuditReason.CUT_TAIL, place=place, sequence=sequence))
    if heads[sequence] != head:
        return Finding(
            Fault.ANCHOR_DIFFERS, sequence, because(AuditReason.ANCHOR_DIFFERS, place=place, sequence=sequence)
        )
    return None


def names(actors: Iterable[str]) -> dict[str, str]:
    """Give the names of users and tokens that entries call by number, such as ``user:3`` and ``token:7``; a query each."""
    listed = set(actors)
    users = {int(one.removeprefix("user:")) for one in listed if one.startswith("user:")}
    tokens = {int(one.removeprefix("token:")) for one in listed if one.startswith("token:")}
    found = User.objects.in_bulk(users) if users else {}
    named = {f"user:{pk}": user.get_full_name() or user.username for pk, user in found.items()}
    programs = ApiToken.objects.in_bulk(tokens) if tokens else {}
    return named | {f"token:{pk}": f"{token.name} (token {pk})" for pk, token in programs.items()}


def unsealed(company_id: int) -> int:
    """Count the entries that wait for the sealer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM ledger_audit_entry e WHERE e.company_id = %s"
            " AND NOT EXISTS (SELECT 1 FROM ledger_audit_seal s WHERE s.entry_id = e.id)",
            [company_id],
        )
        return int(cursor.fetchone()[0])
