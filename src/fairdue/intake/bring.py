"""The whole way of a file: read, show what it would do, write it, keep what was refused. What entrances call."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import cast

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext

from fairdue.contact import blobs
from fairdue.formats.errors import Refusal
from fairdue.formats.refused import write_refused
from fairdue.intake import actions, parties, payments, queries
from fairdue.intake.actions import FileFacts
from fairdue.intake.models import Import, SourceProfile
from fairdue.intake.reading import Reading, read_file, read_known
from fairdue.intake.reasons import IntakeReason
from fairdue.intake.rows import ItemRow, PartyRow, PaymentRow
from fairdue.intake.rules import RefusedRow
from fairdue.intake.standing import under_way
from fairdue.kernel.memory import no_collection
from fairdue.kernel.money import to_minor
from fairdue.kernel.reasons import Reason
from fairdue.ledger.models import Source
from fairdue.people.actor import Actor

PARTY_KINDS = frozenset({"customers", "contacts"})
NOTES_KEPT = 20
"""Notes about single cells that stay with an import's record."""


OVERTAKEN = ("fairdue: allocation exceeds", "deadlock detected")
"""What the database says where a plan no longer fits the ledger: its own guard of the sums, or two writers that met."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do: counts, reasons why it would wait, notes; nothing is written."""

    counts: dict[str, int]
    waits: tuple[Reason, ...]
    notes: tuple[Reason, ...]


def read_for(
    source: Source | None,
    data: bytes,
    name: str,
    *,
    as_of: date,
    kind: str | None = None,
    answers: Mapping[str, str] | None = None,
    company_id: int | None = None,
) -> Reading:
    """Read a file as its source's remembered mapping says; a first file is recognised by itself.

    ``company_id`` is needed for a source not made yet: what its ledger knows of the customers is not asked.
    """
    profiles = SourceProfile.objects.filter(source=source).order_by("kind") if source else ()
    remembered = {profile.kind: profile.mapping for profile in profiles if profile.mapping}
    with no_collection():
        reading = read_known(data, name, as_of=as_of, kind=kind, remembered=remembered, answers=answers)
    return _without_known_country(reading, source.company_id if source else company_id)


def _without_known_country(reading: Reading, company_id: int | None) -> Reading:
    """Leave the question for a country out where the ledger knows the country of every customer that the file names."""
    mapping = reading.mapping
    if company_id is None or not reading.rows or not any(question.key == "country" for question in mapping.questions):
        return reading
    if reading.kind in actions.ITEM_KINDS:
        keys = {row.customer_key for row in actions.resolved(company_id, cast("Sequence[ItemRow]", reading.rows))}
    else:
        keys = {row.customer_key for row in reading.rows}
    if not keys <= queries.customers_with_country(company_id):
        return reading
    left = tuple(question for question in mapping.questions if question.key != "country")
    return replace(reading, mapping=replace(mapping, questions=left))


def control_totals(given: Mapping[str, str]) -> dict[str, int]:
    """Read control totals typed as ``{"EUR": "1234.50"}`` into minor units; raises MoneyError for a bad one."""
    return {currency: to_minor(Decimal(text), currency) for currency, text in given.items()}


def preview(
    source: Source | None,
    full: bool,
    reading: Reading,
    as_of: date,
    totals: Mapping[str, int],
    today: date | None = None,
    company_id: int | None = None,
) -> Preview:
    """Say what the file would do to the ledger as it stands. ``company_id`` is needed for a source not made yet."""
    notes = tuple(reading.records.notes) if reading.records else ()
    shown = source or Source(code="", company_id=company_id or 0)
    shown.completeness = Source.Completeness.FULL if full else Source.Completeness.PARTIAL
    facts = facts_of(reading, as_of, totals)
    if reading.kind in PARTY_KINDS:
        counts = _count_parties(shown.company_id, reading)
        return Preview({**counts, "refused": counts["refused"] + len(reading.refusals)}, (), notes)
    if reading.kind == "payments":
        rows = cast("Sequence[PaymentRow]", reading.rows)
        found = payments.plan_payments(rows, queries.known_payments(shown.pk))
        counts, waits = found.counts(), actions.payment_waits(actions.scope_of(shown, facts, today), rows)
    else:
        plan = actions.plan_file(shown, facts, cast("Sequence[ItemRow]", reading.rows), today)
        counts, waits = plan.counts(), plan.waits
        notes = (*plan.notes, *notes)
    counts["refused"] += len(reading.refusals)
    return Preview(counts, tuple(waits), notes)


def _count_parties(company_id: int, reading: Reading) -> dict[str, int]:
    rows = cast("Sequence[PartyRow]", reading.rows)
    if reading.kind == "customers":
        return parties.count_customers(company_id, rows)
    return parties.count_contacts(company_id, rows, queries.customer_ids(company_id))


