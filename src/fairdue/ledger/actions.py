"""The ledger's only writers. Each action: check the right, lock in the documented order, decide, write, audit; one transaction.

Order of locks: company, customer, document, due item, payment, charge; within a table by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from fairdue.kernel.money import exponent
from fairdue.kernel.reasons import Reason
from fairdue.ledger import audit, bulk, insured
from fairdue.ledger.facts import KINDS
from fairdue.ledger.models import (
    AcceptedTerms,
    Allocation,
    AllocationKind,
    Charge,
    Customer,
    Document,
    DocumentKind,
    DueDateChange,
    DueItem,
    Effect,
    Fact,
    Hold,
    HoldReason,
    Payment,
)
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of


class LedgerError(ValueError):
    """An action that would make the ledger wrong; nothing was written."""


class InsurerForbids(LedgerError):
    """An extension, plan or promise that the insurer's conditions do not allow; ``reason`` says which. Nothing was written."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(insured.told(reason))


@dataclass(frozen=True, slots=True)
class Maturity:
    """One due item to be booked: its date, its part of the document (minor units, positive), its discount offer."""

    due_on: date
    amount_minor: int
    discount_until: date | None = None
    discount_minor: int = 0


@transaction.atomic
def do_book_document(
    actor: Actor,
    *,
    customer_id: int,
    kind: str,
    number: str,
    issued_on: date,
    currency: str,
    maturities: Sequence[Maturity],
    terms: str = "",
    delivered_on: date | None = None,
    payment_reference: str = "",
    order_no: str = "",
    reference: str = "",
) -> Document:
    """Book an invoice, debit note or credit note with its due items. Amounts are given positive; a credit note stores them negative."""
    actor.need(Right.IMPORT)
    exponent(currency)
    if not maturities or min(part.amount_minor for part in maturities) < 0:
        raise LedgerError(gettext("A document needs at least one due item, with amounts of zero or more."))
    sign = -1 if kind == DocumentKind.CREDIT_NOTE else 1
    common = {"company_id": actor.company_id, "customer_id": customer_id, "currency": currency}
    document = Document.objects.create(
        **common, kind=kind, number=number, issued_on=issued_on, delivered_on=delivered_on, terms=terms[:200], order_no=order_no[:80],
        reference=reference[:140],
        total_minor=sign * sum(part.amount_minor for part in maturities), effective_on=issued_on, recorded_at=actor.at,
    )  # fmt: skip
    DueItem.objects.bulk_create(
        DueItem(
            **common, document=document, seq=seq, amount_minor=sign * part.amount_minor, due_on=part.due_on,
            discount_until=part.discount_until, discount_minor=part.discount_minor, payment_reference=payment_reference,
            effective_on=issued_on, recorded_at=actor.at,
        )
        for seq, part in enumerate(maturities, start=1)
    )  # fmt: skip
    audit.record(
        actor, "book_document", f"document:{document.pk}", number=number, kind=kind, total=document.total_minor
    )
    return document


@transaction.atomic
def do_book_payment(
    actor: Actor,
    *,
    amount_minor: int,
    currency: str,
    effective_on: date,
    customer_id: int | None = None,
    suspected_customer_id: int | None = None,
    reference: str = "",
    payer: str = "",
) -> Payment:
    """Book money received; it is applied by ``do_allocate``."""
    actor.need(Right.IMPORT)
    exponent(currency)
    if amount_minor <= 0:
        raise LedgerError(gettext("A payment is more than zero."))
    payment = Payment.objects.create(
        company_id=actor.company_id, customer_id=customer_id, suspected_customer_id=suspected_customer_id,
        currency=currency, amount_minor=amount_minor, reference=reference, payer=payer,
        effective_on=effective_on, recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "book_payment", f"payment:{payment.pk}", amount=amount_minor, currency=currency)
    return payment


@transaction.atomic
def do_allocate(
    actor: Actor,
    *,
    kind: str = AllocationKind.PAYMENT,
    amount_minor: int,
    effective_on: date,
    due_item_id: int | None = None,
    charge_id: int | None = None,
    payment_id: int | None = None,
    credit_item_id: int | None = None,
    reason: str = "",
) -> Allocation:
    """Apply money or credit to a due item or charge, or write an open amount off. The database refuses too much."""
    actor.need(Right.WAIVE if kind in {AllocationKind.WRITE_OFF, AllocationKind.WAIVER} else Right.ALLOCATE)
    if kind in {AllocationKind.WRITE_OFF, AllocationKind.WAIVER} and not reason:
        raise LedgerError(gettext("Writing off or waiving needs a reason."))
    target = _target(actor.company_id, due_item_id, charge_id, credit_item_id)
    allocation = Allocation.objects.create(
        company_id=actor.company_id, customer_id=target.customer_id, kind=kind, due_item_id=due_item_id,
        charge_id=charge_id, payment_id=payment_id, credit_item_id=credit_item_id, currency=target.currency,
        amount_minor=amount_minor, reason=reason, effective_on=effective_on, recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "allocate", f"allocation:{allocation.pk}", kind=kind, amount=amount_minor, reason=reason)
    return allocation


