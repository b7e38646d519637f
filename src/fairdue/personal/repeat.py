"""After a restore: erasures that the restored database knows nothing of are done again; and what kills left behind is swept.

1. The key store keeps who was erased (``ledger.keystore``); a restore does not reach it. A subject whose erasure the database does
   not know, or knows with fewer clocks, is *behind*.
2. A number may be another person's now: rows made after the restored moment take the same numbers again. A subject is erased
   again only where one of the marks of then fits what names it now.
3. What cannot be erased again (a legal hold, a claim that was open at the restored moment) is named with its reason and stays
   behind; an audit entry says that it was asked for. Letters, mail and files of the subject are closed all the same: their keys are gone.
4. ``do_sweep`` destroys keys that no row names and takes away bytes that no row names, both older than a day. It looks at all
   companies, for the stores are the installation's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.apps import apps
from django.db.models import TextField
from django.db.models.functions import Cast

from fairdue.contact.models import StoredBlob
from fairdue.kernel.reasons import Reason
from fairdue.ledger import audit, keystore, sealed, store
from fairdue.ledger.behind import REAPPLY
from fairdue.ledger.models import DocumentFile, SealedFile
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company
from fairdue.people.scope import company_scope
from fairdue.personal.actions import ErasureRefused, do_erase
from fairdue.personal.noted import behind, same
from fairdue.personal.rows import models

GRACE = timedelta(days=1)
"""Younger keys and bytes may belong to a transaction that is not committed yet."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """What became of one subject: erased again, or refused for these reasons."""

    subject: str
    state: str
    refused: tuple[Reason, ...] = ()


def do_reapply(actor: Actor, today: date) -> list[Repeated]:
    """Erase again whoever is behind. Killed and asked again, it goes on."""
    actor.need(Right.ERASE)
    done = []
    for one in behind(actor.company_id):
        person = same(actor.company_id, one)
        if person is None:
            continue
        try:
            erasure = do_erase(actor, person, today, reason=one.reason or "restore")
            done.append(Repeated(one.subject, erasure.get_state_display()))
        except ErasureRefused as refusal:
            done.append(Repeated(one.subject, "", refusal.verdict.refused))
            audit.record(actor, REAPPLY, one.subject, count=len(refusal.verdict.refused))
    return done


def do_sweep(now: datetime) -> tuple[int, int]:
    """Destroy keys and take away bytes that nothing names and that are older than a day; give how many of each."""
    before = (now - GRACE).timestamp()
    sealed.forget_block()
    candidates = keystore.opened().names(int(before))
    with company_scope(*Company.objects.order_by("pk").values_list("pk", flat=True)):
        lost = candidates - set(_named_keys())
        gone = keystore.opened().destroy(sorted(lost))
        return gone, store.sweep(set(_plain_hashes()), before)


def _named_keys() -> Iterator[str]:
    yield from SealedFile.objects.exclude(wrapped="").values_list("stored_sha256", flat=True)
    for model in apps.get_models():
        for one in sealed.sealed_fields(model):
            stored = model._default_manager.annotate(stored=Cast(one.name, TextField())).values_list(
                "stored", flat=True
            )
            yield from sealed.names_in(value for value in stored.iterator(chunk_size=2_000) if value)


def _plain_hashes() -> Iterator[str]:
    """Give the hashes under which files of before there were keys may lie."""
    yield from StoredBlob.objects.values_list("sha256", flat=True).iterator()
    yield from DocumentFile.objects.values_list("sha256", flat=True).iterator()
    for name in ("pdf_sha256", "html_sha256", "text_sha256"):
        yield from models()["dunning_notice"]._default_manager.values_list(name, flat=True).iterator()
    yield from models()["dunning_balance_confirmation"]._default_manager.values_list("pdf_sha256", flat=True).iterator()
