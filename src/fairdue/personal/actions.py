"""Erasing a person. Killed at any instruction and asked again, it completes.

1. *Open*: judge, cancel what waits to be sent, note the marks by which the person is known again, write the erasure's row; from
   here the database's guards let personal columns go, and the row is in the audit chain.
2. *Files*: the keys of the person's letters and uploads are destroyed and the bytes removed; printed folders and decided
   imported files too. The tables still say who the person is, so a second try knows what to look for.
3. *Tables*: everything the register names, in one transaction with the audit entry that closes the erasure.
4. *Keys*: those that sealed the texts which were changed; their names stand in the erasure's row until they are gone.
5. *Pages*: the database's own remains of the old rows are overwritten (VACUUM, the write-ahead log cut).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext

from fairdue.contact.actions import do_cancel
from fairdue.contact.actions.tasks import open_task
from fairdue.contact.models import MessageState, OutboxMessage, PortalLink, TaskKind
from fairdue.kernel.reasons import because
from fairdue.ledger import audit, keys, keystore, store
from fairdue.ledger.models import Customer, ErasedMark, Erasure, ErasureState
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Membership, User
from fairdue.personal import files
from fairdue.personal.outlook import outlook
from fairdue.personal.people import Person, PersonalError, load
from fairdue.personal.queries import due, facts_of, old_imports
from fairdue.personal.reasons import PersonalReason
from fairdue.personal.rules import Verdict, judge
from fairdue.personal.sweep import sweep

Checkpoint = Callable[[str], None]


class ErasureRefused(PersonalError):
    """Nothing may be erased now; ``verdict.refused`` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__("; ".join(reason.code for reason in verdict.refused))
        self.verdict = verdict
        self.reason = verdict.refused[0]


def _nothing(_: str) -> None:
    """The checkpoint of production: no test waits to end the process."""


def preview(actor: Actor, person: Person, today: date) -> Verdict:
    """Say what would go and what would stay; writes nothing."""
    actor.need(Right.ERASE)
    return judge(facts_of(actor.company_id, person, today), today)


def do_erase(actor: Actor, person: Person, today: date, *, reason: str, checkpoint: Checkpoint = _nothing) -> Erasure:
    """Erase a person as far as no duty holds. Raises ErasureRefused, and PersonalError without a reason.

    Asked again it goes on where it was: after a kill, and when a duty that held something has ended.
    """
    actor.need(Right.ERASE)
    if not reason.strip():
        raise PersonalError(gettext("An erasure needs a reason."))
    erasure = _open(actor, person, today, reason.strip())
    checkpoint("opened")
    _note(erasure, person)
    checkpoint("noted")
    removed = 0
    if "letter" in erasure.clocks and person.kind != "user":
        removed += files.remove_letters(actor.company_id, person)
        checkpoint("letters removed")
    if "book" in erasure.clocks and person.kind == "customer":
        removed += files.remove_copies(actor.company_id, person)
        checkpoint("copies removed")
    if person.needles and person.kind != "user":
        removed += files.remove_imports(actor.company_id, person)
    checkpoint("files removed")
    _close(actor, person, erasure, removed)
    checkpoint("swept")
    audit.seal(actor.company_id)
    checkpoint("sealed")
    _destroy_keys(erasure)
    checkpoint("keys destroyed")
    overwrite()
    checkpoint("overwritten")
    erasure.refresh_from_db()
    return erasure


def _note(erasure: Erasure, person: Person) -> None:
    """Note the erasure in the key store, which no restore takes back, before anything is lost."""
    keystore.opened().note_erased(
        keystore.Erased(
            erasure.company_id, erasure.subject, tuple(erasure.clocks), erasure.reason, erasure.asked_by,
            erasure.opened_at.isoformat(), tuple(keys.mark("known", one) for one in person.needles),
        )
    )  # fmt: skip


def _destroy_keys(erasure: Erasure) -> None:
    """Destroy the keys of the texts that were swept. Again changes nothing."""
    erasure.refresh_from_db()
    if erasure.doomed:
        keystore.opened().destroy(erasure.doomed)
        Erasure.objects.filter(pk=erasure.pk).update(doomed=None)


@transaction.atomic
def _open(actor: Actor, person: Person, today: date, reason: str) -> Erasure:
    if person.customer_id is not None:
        list(Customer.objects.select_for_update(no_key=True).filter(pk=person.customer_id).values_list("pk"))
    verdict = judge(facts_of(actor.company_id, person, today), today)
    if verdict.refused:
        raise ErasureRefused(verdict)
    _cancel_waiting(actor, person)
    _revoke_links(actor, person)
    ErasedMark.objects.bulk_create(
        [
            ErasedMark(
                company_id=actor.company_id,
                subject=person.subject,
                kind=kind,
                mark=keys.mark(kind, text),
                made_at=actor.at,
            )
            for kind, text in dict.fromkeys(person.marks)
        ],
        ignore_conflicts=True,
    )
    asked = f"user:{actor.user_id}" if actor.user_id is not None else actor.name
    values = {
        "state": ErasureState.ERASING, "clocks": list(verdict.clocks), "stays": [one.as_dict() for one in verdict.stays],
        "next_on": verdict.next_on, "known_as": keys.hide(person.needles) if person.needles else "",
    }  # fmt: skip
    erasure, made = Erasure.objects.get_or_create(
        company_id=actor.company_id, subject=person.subject,
        defaults={**values, "reason": reason[:300], "asked_by": asked, "opened_at": actor.at},
    )  # fmt: skip
    if not made:
        Erasure.objects.filter(pk=erasure.pk).update(**values)
        erasure.refresh_from_db()
    audit.record(actor, "erase", person.subject, clocks=erasure.clocks, stays=erasure.stays, stage="opened")
    return erasure