def _target(
    company_id: int, due_item_id: int | None, charge_id: int | None, credit_item_id: int | None
) -> DueItem | Charge:
    if charge_id is not None:
        return Charge.objects.select_for_update().get(pk=charge_id, company_id=company_id)
    wanted = due_item_id if due_item_id is not None else credit_item_id
    if wanted is None:
        raise LedgerError(gettext("An allocation names a due item, a charge or a credit note."))
    return DueItem.objects.select_for_update().get(pk=wanted, company_id=company_id)


@transaction.atomic
def do_reverse(actor: Actor, allocation_id: int, *, effective_on: date, reason: str) -> Allocation:
    """Take an allocation back by a row of its own; the item is open again from ``effective_on``."""
    actor.need(Right.ALLOCATE)
    if not reason:
        raise LedgerError(gettext("A reversal needs a reason."))
    found = Allocation.objects.select_for_update().get(pk=allocation_id, company_id=actor.company_id)
    if found.reverses_id is not None or Allocation.objects.filter(reverses=found).exists():
        raise LedgerError(
            gettext("Allocation %(number)s is a reversal or was reversed already.") % {"number": allocation_id}
        )
    reversal = Allocation.objects.create(
        company_id=found.company_id, customer_id=found.customer_id, kind=found.kind, due_item_id=found.due_item_id,
        charge_id=found.charge_id, payment_id=found.payment_id, credit_item_id=found.credit_item_id, used_for=found.used_for,
        currency=found.currency, amount_minor=-found.amount_minor, reverses=found, reason=reason,
        effective_on=effective_on, recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "reverse", f"allocation:{found.pk}", reason=reason)
    return reversal


POSTPONES = frozenset({HoldReason.PROMISE.value, HoldReason.PLAN.value})
"""Holds by which payment is put off, as an extension does."""


def _allowed_by_insurer(
    actor: Actor, customer_id: int, until: date | None, *, due_item_id: int | None = None,
    document_id: int | None = None, formal: bool = True,
) -> None:  # fmt: skip
    reason = insured.forbids(
        actor.company_id, customer_id, today_of(actor), until=until, due_item_id=due_item_id, document_id=document_id,
        formal=formal,
    )  # fmt: skip
    if reason is not None:
        raise InsurerForbids(reason)


@transaction.atomic
def do_extend(actor: Actor, due_item_id: int, *, due_on: date, reason: str) -> DueDateChange:
    """Agree a later (or earlier) due date; the first one stays readable. Raises InsurerForbids beyond what cover allows."""
    actor.need(Right.HOLD)
    item = DueItem.objects.select_for_update().get(pk=due_item_id, company_id=actor.company_id)
    if due_on > item.due_on:
        _allowed_by_insurer(actor, item.customer_id, due_on, due_item_id=item.pk)
    change = DueDateChange.objects.create(
        company_id=actor.company_id, due_item=item, due_on=due_on, reason=reason, effective_on=today_of(actor),
        recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "extend", f"due_item:{item.pk}", due_on=due_on.isoformat(), reason=reason)
    return change


@transaction.atomic
def do_hold(
    actor: Actor,
    *,
    customer_id: int,
    reason: str,
    since: date,
    until: date | None = None,
    document_id: int | None = None,
    due_item_id: int | None = None,
    amount_minor: int | None = None,
    currency: str = "",
    note: str = "",
    key: str = "",
) -> Hold:
    """Hold a due item, a document or a customer, or a part of it, from chasing. A given ``key`` makes it happen once.

    A promise or plan puts payment off: InsurerForbids where it ends after what cover allows.
    """
    actor.need(Right.HOLD)
    if reason not in HoldReason.values:
        raise LedgerError(
            gettext("%(reason)s is no reason for a hold; there are: %(known)s.")
            % {"reason": reason, "known": ", ".join(HoldReason.values)}
        )
    if key and (known := Hold.objects.filter(company_id=actor.company_id, key=key).first()):
        return known
    if reason in POSTPONES:
        _allowed_by_insurer(
            actor,
            customer_id,
            until,
            due_item_id=due_item_id,
            document_id=document_id,
            formal=reason == HoldReason.PLAN,
        )
    hold = Hold.objects.create(
        company_id=actor.company_id, customer_id=customer_id, document_id=document_id, due_item_id=due_item_id,
        reason=reason, amount_minor=amount_minor, currency=currency, since=since, until=until, note=note[:500],
        owner_id=actor.user_id, key=key, recorded_at=actor.at,
    )  # fmt: skip
    audit.record(
        actor, "hold", f"hold:{hold.pk}", reason=reason, customer=customer_id, item=due_item_id, amount=amount_minor
    )
    return hold


