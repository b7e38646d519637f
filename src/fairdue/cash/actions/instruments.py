"""Taking instruments in, covering items with them, and their steps. Numbers are those of docs/algorithms/instruments.md.

Order of locks: the company, then the ledger's rows. Each action is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum

from fairdue.cash import instruments as reading
from fairdue.cash.facts import items_now
from fairdue.cash.instrument_rules import (
    ACCEPTANCES,
    AWAY,
    BILL_DIGITS,
    ENDED,
    FAILED,
    HONOURED,
    RECEIVED,
    State,
    grace_of,
    last_day,
    overlap,
    paid_by,
)
from fairdue.cash.models import Instrument, InstrumentCover, InstrumentStep
from fairdue.cash.plan import Misfit
from fairdue.cash.reasons import CashReason, InstrumentReason
from fairdue.kernel.calendars import next_business_day
from fairdue.kernel.money import MINOR_MAX, exponents
from fairdue.ledger import actions as ledger
from fairdue.ledger import audit
from fairdue.ledger.models import Allocation, AllocationKind, Customer, EffectKind, Hold, HoldReason, Payment, UsedFor
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company

TEXT = 200


class Told(NamedTuple):
    """An instrument as a person or a file tells it. ``grace_days`` None is the kind's own (5)."""

    customer: int
    kind: str
    number: str
    currency: str
    amount_minor: int
    matures_on: date
    sub_from: int | None = None
    sub_to: int | None = None
    drawer: str = ""
    acceptor: str = ""
    issued_on: date | None = None
    received_on: date | None = None
    grace_days: int | None = None


class Step(NamedTuple):
    """A step as a person tells it; ``on`` None is today."""

    kind: str
    on: date | None = None
    recourse: bool = False
    reason: str = ""
    cost_minor: int = 0
    payment: int | None = None


def do_add_instrument(actor: Actor, told: Told, covers: Sequence[tuple[int, int]] = ()) -> Instrument:
    """Take an instrument in, with the items (item, minor units) that it covers (1 to 5, 7, 8). Raises Misfit; nothing is written then."""
    actor.need(Right.ALLOCATE)
    told = told._replace(number="".join(told.number.split()), currency=told.currency.strip().upper())
    check(told)
    with transaction.atomic():
        company = Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        if not Customer.objects.filter(company=company, pk=told.customer).exists():
            raise Misfit(CashReason.NO_CUSTOMER, customer=told.customer)
        _not_known(actor.company_id, told)
        on = told.received_on or today_of(actor)
        if on > today_of(actor):
            raise Misfit(InstrumentReason.FUTURE, day=on.isoformat())
        grace = grace_of(told.kind) if told.grace_days is None else told.grace_days
        made = Instrument.objects.create(
            company_id=actor.company_id, customer_id=told.customer, kind=told.kind, number=told.number[:60], sub_from=told.sub_from,
            sub_to=told.sub_to, currency=told.currency, amount_minor=told.amount_minor, drawer=told.drawer[:TEXT],
            acceptor=told.acceptor[:TEXT], issued_on=told.issued_on, matures_on=told.matures_on,
            payable_on=next_business_day(told.matures_on, company.country), grace_days=grace, recorded_by=actor.name[:120],
            recorded_at=actor.at,
        )  # fmt: skip
        _write_step(actor, made, RECEIVED, on)
        _cover(actor, made, covers, on)
        audit.record(
            actor, "add_instrument", f"instrument:{made.pk}", kind=made.kind, amount_minor=made.amount_minor,
            currency=made.currency, covers=[list(one) for one in covers],
        )  # fmt: skip
        return made


def check(told: Told) -> None:
    """Hold what is told against itself (1, 3). Raises Misfit."""
    if told.kind not in Instrument.Kind.values:
        raise Misfit(InstrumentReason.KIND, kind=told.kind[:20], known=", ".join(Instrument.Kind.values))
    if not told.number:
        raise Misfit(InstrumentReason.NO_NUMBER)
    if told.currency not in exponents():
        raise Misfit(InstrumentReason.CURRENCY, currency=told.currency[:20])
    if not 0 < told.amount_minor <= MINOR_MAX:
        raise Misfit(InstrumentReason.AMOUNT)
    if told.issued_on is not None and told.matures_on < told.issued_on:
        raise Misfit(InstrumentReason.DAYS, matures=told.matures_on.isoformat(), issued=told.issued_on.isoformat())
    first, last = told.sub_from, told.sub_to
    if first is None and last is None:
        return
    if first is None or last is None or not 1 <= first <= last:
        raise Misfit(InstrumentReason.RANGE, first=first or 0, last=last or 0)
    if told.kind in ACCEPTANCES and not (told.number.isdigit() and len(told.number) == BILL_DIGITS):
        raise Misfit(InstrumentReason.DIGITS, number=told.number[:60])
    if told.kind in ACCEPTANCES and told.currency == "CNY" and told.amount_minor != last - first + 1:
        raise Misfit(InstrumentReason.UNITS, units=last - first + 1, amount_minor=told.amount_minor, currency="CNY")


