"""Intake's only writers: write a planned file into the ledger, confirm or drop a waiting one. One transaction each.

Order of locks: the company, then the source; both leave room for rows that only refer to them. A plan is always made again
under these locks, so that a preview may be old and two imports of one company never build on the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from fairdue.formats.values.keys import identity
from fairdue.intake import disputes, parties, payments, queries, write
from fairdue.intake.erased import without_erased
from fairdue.intake.models import Import, SourceProfile
from fairdue.intake.reasons import IntakeReason
from fairdue.intake.rows import ItemRow, PartyRow, PaymentRow, RefusedCells
from fairdue.intake.rules import Plan, RefusedRow, Scope, plan_items, standing_waits, total_waits, totals_of
from fairdue.intake.standing import currencies_of, note_waiting
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit
from fairdue.ledger.bank_data import publish_bank_data
from fairdue.ledger.models import Source
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company


def not_waiting(found: Import) -> IntakeError:
    """Give the error for an import that was decided already."""
    return IntakeError(
        gettext("Import %(number)s does not wait; it is %(state)s.")
        % {"number": found.pk, "state": found.get_state_display()}
    )


ITEM_KINDS = frozenset({"open_items", "closed_items"})


class IntakeError(ValueError):
    """A file that cannot be written as it stands; nothing was written."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file besides its rows. ``control_totals`` are minor units by currency."""

    name: str
    sha256: str
    kind: str
    as_of: date
    mapping: Mapping[str, object] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    control_totals: Mapping[str, int] = field(default_factory=dict)
    refused_csv: Callable[[Sequence[RefusedRow]], str] = lambda refused: ""
    refused: int = 0
    refused_cells: Sequence[RefusedCells] = ()
    mended: bool = False
    """True for a refused-rows file of ours: a part of the list that it came from."""
    company_codes: str = ""
    notes: Sequence[Reason] = ()


@transaction.atomic
def do_ensure_source(actor: Actor, code: str, *, full: bool | None = None) -> Source:
    """Give the source named ``code``, made on first use; ``full`` (re)declares whether its lists are complete."""
    actor.need(Right.IMPORT)
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    wanted = None if full is None else (Source.Completeness.FULL if full else Source.Completeness.PARTIAL)
    source, made = Source.objects.get_or_create(
        company_id=actor.company_id, code=code, defaults={"completeness": wanted or Source.Completeness.PARTIAL}
    )
    if wanted is not None and source.completeness != wanted:
        source.completeness = wanted
        source.save(update_fields=["completeness"])
        audit.record(actor, "declare_source", f"source:{source.pk}", code=code, completeness=wanted.value)
    if made:
        audit.record(actor, "add_source", f"source:{source.pk}", code=code, completeness=source.completeness)
    return source


@transaction.atomic
def do_remember(
    actor: Actor, source: Source, kind: str, mapping: Mapping[str, object], defaults: Mapping[str, object]
) -> None:
    """Remember how a source's tables of a kind are read."""
    actor.need(Right.IMPORT)
    SourceProfile.objects.update_or_create(
        source=source,
        kind=kind,
        defaults={
            "company_id": actor.company_id, "mapping": dict(mapping), "defaults": dict(defaults),
            "updated_by": actor.name, "updated_at": actor.at,
        },
    )  # fmt: skip


@transaction.atomic
def do_set_vanished_share(actor: Actor, source: Source, kind: str, share_max_ppm: int) -> None:
    """Set the share of open items (ppm) that may vanish from a full list before it waits for a person."""
    actor.need(Right.IMPORT)
    if not 0 <= share_max_ppm <= 1_000_000:
        raise IntakeError(gettext("The share lies between 0 and 1,000,000 ppm."))
    SourceProfile.objects.update_or_create(
        source=source, kind=kind,
        defaults={
            "company_id": actor.company_id, "vanished_share_max_ppm": share_max_ppm, "updated_by": actor.name,
            "updated_at": actor.at,
        },
    )  # fmt: skip
    audit.record(actor, "set_vanished_share", f"source:{source.pk}", kind=kind, share_max_ppm=share_max_ppm)