@transaction.atomic
def do_hold_customers(actor: Actor, holds: Iterable[tuple[int, str, str]], *, reason: str, since: date) -> None:
    """Hold customers, each given as (customer, note, key), set-based; a key that is there is not written again.

    Raises LedgerError for a reason that puts payment off: those are asked of the insurer one by one (``do_hold``).
    """
    actor.need(Right.HOLD)
    if reason not in HoldReason.values or reason in POSTPONES:
        raise LedgerError(
            gettext("%(reason)s is no reason for a hold; there are: %(known)s.")
            % {"reason": reason, "known": ", ".join(one for one in HoldReason.values if one not in POSTPONES)}
        )
    wanted = {key: (customer_id, note) for customer_id, note, key in holds}
    rows = Hold.objects.filter(company_id=actor.company_id, key__in=list(wanted))
    known = set(rows.values_list("key", flat=True))
    made = [
        Hold(
            company_id=actor.company_id, customer_id=customer_id, reason=reason, since=since, note=note[:500],
            owner_id=actor.user_id, key=key, recorded_at=actor.at,
        )
        for key, (customer_id, note) in wanted.items()
        if key not in known
    ]  # fmt: skip
    Hold.objects.bulk_create(made)
    audit.record_many(
        actor,
        [
            ("hold", f"hold:{hold.pk}", {"reason": reason, "customer": hold.customer_id, "item": None, "amount": None})
            for hold in made
        ],
    )


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A part of a due item to be held until a day, by a key that makes it happen once; ``amount_minor`` is positive."""

    customer_id: int
    due_item_id: int
    amount_minor: int
    currency: str
    since: date
    until: date
    note: str
    key: str


@transaction.atomic
def do_hold_parts(actor: Actor, parts: Sequence[HeldPart], *, reason: str, subject: str) -> None:
    """Hold parts of due items, set-based, with one audit entry for all; their keys must be new (IntegrityError else).

    Raises LedgerError for a reason that puts payment off: those are asked of the insurer one by one (``do_hold``).
    """
    actor.need(Right.HOLD)
    if reason not in HoldReason.values or reason in POSTPONES:
        raise LedgerError(
            gettext("%(reason)s is no reason for a hold; there are: %(known)s.")
            % {"reason": reason, "known": ", ".join(one for one in HoldReason.values if one not in POSTPONES)}
        )
    if not parts:
        return
    bulk.insert_rows(
        Hold,
        ("company_id", "customer_id", "due_item_id", "reason", "amount_minor", "currency", "since", "until", "note",
         "owner_id", "key", "release_reason", "recorded_at"),
        [(actor.company_id, one.customer_id, one.due_item_id, reason, one.amount_minor, one.currency, one.since,
          one.until, one.note[:500], actor.user_id, one.key, "", actor.at) for one in parts],
    )  # fmt: skip
    leaves = (
        f"{one.key}:{one.customer_id}:{one.due_item_id}:{one.amount_minor}:{one.until.isoformat()}".encode()
        for one in parts
    )
    audit.record_bulk(actor, "hold_parts", subject, leaves, reason=reason, count=len(parts))


@transaction.atomic
def do_release_hold(actor: Actor, hold_id: int, *, on: date, reason: str) -> Hold:
    """End a hold from ``on``; chasing goes on as the policy says. Releasing twice changes nothing."""
    actor.need(Right.HOLD)
    hold = Hold.objects.select_for_update().get(pk=hold_id, company_id=actor.company_id)
    if hold.released_on is None:
        hold.released_on, hold.release_reason = on, reason[:200]
        hold.save(update_fields=["released_on", "release_reason"])
        audit.record(actor, "release_hold", f"hold:{hold.pk}", reason=reason)
    return hold


@transaction.atomic
def do_charge(
    actor: Actor,
    *,
    customer_id: int,
    kind: str,
    amount_minor: int,
    currency: str,
    effective_on: date,
    basis: dict[str, object],
    due_item_id: int | None = None,
    period_from: date | None = None,
    period_to: date | None = None,
    notice_key: str = "",
) -> Charge:
    """Claim interest, compensation or a fee, as a claim of its own beside the invoice."""
    actor.need(Right.RELEASE)
    charge = Charge.objects.create(
        company_id=actor.company_id, customer_id=customer_id, due_item_id=due_item_id, kind=kind, currency=currency,
        amount_minor=amount_minor, period_from=period_from, period_to=period_to, basis=basis, notice_key=notice_key,
        effective_on=effective_on, recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "charge", f"charge:{charge.pk}", kind=kind, amount=amount_minor, item=due_item_id)
    return charge


@transaction.atomic
def do_withdraw_charge(actor: Actor, charge_id: int, *, reason: str) -> Allocation:
    """Take a charge back from its first day on, because it never was owed: money applied to it is free again.

    The charge stays; a waiver dated on its own day makes it nothing. Taking it back twice gives the first row. This corrects a
    claim that had no ground; to let go one that is owed is ``do_allocate`` with its own right. Raises LedgerError without a reason.
    """
    actor.need(Right.RUN)
    if not reason:
        raise LedgerError(gettext("A reversal needs a reason."))
    charge = Charge.objects.select_for_update().get(pk=charge_id, company_id=actor.company_id)
    standing = Allocation.objects.filter(charge=charge, reverses__isnull=True, reversed_by__isnull=True).order_by("id")
    first = standing.filter(
        kind=AllocationKind.WAIVER, effective_on=charge.effective_on, amount_minor=charge.amount_minor
    )
    if (known := first.first()) is not None:
        return known
    for row in standing:
        do_reverse(actor, row.pk, effective_on=row.effective_on, reason=reason)
    made = Allocation.objects.create(
        company_id=charge.company_id, customer_id=charge.customer_id, kind=AllocationKind.WAIVER, charge=charge,
        currency=charge.currency, amount_minor=charge.amount_minor, reason=reason[:200], effective_on=charge.effective_on,
        recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "withdraw_charge", f"charge:{charge.pk}", amount=charge.amount_minor, reason=reason)
    return made


@transaction.atomic
def do_set_effect(
    actor: Actor, *, customer_id: int, kind: str, since: date, cause: str, until: date | None = None
) -> Effect:
    """Put a consequence in force for a customer; the same cause sets it once."""
    effect, made = Effect.objects.get_or_create(
        company_id=actor.company_id, customer_id=customer_id, kind=kind, cause=cause,
        defaults={"since": since, "until": until, "recorded_at": actor.at},
    )  # fmt: skip
    if made:
        audit.record(actor, "set_effect", f"customer:{customer_id}", kind=kind, cause=cause)
    return effect


@transaction.atomic
def do_lift_effect(actor: Actor, effect_id: int, *, on: date, reason: str) -> Effect:
    """End a consequence on a day."""
    actor.need(Right.HOLD)
    effect = Effect.objects.select_for_update().get(pk=effect_id, company_id=actor.company_id)
    effect.until = on
    effect.save(update_fields=["until"])
    audit.record(actor, "lift_effect", f"effect:{effect.pk}", reason=reason)
    return effect


@transaction.atomic
def do_publish_fact(
    actor: Actor,
    *,
    room: str,
    kind: str,
    subject: str,
    as_of: date,
    value: int,
    source_version: str,
    valid_until: date | None = None,
    reasons: Sequence[dict[str, object]] = (),
) -> Fact:
    """Publish a result for other rooms; only the registered room may write a kind. The same day and version is replaced."""
    registered = KINDS.get(kind)
    if registered is None or registered.writer != room:
        raise LedgerError(f"room {room} may not write facts of kind {kind!r}; see ledger/facts.py")
    fact, _ = Fact.objects.update_or_create(
        company_id=actor.company_id, subject=subject, kind=kind, as_of=as_of, source_version=source_version,
        defaults={"value": value, "unit": registered.unit, "valid_until": valid_until, "reasons": list(reasons),
                  "recorded_at": actor.at},
    )  # fmt: skip
    return fact


FEW_SUBJECTS, SUBJECTS_A_QUERY = 10_000, 500
"""Up to so many subjects are looked up by name, so many at once; a whole portfolio is read through."""


@transaction.atomic
def do_publish_facts(
    actor: Actor, *, room: str, kind: str, as_of: date, values: Mapping[str, int], source_version: str,
    reasons: Mapping[str, Sequence[dict[str, object]]] | None = None, valid_until: date | None = None,
) -> int:  # fmt: skip
    """Publish one kind of result for many subjects; only what differs from the last published value. Gives how many.

    One audit entry stands for all. A subject that has a value of the same day and version gets the new one in its place.
    """
    registered = KINDS.get(kind)
    if registered is None or registered.writer != room:
        raise LedgerError(f"room {room} may not write facts of kind {kind!r}; see ledger/facts.py")
    rows = Fact.objects.filter(company_id=actor.company_id, kind=kind, as_of__lte=as_of)
    ordered = rows.order_by("as_of", "recorded_at", "id").values_list(
        "subject", "value", "as_of", "source_version", "id"
    )
    names, parts = list(values), [ordered]
    if len(names) <= FEW_SUBJECTS:
        firsts = range(0, len(names), SUBJECTS_A_QUERY)
        parts = [ordered.filter(subject__in=names[first : first + SUBJECTS_A_QUERY]) for first in firsts]
    last = {row[0]: row[1:] for part in parts for row in part.iterator(chunk_size=5000)}
    changed = sorted(name for name, value in values.items() if name not in last or last[name][0] != value)
    said = reasons or {}
    fresh = [name for name in changed if name not in last or last[name][1:3] != (as_of, source_version)]
    bulk.insert_rows(
        Fact,
        ("company_id", "subject", "kind", "as_of", "value", "unit", "valid_until", "source_version", "reasons", "recorded_at"),
        [
            (actor.company_id, name, kind, as_of, values[name], registered.unit, valid_until, source_version,
             list(said.get(name, ())), actor.at)
            for name in fresh
        ],
    )  # fmt: skip
    for name in sorted(set(changed) - set(fresh)):
        Fact.objects.filter(pk=last[name][3]).update(
            value=values[name], valid_until=valid_until, reasons=list(said.get(name, ())), recorded_at=actor.at
        )
    if changed:
        leaves = (f"{name}|{values[name]}".encode() for name in changed)
        audit.record_bulk(actor, "publish_facts", f"company:{actor.company_id}", leaves, kind=kind, facts=len(changed))
    return len(changed)


@transaction.atomic
def do_accept_terms(
    actor: Actor, *, customer_id: int, version: str, clause: str, accepted_by: str, accepted_on: date, accepted_how: str,
    governing_law: str = "", payment_terms: str = "", interest_rate_ppm: int | None = None,
    retention_of_title: bool = False, language: str = "",
) -> AcceptedTerms:  # fmt: skip
    """Record which terms a customer accepted, who accepted, when and how."""
    actor.need(Right.HOLD)
    terms = AcceptedTerms.objects.create(
        company_id=actor.company_id, customer_id=customer_id, version=version, clause=clause, language=language,
        accepted_by=accepted_by, accepted_on=accepted_on, accepted_how=accepted_how, valid_from=accepted_on,
        governing_law=governing_law, payment_terms=payment_terms, interest_rate_ppm=interest_rate_ppm,
        retention_of_title=retention_of_title, recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "accept_terms", f"customer:{customer_id}", version=version, accepted_by=accepted_by)
    return terms


PARTY_FACTS = (
    "natural_person", "public_body", "size", "public_health", "federal_agency", "size_declared", "subcontract", "agri_food",
)  # fmt: skip
"""Facts on a customer that rules of law ask for."""


@transaction.atomic
def do_set_party_facts(actor: Actor, customer_id: int, *, found_in: str = "", **facts: str) -> Customer:
    """Record what a person found out about a customer, such as whether it is a public body; unknown facts are refused.

    ``found_in`` says where it stands (register, own declaration, contract); it is kept beside who and when. Raises ValueError for
    another fact, ValidationError for another word.
    """
    actor.need(Right.HOLD)
    if unknown := sorted(facts.keys() - set(PARTY_FACTS)):
        raise ValueError(f"no fact on a customer: {', '.join(unknown)}")
    customer = Customer.objects.select_for_update().get(pk=customer_id, company_id=actor.company_id)
    changed = {name: value for name, value in facts.items() if getattr(customer, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(customer, name, value)
        customer.clean_fields(exclude=[one.name for one in Customer._meta.fields if one.name not in changed])
        customer.save(update_fields=sorted(changed))
        told = {"found_in": found_in.strip()[:300]} if found_in.strip() else {}
        audit.record(actor, "set_party_facts", f"customer:{customer_id}", **changed, **told)
    return customer