def _not_known(company_id: int, told: Told) -> None:
    rows = list(
        Instrument.objects.filter(company_id=company_id, kind=told.kind, number=told.number[:60]).order_by("id")
    )
    now = reading.states([one.pk for one in rows])
    for one in rows:
        if one.pk in now and overlap((one.sub_from, one.sub_to), (told.sub_from, told.sub_to)):
            raise Misfit(InstrumentReason.KNOWN, number=told.number[:60], instrument=one.pk)


def do_cover(actor: Actor, instrument_id: int, covers: Sequence[tuple[int, int]]) -> list[InstrumentCover]:
    """Let an instrument cover items (item, minor units) from today on (7, 8). Raises Misfit."""
    actor.need(Right.ALLOCATE)
    with transaction.atomic():
        found, state = _locked(actor, instrument_id)
        if state is None or not state.covers:
            raise Misfit(InstrumentReason.NOT_COVERING, instrument=instrument_id)
        made = _cover(actor, found, covers, today_of(actor))
        audit.record(actor, "cover_items", f"instrument:{found.pk}", covers=[list(one) for one in covers])
        return made


def _locked(actor: Actor, instrument_id: int) -> tuple[Instrument, State | None]:
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    found = Instrument.objects.filter(company_id=actor.company_id, pk=instrument_id).first()
    if found is None:
        raise Misfit(InstrumentReason.NONE, instrument=instrument_id)
    return found, reading.states([found.pk]).get(found.pk)


def _cover(actor: Actor, found: Instrument, covers: Sequence[tuple[int, int]], on: date) -> list[InstrumentCover]:
    known = dict(found.covers.values_list("due_item_id", "amount_minor"))
    free = found.amount_minor - sum(known.values())
    rows = []
    opened = _fits(actor, found, covers)
    for item, amount in covers:
        if item in known:
            raise Misfit(InstrumentReason.TWICE, item=item)
        if amount > free:
            raise Misfit(InstrumentReason.OVER_BILL, instrument=found.pk, amount_minor=free, currency=found.currency)
        known[item], free = amount, free - amount
        row = InstrumentCover.objects.create(
            company_id=actor.company_id, instrument=found, due_item_id=item, amount_minor=amount, open_minor=opened[item],
            recorded_at=actor.at,
        )  # fmt: skip
        rows.append(row)
    _hold(actor, found, rows, on)
    return rows