def _cancel_waiting(actor: Actor, person: Person) -> None:
    """Take what waits to be sent out of the outbox, as whoever erases: the message is the person's too."""
    if person.kind == "user":
        return
    waiting = OutboxMessage.objects.filter(
        company_id=actor.company_id,
        state__in=(MessageState.QUEUED, MessageState.BLOCKED),
        customer_id=person.customer_id or 0,
    )
    if person.kind == "contact":
        waiting = waiting.filter(contact_id=person.pk)
    sender = Actor(actor.company_id, actor.at, actor.user_id, actor.name, actor.roles | {"system"})
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        do_cancel(sender, pk, reason="erasure")


def _revoke_links(actor: Actor, person: Person) -> None:
    """Close the links to the debtor's page that went to the person: what they open would outlive the erasure."""
    if person.kind == "user":
        return
    links = PortalLink.objects.filter(company_id=actor.company_id, revoked_at=None)
    mine = (
        links.filter(customer_id=person.customer_id or 0)
        if person.kind == "customer"
        else links.filter(contact_id=person.pk)
    )
    mine.update(revoked_at=actor.at)


@transaction.atomic
def _close(actor: Actor, person: Person, erasure: Erasure, removed: int) -> None:
    """Sweep the tables and close the erasure, together or not at all."""
    if erasure.state != ErasureState.ERASING:
        return
    done: Counter[str] = Counter(erasure.counts)
    swept = sweep(actor, person, erasure.clocks)
    done.update(swept.counts)
    if removed:
        done["files"] += removed
    if (
        person.kind == "user"
        and Membership.objects.filter(user_id=person.pk).exclude(company_id=actor.company_id).count() == 0
    ):
        User.objects.filter(pk=person.pk).update(is_active=False)
    state = ErasureState.PARTLY if erasure.stays else ErasureState.DONE
    kept = erasure.known_as if erasure.stays else ""
    doomed = [*(erasure.doomed or ()), *swept.doomed] or None
    Erasure.objects.filter(pk=erasure.pk).update(
        state=state, counts=dict(done), done_at=actor.at, known_as=kept, doomed=doomed
    )
    stay = {one.table: one.rows for one in outlook(actor.company_id, person).kept}
    audit.record(actor, "erase", person.subject, stage=state.value, counts=dict(done), kept=stay)


def overwrite() -> None:
    """Overwrite what the database file still holds of changed rows. Outside any transaction; inside one it is left out."""
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for table in ("ledger_customer", "ledger_contact", "contact_outbox_message", "contact_timeline_event", "dunning_notice",
                      "ledger_audit_entry", "ledger_audit_text"):  # fmt: skip
            cursor.execute(f"VACUUM {table}")


def do_complete(actor: Actor, today: date, left: list[tuple[str, str]] | None = None) -> int:
    """Complete every erasure that was killed or whose duty has ended, and remove imported files whose clock ran out.

    One that cannot be completed (the subject is unknown, a store is out of reach) stops no other; ``left`` gets it and why.
    """
    actor.need(Right.ERASE)
    done = 0
    for erasure in due(actor.company_id, today).unfinished:
        kind, _, pk = erasure.subject.partition(":")
        try:
            do_erase(actor, load(actor.company_id, kind, int(pk)), today, reason=erasure.reason or "due")
            done += 1
        except ErasureRefused:
            continue
        except (PersonalError, store.StoreUnreachable) as error:
            if left is not None:
                left.append((erasure.subject, str(error)))
    gone: list[str] = []
    try:
        for sha256 in old_imports(actor.company_id, today):
            gone += [sha256] if store.remove(actor.company_id, sha256) else []
    except store.StoreUnreachable as error:
        if left is not None:
            left.append((gettext("Import"), str(error)))
    if gone:
        audit.record(actor, "lapse", "imports", count=len(gone), sha256=gone[:100])
    return done + len(gone)


@transaction.atomic
def do_open_due_task(actor: Actor, today: date) -> int:
    """Ask a person, once a month, to look at what reached the end of its retention; give how much that is."""
    actor.need(Right.HOLD)
    count = due(actor.company_id, today, limit=1).count
    if count:
        open_task(
            actor, customer_id=None, kind=TaskKind.OTHER, key=f"personal:{today:%Y-%m}", due_on=today,
            reasons=[because(PersonalReason.DUE, count=count)], subject="personal",
        )  # fmt: skip
    return count


@transaction.atomic
def do_readmit(actor: Actor, person: Person, *, reason: str) -> int:
    """Forget that a person was erased, because there is new business: imports may name the person again."""
    actor.need(Right.ERASE)
    if not reason.strip():
        raise PersonalError(gettext("A reason is needed."))
    keystore.opened().forget_erased(actor.company_id, person.subject)
    count, _ = ErasedMark.objects.filter(company_id=actor.company_id, subject=person.subject).delete()
    audit.record(actor, "readmit", person.subject, reason=reason.strip(), count=count)
    return count