def scope_of(source: Source, facts: FileFacts, today: date | None) -> Scope:
    """Say how far a file may speak: what its source was declared to be, and what was written before."""
    profile = SourceProfile.objects.filter(source_id=source.pk, kind=facts.kind).first()
    share = profile.vanished_share_max_ppm if profile else int(SourceProfile.vanished_share_max_ppm.field.default)
    full = source.completeness == Source.Completeness.FULL and facts.kind == "open_items"
    last = queries.last_complete(source.pk)
    before = str(last.defaults.get("company_code", "")) if last else ""
    return Scope(
        as_of=facts.as_of, settles=full, complete=full and not facts.mended, vanished_share_max_ppm=share,
        control_totals=facts.control_totals, refused=facts.refused_cells, last_as_of=last.as_of if last else None,
        company_codes=(before, facts.company_codes), today=today,
    )  # fmt: skip


def plan_file(source: Source, facts: FileFacts, rows: Sequence[ItemRow], today: date | None = None) -> Plan:
    """Say what a list of items would do to the ledger as it stands; writes nothing. ``today`` None: its day is not judged."""
    scope = scope_of(source, facts, today)
    named = resolved(source.company_id, rows)
    plan = plan_items(named, queries.known_items(source.pk, facts.as_of), scope)
    if facts.mended and scope.settles:
        plan.notes.append(because(IntakeReason.MENDED_ROWS))
    return plan


def resolved(company_id: int | None, rows: Sequence[ItemRow]) -> Sequence[ItemRow]:
    """Give rows that only name their customer the key of the one customer of that name, in the file or in the ledger."""
    if all(row.customer_number for row in rows):
        return rows
    own = {(row.customer_key, row.customer_name) for row in rows if row.customer_number}
    names = queries.customers_by_name(company_id or 0, own)
    return [
        row
        if row.customer_number
        else row._replace(customer_key=names.get(identity(row.customer_name), row.customer_key))
        for row in rows
    ]


def payment_waits(scope: Scope, rows: Sequence[PaymentRow]) -> list[Reason]:
    """Say why a list of payments would wait for a person."""
    return [*standing_waits(scope), *total_waits(_received(rows), scope)]