def _fits(actor: Actor, found: Instrument, covers: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Hold covers against what is open and not covered by another instrument (7); give what is open by item."""
    items = items_now(actor.company_id, [item for item, _ in covers], lock=True)
    other = reading.covers_of_items(actor.company_id, list(items), apart_from=found.pk)
    for item, amount in covers:
        now = items.get(item)
        if now is None or now.customer != found.customer_id or now.currency != found.currency:
            raise Misfit(InstrumentReason.ITEM, item=item)
        if amount <= 0:
            raise Misfit(InstrumentReason.AMOUNT)
        room = max(now.open_minor - other.get(item, 0), 0)
        if amount > room:
            raise Misfit(InstrumentReason.OVER_ITEM, item=item, amount_minor=room, currency=found.currency)
    return {item: now.open_minor for item, now in items.items()}


def _hold(actor: Actor, found: Instrument, covers: Sequence[InstrumentCover], on: date) -> None:
    """Hold the covered parts until the last day on which an answer may come (8)."""
    for cover in covers:
        turn = Hold.objects.filter(company_id=actor.company_id, key__startswith=f"instrument:{cover.pk}:").count() + 1
        ledger.do_hold(
            actor, customer_id=found.customer_id, reason=HoldReason.INSTRUMENT, since=on,
            until=last_day(found.payable_on, found.grace_days), due_item_id=cover.due_item_id, amount_minor=cover.amount_minor,
            currency=found.currency, note=found.number, key=f"instrument:{cover.pk}:{turn}",
        )  # fmt: skip


def _release(actor: Actor, covers: Sequence[InstrumentCover], on: date, reason: str) -> None:
    for cover in covers:
        rows = Hold.objects.filter(
            company_id=actor.company_id, key__startswith=f"instrument:{cover.pk}:", released_on=None
        )
        for pk in rows.order_by("pk").values_list("pk", flat=True):
            ledger.do_release_hold(actor, pk, on=on, reason=reason[:TEXT])


def do_step(actor: Actor, instrument_id: int, step: Step) -> InstrumentStep:
    """Write what became of an instrument, with all that follows in the ledger (6, 8 to 12). Raises Misfit; nothing is written then."""
    actor.need(Right.ALLOCATE)
    with transaction.atomic():
        found, state = _locked(actor, instrument_id)
        on = step.on or today_of(actor)
        _allowed(actor, found, state, step, on)
        assert state is not None
        covers = list(found.covers.order_by("pk"))
        made: dict[str, object] = {}
        if step.kind == HONOURED:
            made = _honour(actor, found, state, covers, step, on)
        elif step.kind in AWAY and not step.recourse:
            made = _own_money(actor, found, covers, on)
        elif step.kind in FAILED:
            made = _fail(actor, found, covers, step, on)
        if step.kind in ENDED or step.kind == HONOURED or (step.kind in AWAY and not step.recourse):
            _release(actor, covers, on, step.reason or step.kind)
        row = _write_step(
            actor, found, step.kind, on, recourse=step.recourse and step.kind in AWAY, cost_minor=step.cost_minor,
            reason=step.reason[:TEXT], **made,
        )  # fmt: skip
        audit.record(
            actor, "step_instrument", f"instrument:{found.pk}", step=row.pk, kind=step.kind, cost_minor=step.cost_minor,
            payment=row.payment_id, reason=step.reason,
        )  # fmt: skip
        return row


def _allowed(actor: Actor, found: Instrument, state: State | None, step: Step, on: date) -> None:
    """Hold a step against the table of states and its days (6)."""
    if state is None or step.kind not in state.next:
        now = state.kind if state else InstrumentStep.Kind.UNDONE.value
        raise Misfit(InstrumentReason.NEXT, instrument=found.pk, state=now, step=step.kind[:20])
    if on < state.on:
        raise Misfit(InstrumentReason.EARLY, day=on.isoformat(), before=state.on.isoformat())
    if on > today_of(actor):
        raise Misfit(InstrumentReason.FUTURE, day=on.isoformat())
    if step.kind in ENDED and not step.reason.strip():
        raise Misfit(CashReason.NEEDS_REASON)
    if step.cost_minor < 0 or (step.cost_minor and step.kind not in FAILED):
        raise Misfit(InstrumentReason.COST)


def _honour(
    actor: Actor, found: Instrument, state: State, covers: Sequence[InstrumentCover], step: Step, on: date
) -> dict[str, object]:
    if state.kind in AWAY:
        return _own_money(actor, found, covers, on)
    items = items_now(actor.company_id, [one.due_item_id for one in covers], lock=True)
    opened = {item: now.open_minor for item, now in items.items()}
    if step.payment is None:
        _paid_already(found, covers, opened)
        return {}
    payment = _payment(actor, found, step.payment)
    used = Allocation.objects.filter(payment=payment).aggregate(used=Sum("amount_minor"))["used"] or 0
    wanted = paid_by([(one.due_item_id, one.amount_minor) for one in covers], opened, None)
    if sum(part for _, part in wanted) > payment.amount_minor - used:
        raise Misfit(InstrumentReason.PAYMENT, payment=payment.pk)
    return {
        "payment_id": payment.pk,
        "allocations": _pay(actor, payment, wanted, max(on, payment.effective_on)),
    }


def _paid_already(found: Instrument, covers: Sequence[InstrumentCover], opened: dict[int, int]) -> None:
    """Refuse where more is open of an item than its honoured covers leave of what was open when it was covered (9)."""
    known = InstrumentCover.objects.filter(company_id=found.company_id, due_item_id__in=opened)
    rows = list(known.values_list("instrument_id", "due_item_id", "amount_minor", "open_minor"))
    now = reading.states({row[0] for row in rows})
    for one in covers:
        counted = [
            (amount, was)
            for pk, item, amount, was in rows
            if item == one.due_item_id and (pk == found.pk or now.get(pk, reading.NEVER).kind == HONOURED)
        ]
        if opened[one.due_item_id] > max(0, max(was for _, was in counted) - sum(amount for amount, _ in counted)):
            raise Misfit(InstrumentReason.NO_MONEY, item=one.due_item_id)


def _payment(actor: Actor, found: Instrument, payment_id: int) -> Payment:
    rows = Payment.objects.select_for_update(no_key=True).filter(
        company_id=actor.company_id, pk=payment_id, customer_id=found.customer_id, currency=found.currency
    )
    payment = rows.first()
    if payment is None:
        raise Misfit(InstrumentReason.PAYMENT, payment=payment_id)
    return payment


def _own_money(actor: Actor, found: Instrument, covers: Sequence[InstrumentCover], on: date) -> dict[str, object]:
    """Book the value for which it was given away, and pay the covered items with it (10)."""
    items = items_now(actor.company_id, [one.due_item_id for one in covers], lock=True)
    opened = {item: now.open_minor for item, now in items.items()}
    wanted = paid_by([(one.due_item_id, one.amount_minor) for one in covers], opened, None)
    if not wanted:
        return {}
    payment = ledger.do_book_payment(
        actor, amount_minor=sum(part for _, part in wanted), currency=found.currency, effective_on=on,
        customer_id=found.customer_id, reference=found.number, payer=found.drawer,
    )  # fmt: skip
    return {
        "payment_id": payment.pk,
        "own_payment": True,
        "allocations": _pay(actor, payment, wanted, on),
    }


def _pay(actor: Actor, payment: Payment, wanted: Sequence[tuple[int, int]], on: date) -> list[int]:
    return [
        ledger.do_allocate(actor, amount_minor=part, effective_on=on, due_item_id=item, payment_id=payment.pk).pk
        for item, part in wanted
    ]


def _fail(
    actor: Actor, found: Instrument, covers: Sequence[InstrumentCover], step: Step, on: date
) -> dict[str, object]:
    """Charge the cost on, and have the limit looked at (12)."""
    made: dict[str, object] = {}
    if step.cost_minor:
        made["charge_id"] = ledger.do_charge(
            actor, customer_id=found.customer_id, kind="fee", amount_minor=step.cost_minor, currency=found.currency, effective_on=on,
            basis={"cause": "dishonoured instrument", "instrument": found.pk},
            due_item_id=covers[0].due_item_id if covers else None,
        ).pk  # fmt: skip
    turn = found.steps.count() + 1
    made["effect_id"] = ledger.do_set_effect(
        actor,
        customer_id=found.customer_id,
        kind=EffectKind.LIMIT_REVIEW,
        since=on,
        cause=f"instrument:{found.pk}:{turn}",
    ).pk
    return made


def _write_step(actor: Actor, found: Instrument, kind: str, on: date, **more: object) -> InstrumentStep:
    return InstrumentStep.objects.create(
        company_id=actor.company_id, instrument=found, kind=kind, effective_on=on, recorded_by=actor.name[:120],
        recorded_at=actor.at, **more,
    )  # fmt: skip


def do_undo_step(actor: Actor, instrument_id: int, *, reason: str) -> InstrumentStep:
    """Take the newest standing step of an instrument back with all that it did (13). Raises Misfit."""
    actor.need(Right.ALLOCATE)
    if not reason.strip():
        raise Misfit(CashReason.NEEDS_REASON)
    with transaction.atomic():
        found, _ = _locked(actor, instrument_id)
        last = reading.standing_steps([found.pk]).last()
        if last is None:
            raise Misfit(InstrumentReason.NOTHING, instrument=instrument_id)
        covered_before = last.kind in ENDED or last.kind == HONOURED or (last.kind in AWAY and not last.recourse)
        _take_back(actor, last, reason[:TEXT])
        row = _write_step(actor, found, InstrumentStep.Kind.UNDONE, today_of(actor), undoes=last, reason=reason[:TEXT])
        covers = list(found.covers.order_by("pk"))
        if last.kind == RECEIVED:
            _release(actor, covers, today_of(actor), reason)
        elif covered_before:
            _fits(actor, found, [(one.due_item_id, one.amount_minor) for one in covers])
            _hold(actor, found, covers, last.effective_on)
        audit.record(actor, "undo_instrument", f"instrument:{found.pk}", step=last.pk, reason=reason)
        return row


def _take_back(actor: Actor, last: InstrumentStep, reason: str) -> None:
    rows = Allocation.objects.filter(company_id=actor.company_id, pk__in=last.allocations, reversed_by=None)
    for one in rows.order_by("pk"):
        ledger.do_reverse(actor, one.pk, effective_on=one.effective_on, reason=reason)
    if last.own_payment and last.payment_id is not None:
        payment = Payment.objects.get(pk=last.payment_id, company_id=actor.company_id)
        Allocation.objects.create(
            company_id=actor.company_id, customer_id=last.instrument.customer_id, kind=AllocationKind.SOURCE_SETTLEMENT, payment=payment,
            currency=payment.currency, amount_minor=payment.amount_minor, reason=reason, used_for=UsedFor.PAID_BACK,
            effective_on=payment.effective_on,
            recorded_at=actor.at,
        )  # fmt: skip
    if last.charge_id is not None:
        ledger.do_withdraw_charge(actor, last.charge_id, reason=reason)
    if last.effect_id is not None:
        ledger.do_lift_effect(actor, last.effect_id, on=last.effective_on, reason=reason)
