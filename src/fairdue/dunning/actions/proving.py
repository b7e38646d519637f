"""Make the proof of a notice: read, draw, seal, draw again with the seal inside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction

from fairdue.dunning.models import Notice
from fairdue.dunning.proof.collect import Evidence, chain_since, entry_of, evidence_of
from fairdue.dunning.proof.draw import draw_proof
from fairdue.dunning.proof.verify_proof import FORMAT, FORMAT_ERASED, INTACT, MANIFEST, frame_of, verify
from fairdue.dunning.proof.words import pages_of
from fairdue.kernel import chain
from fairdue.ledger import audit
from fairdue.ledger.audit import Head
from fairdue.ledger.models import AuditSeal
from fairdue.people.actor import Actor, Right


class ProofError(RuntimeError):
    """The records of a notice contradict each other, so that its proof would be refuted. ``keys`` names what fails."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__(", ".join(keys))
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof file, and the head of the chain that is in it: keep the head elsewhere."""

    file_name: str
    data: bytes
    head: Head


def do_make_proof(actor: Actor, notice_id: int) -> Proof:
    """Make the proof file of a notice. Who may see the notice may prove it; the making is an audit entry of its own.

    The pages speak the language in force. Raises Notice.DoesNotExist, NotAllowed, and ProofError when the records do not
    fit each other: what cannot be proved is not given out as proof. A proof that was cut off leaves an entry and no file.
    """
    actor.need(Right.VIEW)
    rows = Notice.objects.select_related("company", "customer", "policy_version__policy", "proposal")
    notice = rows.get(pk=notice_id, company_id=actor.company_id)
    audit.seal(actor.company_id)
    evidence = evidence_of(notice)
    pages, at = pages_of(evidence, actor.at), actor.at.replace(microsecond=0)
    frame = frame_of(draw_proof(pages, {**evidence.files, MANIFEST: b"{}"}, at))
    head, manifest = _sealed(actor, evidence, frame)
    data = draw_proof(pages, {**evidence.files, MANIFEST: manifest}, at)
    code, report = verify(data)
    if code != INTACT:
        raise ProofError(tuple(str(key) for key, holds, _detail in report.lines if holds is False))
    return Proof(f"proof-{notice.number}.pdf", data, head)


@transaction.atomic
def _sealed(actor: Actor, evidence: Evidence, frame: str) -> tuple[Head, bytes]:
    """Write the making into the audit log, chain it, note the head, and give the manifest that ends in it."""
    made = audit.record(
        actor, "prove", f"notice:{evidence.notice.pk}", number=evidence.notice.number, frame_sha256=frame,
        core_sha256=hashlib.sha256(chain.canonical(evidence.core)).hexdigest(), entries=sorted(evidence.entries),
        files={name: hashlib.sha256(data).hexdigest() for name, data in evidence.files.items()},
        anchors=[list(one) for one in evidence.anchors],
    )  # fmt: skip
    audit.anchor(actor, f"proof {evidence.notice.number}")
    seal = AuditSeal.objects.get(entry=made)
    last = seal.sequence
    entries = {**evidence.entries, last: entry_of(made)}
    since = chain_since(actor.company_id, min(entries))
    since["content_hashes"] = since["content_hashes"][: last - since["first"] + 1]
    manifest = {
        "format": FORMAT_ERASED if "erased" in evidence.core else FORMAT,
        "chain": since,
        "core": evidence.core,
        "entries": {str(number): entry for number, entry in entries.items()},
    }
    return Head(last, seal.head), chain.canonical(manifest)