def _received(rows: Sequence[PaymentRow]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.amount_minor
    return totals


def _locked(actor: Actor, source: Source) -> Source:
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    return Source.objects.select_for_update(no_key=True).get(pk=source.pk, company_id=actor.company_id)


@transaction.atomic
def do_import_items(
    actor: Actor, source: Source, facts: FileFacts, rows: Sequence[ItemRow], *, confirmed: bool = False
) -> Import:
    """Write a list of open or closed items. A file that must wait is recorded as waiting unless ``confirmed``."""
    actor.need(Right.IMPORT)
    source = _locked(actor, source)
    plan = plan_file(source, facts, rows, today_of(actor))
    waits = bool(plan.waits) and not confirmed
    reasons = [*plan.waits, *plan.notes, *facts.notes]
    complete = source.completeness == Source.Completeness.FULL and facts.kind == "open_items" and not facts.mended
    done = _record(
        actor, source, facts, plan.counts(), totals_of(rows), reasons, plan.refused, waits=waits, complete=complete
    )
    if waits:
        return done
    new = write.write_items(actor, source.pk, plan)
    disputes.write_disputes(actor, source.pk, done.pk, plan, new)
    if complete:
        publish_bank_data(actor, facts.as_of)
    _audit(actor, "import_items", done, _item_leaves(rows), confirmed)
    return done


@transaction.atomic
def do_import_payments(
    actor: Actor, source: Source, facts: FileFacts, rows: Sequence[PaymentRow], *, confirmed: bool = False
) -> Import:
    """Book payments that are not known yet; apply those that name their invoice, leave the rest unapplied."""
    actor.need(Right.IMPORT)
    source = _locked(actor, source)
    scope = scope_of(source, facts, today_of(actor))
    plan = payments.plan_payments(rows, queries.known_payments(source.pk))
    waiting = payment_waits(scope, rows)
    waits = bool(waiting) and not confirmed
    notes = [] if waits else payments.write_payments(actor, source.pk, plan, scope.last_as_of)
    reasons = [*waiting, *notes, *facts.notes]
    done = _record(actor, source, facts, plan.counts(), _received(rows), reasons, plan.refused, waits=waits)
    if not waits:
        publish_bank_data(actor, facts.as_of, currencies_of(source.pk, _received(rows)))
        _audit(actor, "import_payments", done, (_leaf(row) for row in rows), confirmed)
    return done


@transaction.atomic
def do_import_parties(actor: Actor, source: Source, facts: FileFacts, rows: Sequence[PartyRow]) -> Import:
    """Add or update customers or contacts. A contact of a customer that the ledger does not know is refused."""
    actor.need(Right.IMPORT)
    source = _locked(actor, source)
    rows, refused = without_erased(actor.company_id, rows)
    if facts.kind == "customers":
        counts = parties.write_customers(actor, rows, facts.name)
    else:
        ids = queries.customer_ids(actor.company_id)
        known = [row for row in rows if row.customer_key in ids]
        refused += [
            RefusedRow(row.line, because(IntakeReason.CUSTOMER_UNKNOWN, customer=row.customer_number))
            for row in rows
            if row.customer_key not in ids
        ]
        counts = parties.write_contacts(actor, known, ids)
    counts["refused"] = len(refused)
    done = _record(actor, source, facts, counts, {}, [*facts.notes], refused, waits=False)
    leaves = (repr((row.customer_key, sorted(row.values.items()))).encode() for row in rows)
    _audit(actor, "import_parties", done, leaves)
    return done


@transaction.atomic
def do_drop(actor: Actor, import_id: int) -> Import:
    """Drop a waiting file: it will not be written. Dropping twice changes nothing."""
    actor.need(Right.IMPORT)
    found = Import.objects.select_for_update().get(pk=import_id, company_id=actor.company_id)
    if found.state == Import.State.DROPPED:
        return found
    if found.state != Import.State.WAITING:
        raise not_waiting(found)
    found.state = Import.State.DROPPED
    found.save(update_fields=["state"])
    note_waiting(actor, found)
    audit.record(actor, "drop_import", f"import:{found.pk}", file=found.file_sha256)
    return found


def _item_leaves(rows: Iterable[ItemRow]) -> Iterator[bytes]:
    """Give one audit leaf a row: line, key, issue and due day, currency, open and original amount, day settled."""
    days = _Days()
    for r in rows:
        yield (
            f"{r.line}|{r.key}|{days[r.issued_on]}|{days[r.due_on]}|{r.currency}|{r.open_minor}|{r.amount_minor}|"
            f"{days[r.settled_on]}"
        ).encode()


class _Days(dict[date | None, str]):
    """Dates in ISO writing, each written once."""

    def __missing__(self, day: date | None) -> str:
        text = self[day] = day.isoformat() if day else ""
        return text


def _leaf(row: PaymentRow) -> bytes:
    return f"{row.line}|{row.key}|{row.paid_on}|{row.currency}|{row.amount_minor}|{row.document_number}".encode()


def _audit(actor: Actor, action: str, done: Import, leaves: Iterable[bytes], confirmed: bool = False) -> None:
    audit.record_bulk(
        actor, action, f"import:{done.pk}", leaves, file=done.file_sha256, as_of=done.as_of.isoformat(), **done.counts,
        **({"confirmed": True} if confirmed else {}),
    )  # fmt: skip


def _record(
    actor: Actor, source: Source, facts: FileFacts, counts: dict[str, int], totals: dict[str, int], reasons: list[Reason],
    refused: Sequence[RefusedRow] = (), *, waits: bool, complete: bool = False,
) -> Import:  # fmt: skip
    """Keep what became of a file. A waiting file that is given again, or confirmed, keeps its record."""
    counts = {**counts, "refused": counts.get("refused", 0) + facts.refused}
    values = {
        "company_id": actor.company_id, "source": source, "kind": facts.kind, "file_name": facts.name[-250:],
        "file_sha256": facts.sha256, "as_of": facts.as_of, "complete": complete,
        "state": Import.State.WAITING if waits else Import.State.WRITTEN, "mapping": dict(facts.mapping),
        "defaults": dict(facts.defaults), "counts": counts, "totals": totals,
        "reasons": [reason.as_dict() for reason in reasons], "refused_csv": facts.refused_csv(refused),
        "written_at": None if waits else actor.at, "recorded_by": actor.name, "recorded_at": actor.at,
    }  # fmt: skip
    waiting = Import.objects.filter(
        source=source, kind=facts.kind, file_sha256=facts.sha256, as_of=facts.as_of, state=Import.State.WAITING
    )
    done = waiting.order_by("-id").first() or Import()
    for name, value in values.items():
        setattr(done, name, value)
    done.save()
    note_waiting(actor, done)
    if waits:
        codes = [reason.code for reason in reasons]
        audit.record(actor, "import_waits", f"import:{done.pk}", file=facts.sha256, reasons=codes)
    return done