def facts_of(reading: Reading, as_of: date, totals: Mapping[str, int] | None = None) -> FileFacts:
    """Give what is known of a read file besides its rows."""
    notes = tuple(reading.records.notes)[:NOTES_KEPT] if reading.records else ()
    mapping = {**reading.mapping.as_dict(), "decided": reading.decided}
    return FileFacts(
        name=reading.name, sha256=reading.sha256, kind=reading.kind, as_of=as_of, mapping=mapping,
        defaults=reading.answers, control_totals=totals or {}, refused=len(reading.refusals), notes=notes,
        refused_cells=reading.refused_cells(), mended=reading.mended,
        company_codes=" ".join(sorted(reading.answers.get("company_code", "").split())),
        refused_csv=lambda more: refused_file(reading, more).decode("utf-8-sig"),
    )  # fmt: skip


def do_bring(
    actor: Actor,
    source_code: str,
    reading: Reading,
    *,
    as_of: date,
    full: bool | None = None,
    totals: Mapping[str, int] | None = None,
    confirmed: bool = False,
) -> Import:
    """Write a read file into the ledger, remember its mapping, and give the record with the refused rows as a file.

    One transaction: source, rows, mapping and audit entry are there together or not at all. The file's bytes are stored
    before, by their hash. A file whose plan was overtaken, because somebody applied money meanwhile, is planned and
    written once more. Raises IntakeError where the mapping still has open questions, and where the ledger changed under
    the second try too; nothing is written then.
    """
    if not reading.mapping.complete:
        open_keys = [q.key for q in reading.mapping.questions if q.blocking]
        open_keys += ["/".join(group) for group in reading.mapping.missing]
        raise actions.IntakeError(
            gettext("%(file)s: still to be answered: %(questions)s.")
            % {"file": reading.name, "questions": ", ".join(open_keys)}
        )
    for last in (False, True):
        try:
            with no_collection(), under_way(actor, reading.kind, reading.sha256, as_of), transaction.atomic():
                return _write(actor, source_code, reading, facts_of(reading, as_of, totals), full, confirmed)
        except (IntegrityError, OperationalError) as error:
            if not any(sign in str(error) for sign in OVERTAKEN):
                raise
            if last:
                told = gettext(
                    "%(file)s: somebody applied money to the same items meanwhile. Please import the file again."
                )
                raise actions.IntakeError(told % {"file": reading.name}) from error
    raise AssertionError("the second try returns or raises")


def _write(
    actor: Actor, source_code: str, reading: Reading, facts: FileFacts, full: bool | None, confirmed: bool
) -> Import:
    source = actions.do_ensure_source(actor, source_code, full=full)
    blobs.keep(actor.company_id, reading.data, media_type(reading), actor.at)
    if reading.kind in PARTY_KINDS:
        done = actions.do_import_parties(actor, source, facts, cast("Sequence[PartyRow]", reading.rows))
    elif reading.kind == "payments":
        rows = cast("Sequence[PaymentRow]", reading.rows)
        done = actions.do_import_payments(actor, source, facts, rows, confirmed=confirmed)
    else:
        items = cast("Sequence[ItemRow]", reading.rows)
        done = actions.do_import_items(actor, source, facts, items, confirmed=confirmed)
    if done.state == Import.State.WRITTEN and not reading.mended:
        actions.do_remember(actor, source, reading.kind, facts.mapping, reading.answers)
    return done


def do_confirm(actor: Actor, import_id: int) -> Import:
    """Write a file that waits for a person, from its stored bytes, as it was read then. The plan is made again."""
    found = Import.objects.select_related("source").get(pk=import_id, company_id=actor.company_id)
    if found.state != Import.State.WAITING:
        raise actions.not_waiting(found)
    return do_bring(actor, found.source.code, reread(found), as_of=found.as_of, confirmed=True)


def reread(done: Import) -> Reading:
    """Read an import's stored bytes again with the mapping and answers of then. Raises BlobError where they are gone."""
    return read_file(
        blobs.get(done.company_id, done.file_sha256), done.file_name, as_of=done.as_of, kind=done.kind, remembered=done.mapping,
        answers=done.defaults,
    )  # fmt: skip


def media_type(reading: Reading) -> str:
    """Give the media type of a read file by its shape: text tables, else workbooks."""
    return "text/csv" if reading.table.dialect is not None else "application/vnd.oasis.opendocument.spreadsheet" if (
        reading.data[30:77].find(b"opendocument") >= 0
    ) else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"  # fmt: skip


def refused_file(reading: Reading, more: Sequence[RefusedRow] = ()) -> bytes:
    """Give the refused rows as CSV with line, reason and remedy in the active language; empty where none was refused."""
    refusals = [*reading.refusals, *(_refusal(reading, one) for one in more)]
    if not refusals:
        return b""
    return write_refused(reading.table, refusals, gettext, (IntakeReason,))


def _refusal(reading: Reading, one: RefusedRow) -> Refusal:
    code = next(member for member in IntakeReason if member.code == one.reason.code)
    lines = reading.table.lines
    row = bisect_left(lines, one.line)
    return Refusal(
        one.line, "", "", one.reason, code.remedy, row if row < len(lines) and lines[row] == one.line else -1
    )
